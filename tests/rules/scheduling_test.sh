#!/usr/bin/env bash
# The table of examples/scheduling says what the packs decide. PROVISO_UPDATE_GOLDEN=1 writes it anew, to be read as a change.
set -euo pipefail
proviso=$1
table=examples/scheduling/matrix.csv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

python3 examples/scheduling/matrix.py --visits | cmp - examples/scheduling/visits.ndjson
python3 examples/scheduling/matrix.py "$proviso" >"$scratch/matrix.csv"
if [[ -n ${PROVISO_UPDATE_GOLDEN:-} ]]; then
    cp "$scratch/matrix.csv" "$table"
fi
diff -u "$table" "$scratch/matrix.csv"

# A cell is an answer with reason and source, or says what is not known.
python3 - "$table" <<'END'
import csv, sys

rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
assert len(rows) == 12 * 7
for row in rows:
    where = row["state"], row["payor"]
    if row["assistant_may_treat"] == "not known":
        assert row["not_known"], where
    if row["assistant_may_treat"] == "no":
        assert row["against_it"], where
    if row["therapist_must_be"] != "not known":
        assert row["because_of"] and row["source"], where
    if row["share"].replace(".", "").isdigit():
        assert row["share_because_of"] and row["share_source"], where
    assert row["assistant_may_treat"] in ("yes", "no", "not known"), where
answers = {(r["state"], r["payor"]): r for r in rows}
assert answers["TX", "medicare_part_b"]["assistant_may_treat"] == "yes"
assert answers["TX", "medicare_part_b"]["share"] == "0.85"
assert answers["TX", "commercial"]["share"] == "1"
assert answers["NY", "self_pay"]["assistant_may_treat"] == "no"
assert answers["IL", "self_pay"]["assistant_may_treat"] == "not known"
END
echo "$(($(wc -l <"$table") - 1)) cells"

# With the therapist in the room supervision is met, whatever it is; where the state's law on it was not read there is no yes all the same.
python3 - <<'END' >"$scratch/visits.ndjson"
import json

for line in open("examples/scheduling/visits.ndjson", encoding="utf-8"):
    visit = json.loads(line)
    if visit["payor"] == "self_pay" and visit["state"] in ("IL", "TX"):
        print(json.dumps(visit | {"supervisor_presence": "in_room"}))
END
status=0
"$proviso" run --quiet --packs stdlib-rules --visits "$scratch/visits.ndjson" --format ndjson >"$scratch/decisions.ndjson" || status=$?
((status <= 1))
python3 - "$scratch/decisions.ndjson" <<'END'
import json, sys

answers = sorted((d["assistant_may_treat"] for d in map(json.loads, open(sys.argv[1], encoding="utf-8"))), key=str)
assert len(answers) == 2 and answers[0] is True, answers
assert "table:scheduling.assistant.unread_supervision" in answers[1]["unknown"], answers
END
