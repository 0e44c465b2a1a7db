#!/usr/bin/env bash
# Programs that were compiled before are used where nothing changed, and never where something did.
source "$(dirname "$0")/lib.sh"

export XDG_CACHE_HOME=$work/cache
kept=$XDG_CACHE_HOME/proviso/programs
packs=$work/packs
mkdir -p "$packs/rows"
cat >"$packs/parcels.prv" <<'PACK'
pack parcels
  layer   base
  version "1"
  title   "Parcels"
end
layers
  base : law
end
enum region
  home, abroad
end
record parcel dated by sent_on
  parcel_id : text key shown
  sent_on   : date
  region    : region
  value     : money
end
table threshold hit first
  source "Tariff 1"
  given place : region
  gives floor : money
  from "rows/thresholds.csv"
end
finding LABEL violation "A label is missing"
rule label_due "Parcels above the threshold"
  source "Tariff 2"
  from 2024-01-01
  for each parcel
  when parcel.value exceeds threshold.floor for (parcel.region)
  then report LABEL on parcel at stake parcel.value because "worth {parcel.value}"
end
PACK
printf 'place,floor\nhome,$200\nabroad,$100\n' >"$packs/rows/thresholds.csv"
printf '{"parcel_id": "P-1", "sent_on": "2025-03-01", "region": "abroad", "value": "120"}\n' >"$work/parcels.ndjson"

run() { # <exit code> <what> <option>...
    local code=$1 what=$2
    shift 2
    expect "$code" "$what" run --packs "$packs" --visits "$work/parcels.ndjson" --format ndjson "$@"
    err_lacks error
}
# What is decided with the cache is what is decided without it.
same() { # <exit code> <what>
    run "$1" "$2, compiled" --no-cache
    cp "$work/out" "$work/compiled"
    run "$1" "$2"
    cmp -s "$work/out" "$work/compiled" || fail "$2: another answer than that of the packs"
}
entries() { find "$kept" -name '*.program' 2>/dev/null | wc -l; }
entry() { find "$kept" -name '*.program' | head -1; }

run 1 "without a cache" --no-cache
[[ ! -e $kept ]] || fail "--no-cache keeps something"
same 1 "first"
[[ $(entries) == 1 ]] || fail "nothing was kept"
[[ $(stat -c %a "$kept") == 700 ]] || fail "others may look into the folder"
before=$(stat -c %Y.%i "$(entry)")
same 1 "again"
[[ $(stat -c %Y.%i "$(entry)") == "$before" ]] || fail "what was kept was not used"
expect 0 "explain" explain P-1 --packs "$packs" --visits "$work/parcels.ndjson"
cp "$work/out" "$work/explained"
expect 0 "explain, compiled" explain P-1 --packs "$packs" --visits "$work/parcels.ndjson" --no-cache
cmp -s "$work/out" "$work/explained" || fail "another explanation"

# A rule that changed, and changed back.
sed -i 's/exceeds threshold.floor/exceeds 2 * threshold.floor/' "$packs/parcels.prv"
same 0 "a changed rule"
sed -i 's/exceeds 2 [*] threshold.floor/exceeds threshold.floor/' "$packs/parcels.prv"
same 1 "the former rule"
# A table that changed, one that is wrong, one that is gone.
printf 'place,floor\nhome,$200\nabroad,$150\n' >"$packs/rows/thresholds.csv"
same 0 "a changed table"
printf 'place,floor\nhome,$200\nabroad,lots\n' >"$packs/rows/thresholds.csv"
expect 2 "a wrong table" run --packs "$packs" --visits "$work/parcels.ndjson"
rm "$packs/rows/thresholds.csv"
expect 2 "no table" run --packs "$packs" --visits "$work/parcels.ndjson"
printf 'place,floor\nhome,$200\nabroad,$100\n' >"$packs/rows/thresholds.csv"
same 1 "the former table"
# Another file in the folder.
printf 'pack empty\n  layer base\n  version "1"\n  title "Nothing"\nend\n' >"$packs/empty.prv"
same 1 "one pack more"
rm "$packs/empty.prv"

