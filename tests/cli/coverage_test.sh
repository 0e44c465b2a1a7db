#!/usr/bin/env bash
# test --coverage, --uncovered, --require: over a pack of which it is known what its tests cover.
source "$(dirname "$0")/lib.sh"
packs=$(dirname "$0")/coverage

expect 0 "test --coverage" test --coverage "$packs"
out_has "covered by tests    rules  exceptions  clauses     rows   values  findings    steps"
out_has "  parcels         2/4 50%      0/1 0%  2/6 33%  2/3 66%  8/9 88%   1/2 50%  2/3 66%"
out_has "all packs         2/4 50%      0/1 0%  2/6 33%  2/3 66%  8/9 88%   1/2 50%  2/3 66%"
out_lines 3
err_has "2 tests, all passed"

# Every line that is not covered, in the order of the text, and nothing else.
expect 0 "test --uncovered" test --uncovered "$packs"
line() { echo "$packs/parcels.prv:$(grep -n -m "$1" -- "$2" "$packs/parcels.prv" | tail -1 | cut -d: -f1): $3"; }
{
    line 1 'from 2023-01-01 through 2023-12-31 : 30' 'value of limit: never read'
    line 1 '| overseas |' 'row of zone: never answered'
    line 1 'decision care' 'step utmost of care: never demanded'
    line 1 'finding LOST' 'finding LOST: never reported'
    line 1 'parcel.urgent is yes' 'test parcel.urgent is yes: never yes'
    line 1 'exception light_urgent' 'exception light_urgent: never applied'
    line 2 'parcel.urgent is yes' 'test parcel.urgent is yes: never yes'
    line 1 'rule handle_slow' 'rule handle_slow: never applied'
    line 1 'zone.wait for' 'test zone.wait for (parcel.region) exceeds 10: never yes'
    line 1 'rule lose' 'rule lose: never applied'
    line 1 'parcel.weight is 0' 'test parcel.weight is 0: never yes'
} >"$work/expected"
head -n -3 "$work/out" | diff "$work/expected" - || fail "--uncovered lists something else"
cp "$work/out" "$work/first"
expect 0 "the same again" test --uncovered "$packs"
cmp -s "$work/out" "$work/first" || fail "--uncovered is not stable"

expect 0 "as JSON" test --coverage --format json "$packs"
out_has '"all": {"rules": {"covered": 2, "of": 4}, "exceptions": {"covered": 0, "of": 1}, "clauses": {"covered": 2, "of": 6}'
out_has '{"kind": "rows", "pack": "parcels", "at": "'
out_has '"lacks": "never answered"}'
expect 0 "without coverage as JSON" test --format json "$packs"
out_lacks '"coverage"'

# Each test covers what it was written for: without it that is missing. What was published later is not read as of a day before.
without() { sed "/^test \"$1/,/^end/d" "$packs/parcels.prv" >"$work/parcels.prv"; }
without "as was known in March"
expect 0 "nothing known earlier" test --uncovered "$work/parcels.prv"
out_has "value of share: never read"
out_has "7/9 77%"
without "heavy and abroad"
expect 0 "only what was known in March" test --uncovered "$work/parcels.prv"
out_has "value of share: never read"
out_has "rule heavy: never applied"
out_has "alternative of grace: never in force"
out_has "alternative of handle: never in force"
out_has "test parcel.weight exceeds limit: never yes"
out_has "test parcel.region is abroad: never no"

# A rule that applies in every test is not seen to tell anything apart.
sed 's/when parcel.weight is 0/when parcel.weight exceeds 0/' "$packs/parcels.prv" |
    sed 's/expect no findings/expect no HEAVY/' >"$work/parcels.prv"
expect 0 "never no" test --uncovered "$work/parcels.prv"
out_has "rule lose: applied everywhere"
out_has "test parcel.weight exceeds 0: never no"

# What no row of a table lets be yes: a clause is covered by its no, a rule by being left open.
settled=$(dirname "$0")/settled/parcels.prv
expect 0 "answers that tables never give" test --uncovered "$settled"
out_has "test zone.far for (parcel.region) is yes: not both yes and no, by its tables"
out_has "rule far_normal: not both yes and no, by its tables"
out_has "rule overseas_utmost: never left open"
out_has "rule far: not both yes and no, by its tables"
out_has "of these cannot be both yes and no"
expect 0 "the same as JSON" test --coverage --format json "$settled"
out_has '"one_sided": ['

expect 0 "thresholds that are met" test --require rules=50,values=88 "$packs"
expect 1 "a threshold that is not" test --require rules=100,clauses=33,rows=67 "$packs"
err_has "tests cover 2/4 50% of rules; 100% is required"
err_has "tests cover 2/3 66% of rows; 67% is required"
err_lacks "of clauses"
expect 2 "no such threshold" test --require lines=100 "$packs"
err_has "\`lines\` cannot be required; there are rules, exceptions, clauses"
expect 2 "no percentage" test --require rules=many "$packs"
err_has "needs a whole number of percent"
expect 2 "coverage of some tests" test --coverage --filter heavy "$packs"
err_has "leave --filter away"

finish
