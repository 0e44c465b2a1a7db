#!/usr/bin/env bash
# `diff` in words: every kind of thing that packs can say differently, records that only one set accepts, and what people hand in by mistake.
source tests/cli/lib.sh
command=$(realpath "$command")
mkdir -p "$work/old" "$work/new"
cp tests/cli/packs/orders.prv "$work/old/orders.prv"

pack() { # pack FILE: a small pack that every edit below starts from
    cat >"$1" <<'PACK'
pack parcels
  layer law
  version "1"
end
layers
  law : law excepted by law
end
enum region
  home, abroad
end
enum speed
  slow, fast
end
record parcel
  dated by sent_on
  parcel_id : text   key
  owner     : text   private
  sent_on   : date
  region    : region
  speed     : speed  optional
  value     : money  optional
  signed_for : yes_no optional
  items     : list of item at most 10 absent means none
end
record item
  name  : text shown
  price : money
end
parameter threshold : money "from which a label is due"
  source "Tariff 1"
  from 2025-01-01 : $100
end
table fees hit unique
  source "Tariff 2"
  given region : region
  gives fee : money
  | region | fee |
  | home   | $1  |
  | abroad | $5  |
end
finding LABEL violation "A label is missing"
  remedy "Add it"
finding SLOW warning "Too slow"
decision fee of parcel : money exactly one
output fee of parcel
rule label_due "Parcels above the threshold"
  source "Tariff 1"
  from 2025-01-01
  for each parcel
  when parcel.value exceeds threshold
  then report LABEL on parcel at stake parcel.value
    because "worth {parcel.value}, the threshold is {threshold}"
end
rule fee_due "What it costs"
  source "Tariff 2"
  always
  for each parcel
  then set fee of parcel to fees.fee for (parcel.region)
end
rule slow_abroad "Slow parcels abroad"
  source "Tariff 3"
  always
  for each parcel
  when parcel.region is abroad and parcel.speed is slow
  then report SLOW on parcel
end
PACK
}
pack "$work/old/parcels.prv"
rm "$work/old/orders.prv"
expect 0 "the pack that edits start from" check "$work/old"
if ((failed)); then finish; fi

# edit WHAT SED: the pack with one thing changed.
edit() {
    sed "$1" "$work/old/parcels.prv" >"$work/new/parcels.prv"
    ! cmp -s "$work/old/parcels.prv" "$work/new/parcels.prv" || fail "the edit $1 changes nothing"
}

edit 's/from 2025-01-01 : \$100/from 2025-01-01 through 2025-12-31 : $100\n  from 2026-01-01 : $120/'
expect 1 "a value more" diff "$work/old" "$work/new"
out_has "parameter threshold"
out_has "added: from 2026-01-01 \$120"
out_has "\$100 from 2025-01-01 through 2025-12-31, was from 2025-01-01"
edit 's/from 2025-01-01 : \$100/from 2025-01-01 : $90/'
expect 1 "another value" diff "$work/old" "$work/new"
out_has "    from 2025-01-01: \$90, was \$100"
edit 's/abroad | \$5 /abroad | $6 /'
expect 1 "another row" diff "$work/old" "$work/new"
out_has "table fees"
out_has "row region abroad: fee \$6, was fee \$5"
edit 's/source "Tariff 1"/source "Tariff 1a"/'
expect 1 "another source" diff "$work/old" "$work/new"
out_has 'added: source "Tariff 1a"'
out_has 'removed: source "Tariff 1"'
edit 's/when parcel.value exceeds threshold/when parcel.value is at least threshold/'
expect 1 "another condition" diff "$work/old" "$work/new"
out_has "when parcel.value is at least threshold, was parcel.value exceeds threshold"
edit 's/finding LABEL violation/finding LABEL warning/'
expect 1 "another severity" diff "$work/old" "$work/new"
out_has "severity warning, was violation"
edit 's/^  from 2025-01-01$/  from 2025-06-01/'
expect 1 "a period" diff "$work/old" "$work/new"
out_has "in force from 2025-06-01, was from 2025-01-01"
edit 's/signed_for : yes_no optional/signed_for : yes_no absent means no/'
expect 1 "another field" diff "$work/old" "$work/new"
out_has "field signed_for: yes_no absent means no, was yes_no optional"
edit 's/version "1"/version "2"/'
expect 1 "another version" diff "$work/old" "$work/new"
out_has 'version "2", was "1"'
edit 's/exceeds threshold$/exceeds   threshold -- as the tariff says/'
expect 0 "a comment" diff "$work/old" "$work/new"
out_has "comments or layout alone differ"
edit 's/exceeds threshold$/> threshold/'
expect 0 "a spelling" diff "$work/old" "$work/new"
edit '/^rule fee_due/,/^end/d'
expect 1 "a rule less" diff "$work/old" "$work/new"
out_has "rule fee_due removed"
expect 1 "a rule more" diff "$work/new" "$work/old" --format json
out_has '"change": "added", "pack": "parcels", "kind": "rule", "name": "fee_due"'
python3 -c 'import json,sys; json.load(open(sys.argv[1]))' "$work/out" || fail "what --format json writes is no JSON"

