#!/usr/bin/env bash
# --changed-from tells what differs from an earlier run, and --as-of asks a store what was known on a day.
source "$(dirname "$0")/lib.sh"
packs=$here/shop.prv
python3 "$here/shop_history.py" 60 3 0 | grep -v '"revision": 1' >"$work/in.ndjson"
decide "$work/in.ndjson"
cp "$work/out" "$work/earlier"

decide "$work/in.ndjson" --changed-from "$work/earlier"
[[ ! -s $work/out ]] || fail "the same decisions count as changed"

# Without its last record: that one is gone, and only those that shared a group with it may have changed.
tail -1 "$work/in.ndjson" >"$work/last"
head -n -1 "$work/in.ndjson" >"$work/fewer"
decide "$work/fewer"
cp "$work/out" "$work/whole"
decide "$work/fewer" --changed-from "$work/earlier"
diff "$work/earlier" "$work/whole" | sed -n 's/^> //p' >"$work/wanted"
same out wanted "what changed"
key=$(cut -d'"' -f4 "$work/last")
grep -q "^gone: $key\$" "$work/err" || fail "what is gone is not said"

echo "no decision" >"$work/bad"
"$command" run --packs "$packs" "$work/in.ndjson" --changed-from "$work/bad" >"$work/out" 2>"$work/err"
(($? == 2)) || fail "a file without decisions is taken"

# What a store says as of a day is what was known on that day.
python3 "$here/shop_history.py" 60 3 0 >"$work/in.ndjson"
decide --store "$work/store.db" "$work/in.ndjson" --all
for day in 2024-12-20 2025-01-10; do
    decide "$work/in.ndjson" --as-of $day
    cp "$work/out" "$work/want"
    decide --store "$work/store.db" --as-of $day --all
    same out want "as of $day"
done
finish
