#!/usr/bin/env bash
# What the example clinic's visits come to, whole: the decisions' digest and the summary must be those of clinic.expected, in any order
# of packs and visits. PROVISO_UPDATE_GOLDEN=1 writes clinic.expected anew, to be read as a change.
set -euo pipefail
proviso=$1
expected=tests/rules/clinic.expected
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

decide() {
    local status=0
    "$proviso" run --format ndjson "$@" 2>"$scratch/summary" >"$scratch/decisions" || status=$?
    if ((status > 1)); then
        cat "$scratch/summary" >&2
        exit 1
    fi
    # The packs' digest changes with every comment; what is decided is what counts here.
    sed -E 's/"packs": "sha256:[0-9a-f]+"/"packs": ""/' "$scratch/decisions" | sha256sum | cut -d' ' -f1
}

digest=$(decide --packs stdlib-rules --visits examples/clinic/visits.ndjson)
{
    echo "$digest"
    cat "$scratch/summary"
} >"$scratch/actual"
if [[ -n ${PROVISO_UPDATE_GOLDEN:-} ]]; then
    cp "$scratch/actual" "$expected"
fi
diff -u "$expected" "$scratch/actual"

sort -r examples/clinic/visits.ndjson >"$scratch/reversed.ndjson"
head -100 examples/clinic/visits.ndjson >"$scratch/first.ndjson"
tail -n +101 examples/clinic/visits.ndjson >"$scratch/rest.ndjson"
packs=()
while IFS= read -r pack; do
    packs+=(--packs "$pack")
done < <(find stdlib-rules -name '*.prv' | sort -r)
[[ $(decide "${packs[@]}" --visits "$scratch/reversed.ndjson") == "$digest" ]]
[[ $(decide --packs stdlib-rules --visits "$scratch/rest.ndjson" "$scratch/first.ndjson") == "$digest" ]]

# A change of law is one dated line: moved by a year, other visits lack supervision, and nothing is built again.
cp -r stdlib-rules "$scratch/rules"
sed -i 's/through 2024-12-31 : direct/through 2025-12-31 : direct/; s/from 2025-01-01    : general/from 2026-01-01    : general/' \
    "$scratch/rules/medicare/part_b_supervision.prv"
count() {
    "$proviso" run --packs "$1" --visits examples/clinic/visits.ndjson --format csv 2>/dev/null | grep -c ',SUPERVISION,' || true
}
before=$(count stdlib-rules)
after=$(count "$scratch/rules")
echo "visits without the supervision they need: $before, and $after had the law not changed in 2025"
((after > before))
