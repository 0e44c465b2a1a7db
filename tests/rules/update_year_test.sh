#!/usr/bin/env bash
# docs/updating.md, done for 2027 with invented figures in a copy of the packs: lines of data alone, no rule touched. Everything still checks,
# the old year is decided as before, and the new one by its own figures.
set -euo pipefail
proviso=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r stdlib-rules "$scratch/rules"
rules=$scratch/rules

# ---- the recipe
after() { # after FILE TEXT LINE: LINE behind the line that holds TEXT, which must be there once
    [[ $(grep -cF -- "$2" "$1") == 1 ]]
    sed -i "/$(sed 's/[]\/$*.^[]/\\&/g' <<<"$2")/a\\$3" "$1"
}
after "$rules/medicare/part_b_threshold.prv" 'from 2026-01-01 through 2026-12-31 : $2,480' '  from 2027-01-01 through 2027-12-31 : $2,550'
after "$rules/medicare/payment.prv" 'from 2026-01-01 through 2026-12-31 : $33.4009' '  from 2027-01-01 through 2027-12-31 : $34.0000'
after "$rules/medicare/relative_values.csv" '97110,2025-01-01,2025-12-31,' '97110,2027-01-01,2027-12-31,active,0.45,0.44,0.01,yes'
# A pair that is new, one that is deleted, and a limit that falls.
sed -i '1a practitioner,97112,97116,2027-01-01,-,never' "$rules/medicare/ncci_pairs.csv"
sed -i 's/^practitioner,97150,97110,2020-01-01,-,/practitioner,97150,97110,2020-01-01,2026-12-31,/' "$rules/medicare/ncci_pairs.csv"
sed -i 's/^practitioner,97110,-,-,6,day_clinical$/practitioner,97110,-,2026-12-31,6,day_clinical\npractitioner,97110,2027-01-01,-,4,day_clinical/' \
    "$rules/medicare/mue.csv"
cat >>"$rules/cases/threshold.prv" <<'END'

test "the threshold of 2027, and the last day of that of 2026"
  given visit as v1 like clinic_visit
    patient_id "P-1", service_date 2027-01-04,
    allowed_to_date { bucket pt_slp, amount $2,540, as_of 2027-01-03, complete yes },
    services { code 97110, therapist_minutes 15, assistant_minutes 0, allowed $10 }
  given visit as v2 like clinic_visit
    patient_id "P-2", service_date 2026-12-31,
    allowed_to_date { bucket pt_slp, amount $2,470.01, as_of 2026-12-30, complete yes },
    services { code 97110, therapist_minutes 15, assistant_minutes 0, allowed $10 }
  expect claim_lines of v1 are { code 97110, units 1, modifiers { GP } }
  expect claim_lines of v2 are { code 97110, units 1, modifiers { GP, KX } }
end
END
# Lines of data alone: nothing but rows, dated values and a test differs.
if diff -r stdlib-rules "$rules" | grep '^[<>]' | grep -vE '^[<>] (  from 20|[a-z]+,|97110,|practitioner,|test |  given |    |  expect |end$|$)'; then
    echo "the recipe touched something that is no data" >&2
    exit 1
fi

"$proviso" check "$rules" | tee "$scratch/checked"
if grep -q warning "$scratch/checked"; then
    exit 1
fi
"$proviso" test "$rules"

# A visit for each row, the new ones too: decided as tests/rules/table_rows.py works out from the same rows.
python3 tests/rules/table_rows.py "$rules" visits >"$scratch/rows.ndjson"
status=0
"$proviso" run --quiet --packs "$rules" --visits "$scratch/rows.ndjson" --format ndjson >"$scratch/rows" || status=$?
((status <= 1))
python3 tests/rules/table_rows.py "$rules" compare "$scratch/rows"

# ---- visits of both years
python3 - >"$scratch/visits.ndjson" <<'END'
import json

