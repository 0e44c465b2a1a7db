#!/usr/bin/env bash
# stdlib-rules/COVERAGE.md names rules and tests: each must exist, so that the page cannot promise what is gone.
set -euo pipefail
page=stdlib-rules/COVERAGE.md
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Every pack, every `pack.name` it declares, and every bare name; and every test's text.
find stdlib-rules examples -name '*.prv' -exec awk '
    FNR == 1 { pack = "" }
    $1 == "pack" && pack == "" { pack = $2; print pack }
    $1 ~ /^(rule|exception|define|decision|parameter|table|scale|collect|finding|output)$/ { print pack "." $2; print $2 }
    $1 == "test" { text = $0; sub(/^test "/, "", text); sub(/".*$/, "", text); print "test " text }
' {} + | sort -u >"$scratch/declared"

grep -E '^\| [A-E][0-9]+ ' "$page" >"$scratch/rows"
failed=0
# A name with a dot is a pack, a group of packs, or a rule; `.name` belongs to the pack named before it and is checked bare.
while IFS= read -r name; do
    if ! grep -qxF -- "${name#.}" "$scratch/declared" && ! grep -qE -- "^${name//./\\.}\\." "$scratch/declared"; then
        echo "$page names \`$name\`, which no pack declares" >&2
        failed=1
    fi
done < <(cut -d'|' -f5 "$scratch/rows" | grep -oE '`[a-z_.]*\.[a-z_.]+[a-z_]`' | tr -d '`' | sort -u)

# Tests in quotes; `...` stands for the rest of the text.
while IFS= read -r text; do
    text=${text%...}
    text=${text#... }
    if ! grep -qF -- "${text% }" <(grep '^test ' "$scratch/declared"); then
        echo "$page names the test \"$text\", which no pack holds" >&2
        failed=1
    fi
done < <(cut -d'|' -f6 "$scratch/rows" | grep -oE '"[^"]+"' | tr -d '"' | sort -u)
exit "$failed"
