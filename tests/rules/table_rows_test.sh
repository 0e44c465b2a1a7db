#!/usr/bin/env bash
# Every row of the files beside packs is answered by some visit, and what is decided about those visits is what
# tests/rules/table_rows.py works out from the same rows.
set -euo pipefail
proviso=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 tests/rules/table_rows.py stdlib-rules visits >"$scratch/visits.ndjson"
decide() { # decide PACKS: 0 or 1 is an answer
    local status=0
    "$proviso" run --quiet --packs "$1" --visits "$scratch/visits.ndjson" --format ndjson >"$scratch/decisions.ndjson" || status=$?
    ((status <= 1))
}
decide stdlib-rules
python3 tests/rules/table_rows.py stdlib-rules compare "$scratch/decisions.ndjson"
"$proviso" test stdlib-rules --visits "$scratch/visits.ndjson" --coverage \
    --require rules=100,exceptions=100,clauses=95,rows=100,data=100,values=100,findings=100,steps=100 | tail -2

# The comparison sees what is wrong: a pair that begins a day late, another limit, another share.
cp -r stdlib-rules "$scratch/rules"
change() { # change FILE FROM TO
    sed -i "s/$2/$3/" "$scratch/rules/$1"
    if cmp -s "stdlib-rules/$1" "$scratch/rules/$1"; then
        echo "nothing to change in $1" >&2
        exit 1
    fi
}
change medicare/ncci_pairs.csv '^practitioner,97150,97110,2020-01-01,' 'practitioner,97150,97110,2020-01-02,'
change medicare/mue.csv '^practitioner,97110,-,-,6,' 'practitioner,97110,-,-,7,'
change medicare/payment.prv '80% of allowed_amount of priced_line \* assistant_factor' '79% of allowed_amount of priced_line * assistant_factor'
decide "$scratch/rules"
if python3 tests/rules/table_rows.py stdlib-rules compare "$scratch/decisions.ndjson" 2>"$scratch/wrong"; then
    exit 1
fi
for kind in pairs units amounts; do
    grep -q "^  $kind: expected" "$scratch/wrong" || { echo "wrong $kind were not seen" >&2; exit 1; }
done
