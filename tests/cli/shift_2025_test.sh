#!/usr/bin/env bash
# The supervision shift of 2025, done live: a session decides visits of December 2024 and January 2025 under packs that do
# not know of it yet; the dated line is written; the next decisions are those of the law, and no other ones.
source "$(dirname "$0")/lib.sh"
root=$(dirname "$0")/../..
cp -r "$root/stdlib-rules" "$work/packs"
rule=$work/packs/medicare/part_b_supervision.prv
# As it stood in 2024: direct supervision, and no word of a change (one far ahead keeps the form).
before='s/through 2024-12-31 : direct/through 2098-12-31 : direct/; s/from 2025-01-01    : general/from 2099-01-01    : general/'
sed -i "$before" "$rule"

# visit <key> <date>: a physical therapist assistant, in private practice, in Texas, with the therapist on the telephone.
visit() {
    python3 - "$@" "$root/examples/clinic/visits.ndjson" <<'PY'
import json, sys
key, date, path = sys.argv[1:]
for line in open(path):
    visit = json.loads(line)
    if (visit.get("payor") == "medicare_part_b" and visit.get("discipline") == "PT" and visit.get("state") == "TX"
            and visit.get("setting") == "private_practice"
            and any(s.get("assistant_minutes") for s in visit.get("services", []))):
        visit["visit_id"], visit["service_date"], visit["supervisor_presence"] = key, date, "telecom"
        print(json.dumps(visit))
        break
else:
    sys.exit("the clinic has no such visit")
PY
}
until_in() {
    for _ in $(seq 600); do
        (($(grep -cF -- "$3" "$work/$1") >= $2)) && return
        sleep 0.05
    done
    fail "waited in vain for $2 times: $3"
}
# decided <key>: what the last decision about it says.
decided() {
    grep -F "\"visit_id\": \"$1\"" "$work/out" | tail -1 | python3 -c '
import json, sys
decision = json.load(sys.stdin)
print(decision["decided"]["supervision"]["value"], any(f["code"] == "SUPERVISION" for f in decision["findings"]))'
}

mkfifo "$work/pipe"
"$command" run --watch --packs "$work/packs" --format ndjson --timings --log "$work/log" --log-inputs \
    <"$work/pipe" >"$work/out" 2>"$work/err" &
session=$!
exec 7>"$work/pipe"
visit DEC-1 2024-12-31 >&7
visit JAN-1 2025-01-02 >&7
until_in out 1 '"visit_id": "JAN-1"'
[[ $(decided DEC-1) == "direct True" ]] || fail "December before the edit: $(decided DEC-1)"
[[ $(decided JAN-1) == "direct True" ]] || fail "January before the edit: $(decided JAN-1)"

# A date that is wrong by a year fails the tests that the packs carry.
sed 's/2098-12-31/2025-12-31/; s/2099-01-01/2026-01-01/' "$rule" >"$work/wrong"
cp "$rule" "$work/former"
cp "$work/wrong" "$rule"
until_in err 1 "the changed packs are not used"
visit JAN-2 2025-01-03 >&7
until_in out 1 '"visit_id": "JAN-2"'
[[ $(decided JAN-2) == "direct True" ]] || fail "January under a wrong date: $(decided JAN-2)"

# The line as it should be.
cp "$root/stdlib-rules/medicare/part_b_supervision.prv" "$rule"
until_in err 1 "packs changed: "
visit DEC-2 2024-12-31 >&7
visit JAN-3 2025-01-02 >&7
until_in out 1 '"visit_id": "JAN-3"'
[[ $(decided DEC-2) == "direct True" ]] || fail "December after the edit: $(decided DEC-2)"
[[ $(decided JAN-3) == "general False" ]] || fail "January after the edit: $(decided JAN-3)"
[[ $(grep -F '"JAN-3"' "$work/out" | grep -o '"packs": "[^"]*"') != $(grep -F '"JAN-2"' "$work/out" | grep -o '"packs": "[^"]*"') ]] ||
    fail "decisions do not say that other packs decided"
exec 7>&-
wait "$session"
cp "$work/out" "$work/live"

# `proviso diff` had foretold exactly that: of the visits decided before, those of January lose SUPERVISION, those of December
# keep it.
mkdir "$work/old"
cp -r "$work/packs/." "$work/old"
cp "$work/former" "$work/old/medicare/part_b_supervision.prv"
{
    visit DEC-1 2024-12-31
    visit JAN-1 2025-01-02
    visit JAN-2 2025-01-03
} >"$work/visits.ndjson"
expect 1 "diff" diff "$work/old" "$work/packs" --visits "$work/visits.ndjson" --format json
python3 - "$work/out" "$work/live" <<'PY' || fail "diff foretold something else than what came"
import json, sys
foretold = json.load(open(sys.argv[1]))
live = {}  # by key: the first decision; later visits may change it, under whichever packs decide then
for line in open(sys.argv[2]):
    decision = json.loads(line)
    live.setdefault(decision["visit_id"], decision)
assert foretold["summary"]["records"] == 3
assert sorted(record["visit_id"] for record in foretold["records"]) == ["JAN-1", "JAN-2"]
for record in foretold["records"]:
    assert [(f["change"], f["code"]) for f in record["findings"]] == [("lost", "SUPERVISION")]
    change = [(d["before"], d["after"]) for d in record["decisions"] if d["decision"] == "supervision"]
    assert change == [("direct", "general")]
    # The same before the swap as foretold, and what came after it as foretold.
    assert live[record["visit_id"]]["decided"]["supervision"]["value"] == change[0][0]
    assert live["JAN-3"]["decided"]["supervision"]["value"] == change[0][1]
PY

expect 0 "verify" log verify "$work/log"
expect 0 "replay" log replay "$work/log" --packs "$work/old" --packs "$work/packs"
out_lacks "not replayed"
finish
