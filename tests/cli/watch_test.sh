#!/usr/bin/env bash
# run --watch and run --shadow: records as they come, packs swapped under them.
source "$(dirname "$0")/lib.sh"
cp -r "$(dirname "$0")/packs" "$work/packs"
packs=$work/packs

order() { printf '{"order_id": "%s", "customer_id": "C", "ordered_on": "2025-03-01", "speed": "fast", "insured": true, "items": [{"sku": "A", "weight": %s}]}\n' "$@"; }

# swap <from> <to>: as an editor saves.
swap() {
    sed "s/$1/$2/" "$packs/orders.prv" >"$work/new.prv"
    mv "$work/new.prv" "$packs/orders.prv"
}

# ---- records decide one by one; packs are swapped, and each decision says under which
begin --format ndjson --timings --log "$work/log" --log-inputs
order O-1 60 >&7
until_in out 1 '"packs"'
out_has HEAVY_FAST
first=$(grep -o '"packs": "[^"]*"' "$work/out" | tail -1)
swap 'fast and weight_of_all of order exceeds 50' 'fast and weight_of_all of order exceeds 65'
until_in err 1 "packs changed: "
err_has "4 tests passed"
err_has "timings: notice "
order O-2 60 >&7
until_in out 2 '"packs"'
[[ $(grep -c HEAVY_FAST "$work/out") == 1 ]] || fail "the swapped packs decide as the former ones"
second=$(grep -o '"packs": "[^"]*"' "$work/out" | tail -1)
[[ $first != "$second" ]] || fail "decisions do not say which packs decided"

# ---- what does not compile, or fails its own tests, does not replace what is in use
cp "$packs/orders.prv" "$work/good.prv"
swap '^rule insured' 'rool insured'
until_in err 1 "the changed packs are not used"
err_has "error[E0"
order O-3 60 >&7
until_in out 3 '"packs"'
[[ $(grep -o '"packs": "[^"]*"' "$work/out" | tail -1) == "$second" ]] || fail "broken packs are used"
cp "$work/good.prv" "$packs/orders.prv"
swap 'order.speed is fast and' 'order.speed is slow and'
until_in err 2 "the changed packs are not used"
err_has "failed"
order O-4 60 >&7
until_in out 4 '"packs"'
[[ $(grep -o '"packs": "[^"]*"' "$work/out" | tail -1) == "$second" ]] || fail "packs that fail their tests are used"
rm "$packs/orders.prv"
until_in err 3 "the changed packs are not used"
order O-5 80 >&7
until_in out 5 '"packs"'
[[ $(grep -c HEAVY_FAST "$work/out") == 2 ]] || fail "a pack that is gone took its rules along"

# ---- back again, with another form of records
sed 's/^  insured     : yes_no optional/&\n  wrapped     : yes_no optional/' "$work/good.prv" >"$packs/orders.prv"
until_in err 2 "packs changed: "
order O-6 60 >&7
until_in out 6 '"packs"'
echo 'no record' >&7
until_in err 1 "stdin:7: E2001"
end 2 "a session with a rejected line"
err_has "7 lines handed in, 6 decisions told"
err_has "packs changed 2 times, were refused 3 times"
out_lines 6
cp "$packs/orders.prv" "$work/last.prv"
expect 0 "verify" log verify "$work/log"
mkdir "$work/p1" "$work/p2" "$work/p3"
cp "$(dirname "$0")/packs/orders.prv" "$work/p1"
cp "$work/good.prv" "$work/p2"
cp "$work/last.prv" "$work/p3"
expect 0 "replay" log replay "$work/log" --packs "$work/p1" --packs "$work/p2" --packs "$work/p3"
out_has "6 decisions came out the same"

# ---- a file that grows, after one that is known; a signal ends it. What a session before said is no answer.
order O-0 60 >"$work/before.ndjson"
printf '%s' "$(order O-1 60)" >"$work/grows.ndjson"
: >"$work/out" >"$work/err"
"$command" run --watch --packs "$packs" --format ndjson "$work/before.ndjson" "$work/grows.ndjson" \
    >"$work/out" 2>"$work/err" &
