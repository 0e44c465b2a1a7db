"""Writes docs/vocabulary.md from the packs: the fields of a visit and of what hangs on it, the words that fields take, and by pack the
names that other packs may use. Run in the repository root; prints the page."""

import re
from pathlib import Path

TEXT = r'"((?:\\.|[^"\\])*)"'
SKIPPED = ("cases.",)


def cell(text):
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def items(text):
    """(keyword, name, head, body) of each item; bodies end with `end`, or with the blank line behind a decision or grouping."""
    pattern = r"^(record|enum|codes|scale|step|grouping|collect|define|decision|parameter|table|finding|rule|exception|sample) (\w+)"
    found = list(re.finditer(pattern, text, re.M))
    stops = [m.start() for m in re.finditer(r"^\S", text, re.M)] + [len(text)]
    for match in found:
        stop = next(s for s in stops if s > match.start() and not text.startswith("end", s))
        yield match[1], match[2], text[match.start():stop].rstrip().removesuffix("end").rstrip()


def without_comments(text):
    return re.sub(r"(?m)^\s*--.*$|\s+--[^\"\n]*$", "", text)


def label_of(head):
    found = re.search(TEXT, head)
    return cell(found[1]) if found else ""


def members(body):
    """`NAME "label"` of an enumeration or a code set."""
    body = re.sub(rf"source\s+{TEXT}", "", body)
    out = []
    for m in re.finditer(rf"\b(\w+)(?:\s+{TEXT})?\s*(?:,|$)", body.strip()):
        out.append(f"`{m[1]}`" + (f" {cell(m[2])}" if m[2] else ""))
    return out


def satisfied(text):
    text = cell(re.sub(rf"source\s+{TEXT}", "", text).replace("satisfied by", ""))
    return re.sub(r" (from|through) (?=[0-9])", r"; \1 ", text)


def record_rows(body):
    for line in body.splitlines()[1:]:
        m = re.match(r"\s+(\w+)\s*:\s*(.*)$", line)
        if not m:
            continue
        name, rest = m[1], m[2]
        label = re.search(rf"label\s+{TEXT}", rest)
        named = re.search(rf"named\s+{TEXT}", rest)
        absent = re.search(r"absent means (\S+(?: minutes| days)?)", rest)
        private = " private" if re.search(r"\bprivate\b", rest) else ""
        kind = re.split(r"\s+(?:key|shown|private|optional|absent|label|named)\b|\s{2,}", rest)[0]
        needed = "absent is unknown" if re.search(r"\boptional\b", rest) else f"absent means {absent[1]}" if absent else "required"
        yield f"| `{name}` | {f'`{named[1]}`' if named else ''} | {cell(kind)}{private} | {needed} | {cell(label[1]) if label else ''} |"


