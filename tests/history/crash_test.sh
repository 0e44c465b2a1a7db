#!/usr/bin/env bash
# A run over a store that dies at any moment loses nothing that it acknowledged, and the next run ends with the same bytes.
source "$(dirname "$0")/lib.sh"
packs=$here/shop.prv
python3 "$here/shop_history.py" 150 5 2 >"$work/in.ndjson"
decide "$work/in.ndjson"
cp "$work/out" "$work/want"
split -n l/4 "$work/in.ndjson" "$work/piece."

# How long a whole run takes, in milliseconds.
began=$(date +%s%N)
decide --store "$work/time.db" "$work/in.ndjson"
whole=$((($(date +%s%N) - began) / 1000000 + 1))

rounds=$([[ -n ${LONG:-} ]] && echo 300 || echo 12)
for round in $(seq 1 "$rounds"); do
    rm -f "$work"/store.db*
    for piece in "$work"/piece.*; do
        "$command" run --packs "$packs" --store "$work/store.db" --quiet --format ndjson "$piece" \
            >"$work/killed.out" 2>"$work/killed.err" &
        pid=$!
        sleep "$(printf '0.%03d' $((whole * (round * 37 % 100) / 100 % 1000)))"
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        # The feed again, as whoever got no answer does; that is safe at any time.
        decide --store "$work/store.db" "$piece"
    done
    decide --store "$work/store.db" --all
    same out want "killed, round $round"
    ((failed)) && break
done

# What was acknowledged is there though the run died while it decided.
rm -f "$work"/store.db*
lines=0
for piece in "$work"/piece.??; do
    "$command" run --packs "$packs" --store "$work/store.db" --format ndjson "$piece" >"$work/out" 2>"$piece.err" &
    pid=$!
    for _ in $(seq 100); do
        grep -qs '^stored: ' "$piece.err" && break
        sleep 0.01
    done
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    grep -q '^stored: ' "$piece.err" || continue
    lines=$((lines + 1))
    cat "$piece" >>"$work/acknowledged"
done
((lines > 0)) || fail "no run came to acknowledge anything"
decide "$work/acknowledged"
cp "$work/out" "$work/want"
decide --store "$work/store.db" --all
# A run that died before its answer may have stored more, never less.
((lines < 4)) || same out want "acknowledged records"
finish
