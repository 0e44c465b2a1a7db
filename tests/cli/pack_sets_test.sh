#!/usr/bin/env bash
# build -o, keygen, sign, verify, and the commands that use pack-set files: what is used, what is refused, with which code.
source "$(dirname "$0")/lib.sh"
packs=$(dirname "$0")/packs
mkdir "$work/trust" "$work/narrow"
set=$work/orders.proviso
echo '{"order_id": "O-1", "customer_id": "C", "ordered_on": "2025-03-01", "speed": "fast", "insured": true, "items": [{"sku": "A", "weight": 60}]}' \
    >"$work/orders.ndjson"

# refused <code> <what> <argument>...: exit 2, the code on stderr, nothing decided.
refused() {
    local code=$1
    shift
    expect 2 "$@"
    err_has "$code: "
    out_empty "$1"
}

# ---- keys
expect 0 "keygen" keygen "$work/lead" --name lead
out_has "lead.pub"
[[ $(stat -c %a "$work/lead.key") == 600 ]] || fail "the private key can be read by others"
expect 2 "keygen does not replace a key" keygen "$work/lead"
expect 0 "keygen with layers" keygen "$work/other" --name other --layers house,warehouse
grep -qF '"layers":["house","warehouse"]' "$work/other.pub" || fail "other.pub lacks its layers"
cp "$work/lead.pub" "$work/trust"

# ---- build, sign, verify
expect 0 "build unsigned" build "$packs" -o "$set" --revision 7 --name orders
cp "$set" "$work/bare.proviso"
expect 0 "build again" build "$packs" -o "$work/again.proviso" --revision 7 --name orders
cmp -s "$set" "$work/again.proviso" || fail "equal packs are not equal files"
refused E3006 "unsigned" verify "$set" --trust "$work/trust"
expect 0 "sign" sign "$set" --key "$work/lead.key"
expect 0 "verify" verify "$set" --trust "$work/trust"
out_has "orders revision 7"
out_has "lead"
expect 0 "build signed" build "$packs" -o "$work/again.proviso" --revision 7 --name orders --sign "$work/lead.key"
cmp -s "$set" "$work/again.proviso" || fail "signed at once and signed later differ"
expect 2 "build with a public key" build "$packs" -o "$work/no.proviso" --sign "$work/lead.pub"
err_has "E3010: "
[[ ! -e $work/no.proviso ]] || fail "a file was left that could not be signed"
expect 2 "build into no folder" build "$packs" -o "$work/none/no.proviso"
expect 2 "a name that is none" build "$packs" -o "$work/no.proviso" --name 'a b'
ls "$work" | grep -q '\.new-' && fail "a file was left aside"

# ---- used like the packs themselves
expect 1 "run from texts" run --packs "$packs" --format ndjson -q "$work/orders.ndjson"
cp "$work/out" "$work/from_texts"
expect 1 "run from the file" run --packs "$set" --trust "$work/trust" --format ndjson -q "$work/orders.ndjson"
cmp -s "$work/out" "$work/from_texts" || fail "the file decides otherwise than its texts"
err_empty "a signed file is used silently"
expect 0 "explain from the file" explain O-1 --packs "$set" --trust "$work/lead.pub" --records "$work/orders.ndjson"
expect 0 "check of the file" check "$set" --trust "$work/trust"
out_has "sha256:"
expect 2 "check --strict of the file" check "$set" --trust "$work/trust" --strict
expect 2 "a file beside texts" run --packs "$set" --packs "$packs" --trust "$work/trust" "$work/orders.ndjson"
expect 2 "--trust with texts" run --packs "$packs" --trust "$work/trust" "$work/orders.ndjson"
err_has "none is named"

# ---- unsigned, by request
refused E3006 "run unsigned" run --packs "$work/bare.proviso" --format ndjson -q "$work/orders.ndjson"
expect 1 "run unsigned, allowed" run --packs "$work/bare.proviso" --allow-unsigned --format ndjson -q "$work/orders.ndjson"
out_has '"unsigned": true'
err_has "not signed"
expect 0 "the stamp is no change" run --packs "$work/bare.proviso" --allow-unsigned --format csv "$work/orders.ndjson" \
    --changed-from "$work/from_texts"
err_has "the same as before: 1"

# ---- refusals
refused E3004 "no key" run --packs "$set" --format ndjson -q "$work/orders.ndjson"
refused E3004 "no key, --allow-unsigned" run --packs "$set" --allow-unsigned --format ndjson -q "$work/orders.ndjson"
refused E3004 "another key" verify "$set" --trust "$work/other.pub"
refused E3008 "older revision" run --packs "$set" --trust "$work/trust" --at-least-revision 8 "$work/orders.ndjson"
expect 0 "this revision" verify "$set" --trust "$work/trust" --at-least-revision 7
expect 0 "a second signature" build "$packs" -o "$work/forged.proviso" --sign "$work/other.key"
refused E3007 "forged layer" verify "$work/forged.proviso" --trust "$work/other.pub"
err_has "layer"
expect 0 "the owner of the layer signs too" sign "$work/forged.proviso" --key "$work/lead.key"
cp "$work/other.pub" "$work/narrow"
refused E3007 "still only by the other" verify "$work/forged.proviso" --trust "$work/narrow"
cp "$work/lead.pub" "$work/narrow"
expect 0 "both together" verify "$work/forged.proviso" --trust "$work/narrow"
head -c 3000 "$set" >"$work/short.proviso"
refused E3002 "cut short" verify "$work/short.proviso" --trust "$work/trust"
{ cat "$set"; echo; } >"$work/long.proviso"
refused E3002 "something added" verify "$work/long.proviso" --trust "$work/trust"
sed 's/heavy_fast/heavy_slow/' "$set" >"$work/changed.proviso"
refused E3002 "another word" run --packs "$work/changed.proviso" --trust "$work/trust" "$work/orders.ndjson"
{ head -c -1 "$set"; printf '\x7f'; } >"$work/badly.proviso"
refused E3005 "another signature" verify "$work/badly.proviso" --trust "$work/trust"
{ head -c 8 "$set"; printf '\x03'; tail -c +10 "$set"; } >"$work/later.proviso"
refused E3003 "later format" verify "$work/later.proviso" --trust "$work/trust"
echo text >"$work/text.proviso"
refused E3001 "no pack set" run --packs "$work/text.proviso" --trust "$work/trust" "$work/orders.ndjson"
refused E3010 "a private key as public" verify "$set" --trust "$work/lead.key"
mkdir "$work/nobody"
refused E3010 "a folder without keys" verify "$set" --trust "$work/nobody"
expect 2 "a missing file" verify "$work/none.proviso" --trust "$work/trust"
mkfifo "$work/pipe"
expect 2 "a pipe" verify "$work/pipe" --trust "$work/trust"
cp "$work/short.proviso" "$work/before"
refused E3002 "signing what is damaged" sign "$work/short.proviso" --key "$work/lead.key"
cmp -s "$work/short.proviso" "$work/before" || fail "a refused file was changed"

# ---- every refusal has its page
for code in E3001 E3002 E3003 E3004 E3005 E3006 E3007 E3008 E3009 E3010; do
    expect 0 "help $code" help $code
    out_has "How to mend it"
done

finish
