#!/usr/bin/env bash
# Evidence packets: what is in them, what is not, that they can be verified and cannot be altered.
source tests/cli/lib.sh
command=$(realpath "$command")
mkdir -p "$work/packs" "$work/others"
cat >"$work/packs/parcels.prv" <<'PACK'
pack parcels
  layer law
  version "1"
  title "Parcels <abroad> & at home"
end
layers
  law : law excepted by law
end
enum region
  home, abroad
end
record parcel
  dated by sent_on
  parcel_id  : text   key
  owner      : text   private
  balance    : money  private optional
  sent_on    : date
  region     : region
  fragile    : yes_no optional
  value      : money
  note       : text   optional shown
  inspected  : attestation optional
end
grouping owner_day : parcel
  by owner, sent_on
  dated by sent_on
  complete
parameter threshold : money "from which a label is due"
  source "Tariff <1> & more"
  from 2024-01-01 through 2024-12-31 : $150
  from 2025-01-01 : $100
end
finding LABEL violation "A label is missing"
  remedy "Add the label"
finding FRAGILE warning "Fragile parcels abroad are not insured"
finding DAY_LIMIT warning "Too much on one day"
finding POOR notice "Worth more than the owner's balance"
rule label_due "Parcels <above> the threshold"
  source "Tariff <1> & more"
  from 2024-01-01
  for each parcel
  when parcel.region is abroad and parcel.value exceeds threshold
  then report LABEL on parcel at stake parcel.value
    because "worth {parcel.value}, the threshold is {threshold}"
end
rule fragile_abroad "Fragile parcels"
  source "Terms 4"
  always
  for each parcel
  when parcel.region is abroad and parcel.fragile
  then report FRAGILE on parcel because "note: {parcel.note}"
end
rule day_limit "What one owner sends on a day"
  source "Terms 5"
  always
  for each owner_day
  when (total of p.value over owner_day.parcels as p) exceeds $1,000
  then report DAY_LIMIT on owner_day
end
rule poor "More than the owner's balance"
  source "Terms 6"
  always
  for each parcel
  when parcel.value exceeds parcel.balance
  then report POOR on parcel
end
PACK
expect 0 "the pack" check "$work/packs"
if ((failed)); then finish; fi
sed 's/from 2025-01-01 : \$100/from 2025-01-01 : $90/' "$work/packs/parcels.prv" >"$work/others/parcels.prv"
cat >"$work/history.ndjson" <<'END'
{"parcel_id": "A", "owner": "Ann Canary", "sent_on": "2025-03-01", "region": "abroad", "value": "120.00", "fragile": false, "note": "x", "secret": "canary-unknown-field", "inspected": {"by": "Eve", "on": "2025-03-01"}}
{"parcel_id": "B", "owner": "Ann Canary", "sent_on": "2025-03-01", "region": "home", "value": "950.00"}
{"parcel_id": "C", "owner": "Ben Canary", "sent_on": "2025-03-01", "region": "abroad", "value": "5.00", "fragile": true, "note": "</td><script>alert(1)</script>\u202e & \"quoted\" \u001b[31m"}
{"parcel_id": "D", "owner": "Cyd Canary", "sent_on": "2025-03-01", "region": "abroad", "value": "500.00", "balance": "10.00"}
END
packet() { "$command" packet "$@" </dev/null >"$work/out" 2>"$work/err"; }

