#!/usr/bin/env bash
# run --watch over what was compiled before: the active set of a store, a pack-set file that is replaced. What does not
# verify never replaces what is in use.
source "$(dirname "$0")/lib.sh"
texts=$work/texts
cp -r "$(dirname "$0")/packs" "$texts"
order() { printf '{"order_id": "%s", "customer_id": "C", "ordered_on": "2025-03-01", "speed": "fast", "insured": true, "items": [{"sku": "A", "weight": %s}]}\n' "$@"; }
digest() { grep -o '"packs": "[^"]*"' "$work/out" | tail -1; }
heavy() { grep -c HEAVY_FAST "$work/out"; }
# build_set <revision> <limit> [<argument>...]
build_set() {
    sed -i "s/weight_of_all of order exceeds [0-9]*/weight_of_all of order exceeds $2/" "$texts/orders.prv"
    "$command" build "$texts" -o "$work/$1.proviso" --name orders --revision "$1" "${@:3}" >"$work/out" 2>"$work/err" ||
        fail "build of revision $1"
}
store() { expect 0 "store $1" store "$1" "$work/store" "${@:2}" --trust "$work/key.pub" --why test --by tester; }

"$command" keygen "$work/key" >"$work/out"
"$command" keygen "$work/stranger" >"$work/out"
build_set 1 50 --sign "$work/key.key"
build_set 2 65 --sign "$work/key.key"
# Compiles, and fails a test of its own.
sed -i 's/order.speed is fast and/order.speed is slow and/' "$texts/orders.prv"
build_set 3 65 --sign "$work/key.key"
sed -i 's/order.speed is slow and/order.speed is fast and/' "$texts/orders.prv"

# ---- the active set of a store: activated, rolled back
store install "$work/1.proviso"
packs=$work/store
expect 2 "nothing is active" run --watch --packs "$packs" --trust "$work/key.pub"
err_has E3112
store activate orders@1
expect 2 "nobody is trusted" run --watch --packs "$packs"
err_has E3004
expect 1 "a store is used like a file" run --packs "$packs" --trust "$work/key.pub" --format ndjson -q <(order O-0 60)
begin --format ndjson --trust "$work/key.pub" --timings --log "$work/log" --log-inputs
order O-1 60 >&7
until_in out 1 '"packs"'
[[ $(heavy) == 1 ]] || fail "revision 1 decides"
first=$(digest)
cp "$work/out" "$work/out.session" && cp "$work/err" "$work/err.session"
# The commands must not write over what the session says.
quietly() { "$command" "$@" >"$work/quiet" 2>&1 || fail "$*: $(cat "$work/quiet")"; }
acts=(--trust "$work/key.pub" --why test --by tester)
quietly store install "$packs" "$work/2.proviso" "${acts[@]}"
order O-2 60 >&7
until_in out 2 '"packs"'
[[ $(digest) == "$first" ]] || fail "a set that is only installed decides"
quietly store activate "$packs" orders@2 "${acts[@]}"
until_in err 1 "packs changed: "
err_has "4 tests passed; orders revision 2"
err_has "timings: notice "
order O-3 60 >&7
until_in out 3 '"packs"'
[[ $(heavy) == 2 && $(digest) != "$first" ]] || fail "the activated set does not decide"
second=$(digest)
quietly store install "$packs" "$work/3.proviso" "${acts[@]}"
quietly store activate "$packs" orders@3 "${acts[@]}"
until_in err 1 "the changed packs are not used"
err_has "2 tests of 4 failed"
order O-4 60 >&7
until_in out 4 '"packs"'
[[ $(digest) == "$second" ]] || fail "a set that fails its tests decides"
quietly store rollback "$packs" orders@1 "${acts[@]}"
until_in err 2 "packs changed: "
err_has "orders revision 1"
order O-5 60 >&7
until_in out 5 '"packs"'
[[ $(digest) == "$first" && $(heavy) == 3 ]] || fail "rolling back does not reach the session"
# A set whose file was damaged since it was installed, and a store that was.
set=$("$command" store list "$packs" | sed -n 's/^  orders@2 .*/orders@2/p')
[[ $set == orders@2 ]] || fail "revision 2 is installed"
active=$("$command" store active "$packs")
chmod u+w "$active"
printf 'X' | dd of="$active" bs=1 seek=100 conv=notrunc status=none
printf 'x' >>"$packs/active"
until_in err 2 "the changed packs are not used"
err_has "E3102"
order O-6 60 >&7
until_in out 6 '"packs"'
[[ $(digest) == "$first" ]] || fail "a damaged store changes what decides"
end 1 "a session over a store"
err_has "packs changed 2 times, were refused 2 times"
expect 0 "replay" log replay "$work/log" --packs "$work/1.proviso" --packs "$work/2.proviso" --trust "$work/key.pub"
out_has "6 decisions came out the same"
# ---- a file that is replaced; what is not signed, by a stranger, damaged, or older never takes its place
packs=$work/used.proviso
cp "$work/1.proviso" "$packs"
# put <file>: as whoever delivers it does.
put() { cp "$1" "$work/put" && mv "$work/put" "$packs"; }
begin --format ndjson --trust "$work/key.pub"
order O-1 60 >&7
until_in out 1 '"packs"'
first=$(digest)
put "$work/2.proviso"
until_in err 1 "packs changed: "
order O-2 60 >&7
until_in out 2 '"packs"'
[[ $(heavy) == 1 && $(digest) != "$first" ]] || fail "the file that took its place does not decide"
second=$(digest)
sed -i 's/exceeds 65/exceeds 20/' "$texts/orders.prv"
"$command" build "$texts" -o "$work/bare.proviso" --name orders --revision 9 >"$work/quiet" 2>&1
put "$work/bare.proviso"
until_in err 1 E3006
cp "$work/bare.proviso" "$work/strange.proviso"
"$command" sign "$work/strange.proviso" --key "$work/stranger.key" >"$work/quiet" 2>&1
put "$work/strange.proviso"
until_in err 1 E3004
{ cat "$work/2.proviso"; echo; } >"$work/long"
put "$work/long"
until_in err 1 E3002
put "$work/1.proviso"
until_in err 1 E3008
rm "$packs"
until_in err 5 "the changed packs are not used"
order O-3 60 >&7
until_in out 3 '"packs"'
[[ $(digest) == "$second" ]] || fail "what was refused decides"
put "$work/2.proviso"
"$command" sign "$work/bare.proviso" --key "$work/key.key" >"$work/quiet" 2>&1
put "$work/bare.proviso"
until_in err 2 "packs changed: "
order O-4 30 >&7
until_in out 4 '"packs"'
[[ $(heavy) == 2 ]] || fail "the newest revision does not decide"
end 1 "a session over a file"

# ---- for development: each decision says whether its set was signed
put "$work/1.proviso"
begin --format ndjson --trust "$work/key.pub" --allow-unsigned --log "$work/log2" --log-inputs
order O-1 60 >&7
until_in out 1 '"packs"'
out_lacks '"unsigned"'
"$command" build "$texts" -o "$work/bare.proviso" --name orders --revision 9 >"$work/quiet" 2>&1
put "$work/bare.proviso"
until_in err 1 "orders revision 9, not signed"
order O-2 60 >&7
until_in out 1 '"unsigned": true'
end 1 "a session that takes unsigned sets"
expect 0 "replay, one of them unsigned" log replay "$work/log2" --packs "$work/1.proviso" --packs "$work/bare.proviso" \
    --trust "$work/key.pub" --allow-unsigned
out_has "2 decisions came out the same"
finish
