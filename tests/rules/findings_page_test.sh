#!/usr/bin/env bash
# docs/findings.md says what the packs can report. PROVISO_UPDATE_GOLDEN=1 writes it anew, to be read as a change.
set -euo pipefail
page=docs/findings.md
actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
python3 tests/rules/findings_page.py >"$actual"
if [[ -n ${PROVISO_UPDATE_GOLDEN:-} ]]; then
    cp "$actual" "$page"
fi
diff -u "$page" "$actual"
# Counted another way.
[[ $(grep -c '^| `[A-Z]' "$page") == $(grep -rhE '^finding ' stdlib-rules --include='*.prv' | wc -l) ]]