def visit(key, day, services, billed, spent):
    year = day[:4]
    print(json.dumps({
        "visit_id": key, "patient_id": "P-" + key, "service_date": day, "discipline": "PT", "state": "TX",
        "setting": "private_practice", "payor": "medicare_part_b",
        "episode": {"episode_id": "E-" + key, "evaluated_on": day, "evaluated_by_role": "PT", "poc_established_on": day,
                    "poc_established_by_role": "PT", "order_on_file": True},
        "services": [{"code": c, "therapist_minutes": m, "assistant_minutes": 0, "allowed": a} for c, m, a in services],
        "billed": [{"line": str(n + 1), "code": c, "units": u, "modifiers": ["GP"], "charge": "900.00", "allowed": "20.00"}
                   for n, (c, u) in enumerate(billed)],
        "allowed_to_date": [{"bucket": "pt_slp", "amount": spent, "as_of": year + "-01-02" if year == "2027" else "2026-12-30",
                             "complete": True}]}))

for year, day in (("2026", "2026-12-31"), ("2027", "2027-01-04")):
    visit("kx-" + year, day, [("97110", 15, "80.00")], [("97110", 1)], "2475.00")
    visit("price-" + year, day, [("97110", 15, "20.00")], [("97110", 1)], "100.00")
    visit("pair-" + year, day, [("97112", 15, "20.00"), ("97116", 15, "20.00")], [("97112", 1), ("97116", 1)], "100.00")
    visit("deleted-" + year, day, [("97150", 30, "20.00"), ("97110", 15, "20.00")], [("97150", 1), ("97110", 1)], "100.00")
    visit("limit-" + year, day, [("97110", 75, "90.00")], [("97110", 5)], "100.00")
END
decide() {
    local status=0
    "$proviso" run --quiet --packs "$1" --visits "$scratch/visits.ndjson" --format ndjson >"$2" || status=$?
    ((status <= 1))
}
decide stdlib-rules "$scratch/before"
decide "$rules" "$scratch/after"
python3 - "$scratch/before" "$scratch/after" <<'END'
import json, sys

def read(path):
    answers = {}
    for line in open(path, encoding="utf-8"):
        one = json.loads(line)
        one.pop("packs")
        answers[one["visit_id"]] = one
    return answers

before, after = read(sys.argv[1]), read(sys.argv[2])
codes = lambda answers, key: {f["code"] for f in answers[key]["findings"]}
errors = lambda answers, key: {e["rule"] for e in answers[key]["errors"]}
modifiers = lambda answers, key: answers[key]["claim_lines"][0]["modifiers"]

for key in before:
    if key.endswith("2026"):
        assert before[key] == after[key], key
    else:
        assert before[key] != after[key], key
        # Without the year's figures it is said, not guessed.
        assert "medicare.part_b.threshold.kx_modifier" in errors(before, key), key
        assert not errors(after, key), (key, after[key]["errors"])

assert "KX" in modifiers(after, "kx-2026") and "KX" in modifiers(after, "kx-2027")
assert "KX" not in modifiers(after, "price-2027")
# (0.45 + 0.44 + 0.01) * 34 = 30.60; less 2 percent of Medicare's 24.48.
assert after["price-2027"]["priced_lines"][0]["allowed_amount"] == "30.60", after["price-2027"]["priced_lines"]
assert after["price-2027"]["expected_payment"] == "30.11", after["price-2027"]["expected_payment"]
assert "PAIR_NOT_PAYABLE" in codes(after, "pair-2027") and "PAIR_NOT_PAYABLE" not in codes(after, "pair-2026")
assert "PAIR_WITHOUT_MODIFIER" in codes(after, "deleted-2026") and "PAIR_WITHOUT_MODIFIER" not in codes(after, "deleted-2027")
assert "UNITS_UNLIKELY" in codes(after, "limit-2027") and "UNITS_UNLIKELY" not in codes(after, "limit-2026")
print(f"{len(before)} visits, {sum(before[k] != after[k] for k in before)} decided otherwise with the figures of 2027")
END
# Said by the command too: only visits of 2027 are among the changes.
status=0
"$proviso" run --quiet --packs "$rules" --visits "$scratch/visits.ndjson" --format ndjson --changed-from "$scratch/before" >"$scratch/changed" || status=$?
((status <= 1))
[[ $(grep -c '"visit_id": "[a-z]*-2027"' "$scratch/changed") == 5 ]]
if grep -q '"visit_id": "[a-z]*-2026"' "$scratch/changed"; then
    exit 1
fi
