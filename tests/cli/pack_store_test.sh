#!/usr/bin/env bash
# `proviso store` as its users see it: install, activate, roll back, list, history, and what is refused.
# usage: pack_store_test.sh <proviso>
set -euo pipefail
proviso=$1
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$1" >&2
    exit 1
}
# refused <code> <command...>: exits with 2 and says the code.
refused() {
    local code=$1 status=0
    shift
    "$@" >"$work/out" 2>&1 || status=$?
    [[ $status == 2 ]] && grep -q "$code" "$work/out" || fail "$* should be refused with $code: $(cat "$work/out")"
}

"$proviso" keygen "$work/key" >/dev/null
for revision in 1 2 3; do
    "$proviso" build examples/first_pack -o "$work/$revision.proviso" --name parcels --revision "$revision" \
        --sign "$work/key.key" >/dev/null 2>&1
done
store=$work/store
trust=(--trust "$work/key.pub" --why "a test" --by tester)

refused E3101 "$proviso" store list "$store"
"$proviso" store install "$store" "$work/1.proviso" "${trust[@]}" >/dev/null
refused E3112 "$proviso" store active "$store"
"$proviso" store activate "$store" parcels@1 "${trust[@]}" >/dev/null
"$proviso" store install "$store" "$work/3.proviso" "${trust[@]}" >/dev/null
refused E3104 "$proviso" store install "$store" "$work/2.proviso" "${trust[@]}"
"$proviso" store activate "$store" parcels@3 "${trust[@]}" >/dev/null
refused E3104 "$proviso" store activate "$store" parcels@1 "${trust[@]}"
refused E3106 "$proviso" store activate "$store" parcels@9 "${trust[@]}"
# A set that nobody trusted signed is neither installed nor made active.
"$proviso" keygen "$work/other" >/dev/null
refused E3004 "$proviso" store install "$store" "$work/3.proviso" --trust "$work/other.pub" --why w
refused E3110 "$proviso" store rollback "$store" --trust "$work/key.pub" --why $'two\nlines'

active=$("$proviso" store active "$store")
cmp "$active" "$work/3.proviso"
"$proviso" run --packs "$active" --trust "$work/key.pub" --visits examples/first_pack/parcels.ndjson --format ndjson \
    >"$work/decided" || [[ $? == 1 ]]
[[ -s $work/decided ]] || fail "the active set decides"
"$proviso" store rollback "$store" "${trust[@]}" >/dev/null
"$proviso" store list "$store" | grep -q '^\* parcels@1 ' || fail "revision 1 is active again"
"$proviso" store history "$store" >"$work/history"
[[ $(wc -l <"$work/history") == 5 ]] || fail "five acts: $(cat "$work/history")"
grep -q "rollback  parcels@1  by tester: a test" "$work/history" || fail "the roll back is told"

# A changed byte of an installed set is noticed and healed by installing it again.
installed=$("$proviso" store active "$store")
chmod u+w "$installed"
printf 'X' | dd of="$installed" bs=1 seek=100 conv=notrunc status=none
refused E3109 "$proviso" store active "$store"
"$proviso" store install "$store" "$work/1.proviso" "${trust[@]}" >/dev/null
[[ $("$proviso" store active "$store") == "$installed" ]] || fail "healed"
printf 'X' | dd of="$store/journal" bs=1 seek=3 conv=notrunc status=none
refused E3102 "$proviso" store list "$store"
