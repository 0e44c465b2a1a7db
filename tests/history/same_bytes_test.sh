#!/usr/bin/env bash
# However the records come in, the same bytes come out.
source "$(dirname "$0")/lib.sh"
root=$(cd "$here/../.." && pwd)

# Everything at once, in one order or another, in one file or several, by one thread or two, in memory or not.
all_ways() {
    local name=$1 file=$work/in.ndjson
    decide "$file" --threads 1
    cp "$work/out" "$work/want"
    [[ -s $work/want ]] || fail "$name: nothing was decided"
    decide "$file" --threads 2
    same out want "$name, two threads"
    shuf --random-source=<(yes) "$file" >"$work/shuffled"
    decide "$work/shuffled"
    same out want "$name, another order"
    split -n l/3 "$file" "$work/part."
    decide "$work"/part.*
    same out want "$name, several files"
    decide "$file" --memory 1K
    same out want "$name, more than memory holds"
    rm -f "$work"/store.db*
    decide --store "$work/store.db" "$file" --all
    same out want "$name, a store fed at once"
    decide --store "$work/store.db" "$file"
    [[ ! -s $work/out ]] || fail "$name: feeding the same again changed decisions"
    decide --store "$work/store.db" --all
    same out want "$name, a store read again"
    rm -f "$work"/part.*
}

# Some lines at a time into a store; after each feed what is there is what one run over all of it says.
piece_by_piece() {
    local name=$1 pieces=$2 file=$work/in.ndjson
    rm -f "$work"/store.db* "$work"/piece.*
    split -n "l/$pieces" "$file" "$work/piece."
    : >"$work/sofar"
    : >"$work/latest"
    for piece in "$work"/piece.*; do
        cat "$piece" >>"$work/sofar"
        decide --store "$work/store.db" "$piece"
        cp "$work/out" "$work/changed"
        python3 - "$work" <<'END'
import sys
work = sys.argv[1]
key = lambda line: line.split('"')[3]
latest = {key(line): line for line in open(work + "/latest")}
latest.update((key(line), line) for line in open(work + "/changed"))
for line in open(work + "/err"):
    if line.startswith("gone: "):
        latest.pop(line[6:].strip(), None)
open(work + "/latest", "w").writelines(latest[each] for each in sorted(latest))
END
        decide "$work/sofar"
        same latest out "$name, after $(basename "$piece")"
        ((failed)) && return
    done
}

packs=$here/shop.prv
for seed in $(seq 1 "$([[ -n ${LONG:-} ]] && echo 60 || echo 3)"); do
    rejected=$((seed % 3 * 4))
    python3 "$here/shop_history.py" $((30 + seed * 7)) "$seed" "$rejected" >"$work/in.ndjson"
    all_ways "shop $seed"
    piece_by_piece "shop $seed" 7
    ((failed)) && finish
done

packs=$root/stdlib-rules
python3 "$here/clinic_history.py" --patients 12 --visits 200 --corrections 6 --rejected 1 >"$work/in.ndjson"
all_ways clinic
piece_by_piece clinic 3
finish
