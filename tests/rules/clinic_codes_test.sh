#!/usr/bin/env bash
# The example clinic shows every finding the packs declare at least once. What it cannot show stands in clinic_codes.exceptions.
set -euo pipefail
proviso=$1
exceptions=tests/rules/clinic_codes.exceptions
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# pack.CODE, one a line.
find stdlib-rules examples/clinic/policies -name '*.prv' -exec awk '
    FNR == 1 { pack = "" }
    $1 == "pack" && pack == "" { pack = $2 }
    $1 == "finding" { print pack "." $2 }
' {} + | sort -u >"$scratch/declared"

status=0
"$proviso" run --quiet --packs stdlib-rules --packs examples/clinic/policies --visits examples/clinic/visits.ndjson \
    --format csv >"$scratch/findings" || status=$?
((status <= 1))
sed -nE 's/^[^,]*,(violation|warning|notice),([A-Z0-9_]+),.*/\2/p' "$scratch/findings" | sort -u >"$scratch/reported"
sed -E 's/ *#.*//; /^$/d' "$exceptions" >"$scratch/excepted"

failed=0
excepted() {
    local pattern
    while IFS= read -r pattern; do
        # shellcheck disable=SC2053  # `audit.*` stands for every code of those packs
        if [[ $1 == $pattern ]]; then
            return 0
        fi
    done <"$scratch/excepted"
    return 1
}
while IFS= read -r name; do
    if ! grep -qxF -- "${name##*.}" "$scratch/reported" && ! excepted "$name"; then
        echo "the example clinic never shows $name: add a visit to examples/clinic/generate.py, or say why not in $exceptions" >&2
        failed=1
    fi
done <"$scratch/declared"

# An exception for one code that is declared no more, or shown after all, is to be taken off.
while IFS= read -r name; do
    if ! grep -qxF -- "$name" "$scratch/declared" || grep -qxF -- "${name##*.}" "$scratch/reported"; then
        echo "$exceptions names $name, which is shown or no longer declared" >&2
        failed=1
    fi
done < <(grep -vF '*' "$scratch/excepted" || true)

# The visits are those the generator writes.
python3 examples/clinic/generate.py | cmp - examples/clinic/visits.ndjson || failed=1

echo "$(wc -l <"$scratch/reported") of $(wc -l <"$scratch/declared") finding codes shown"
exit "$failed"
