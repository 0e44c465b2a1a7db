#!/usr/bin/env bash
# Each worked example of the papers is a test with its number: minutes and units (S), modifiers (V), money (M), scenarios (C). Where a
# caution answers as the papers do, the law alone is tested without the cautions.
set -euo pipefail
proviso=$1
names=$(grep -rhoE '^test "[^"]*"' stdlib-rules examples tests/rules --include='*.prv')
missing=0
count=0
for row in $(seq -f 'S%g' 1 18) $(seq -f 'V%g' 1 8) $(seq -f 'M%g' 1 11) $(seq -f 'C%g' 1 27); do
    count=$((count + 1))
    if ! grep -qE "(^test \"|\(|, )$row\b" <<<"$names"; then
        echo "no test is named $row" >&2
        missing=1
    fi
done
echo "$count worked examples"
"$proviso" test stdlib-rules/therapy stdlib-rules/medicare stdlib-rules/payor stdlib-rules/state tests/rules/law_alone.prv
"$proviso" fmt --check tests/rules/law_alone.prv
exit "$missing"
