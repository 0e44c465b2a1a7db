#!/usr/bin/env bash
# test, diff, packet, explain and log replay over pack-set files and sets of a store: they carry the texts of their packs,
# and say in every form when nobody signed them.
source "$(dirname "$0")/lib.sh"
packs=$work/packs
mkdir -p "$packs/rows"
cat >"$packs/parcels.prv" <<'PACK'
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
record parcel dated by sent_on
  parcel_id : text key shown
  sent_on   : date
  region    : region
  value     : money
end
table threshold hit first
  source "Tariff 1"
  given place : region
  gives floor : money
  from "rows/thresholds.csv"
end
finding LABEL violation "A label is missing"
rule label_due "Parcels above the threshold"
  source "Tariff 2"
  from 2024-01-01
  for each parcel
  when parcel.value exceeds threshold.floor for (parcel.region)
  then report LABEL on parcel at stake parcel.value because "worth {parcel.value}"
end
test "above"
  given parcel as dear
    sent_on 2025-03-01, region abroad, value $150
  expect finding LABEL on dear
end
PACK
printf 'place,floor\nhome,$200\nabroad,$100\n' >"$packs/rows/thresholds.csv"
record() { printf '{"parcel_id": "%s", "sent_on": "2025-03-01", "region": "abroad", "value": "%s"}\n' "$@"; }
{ record P-1 120; record P-2 90; record P-3 180; } >"$work/parcels.ndjson"
visits=$work/parcels.ndjson

"$command" keygen "$work/key" >"$work/out"
trust=(--trust "$work/key.pub")
expect 0 "build" build "$packs" -o "$work/1.proviso" --name parcels --revision 1 --sign "$work/key.key"
cp -r "$packs" "$work/texts1"
expect 0 "build unsigned" build "$packs" -o "$work/bare.proviso" --name parcels --revision 1
sed -i 's/abroad,.100/abroad,$150/' "$packs/rows/thresholds.csv"
sed -i 's/exceeds threshold/is at least threshold/' "$packs/parcels.prv"
expect 0 "build again" build "$packs" -o "$work/2.proviso" --name parcels --revision 2 --sign "$work/key.key"
cp -r "$packs" "$work/texts2"
# From here on no text lies where it lay: the files are all there is.
rm -r "$packs"

# ---- test
expect 0 "test" test "$work/1.proviso" "${trust[@]}"
err_has "1 test, all passed"
expect 0 "coverage" test "$work/1.proviso" "${trust[@]}" --coverage
out_has "all packs"
expect 2 "test of a set by nobody trusted" test "$work/1.proviso"
err_has E3004
expect 2 "trust of texts" test "$work/texts1" "${trust[@]}"
err_has "none is named"

# ---- diff: as of the texts, byte for byte but for the names of the sides
same_names() { sed -E 's#[^ "`(]*/(texts[12]|packs|[12]\.proviso)#SET#g' "$1"; }
both() { # <exit code> <argument>...
    local code=$1
    shift
    expect "$code" "diff of files" diff "$work/1.proviso" "$work/2.proviso" "${trust[@]}" "$@"
    same_names "$work/out" >"$work/of_files"
    expect "$code" "diff of texts" diff "$work/texts1" "$work/texts2" "$@"
    same_names "$work/out" >"$work/of_texts"
    cmp -s "$work/of_files" "$work/of_texts" || fail "diff $* of files and of texts differ: $(diff "$work/of_files" "$work/of_texts")"
}
both 1
out_has "150"
both 1 --format json
both 1 --visits "$visits"
both 1 --visits "$visits" --format json
out_lacks '"unsigned"'
both 1 --visits "$visits" --format csv
expect 0 "nothing differs" diff "$work/1.proviso" "$work/texts1" "${trust[@]}"
expect 2 "diff of an unsigned file" diff "$work/bare.proviso" "$work/2.proviso" "${trust[@]}"
err_has E3006
err_has "the old set cannot be used"
expect 1 "allowed" diff "$work/bare.proviso" "$work/2.proviso" "${trust[@]}" --allow-unsigned --format json --html "$work/page.html"
out_has '"unsigned": true'
grep -q "not signed" "$work/page.html" || fail "the page does not say that nobody signed"

# ---- sets of a store: the active one and the one that may become it
store=$work/store
for revision in 1 2; do
    "$command" store install "$store" "$work/$revision.proviso" "${trust[@]}" --why w >"$work/out"
done
"$command" store activate "$store" parcels@1 "${trust[@]}" --why w >"$work/out"
expect 1 "diff within a store" diff "$store" "$store:parcels@2" "${trust[@]}" --visits "$visits" --format json
sed 's/"path": *"[^"]*"/"path": SET/g' "$work/out" >"$work/of_store"
expect 1 "diff of files" diff "$work/1.proviso" "$work/2.proviso" "${trust[@]}" --visits "$visits" --format json
sed 's/"path": *"[^"]*"/"path": SET/g' "$work/out" | cmp -s - "$work/of_store" || fail "a store's sets differ otherwise than their files"
expect 0 "diff by revision alone" diff "$store:1" "$store" "${trust[@]}"
expect 2 "no such set" diff "$store" "$store:parcels@9" "${trust[@]}"
err_has E3106
expect 0 "check of a store" check "$store" "${trust[@]}"
out_has "parcels revision 1"

