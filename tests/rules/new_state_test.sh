#!/usr/bin/env bash
# docs/writing_a_state_pack.md, done in a copy of the packs: the blocks of the page are put where they say, and everything checks and passes.
set -euo pipefail
proviso=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r stdlib-rules "$scratch/rules"
python3 - docs/writing_a_state_pack.md "$scratch/rules" <<'END'
import re, sys
from pathlib import Path

page, rules = Path(sys.argv[1]).read_text(encoding="utf-8"), Path(sys.argv[2])
states = rules / "therapy/therapy.prv"
text = states.read_text(encoding="utf-8")
assert text.count("WI, WY\nend") == 1
states.write_text(text.replace("WI, WY\nend", "WI, WY, ZZ\nend"), encoding="utf-8")
blocks = re.findall(r"^```(rows|pack) (\S+) ?(\S*)\n(.*?)^```$", page, re.M | re.S)
assert len(blocks) == 6, len(blocks)
for kind, path, table, body in blocks:
    file = rules / path
    if kind == "pack":
        file.write_text(body, encoding="utf-8")
        continue
    text = file.read_text(encoding="utf-8")
    match = re.search(rf"^table {table} .*?^end$", text, re.M | re.S)
    lines = match.group(0).split("\n")
    # Before the first row for any state, or at the end of the table.
    at = next((n for n, line in enumerate(lines) if re.match(r"\s*\| any ", line)), len(lines) - 1)
    lines[at:at] = ["  " + line for line in body.strip().split("\n")]
    file.write_text(text[: match.start()] + "\n".join(lines) + text[match.end() :], encoding="utf-8")
END
"$proviso" fmt "$scratch/rules"
"$proviso" check "$scratch/rules" | tee "$scratch/checked"
if grep -q warning "$scratch/checked"; then
    exit 1
fi
# The pack on the page is in its canonical form already.
sed -n '/^```pack state\/zz.prv$/,/^```$/p' docs/writing_a_state_pack.md | sed '1d;$d' | diff - "$scratch/rules/state/zz.prv"
# The tests on the page exercise all that it adds: its pack, and each row.
"$proviso" test "$scratch/rules" --uncovered >"$scratch/uncovered"
grep -oE '^[^ ]+\.prv:[0-9]+: .*: never .*' "$scratch/uncovered" >"$scratch/lacking" || true
while IFS=: read -r file line _; do
    if [[ $file == */zz.prv ]] || sed -n "${line}p" "$file" | grep -q '| ZZ '; then
        echo "no test on the page exercises $file:$line" >&2
        exit 1
    fi
done <"$scratch/lacking"
