#!/usr/bin/env bash
# The packs that ship check without a warning, are in their canonical form, and pass their own tests, which exercise them.
set -euo pipefail
proviso=$1
for packs in "stdlib-rules" "stdlib-rules examples/clinic/policies" "stdlib-rules examples/contract" "examples/first_pack" "examples/staffing"; do
    # shellcheck disable=SC2086
    said=$("$proviso" check $packs 2>&1)
    echo "$said"
    if grep -q 'warning' <<<"$said"; then
        echo "the packs draw warnings: $packs" >&2
        exit 1
    fi
    # shellcheck disable=SC2086
    "$proviso" test $packs
    # shellcheck disable=SC2086
    "$proviso" fmt --check $packs
done

# What the library's tests exercise. Rows of the files beside packs are data, counted apart: table_rows_test.sh asks for them.
echo "standard rules:"
"$proviso" test stdlib-rules --uncovered \
    --require rules=100,exceptions=100,clauses=95,rows=100,values=100,findings=100,steps=100 |
    grep -v '\.csv:'