expect 0 "a packet" packet A --packs "$work/packs" --visits "$work/history.ndjson" -o "$work/a.html"
err_has "2 findings"
expect 0 "verified" packet --verify "$work/a.json" --packs "$work/packs"
out_has "is the same to the byte"
out_has "from 2 records"
python3 - "$work/a.json" <<'END' || fail "the twin lacks something"
import json, sys
packet = json.load(open(sys.argv[1]))["packet"]
assert packet["form"] == "proviso evidence packet 1"
assert [f["code"] for f in packet["decision"]["findings"]] == ["DAY_LIMIT", "LABEL"]
records = [json.loads(r) for r in packet["inputs"]["records"]]
assert [r["parcel_id"] for r in records] == ["A", "B"], records
assert {r["owner"] for r in records} == {"private-0001"}, records
assert records[0]["inspected"]["by"] == "Eve"
texts = {t["name"]: t["text"] for t in packet["texts"]}
assert texts["parcels.label_due"].startswith("rule label_due") and texts["parcels.label_due"].endswith("end")
assert "from 2025-01-01 : $100" in texts["parcels.threshold"]
found = {(w["kind"], w["what"], w["instead"]): w["changes"] for w in packet["what_if"]["found"]}
assert "finding LABEL on parcel would not be made" in found[("field", "region", "home")]
assert any(w[0] == "value" and w[1] == "parcels.threshold" for w in found), found.keys()
assert "finding LABEL on parcel would not be made" in found[("rule", "parcels.label_due", "without the rule")]
assert ("field", "sent_on", "2024-12-31") in found, found.keys()
pack = packet["packs"]["list"][0]
assert pack["speaks"] and "Tariff <1> & more" in pack["sources"] and pack["digest"].startswith("sha256:")
END
! grep -q 'anary' "$work/a.html" "$work/a.json" || fail "a private field, or one that no pack knows, is in the packet"
grep -q 'Tariff &lt;1&gt; &amp; more' "$work/a.html" || fail "the page lacks a source"

# The same again is the same bytes; packs may lie elsewhere.
cp -r "$work/packs" "$work/elsewhere"
expect 0 "again" packet A --packs "$work/elsewhere" --visits "$work/history.ndjson" -o "$work/again.html"
cmp -s "$work/a.json" "$work/again.json" || fail "the same packs elsewhere make another packet"
expect 0 "verified elsewhere" packet --verify "$work/a.json" --packs "$work/elsewhere"

# With private fields.
expect 0 "with private fields" packet A --packs "$work/packs" --visits "$work/history.ndjson" -o "$work/p.html" --with-private
grep -q 'Ann Canary' "$work/p.json" && grep -q 'Ann Canary' "$work/p.html" || fail "private fields are not there"
! grep -q 'unknown-field' "$work/p.json" || fail "a field that no pack knows is there"
expect 0 "verified with private fields" packet --verify "$work/p.json" --packs "$work/packs"

# A decision that rests on a private amount cannot be shown without it.
expect 2 "a private amount" packet D --packs "$work/packs" --visits "$work/history.ndjson" -o "$work/d.html"
err_has "--with-private"
[[ ! -e $work/d.html && ! -e $work/d.json ]] || fail "a packet that does not hold was written"
expect 0 "a private amount, asked for" packet D --packs "$work/packs" --visits "$work/history.ndjson" -o "$work/d.html" --with-private
expect 0 "and verified" packet --verify "$work/d.json" --packs "$work/packs"

# Hostile texts: nothing of them is markup, and they come back as they were.
expect 0 "hostile texts" packet C --packs "$work/packs" --visits "$work/history.ndjson" -o "$work/c.html"
! grep -q '<script' "$work/c.html" || fail "a text became a script"
grep -q '&lt;/td&gt;&lt;script&gt;alert(1)' "$work/c.html" || fail "the text is not shown"
! grep -q $'\e' "$work/c.html" || fail "a control character is in the page"
! grep -q $'\xe2\x80\xae' "$work/c.html" || fail "a text can turn the direction of the page"
! grep -qE 'https?://|src=|@import|url\(|<link' "$work/c.html" || fail "the page asks for something from elsewhere"
expect 0 "hostile texts, verified" packet --verify "$work/c.json" --packs "$work/packs"

# Altered packets: every change is seen, wherever it is.
python3 - "$command" "$work" <<'END' || fail "an altered packet passes"
import subprocess, sys, hashlib, re
command, work = sys.argv[1:]
whole = open(f"{work}/a.json", "rb").read()