# ---- records
cat >"$work/history.ndjson" <<'END'
{"parcel_id": "A", "owner": "Ann", "sent_on": "2025-03-01", "region": "home", "value": "95.00", "signed_for": true}
{"parcel_id": "B", "owner": "Ben", "sent_on": "2025-03-01", "region": "abroad", "value": "150.00", "speed": "slow"}
{"parcel_id": "C", "owner": "Cyd", "sent_on": "2025-03-02", "region": "abroad"}
{"parcel_id": "=D,\"<b>\u001b[31m", "owner": "<script>", "sent_on": "2025-03-02", "region": "home", "value": "99.00", "items": [{"name": "x", "price": "3.10"}]}
END
edit 's/from 2025-01-01 : \$100/from 2025-01-01 : $90/; s/abroad | \$5 /abroad | $6 /'
expect 1 "records" diff "$work/old" "$work/new" --visits "$work/history.ndjson"
out_has "4 parcels decided by both sets, 4 differently"
out_has "findings: 2 before, 4 now; 2 gained, 0 lost"
out_has 'at stake: $150.00 before, $344.00 now (+$194.00)'
out_has 'fee: $12.00 before, $14.00 now (+$2.00)'
out_has "  2 of 2 changed, findings +2 -0, at stake +\$194.00"
out_lacks $'\e'
expect 1 "records in csv" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --format csv --by region
grep -q '^"'"'"'=D,""<b>' "$work/out" || fail "a key that a spreadsheet takes for a formula stands as it is"
grep -q '^A,home,finding,gained,LABEL,parcel,parcels.label_due,,"worth \$95.00' "$work/out" || fail "csv lacks a finding"
expect 1 "one record" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --visit B
out_has "says: worth \$150.00, the threshold is \$90.00"
out_has "[\$100.00 -> \$90.00] threshold"
expect 1 "sums asked for" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --sum items.price --by none
out_has "items.price \$3.10"
out_lacks "by region"

# Hostile texts in a page: nothing of them is markup.
expect 1 "a page" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --html "$work/page.html"
grep -q '=D,&quot;&lt;b&gt;' "$work/page.html" || fail "the page lacks the record"
! grep -qE '<script|<b>|'$'\e' <(sed 's/<b>[0-9+$ /a-zA-Z.,<-]*<\/b>//g' "$work/page.html") || fail "a text became markup"
! grep -qE 'https?://|src=|@import|url\(' "$work/page.html" || fail "the page asks for something from elsewhere"
! grep -q 'Ann' "$work/page.html" || fail "a private field is in the page"

# Records that only one set accepts.
edit 's/  owner     : text   private/  owner     : text   private\n  weight    : count  absent means 1/; s/speed     : speed  optional/speed     : speed/'
expect 1 "a field that must be there" diff "$work/old" "$work/new" --visits "$work/history.ndjson"
out_has "1 parcel decided by both sets"
out_has "3 parcels decided only by the old set"
err_has "the new set rejects 3 records"
expect 1 "json of those" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --format json
out_has '"rejected": "E2009'
expect 1 "the way back" diff "$work/new" "$work/old" --visits "$work/history.ndjson"
out_has "3 parcels decided only by the new set"
expect 1 "one of those" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --visit A
out_has "decided only by the old set; the other rejects it: E2009"

# Nothing, nobody, not there.
edit 's/abroad | \$5 /abroad | $6 /'
: >"$work/empty.ndjson"
expect 1 "no records" diff "$work/old" "$work/new" --visits "$work/empty.ndjson" --html "$work/empty.html"
out_has "0 parcels decided by both sets"
expect 0 "no records, one set" diff "$work/old" "$work/old" --visits "$work/empty.ndjson" --format json
python3 -c 'import json,sys; json.load(open(sys.argv[1]))' "$work/out" || fail "an empty history makes no JSON"
printf 'no json\n{"parcel_id": 7}\n' >"$work/broken.ndjson"
expect 2 "rejected by both" diff "$work/old" "$work/new" --visits "$work/broken.ndjson"
err_has "the old set rejects 2 records"
expect 2 "no such record" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --visit Z
err_has "there is no record \`Z\`"
expect 2 "no such file" diff "$work/old" "$work/new" --visits "$work/none.ndjson"
expect 2 "no such packs" diff "$work/old" "$work/none"
err_has "the new set cannot be used"
expect 2 "a private field to count by" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --by owner
err_has "\`owner\` is private"
expect 2 "no field" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --by regoin
err_has "did you mean \`region\`"
expect 2 "no money" diff "$work/old" "$work/new" --visits "$work/history.ndjson" --sum region
expect 2 "stdin" diff "$work/old" "$work/new" --visits -
expect 2 "csv of texts" diff "$work/old" "$work/new" --format csv
expect 2 "a page that cannot be written" diff "$work/old" "$work/new" --html "$work/none/page.html"
edit 's/exceeds threshold$/exceeds treshold/'
expect 2 "a set that does not compile" diff "$work/old" "$work/new"
err_has "E0201"
err_has "the new set cannot be used"
out_empty "a set that does not compile"
finish
