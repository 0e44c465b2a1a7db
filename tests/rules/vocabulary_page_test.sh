#!/usr/bin/env bash
# docs/vocabulary.md says what the packs declare. PROVISO_UPDATE_GOLDEN=1 writes it anew, to be read as a change.
set -euo pipefail
page=docs/vocabulary.md
actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
python3 tests/rules/vocabulary_page.py >"$actual"
if [[ -n ${PROVISO_UPDATE_GOLDEN:-} ]]; then
    cp "$actual" "$page"
fi
diff -u "$page" "$actual"
# Counted another way.
count() { # count PATTERN FOLDER...
    grep -rhE "$1" "${@:2}" --include='*.prv' | wc -l
}
packs=$(find stdlib-rules -mindepth 1 -type d ! -name cases)
# shellcheck disable=SC2086
for kind in rule exception finding parameter table decision grouping; do
    [[ $(grep -c "^- $kind \`" "$page") == $(count "^$kind " $packs) ]] || { echo "not every $kind is on the page" >&2; exit 1; }
done
fields=$(sed -n '/^record /,/^end/p' stdlib-rules/therapy/therapy.prv | grep -cE '^  [a-z_]+ +: ')
[[ $(sed -n '/^## Records/,/^## Words/p' "$page" | grep -c '^| `') == "$fields" ]] || { echo "not every field is on the page" >&2; exit 1; }
