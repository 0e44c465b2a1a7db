#!/usr/bin/env bash
# run and explain: what is done with records.
source "$(dirname "$0")/lib.sh"
packs=$(dirname "$0")/packs

record() {
    printf '{"order_id": "%s", "customer_id": "C", "ordered_on": "%s", "speed": "%s", "insured": true, "items": [{"sku": "A", "weight": %s}]}\n' "$@"
}
{
    record O-3 2025-03-01 fast 60
    record O-1 2025-03-02 slow 60
    record O-2 2025-03-03 fast 10
} >"$work/orders.ndjson"
record O-9 2025-03-01 slow 1 >"$work/clean.ndjson"

# ---- exit codes and streams
expect 0 "run without findings" run --packs "$packs" --visits "$work/clean.ndjson"
out_has "findings: none"
expect 1 "run with findings" run --packs "$packs" --visits "$work/orders.ndjson"
out_has "HEAVY_FAST"
out_has "at stake: \$12.50"
out_has "3 orders"
err_empty "nothing to say about good records"
out_lacks $'\e['
expect 1 "neutral name" run --packs "$packs" --records "$work/orders.ndjson" --color=always
out_has $'\e['
expect 2 "run without packs" run --visits "$work/orders.ndjson"
expect 2 "run without records" run --packs "$packs"
err_has "--visits"
expect 2 "run over a missing file" run --packs "$packs" --visits "$work/none"
err_has "there is no such file"
expect 2 "run over a folder" run --packs "$packs" --visits "$work"
err_has "it is a folder"
expect 2 "a pack after the packs" run --packs "$packs" "$packs/orders.prv"
err_has "cannot read \`$packs/orders.prv\`: it is a pack, not records; to decide by it, write \`--packs $packs/orders.prv\`"
[[ $(wc -l <"$work/err") == 1 ]] || fail "that a pack is not records is said more than once"
for command_of_records in "explain O-1" "packet O-1 -o $work/packet.html" "run --store $work/none.db" "run --watch" "run --memory 1K"; do
    # shellcheck disable=SC2086
    expect 2 "a pack as records of $command_of_records" $command_of_records --packs "$packs" --visits "$packs/orders.prv"
    err_has "it is a pack, not records"
done
expect 2 "a pack as records of a test" test "$packs" --coverage --visits "$packs/orders.prv"
err_has "it is a pack, not records"
expect 2 "a pack as records of a difference" diff "$packs" "$packs" --visits "$packs/orders.prv"
err_has "it is a pack, not records"
expect 0 "a pack-set file" build "$packs" -o "$work/orders.proviso"
expect 2 "a pack-set file as records" run --packs "$packs" --visits "$work/orders.proviso"
err_has "it is a pack, not records"

# ---- formats and order
expect 1 "ndjson" run --packs "$packs" --visits "$work/orders.ndjson" --format ndjson
out_lines 3
[[ $(cut -c1-18 "$work/out" | tr '\n' ' ') == '{"order_id": "O-1" {"order_id": "O-2" {"order_id": "O-3" ' ]] ||
    fail "decisions are not in the order of keys"
out_has '"marks": ["HEAVY"]'
out_has '"limit": "100.00"'
out_has '"known_as_of": null'
out_has '"decided": {"limit": {"value": "100.00", "bound_by": "orders.limit"}'
err_has "3 orders"
cp "$work/out" "$work/first"
tac "$work/orders.ndjson" >"$work/in"
expect 1 "stdin, another order" run --packs "$packs" --visits - --format ndjson --quiet --threads 1
err_empty "--quiet"
cmp -s "$work/out" "$work/first" || fail "the order of records shows in the decisions"
expect 1 "unordered" run --packs "$packs" --visits "$work/orders.ndjson" --format ndjson --unordered
out_lines 3
expect 1 "json" run --packs "$packs" --visits "$work/orders.ndjson" --format json
if command -v python3 >/dev/null; then
    python3 -c 'import json, sys; d = json.load(sys.stdin); assert len(d["decisions"]) == 3 and d["summary"]["findings"] == 1' \
        <"$work/out" || fail "not the JSON that was promised"