def verify(data):
    open(f"{work}/altered.json", "wb").write(data)
    done = subprocess.run([command, "packet", "--verify", f"{work}/altered.json", "--packs", f"{work}/packs"],
                          capture_output=True)
    assert done.returncode in (0, 1, 2), (done.returncode, done.stderr)
    return done.returncode, done.stderr.decode()

assert verify(whole)[0] == 0
step = max(1, len(whole) // 12)
for place in [*range(0, len(whole), step), len(whole) - 1]:
    altered = bytearray(whole)
    altered[place] ^= 1
    assert verify(bytes(altered))[0] != 0, place
for length in range(0, len(whole), step):
    assert verify(whole[:length])[0] != 0, length
assert verify(whole + b" ")[0] != 0

def forge(old, new):
    """Whoever alters a packet can make its digest anew; that must not help."""
    assert whole.count(old) >= 1, old
    body = whole[len(b'{"packet": '):whole.rindex(b',\n"digest": "')].replace(old, new, 1)
    return b'{"packet": ' + body + b',\n"digest": "sha256:' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'

code, said = verify(forge(b'\\"value\\": \\"120.00\\"', b'\\"value\\": \\"99.00\\"'))
assert code == 1 and "`decision`" in said and "`inputs`" in said, said
code, said = verify(forge(b'"code": "LABEL"', b'"code": "LEBEL"'))
assert code == 1 and "`decision`" in said, said
code, said = verify(forge(b"rule label_due", b"rule label_doe"))
assert code == 1 and "`texts`" in said, said
code, said = verify(forge(b'"tried": ', b'"tried": 1'))
assert code == 1 and "`what_if`" in said, said
code, said = verify(forge(b'"records": [', b'"records": [7, '))
assert code == 2, (code, said)
END
expect 1 "other packs" packet --verify "$work/a.json" --packs "$work/others"
err_has "it was decided by the packs"
expect 2 "no packet" packet --verify "$work/history.ndjson" --packs "$work/packs"
err_has "no evidence packet"

# Rejected records, mistakes.
cp "$work/history.ndjson" "$work/holes.ndjson"
echo '{"parcel_id": "E", "owner": "Ann Canary", "sent_on": "2025-03-01", "region": "nowhere", "value": "1.00"}' >>"$work/holes.ndjson"
expect 2 "beside a rejected record" packet B --packs "$work/packs" --visits "$work/holes.ndjson" -o "$work/e.html"
err_has "rejected records may belong"
expect 2 "a rejected record" packet E --packs "$work/packs" --visits "$work/holes.ndjson" -o "$work/e.html"
err_has "region"
expect 2 "no such record" packet Z --packs "$work/packs" --visits "$work/history.ndjson"
: >"$work/empty.ndjson"
expect 2 "no records" packet A --packs "$work/packs" --visits "$work/empty.ndjson"
expect 2 "stdin" packet A --packs "$work/packs" --visits -
expect 2 "a pipe" packet A --packs "$work/packs" --visits <(cat "$work/history.ndjson") -o "$work/f.html"
err_has "cannot be read a second time"
expect 2 "no packs" packet A --packs "$work/none" --visits "$work/history.ndjson"
expect 2 "no folder" packet A --packs "$work/packs" --visits "$work/history.ndjson" -o "$work/none/a.html"
expect 2 "verify and a key" packet A --verify "$work/a.json" --packs "$work/packs"
expect 2 "nothing" packet --packs "$work/packs"

# The example clinic: one that others' visits bear on, one that cannot be determined.
expect 0 "a claim line's threshold" packet V-1360 --packs stdlib-rules --visits examples/clinic/visits.ndjson -o "$work/v.html"
expect 0 "verified" packet --verify "$work/v.json" --packs stdlib-rules
! grep -qE '\bpatient_id[^}]{0,6}P-[0-9]|"P-[0-9]{4}\\?"' "$work/v.html" "$work/v.json" || fail "a patient's number is in the packet"
finish
