#!/usr/bin/env bash
# docs/states.md says what the packs say. PROVISO_UPDATE_GOLDEN=1 writes it anew, to be read as a change.
set -euo pipefail
page=docs/states.md
actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
python3 tests/rules/states_page.py >"$actual"
if [[ -n ${PROVISO_UPDATE_GOLDEN:-} ]]; then
    cp "$actual" "$page"
fi
diff -u "$page" "$actual"
# Each of the 52 jurisdictions is there.
[[ $(grep -c '^| \[' "$page") == 52 ]]
