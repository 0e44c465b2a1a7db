"""Writes docs/findings.md from the packs: each code of a finding, what it means, what to do, which rules report it and on what sources.
Run in the repository root; prints the page."""

import re
from pathlib import Path

TEXT = r'"((?:\\.|[^"\\])*)"'


def plain(text):
    return text.replace('\\"', '"').replace("|", "\\|")


def main():
    findings, rules = {}, {}
    for path in sorted(Path("stdlib-rules").rglob("*.prv")):
        text = path.read_text(encoding="utf-8")
        # Comments and tests say nothing about what is reported.
        text = re.sub(r"^ *--.*$", "", text, flags=re.M)
        pack = re.search(r"^pack (\S+)", text, re.M).group(1)
        layer = re.search(r"^  layer +(\S+)", text, re.M)
        for match in re.finditer(rf"^finding (\w+) (violation|warning|notice) {TEXT}((?:\n  .*)*)", text, re.M):
            code, severity, title, rest = match.groups()
            remedy = re.search(rf"remedy {TEXT}", rest)
            assert code not in findings, f"{code} is declared twice"
            slots = re.search(r"\n  with ((?:\w+ : \w+(?: \w+)*(?:,\s+)?)+)", rest)
            meaning = plain(title) + (f"; with {', '.join(f'`{slot}`' for slot in re.split(r',[ ]*', ' '.join(slots[1].split())))}" if slots else "")
            findings[code] = (severity, meaning, plain(remedy.group(1)) if remedy else "", pack)
        for match in re.finditer(r"^(rule|exception) (\w+)[^\n]*\n(.*?)^end$", text, re.M | re.S):
            kind, name, body = match.groups()
            sources = [plain(source) for source in re.findall(rf"^  source {TEXT}", body, re.M)]
            for code in re.findall(r"\breport ([A-Z]\w+) on\b", body):
                rules.setdefault(code, []).append((f"{pack}.{name}", layer.group(1) if layer else "", sources))
    print("""# Findings

Every code that the standard rules can report, by severity: what it means, what to do, and the rules that report it with the layer they
speak for and their sources. Behind "with" stand the slots that a rule which reports it fills, with their types. Written from the packs; the codes stay as they are once published.

- **violation**: against law, the payor's rules or a contract, or a line that is not paid as billed
- **warning**: against a caution or a clinic's policy, or something that cannot be told from the record
- **notice**: nothing is wrong; something is to be known or done
""")
    for severity in ("violation", "warning", "notice"):
        codes = sorted(code for code, finding in findings.items() if finding[0] == severity)
        print(f"## {severity.capitalize()}s: {len(codes)}\n")
        print("| code | meaning | what to do | reported by |")
        print("|---|---|---|---|")
        for code in codes:
            _, title, remedy, _ = findings[code]
            by = "; ".join(
                f"`{name}`{f' ({layer})' if layer else ''}: {', '.join(dict.fromkeys(sources))}" for name, layer, sources in rules.get(code, [])
            )
            assert by, f"no rule reports {code}"
            print(f"| `{code}` | {title} | {remedy} | {by} |")
        print()
    unknown = sorted(set(rules) - set(findings))
    assert not unknown, unknown
    print(f"{len(findings)} codes.")


main()