# Whatever happened to what was kept: cut off, changed anywhere, of other packs.
rm -r "$kept"
same 1 "anew"
file=$(entry)
cp "$file" "$work/good"
size=$(stat -c %s "$file")
for place in 0 5 17 18 40 88 89 95 120 200 $((size / 3)) $((size / 2)) $((size - 1)); do
    cp "$work/good" "$file"
    printf '\xA5' | dd of="$file" bs=1 seek="$place" conv=notrunc status=none
    same 1 "byte $place changed"
    head -c "$place" "$work/good" >"$file"
    same 1 "cut at $place"
done
cmp -s "$file" "$work/good" || fail "what could not be used was not replaced"
sed -i 's/exceeds threshold.floor/exceeds 2 * threshold.floor/' "$packs/parcels.prv"
same 0 "other packs"
for each in "$kept"/*.program; do cp "$work/good" "$each"; done
same 0 "an entry of other packs"

# Two that write at once, again and again: each answers as the packs say, and what is left can be used.
sed -i 's/exceeds 2 [*] threshold.floor/exceeds threshold.floor/' "$packs/parcels.prv"
rm -rf "$kept"
for _ in 1 2 3 4 5; do
    rm -f "$kept"/*.program
    for each in 1 2 3 4; do
        "$command" run --packs "$packs" --visits "$work/parcels.ndjson" --format ndjson >"$work/beside$each" 2>&1 &
    done
    wait
    for each in 1 2 3 4; do cmp -s "$work/beside$each" "$work/beside1" || fail "four at once differ"; done
done
[[ $(find "$kept" -type f | wc -l) == 1 ]] || fail "four at once leave something behind"
same 1 "after four at once"

# The same words at the same place of another folder, with other rows in the table.
here=$PWD
mkdir -p "$work/other"
cp -r "$packs" "$work/other/packs"
printf 'place,floor\nhome,$200\nabroad,$150\n' >"$work/other/packs/rows/thresholds.csv"
whole=$(realpath "$command")
for folder in "$work" "$work/other" "$work"; do
    cd "$folder" || exit 3
    for option in "" --no-cache; do
        "$whole" run --packs packs --visits "$work/parcels.ndjson" --format ndjson $option >"$work/beside$option" 2>&1
    done
    cmp -s "$work/beside" "$work/beside--no-cache" || fail "the table of another folder was used"
done
cd "$here" || exit 3

# A disk that is full: no file may be longer than the first bytes.
rm -rf "$kept"
(
    trap '' XFSZ
    ulimit -f 2
    "$command" run --packs "$packs" --visits "$work/parcels.ndjson" --format ndjson >"$work/beside" 2>&1
    [[ $? == 1 ]]
) || fail "a full disk loses the answer"
[[ $(find "$kept" -type f | wc -l) == 0 ]] || fail "half of an entry was kept"
same 1 "a disk that was full"

# A link in place of an entry, and one that somebody else owns, are not followed and not believed.
file=$(entry)
cp "$file" "$work/planted"
rm "$file"
ln -s "$work/planted" "$file"
same 1 "a link"
[[ -f $(entry) && ! -L $(entry) ]] || fail "a link was left in its place"
if ((EUID == 0)); then
    chown 65534 "$(entry)"
    same 1 "somebody else's"
    [[ $(stat -c %u "$(entry)") == 0 ]] || fail "somebody else's entry was used"
    chown 65534 "$kept"
    same 1 "somebody else's folder"
    chown 0 "$kept"
fi
chmod 666 "$(entry)"
same 1 "an entry that others may write"
[[ $(stat -c %a "$(entry)") == 600 ]] || fail "an entry that others may write was used"
sed -i 's/exceeds threshold.floor/exceeds 2 * threshold.floor/' "$packs/parcels.prv"

# Where others may write nothing is believed; where nothing can be written nothing is lost.
chmod 777 "$kept"
rm -f "$kept"/*.program
same 0 "a folder that is open to others"
[[ $(entries) == 0 ]] || fail "kept where others may write"
rm -r "$kept"
printf 'a file\n' >"$kept"
same 0 "a file in its place"
unset XDG_CACHE_HOME HOME
same 0 "no home"
# Many are never kept.
export XDG_CACHE_HOME=$work/cache
rm "$kept"
mkdir -m 700 "$kept"
for number in $(seq 70); do : >"$kept/$number.program"; done
same 0 "many"
(($(entries) <= 64)) || fail "more are kept than may be"
finish
