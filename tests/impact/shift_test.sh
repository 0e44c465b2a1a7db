#!/usr/bin/env bash
# The 2025 supervision shift over the example clinic: `diff` says exactly what two plain runs, compared by a script of its own, say.
source tests/cli/lib.sh
command=$(realpath "$command")
visits=examples/clinic/visits.ndjson

expect_run() { "$command" run --packs "$1" --visits "$2" --format json -q >"$3" 2>/dev/null || (($? == 1)) || fail "run"; }

cp -r stdlib-rules "$work/rules"
sed -i 's/through 2024-12-31 : direct/through 2025-12-31 : direct/; s/from 2025-01-01    : general/from 2026-01-01    : general/' \
    "$work/rules/medicare/part_b_supervision.prv"
expect_run stdlib-rules $visits "$work/old.json"
expect_run "$work/rules" $visits "$work/new.json"

expect 1 "text of the shift" diff stdlib-rules "$work/rules"
out_lines 7
out_has "require supervision of visit at least direct through 2025-12-31, was through 2024-12-31"
out_has "require supervision of visit at least general from 2026-01-01, was from 2025-01-01"

expect 1 "diff as csv" diff stdlib-rules "$work/rules" --visits $visits --format csv
cp "$work/out" "$work/diff.csv"
expect 1 "diff as json" diff stdlib-rules "$work/rules" --visits $visits --format json --threads 1
cp "$work/out" "$work/diff.json"
python3 tests/impact/compare_runs.py "$work/old.json" "$work/new.json" "$work/diff.json" "$work/diff.csv" $visits ||
    fail "the diff and the runs disagree"

# The way back exchanges gained and lost.
expect 1 "the way back" diff "$work/rules" stdlib-rules --visits $visits --format json
cp "$work/out" "$work/back.json"
expect 1 "the way back as csv" diff "$work/rules" stdlib-rules --visits $visits --format csv
python3 tests/impact/compare_runs.py "$work/new.json" "$work/old.json" "$work/back.json" "$work/out" $visits ||
    fail "the diff and the runs disagree on the way back"

# Any order of records and number of threads, and records that memory does not hold: the same bytes.
sort -r $visits >"$work/reversed.ndjson"
expect 1 "reversed" diff stdlib-rules "$work/rules" --visits "$work/reversed.ndjson" --format json --threads 4
cmp -s "$work/out" "$work/diff.json" || fail "the order of records or the number of threads shows"
expect 1 "over disk" diff stdlib-rules "$work/rules" --visits $visits --format json --memory 1M
cmp -s "$work/out" "$work/diff.json" || fail "records that memory does not hold are compared otherwise"

# One record, with where the reasons part.
expect 1 "one visit" diff stdlib-rules "$work/rules" --visits $visits --visit V-1020
out_has "gained SUPERVISION on visit by therapy.checks.supervision_met"
out_has "says: require supervision of at least direct on visit"
out_has "[general -> direct] supervision"

expect 0 "the same set" diff stdlib-rules stdlib-rules --visits $visits
out_has "the packs say the same"
out_has "477 visits decided by both sets, 0 differently"

# The example itself.
(cd "$work" && bash "$OLDPWD/examples/impact/impact.sh" "$command" "$work/example.html" >"$work/out" 2>"$work/err") ||
    fail "the example fails"
out_has "decided by both sets"
grep -q 'V-1020' "$work/example.html" || fail "the page lacks a visit"
grep -q 'Where the reasons part' "$work/example.html" || fail "the page lacks the reasons"
finish
