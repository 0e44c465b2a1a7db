#!/usr/bin/env bash
# run --log, log verify, log replay: what is shown is in the log, and comes out the same again.
source "$(dirname "$0")/lib.sh"
packs=$(dirname "$0")/packs
log=$work/log

record() {
    printf '{"order_id": "%s", "customer_id": "C-CANARY", "ordered_on": "%s", "speed": "%s", "insured": true, "items": [{"sku": "A-CANARY", "weight": %s}]}\n' "$@"
}
{
    record O-3-CANARY 2025-03-01 fast 60
    record O-1-CANARY 2025-03-02 slow 60
    record O-2-CANARY 2025-03-03 fast 10
    printf 'no record, CANARY \xff\r\n'
    printf '{"order_id": "O-9\\u000a{\\"n\\": 1}", "CANARY": 1}'
} >"$work/orders.ndjson"

# ---- what is logged
expect 2 "without a log" run --packs "$packs" --visits "$work/orders.ndjson" --format ndjson
cp "$work/out" "$work/plain"
expect 2 "with a log" run --packs "$packs" --visits "$work/orders.ndjson" --format ndjson --log "$log"
cmp -s "$work/out" "$work/plain" || fail "the log shows in the decisions"
expect 0 "verify" log verify "$log"
out_has "3 decisions: all as written"
head=$(sed -n 's/^the last is //p' "$work/out")
expect 0 "verify up to a record that was noted" log verify "$log" --head "$head"
! grep -q CANARY -r "$log" || fail "a value of a record stands in the log"
! grep -q -P '[^\x20-\x7e]' "$log"/*.log || fail "a control character stands in the log"
python3 - "$log" "$work/plain" <<'PY' || fail "the log does not say what was shown"
import hashlib, json, sys
records = [json.loads(line) for line in open(sys.argv[1] + "/decisions-00000001.log")]
shown = ["sha256:" + hashlib.sha256(line.rstrip("\n").encode()).hexdigest() for line in open(sys.argv[2])]
decisions = [r for r in records if r["type"] == "decision"]
assert [r["decision"] for r in decisions] == shown
assert all(r["packs"].startswith("sha256:") and r["engine"] and r["known_as_of"] is None for r in decisions)
assert records[-1]["type"] == "end" and records[-1]["decisions"] == 3 and records[-1]["not_logged"] == 0
PY

# ---- replay
expect 0 "replay" log replay "$log" --packs "$packs" --visits "$work/orders.ndjson"
out_has "3 decisions came out the same"
expect 2 "replay without the input" log replay "$log" --packs "$packs"
out_has "3 decisions not replayed: they rest on lines"
head -2 "$work/orders.ndjson" >"$work/some.ndjson"
expect 2 "replay with some of the input" log replay "$log" --packs "$packs" --visits "$work/some.ndjson"
out_has "0 decisions came out the same"
mkdir "$work/other"
sed 's/exceeds 50/exceeds 55/' "$packs/orders.prv" >"$work/other/orders.prv"
expect 2 "replay with other packs" log replay "$log" --packs "$work/other" --visits "$work/orders.ndjson"
out_has "which no --packs is"
expect 2 "a second run of other packs" run --packs "$work/other" --visits "$work/orders.ndjson" --log "$log" -q
expect 2 "a third, as of a day" run --packs "$packs" --visits "$work/orders.ndjson" --as-of 2025-01-01 --log "$log" -q
expect 0 "replay with both" log replay "$log" --packs "$packs" --packs "$work/other" --visits "$work/orders.ndjson"
out_has "9 decisions came out the same"

# ---- a log that replays by itself, over a store too
record O-4-CANARY 2025-03-04 fast 70 >"$work/more.ndjson"
own=(--packs "$packs" --log "$work/own" --log-inputs --log-decisions -q)
expect 2 "into a store" run "${own[@]}" --store "$work/orders.db" --visits "$work/orders.ndjson"
expect 1 "more into it" run "${own[@]}" --store "$work/orders.db" --visits "$work/more.ndjson"
expect 0 "replay by itself" log replay "$work/own" --packs "$packs"
out_has "4 decisions came out the same"
grep -q 'O-4-CANARY' "$work/own/decisions-00000001.log" || fail "the log lacks what was asked for"

# ---- edits
sed 's/"lines": 5/"lines": 6/' "$log/decisions-00000001.log" >"$work/edited"
cp -r "$log" "$work/bad"
cp "$work/edited" "$work/bad/decisions-00000001.log"
expect 1 "an edited log" log verify "$work/bad"
err_has "decisions-00000001.log:5: it was changed"
expect 1 "replay of an edited log" log replay "$work/bad" --packs "$packs" --visits "$work/orders.ndjson"
expect 2 "a run over an edited log" run --packs "$packs" --visits "$work/orders.ndjson" --log "$work/bad"
out_empty "decisions of a run whose log cannot be used"
err_has "begin a new log elsewhere"
cp -r "$log" "$work/short"
head -n -1 "$log/decisions-00000001.log" >"$work/short/decisions-00000001.log"
expect 1 "a log without its end" log verify "$work/short"
err_has "was acknowledged"
rm "$work/short/head"
expect 1 "nor the record that was noted" log verify "$work/short" --head 999:sha256:00
err_has "records were removed"
printf '{"n": 5' >>"$log/decisions-00000001.log"
expect 1 "a torn end" log verify "$log"
err_has "never acknowledged"
expect 1 "a run cuts it" run --packs "$packs" --visits "$work/more.ndjson" --log "$log" -q
err_has "an end of 7 bytes that was never acknowledged is cut"
expect 0 "then all is well" log verify "$log"
expect 2 "no log" log verify "$work/other"
expect 2 "no folder" log verify "$work/none"
expect 2 "no sync" run --packs "$packs" --visits "$work/more.ndjson" --log "$log" --log-sync often
expect 2 "no size" run --packs "$packs" --visits "$work/more.ndjson" --log "$log" --log-size big

# ---- files follow one another
for ((index = 0; index < 3000; ++index)); do
    record "O-$index" 2025-03-01 fast 60
done >"$work/many.ndjson"
expect 1 "several files" run --packs "$packs" --visits "$work/many.ndjson" --log "$work/files" --log-size 100K \
    --log-sync 1000 -q --format ndjson
cp "$work/out" "$work/all"
(($(ls "$work/files" | wc -l) > 3)) || fail "the log lies in one file"
expect 0 "verify files" log verify "$work/files"
out_has "3,000 decisions"
expect 0 "replay files" log replay "$work/files" --packs "$packs" --visits "$work/many.ndjson"
rm "$work/files/decisions-00000002.log"
expect 1 "a file is gone" log verify "$work/files"
err_has "decisions-00000002.log: the file is missing"

# ---- a log that cannot be written: the decisions are held, or counted
(
    ulimit -f 1000
    "$command" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson --log "$work/full" 2>"$work/err"
    echo $? >"$work/code"
) | cat >"$work/out"
[[ $(cat "$work/code") == 2 ]] || fail "a full log does not end the run"
err_has "decisions that cannot be logged are held"
held=$(wc -l <"$work/out")
((held > 0 && held < 3000)) || fail "decisions are shown that are not logged"
expect 0 "what there is is whole" log verify "$work/full"
logged=$(grep -c '"type": "decision"' "$work/full/decisions-00000001.log")
((logged == held)) || fail "$logged decisions are logged, $held shown"
(
    ulimit -f 1000
    "$command" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson --log "$work/count" \
        --log-failure count 2>"$work/err"
    echo $? >"$work/code"
) | cat >"$work/out"
[[ $(cat "$work/code") == 2 ]] || fail "decisions that are not logged leave no trace in the exit code"
cmp -s "$work/out" "$work/all" || fail "counted decisions are not all shown"
logged=$(grep -c '"type": "decision"' "$work/count/decisions-00000001.log")
err_has "$(sed 's/\([0-9]\)\([0-9]\{3\}\)$/\1,\2/' <<<$((3000 - logged))) decisions were shown and are not in the log"
err_has "not logged:"
expect 0 "what was logged replays" log replay "$work/count" --packs "$packs" --visits "$work/many.ndjson"
expect 2 "no folder for a log" run --packs "$packs" --visits "$work/more.ndjson" --log "$work/none/log"
out_empty "decisions without a log"

# ---- killed at any moment, whatever was shown is in the log
rounds=$([[ -n ${LONG:-} ]] && echo 300 || echo 12)
# The instants lie within what a whole run takes here, which sanitizers make ten times as long.
begin=$(date +%s%N)
"$command" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson --log "$work/timed" -q >/dev/null 2>&1 || true
whole=$((($(date +%s%N) - begin) / 1000000))
for round in $(seq 1 "$rounds"); do
    # What is killed before it opens its output leaves that of the round before.
    : >"$work/out"
    "$command" run --packs "$packs" --visits "$work/many.ndjson" --format ndjson --log "$work/killed" \
        --log-size 500K -q >"$work/out" 2>"$work/err" &
    pid=$!
    delay=$((whole * (round * 37 % 110) / 100))
    sleep "$((delay / 1000)).$(printf '%03d' $((delay % 1000)))"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    grep '}$' "$work/out" >>"$work/shown"
done
expect 1 "after all that" run --packs "$packs" --visits "$work/more.ndjson" --log "$work/killed" -q
expect 0 "verify" log verify "$work/killed"
python3 - "$work/killed" "$work/shown" <<'PY' || fail "something was shown that is not in the log"
import collections, glob, hashlib, json, sys
logged = collections.Counter()
for path in glob.glob(sys.argv[1] + "/*.log"):
    for line in open(path):
        record = json.loads(line)
        if record["type"] == "decision":
            logged[record["decision"]] += 1
shown = collections.Counter(
    "sha256:" + hashlib.sha256(line.rstrip("\n").encode()).hexdigest() for line in open(sys.argv[2]))
assert shown, "no round showed anything"
assert all(logged[digest] >= count for digest, count in shown.items())
PY
finish