def main():
    packs = []
    for path in sorted(Path("stdlib-rules").rglob("*.prv")):
        text = without_comments(path.read_text(encoding="utf-8"))
        name = re.search(r"^pack (\S+)", text, re.M)[1]
        if name.startswith(SKIPPED):
            continue
        title = re.search(rf"^  title +{TEXT}", text, re.M)
        layer = re.search(r"^  layer +(\S+)", text, re.M)
        packs.append((name, title[1] if title else "", layer[1] if layer else "", list(items(text)), path))
    packs.sort(key=lambda pack: (pack[0] != "therapy", pack[0]))
    everything = [(pack, *item) for pack, _, _, its, _ in packs for item in its]
    everything.sort(key=lambda item: item[2] != "visit")

    print("""# Vocabulary of the standard rules

What a pack beside the standard rules may name, written from the packs: fields, words, and by pack what it declares. `uses PACK` in a pack's
head makes the names of that pack visible. Texts that are `private` never appear in a message. How to use all this:
[writing_a_state_pack.md](writing_a_state_pack.md).

In records (JSON) a list is an array, a record inside a record an object, a date `"2025-03-03"`, yes and no `true` and `false`, minutes a number, money a number or a
text (`"58.00"`). A name in the second column is the one in JSON where it is not the same.
""")
    print("## Records\n")
    for pack, kind, name, body in everything:
        if kind != "record":
            continue
        head = body.splitlines()[0]
        print(f"### {name}\n\nDeclared by `{pack}`" + (f": {label_of(head)}" if label_of(head) else "") + "\n")
        print("| field | in JSON | type | where it is absent | what it is |\n|---|---|---|---|---|")
        print("\n".join(record_rows(body)), end="\n\n")

    print("## Words\n\nEnumerations and code sets. A word that is not in a closed set is refused with the record that holds it; a code of an open set is taken as\n"
          "it is.\n")
    print("| | of | words |\n|---|---|---|")
    for pack, kind, name, body in everything:
        if kind == "enum":
            first, _, rest = body.partition("\n")
            print(f"| `{name}` | `{pack}` | {', '.join(members(rest)) or ', '.join(members(first.split(name, 1)[1]))} |")
    for pack, kind, name, body in everything:
        if kind == "codes":
            part = re.match(r"codes \w+ of (\w+)", body)
            rest = re.sub(r"^codes \w+(?: of \w+)?", "", body)
            opened = bool(re.match(r"\s+open\b", rest))
            rest = re.sub(r"^\s+open\b", "", rest)
            rest = re.sub(r"\s+(?:from|through) [0-9-]+", "", rest)
            what = f"part of `{part[1]}`" if part else "open" if opened else "closed"
            print(f"| `{name}`, {what} | `{pack}` | {', '.join(members(rest))} |")
    print("\n## Scales\n")
    for pack, kind, name, body in everything:
        if kind == "scale":
            head = body.splitlines()[0]
            of = re.search(r"scale \w+ of (\w+)", head)[1]
            print(f"`{name}` of `{of}`, declared by `{pack}`; from loosest to strictest, with the facts that satisfy each step:\n")
            print("| step | of | satisfied by |\n|---|---|---|")
            for m in re.finditer(rf"^  (\w+)(?:\s+{TEXT})?\s+satisfied by(.*?)(?=^  \w|\Z)", body, re.M | re.S):
                print(f"| `{m[1]}` {cell(m[2] or '')} | `{pack}` | {satisfied(m[3])} |")
            for other, k, step, text in everything:
                if k == "step":
                    m = re.match(rf"step \w+ of {name}\b(?:\s+{TEXT})?(.*)", text, re.S)
                    if m:
                        print(f"| `{step}` {cell(m[1] or '')} | `{other}` | {satisfied(m[2])} |")
            print()
    print("## By pack\n")
    for name, title, layer, its, path in packs:
        print(f"### {name}\n\n[{path}](../{path}): {title}{f', layer `{layer}`' if layer else ''}\n")
        lines = []
        for kind, word, body in its:
            head = body.splitlines()[0]
            if kind == "decision":
                flat = cell(re.sub(TEXT, "", body))
                lines.append(f"- decision `{word}`{flat.split(word, 1)[1]}{': ' + label_of(body) if label_of(body) else ''}")
            elif kind == "define":
                m = re.match(r"define \w+ of (\w+)(?: : ([^\"\n]+))?", head)
                if m:
                    lines.append(f"- definition `{word} of {m[1]}`{' : ' + cell(m[2]) if m[2] else ''}{': ' + label_of(head) if label_of(head) else ''}")
            elif kind == "grouping":
                lines.append(f"- grouping `{word}`{cell(body).split(word, 1)[1]}")
            elif kind == "collect":
                m = re.match(r"collect \w+ of (\w+)", head)
                fields = re.findall(r"(?:^  row(?: when[^\n]*\n)?|^     )\s*(\w+)\s*:", body, re.M)
                lines.append(f"- collected `{m[1]}.{word}s`{': ' + label_of(head) if label_of(head) else ''}; {', '.join(f'`{f}`' for f in fields)}")
            elif kind == "parameter":
                m = re.match(r"parameter \w+ : ([^\"\n]+)", head)
                lines.append(f"- parameter `{word}` : {cell(m[1])}{': ' + label_of(head) if label_of(head) else ''}")
            elif kind == "table":
                m = re.search(r"given\s+(.*?)\s+gives\s+(.*?)\n\s*(?:\||from)", body, re.S)
                lines.append(f"- table `{word}` given {cell(m[1])} gives {cell(m[2])}")
            elif kind == "finding":
                m = re.search(r"\bwith\s+((?:\w+\s*:\s*[\w ]+,?\s*)+?)(?=\n  remedy|\Z)", body)
                slots = f"; with {cell(m[1])}" if m else ""
                lines.append(f"- finding `{word}`: {label_of(head)}{slots}")
            elif kind in ("rule", "exception"):
                lines.append(f"- {kind} `{word}`: {label_of(head)}")
            elif kind == "sample":
                lines.append(f"- sample `{word}`")
        print("\n".join(lines), end="\n\n")
    print(f"{len(packs)} packs, {sum(1 for e in everything if e[1] == 'rule')} rules.")


main()