session=$!
until_in out 1 '"O-0"'
order O-2 60 >"$work/next"
out_lacks '"O-1"'
{
    echo
    cat "$work/next"
} >>"$work/grows.ndjson"
until_in out 1 '"O-2"'
out_has '"O-1"'
kill -TERM "$session"
wait "$session"
err_has "3 lines handed in, 3 decisions told"
: >"$work/out" >"$work/err"
"$command" run --watch --packs "$packs" --format ndjson "$work/grows.ndjson" >"$work/out" 2>"$work/err" &
session=$!
until_in out 1 '"O-2"'
: >"$work/grows.ndjson"
wait "$session"
[[ $? == 2 ]] || fail "a file that shrinks goes unnoticed"
err_has "became shorter"

# ---- a record that comes again; a store that goes on; what cannot be
begin --format compact --store "$work/orders.db"
order O-1 80 >&7
until_in out 1 O-1
end 1 "a session over a store"
begin --format compact --store "$work/orders.db"
order O-2 80 >&7
until_in out 1 O-2
end 1 "the next session over it"
out_lacks O-1
expect 2 "json in one piece" run --watch --packs "$packs" --format json
expect 2 "nothing to follow" run --watch --packs "$packs" "$work/none.ndjson"

# ---- shadow: the candidate changes nothing
cp -r "$work/p2" "$work/candidate"
sed -i 's/exceeds 65/exceeds 20/' "$work/candidate/good.prv"
for ((index = 0; index < 200; ++index)); do
    order "O-$index" $((index % 90))
done >"$work/orders.ndjson"
expect 1 "alone" run --packs "$packs" --format ndjson "$work/orders.ndjson"
cp "$work/out" "$work/alone"
expect 1 "with a candidate" run --packs "$packs" --format ndjson --shadow "$work/candidate" \
    --shadow-out "$work/differ.ndjson" "$work/orders.ndjson"
cmp -s "$work/out" "$work/alone" || fail "a candidate shows in the decisions"
differ=$(python3 -c 'print(sum(20 < i % 90 <= 65 for i in range(200)))')
err_has "shadow: 200 decisions compared, $differ differ"
err_has "HEAVY_FAST: $differ more, 0 fewer"
[[ $(wc -l <"$work/differ.ndjson") == "$differ" ]] || fail "not every disagreement is written"
python3 -c '
import json, sys
for line in open(sys.argv[1]):
    pair = json.loads(line)
    assert pair["active"]["packs"] != pair["candidate"]["packs"] and pair["key"] == pair["active"]["order_id"]
' "$work/differ.ndjson" || fail "not the pairs that were promised"
for round in 1 2; do
    expect 1 "a sample" run --packs "$packs" --format ndjson --shadow "$work/candidate" --sample 20% \
        --shadow-out "$work/sample.$round" "$work/orders.ndjson"
    cmp -s "$work/out" "$work/alone" || fail "a sample shows in the decisions"
done
cmp -s "$work/sample.1" "$work/sample.2" || fail "the sample is not the same each time"
compared=$(sed -n 's/^shadow: \([0-9]*\) decisions.*/\1/p' "$work/err")
((compared > 15 && compared < 70)) || fail "$compared of 200 are no 20%"
expect 1 "a candidate that is broken" run --packs "$packs" --format ndjson --shadow "$work/none" "$work/orders.ndjson"
cmp -s "$work/out" "$work/alone" || fail "a broken candidate shows in the decisions"
err_has "nothing was compared"
expect 2 "no sample" run --packs "$packs" --shadow "$work/candidate" --sample many "$work/orders.ndjson"
begin --format ndjson -q --shadow "$work/candidate"
cat "$work/orders.ndjson" >&7
end 1 "shadow in a session"
err_has "shadow: 200 decisions compared, $differ differ"
sort "$work/out" >"$work/sorted"
sort "$work/alone" | cmp -s - "$work/sorted" || fail "a session decides otherwise"
finish
