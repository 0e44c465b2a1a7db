#!/usr/bin/env bash
# The packs that ship check without a warning, are in their canonical form, and pass their own tests, each rule applied by some test.
set -euo pipefail
proviso=$1
for packs in "stdlib-rules" "stdlib-rules examples/clinic/policies" "examples/first_pack"; do
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
