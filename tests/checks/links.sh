#!/usr/bin/env bash
# Every relative link of the documentation leads to a file.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
while IFS= read -r page; do
    while IFS= read -r target; do
        path=${target%%#*}
        if [[ -n $path && ! -e $(dirname "$page")/$path ]]; then
            echo "$page: link to $target leads nowhere" >&2
            status=1
        fi
    done < <(grep -oE '\]\([^) ]+\)' "$page" | sed -E 's/^\]\(|\)$//g' | grep -vE '^[a-z]+:' || true)
done < <(find . -name '*.md' -not -path './build/*' -not -path './.git/*')
exit $status