# ---- packet: the same bytes from files as from texts; verified by either
expect 0 "packet" packet P-1 --packs "$work/1.proviso" "${trust[@]}" --visits "$visits" -o "$work/file.html"
expect 0 "packet of texts" packet P-1 --packs "$work/texts1" --visits "$visits" -o "$work/text.html"
cmp -s "$work/file.json" "$work/text.json" || fail "packets of a file and of its texts differ"
cmp -s "$work/file.html" "$work/text.html" || fail "pages of a file and of its texts differ"
expect 0 "verified by the texts" packet --verify "$work/file.json" --packs "$work/texts1"
expect 0 "verified by the file" packet --verify "$work/file.json" --packs "$work/1.proviso" "${trust[@]}"
expect 0 "verified by the store" packet --verify "$work/file.json" --packs "$store" "${trust[@]}"
expect 1 "another set" packet --verify "$work/file.json" --packs "$work/2.proviso" "${trust[@]}"
expect 0 "packet of an unsigned set" packet P-1 --packs "$work/bare.proviso" --allow-unsigned --visits "$visits" -o "$work/bare.html"
grep -q "nobody signed" "$work/bare.html" || fail "the page hides that nobody signed"
grep -qF '"unsigned": true' "$work/bare.json" || fail "the twin hides that nobody signed"
expect 0 "verified by the same signed" packet --verify "$work/bare.json" --packs "$work/1.proviso" "${trust[@]}"
sed 's/"unsigned": true/"unsigned": 1/' "$work/bare.json" >"$work/odd.json"
expect 1 "an altered stamp" packet --verify "$work/odd.json" --packs "$work/1.proviso" "${trust[@]}"

# ---- what nobody signed says so in every form, what somebody did in none
run() { expect 1 "run $1" run --packs "$work/$1.proviso" "${trust[@]}" "${@:2}" "$visits"; }
for form in pretty compact csv ndjson json; do
    run bare --allow-unsigned --format "$form" -q
    cp "$work/out" "$work/unsigned.$form"
    run 1 --format "$form" -q
    cp "$work/out" "$work/signed.$form"
    ! grep -q "unsigned" "$work/signed.$form" || fail "$form of a signed set speaks of unsigned ones"
    lines=$(grep -c "unsigned" "$work/unsigned.$form")
    case $form in
    pretty | compact) wanted=2 ;; # the decisions with findings
    csv) wanted=1 ;;              # the header
    *) wanted=3 ;;
    esac
    ((lines == wanted)) || fail "$form: $lines lines say unsigned, not $wanted"
done
[[ $(grep -c ',true' "$work/unsigned.csv") == 2 ]] || fail "not every row of csv says unsigned"
sed 's/  (unsigned packs)$//; s/ (unsigned packs)$//' "$work/unsigned.compact" | cmp -s - "$work/signed.compact" || fail "compact differs otherwise"
run 1 --allow-unsigned --format csv -q
[[ $(grep -c ',true' "$work/out") == 0 && $(head -1 "$work/out") == *unsigned* ]] || fail "csv of a signed set where unsigned ones are allowed"
for form in pretty compact json; do
    expect 0 "explain" explain P-1 --packs "$work/bare.proviso" --allow-unsigned --visits "$visits" --format "$form"
    out_has unsigned
    expect 0 "explain" explain P-1 --packs "$work/1.proviso" "${trust[@]}" --visits "$visits" --format "$form"
    out_lacks unsigned
done

# ---- the log: the same comes out again, signed or not, by a file or by its texts
run bare --allow-unsigned --log "$work/log" --log-inputs -q
run 1 --log "$work/log" --log-inputs -q
run 2 --log "$work/log" --log-inputs -q
[[ $(grep -h '"type": "set"' "$work"/log/*.log | grep -c '"unsigned": true') == 1 ]] || fail "the log does not say which set nobody signed"
expect 0 "verify" log verify "$work/log"
expect 0 "replay" log replay "$work/log" --packs "$work/1.proviso" --packs "$store:parcels@2" "${trust[@]}"
out_has "9 decisions came out the same"
expect 0 "replay by texts" log replay "$work/log" --packs "$work/texts1" --packs "$work/texts2"
out_has "9 decisions came out the same"
expect 2 "replay without one" log replay "$work/log" --packs "$work/texts1"
expect 2 "replay by a set of nobody trusted" log replay "$work/log" --packs "$work/1.proviso"
err_has E3004
run bare --allow-unsigned --shadow "$work/2.proviso" --shadow-out "$work/pairs" --format ndjson -q
[[ $(grep -c . "$work/pairs") == 1 && $(grep -o '"unsigned": true' "$work/pairs" | wc -l) == 1 ]] || fail "a signed candidate of an unsigned set"
finish
