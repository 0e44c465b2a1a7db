#!/usr/bin/env bash
# What explanations say about windows, bounds, instants and rules that are not in force, word for word.
# usage: explain_test.sh <proviso> [--write]
set -euo pipefail
proviso=$1
actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
cd "$(dirname "$0")"

explain() { # pack, records, arguments
    echo "## $*"
    "$proviso" explain --packs "$1" --records "$2" "${@:3}" || test $? -eq 1
}
{
    explain ../order.prv order.ndjson B-3
    explain ../order.prv order.ndjson B-2 last_is_large
    explain ../incomplete.prv incomplete.ndjson B-2
    explain ../incomplete.prv incomplete.ndjson B-3 over_limit
    explain ../instants.prv instants.ndjson S-1
    explain ../nested.prv nested.ndjson B-2
    explain not_in_force.prv not_in_force.ndjson B-30
    explain not_in_force.prv not_in_force.ndjson B-30 old
    explain not_in_force.prv not_in_force.ndjson A-01 new
} >"$actual"
if [[ ${2:-} == --write ]]; then
    cp "$actual" expected.txt
fi
diff expected.txt "$actual"
