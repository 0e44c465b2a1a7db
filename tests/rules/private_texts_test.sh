#!/usr/bin/env bash
# Notes and patients are private: whatever rules compare of them, no form of a run and no explanation prints a word of them.
set -euo pipefail
proviso=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
visits=examples/clinic/visits.ndjson

for format in pretty compact ndjson csv; do
    status=0
    "$proviso" run --packs stdlib-rules --visits "$visits" --format "$format" >"$scratch/$format" 2>&1 || status=$?
    ((status <= 1))
    # The rules that read notes spoke, so something could have been shown.
    grep -q NOTE_REPEATED "$scratch/$format"
    grep -q NOTE_COPIED "$scratch/$format"
done
repeated=$(sed -nE 's/^([^,]*),warning,NOTE_REPEATED,.*/\1/p' "$scratch/csv" | head -1)
copied=$(sed -nE 's/^([^,]*),warning,NOTE_COPIED,.*/\1/p' "$scratch/csv" | head -1)
for format in pretty compact json; do
    "$proviso" explain "$repeated" repeated_note --packs stdlib-rules --visits "$visits" --format "$format" >"$scratch/explain.$format"
    "$proviso" explain "$copied" copied_note --packs stdlib-rules --visits "$visits" --format "$format" >"$scratch/copied.$format"
    "$proviso" explain "$copied" --packs stdlib-rules --visits "$visits" --format "$format" >"$scratch/all.$format"
done
"$proviso" build stdlib-rules --dump >"$scratch/dump" 2>&1

leaked=0
for word in 'rolling walker' 'Climbed twelve' 'heart rate 96' 'Knee bends' 'P-2044' 'P-2045'; do
    grep -q "$word" "$visits"
    if grep -rlF -- "$word" "$scratch"; then
        echo "printed: $word" >&2
        leaked=1
    fi
done
exit "$leaked"