fi
expect 1 "csv" run --packs "$packs" --visits "$work/orders.ndjson" --format csv
out_has "order_id,severity,code"
out_has "O-3,violation,HEAVY_FAST,order,it weighs 60"
expect 1 "compact" run --packs "$packs" --visits "$work/orders.ndjson" --format compact
out_has "O-3 order violation HEAVY_FAST"
expect 1 "several files" run --packs "$packs" --visits "$work/orders.ndjson" "$work/clean.ndjson"
out_has "4 orders"
expect 1 "as of" run --packs "$packs" --visits "$work/orders.ndjson" --as-of 2025-06-30 --format ndjson
out_has '"known_as_of": "2025-06-30"'
expect 2 "as of no day" run --packs "$packs" --visits "$work/orders.ndjson" --as-of 2025-02-30
err_has "2025-02-30"

# ---- records that do not fit
{
    cat "$work/orders.ndjson"
    echo 'not json'
    echo '{"order_id": "O-8", "ordered_on": "2025-03-01", "speed": "quick", "customer_id": "C", "items": []}'
} >"$work/mixed.ndjson"
expect 2 "rejected records" run --packs "$packs" --visits "$work/mixed.ndjson" --format ndjson
out_lines 3
err_has "mixed.ndjson:4: E2001"
err_has "mixed.ndjson:5: E2012"
err_has "one of the names its type lists; expected \`"
err_has "O-8"
err_has "2 records could not be decided"
err_lacks "quick"
err_has "rejected: 2 records"

# ---- unknown
sed 's/"weight": 60/"size": 60/' "$work/orders.ndjson" >"$work/unknown.ndjson"
expect 0 "unknown weights" run --packs "$packs" --visits "$work/unknown.ndjson"
out_has "cannot determine"
out_has "items.weight"
err_has "field \`items.size\` is in no pack"

# ---- explain
expect 0 "explain" explain O-3 --packs "$packs" --visits "$work/orders.ndjson"
out_has "heavy_fast"
expect 0 "explain a rule" explain O-3 heavy_fast --packs "$packs" --visits "$work/orders.ndjson"
out_has "Tariff 3"
expect 2 "explain no record" explain O-33 --packs "$packs" --visits "$work/orders.ndjson"
err_has "did you mean"
expect 2 "explain no rule" explain O-3 heavy_fats --packs "$packs" --visits "$work/orders.ndjson"
err_has "did you mean"
expect 2 "explain a rejected record" explain O-8 --packs "$packs" --visits "$work/mixed.ndjson"
err_has "E2012"

# ---- output that cannot be written
if [[ -w /dev/full ]]; then
    "$command" run --packs "$packs" --visits "$work/orders.ndjson" >/dev/full 2>"$work/err"
    [[ $? == 2 ]] || fail "a full disk goes unnoticed"
    err_has "cannot write the output"
fi
for ((index = 0; index < 3000; ++index)); do
    record "O-$index" 2025-03-01 fast 60
done >"$work/many.ndjson"
"$command" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson 2>"$work/err" | head -1 >/dev/null
[[ ${PIPESTATUS[0]} == 2 ]] || fail "a reader that is gone goes unnoticed"
err_has "cannot write the output"
expect 1 "threads and blocks" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson --threads 4 -q
cp "$work/out" "$work/first"
expect 1 "one thread" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson --threads 1 -q
cmp -s "$work/out" "$work/first" || fail "threads show in the decisions"
expect 1 "a profile" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson --profile -q
cmp -s "$work/out" "$work/first" || fail "a profile shows in the decisions"
err_has "time by rule"
err_has "heavy_fast"
err_has "rules "
expect 2 "a profile of a store" run --packs "$packs" --visits "$work/many.ndjson" --store "$work/p.db" --profile
err_has "leave out --store"
if command -v script >/dev/null; then
    script -qec "'$command' run --packs '$packs' --visits '$work/orders.ndjson'" /dev/null >"$work/out" 2>&1
    out_has $'\e['
    NO_COLOR=1 script -qec "'$command' run --packs '$packs' --visits '$work/orders.ndjson'" /dev/null >"$work/out" 2>&1
    out_lacks $'\e[1'
fi

finish
