#!/usr/bin/env bash
# What would the clinic's visits have come to, had the supervision rule of 2025 come a year later? One dated line is moved in a copy of
# the rules, and `diff` says what that changes before anything is swapped. Usage: impact.sh [proviso] [page.html]
set -euo pipefail
proviso=$(realpath "${1:-build/release/proviso}")
page=$(realpath -m "${2:-impact.html}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp -r stdlib-rules "$work/rules"
sed -i 's/through 2024-12-31 : direct/through 2025-12-31 : direct/; s/from 2025-01-01    : general/from 2026-01-01    : general/' \
    "$work/rules/medicare/part_b_supervision.prv"

# 0: nothing changes; 1: something does; anything else: packs or visits that cannot be used.
"$proviso" diff stdlib-rules "$work/rules" --visits examples/clinic/visits.ndjson --html "$page" || (($? == 1))
echo
"$proviso" diff stdlib-rules "$work/rules" --visits examples/clinic/visits.ndjson --visit V-1020 || (($? == 1))
