#!/usr/bin/env bash
# Every page of docs/diagnostics belongs to a code and has its parts. With --all, also: every code has a page.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
complain() {
    echo "$1" >&2
    status=1
}

codes=$(sed -nE 's/^PROVISO_DIAGNOSTIC\(([EW][0-9]{4}),.*/\1/p' compiler/diagnostics/diagnostic_kinds.def
    sed -nE 's/^PROVISO_REFUSAL\([A-Za-z]+, "(E[0-9]{4})",.*/\1/p' runtime/pack/refusals.def
    sed -nE 's/^PROVISO_STORE_PROBLEM\([A-Za-z]+, "(E[0-9]{4})",.*/\1/p' runtime/pack_store/problems.def)
shopt -s nullglob
for page in docs/diagnostics/[EW][0-9][0-9][0-9][0-9].md; do
    code=$(basename "$page" .md)
    grep -qx "$code" <<<"$codes" || complain "$page: there is no such code"
    grep -q "^# $code: " "$page" || complain "$page: does not begin with '# $code: '"
    # What is wrong with a file as a whole (E00xx: too large, not UTF-8) cannot be shown in a block.
    [[ $code == E00* ]] || grep -q '^## Example$' "$page" || complain "$page: has no '## Example'"
    grep -q '^## How to mend it$' "$page" || complain "$page: has no '## How to mend it'"
    # embed_pages.cmake puts the page between R"PAGE( and )PAGE".
    ! grep -q ')PAGE"' "$page" || complain "$page: holds the mark that ends a page"
done
if [[ ${1:-} == --all ]]; then
    for code in $codes; do
        [[ -f docs/diagnostics/$code.md ]] || complain "docs/diagnostics/$code.md is missing"
    done
fi
exit $status
