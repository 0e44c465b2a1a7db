"""Writes docs/states.md from the packs of stdlib-rules/state and stdlib-rules/caution: what is law, with citation and date,
what is held to out of caution, and what is unknown. Run in the repository root; prints the page."""

import re
import sys
from pathlib import Path

NAMES = """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia
FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland
MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey
NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico
RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington
WV West Virginia|WI Wisconsin|WY Wyoming"""
STATES = dict(name.split(" ", 1) for line in NAMES.splitlines() for name in line.split("|"))
ASSISTANTS = {"PT": "PTA", "OT": "OTA"}


def plain(text):
    return text.replace('\\"', '"').replace("|", "\\|")


class Table:
    """The rows of one table of a pack: lists of dictionaries from column to cell."""

    def __init__(self, folder, pack, name):
        text = (folder / f"{pack}.prv").read_text(encoding="utf-8")
        block = re.search(rf"^table {name} .*?^end$", text, re.S | re.M).group(0)
        lines = [line.strip() for line in block.splitlines() if line.strip().startswith("|")]
        cells = [[cell.strip() for cell in re.findall(r'((?:"(?:\\.|[^"\\])*"|[^|"])+)\|', line[1:])] for line in lines]
        self.rows = [dict(zip(cells[0], row)) for row in cells[1:]]

    def of(self, state, discipline):
        """The rows written for a state and discipline; rows for any state are no text about this one."""
        return [
            row
            for row in self.rows
            if state in row["state"].split(", ")
            and (row["discipline"] == "any" or discipline in row["discipline"].split(", "))
        ]


def why(cell):
    """The reason of an unknown cell, or None."""
    found = re.match(r'unknown "(.*)"$', cell)
    return found and plain(found.group(1))


def source(row):
    text = plain(row["source"].strip('"'))
    return "" if text == "no text found" else f"; {text}"


def period(row):
    first, last = row.get("from", "-"), row.get("through", "-")
    if first == "-" and last == "-":
        return ""
    if first == "-":
        return f", through {last}"
    return f", from {first}" + ("" if last == "-" else f" through {last}")


def words(member):
    return member.replace("_", " ")


def levels(rows):
    for row in rows:
        place = "" if row["place"] == "any" else f" ({words(row['place'])})"
        reason = why(row["level"])
        if reason:
            yield f"unknown{place}{period(row)}: {reason}{source(row)}"
            continue
        more = why(row["more"])
        open_part = f"; unknown whether more: {more}" if more else ""
        yield f"**{words(row['level'])}**{place}{period(row)}{open_part}{source(row)}"


def firsts(rows, column):
    for row in rows:
        reason = why(row[column])
        if reason:
            yield f"unknown{period(row)}: {reason}{source(row)}"
        else:
            yield f"**{row[column]}**{period(row)}{source(row)}"


def keyed(rows, key, column):
    for row in rows:
        reason = why(row[column])
        what = words(row[key])
        if reason:
            yield f"{what}: unknown{period(row)}: {reason}{source(row)}"
        else:
            yield f"{what}: **{words(row[column])}**{period(row)}{source(row)}"


def own_rules(path):
    """Title, sources and period of each rule of a pack; one that waits for a text that was not read is no law."""
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    open_tables = [
        name
        for name, body in re.findall(r"^table (\w+) (.*?)^end$", text, re.S | re.M)
        if all(re.search(r'unknown "|\| no +\|', line) for line in re.findall(r"^  \|.*", body, re.M)[1:])
    ]
    # Definitions that read such a table wait as well.
    waiting = [rf"{name}\." for name in open_tables]
    for name, body in re.findall(r"^define (\w+) of (.*?)^end$", text, re.S | re.M):
        if any(re.search(rf"\b{table}\.", body) for table in open_tables):
            waiting.append(rf"{name} of\b")
    for title, body in re.findall(r'^rule \w+ "([^"]*)"\n(.*?)^end$', text, re.S | re.M):
        sources = "; ".join(re.findall(r'^  source "([^"]*)"', body, re.M))
        dates = re.search(r"^  (from \d.*|through \d.*)$", body, re.M)
        waits = any(re.search(rf"\b{pattern}", body) for pattern in waiting)
        told = f"unknown: {plain(title)}" if waits else f"**{plain(title)}**"
        yield told + (f", {dates.group(1)}" if dates else "") + f"; {plain(sources)}"


def short_level(rows):
    told = []
    for row in rows:
        word = "?" if why(row["level"]) else words(row["level"]) + ("+?" if why(row["more"]) else "")
        if row["through"] == "-" and word not in told:
            told.append(word)
    return ", ".join(told)


def short_first(rows, column):
    return "?" if all(why(row[column]) for row in rows if row["through"] == "-") else "yes"


def short_keyed(tables):
    """How many rows are law; a question mark where none is."""
    law = sum(not why(row[column]) for rows, column in tables for row in rows)
    return str(law) if law else "?"


def main():
    root = Path("stdlib-rules")
    state_packs, caution_packs = root / "state", root / "caution"
    level = Table(state_packs, "supervision", "practice_level")
    before = Table(state_packs, "evaluation_first", "before_assistant")
    author = Table(state_packs, "scope", "author")
    signed = Table(state_packs, "signatures", "co_signature")
    technique = Table(state_packs, "techniques", "technique_rule")
    cautious = Table(caution_packs, "techniques", "cautious_technique")
    at_once = {
        "assistants at a time": Table(state_packs, "ratios", "assistants_at_once"),
        "people at a time": Table(state_packs, "ratios", "people_at_once"),
    }
    full_time = list(own_rules(state_packs / "full_time.prv"))
    cautious_full_time = Table(caution_packs, "full_time", "cautious_equivalents")

    for code in STATES:
        for discipline in ASSISTANTS:
            for table in (level, before):
                if not table.of(code, discipline):
                    sys.exit(f"no row for {code} {discipline}")
            places = {place for row in level.of(code, discipline) if row["through"] == "-" for place in row["place"].split(", ")}
            if "any" not in places and places != {"clinic", "nursing_facility", "home"}:
                sys.exit(f"no level for some place in {code} {discipline}: only {sorted(places)}")

    print("# What the packs know of each state\n")
    print("Written by `tests/rules/states_page.py` from the packs of `stdlib-rules/state` and `stdlib-rules/caution`; a test keeps it so.")
    print("The tables are about one visit of an assistant; what a state\'s own pack adds (numbers at a time, the therapist\'s own visits) is named below.\n")
    print("- **Bold** is law: a rule of a state pack rests on it, with the citation and the dates beside it. Without a date, the day it began was")
    print("  not found. A month in parentheses says how old the copy was that was read; \"not re-read\" marks what is well known and was not read again.")
    print("- *Unknown* is no permission: what rests on it comes out as cannot determine. Secondary sources stand here, and make no law.")
    print("- *Out of caution* are policies of the clinic layer, stricter than the law that was read; a clinic may unload them.\n")

    print("In the table, `?` is unknown, `+?` says that more may be asked, a number counts rows of law.\n")
    print("| state | supervision PTA | OTA | evaluation first PTA | OTA | documents PTA | OTA | co-signature PTA | OTA | techniques PTA | OTA | own pack |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for code, name in STATES.items():
        cells = [f"[{name}](#{name.lower().replace(' ', '-')})"]
        pairs = [(code, discipline) for discipline in ASSISTANTS]
        cells += [short_level(level.of(*pair)) for pair in pairs]
        cells += [short_first(before.of(*pair), "evaluation") for pair in pairs]
        cells += [short_keyed([(author.of(*pair), "who")]) for pair in pairs]
        cells += [short_keyed([(signed.of(*pair), "due")]) for pair in pairs]
        cells += [short_keyed([(technique.of(*pair), "who")]) for pair in pairs]
        cells.append(f"`state.{code.lower()}`" if (state_packs / f"{code.lower()}.prv").exists() else "")
        print("| " + " | ".join(cells) + " |")

    for code, name in STATES.items():
        print(f"\n## {name}\n")
        missing = []
        for discipline, assistant in ASSISTANTS.items():
            topics = {
                "supervision": levels(level.of(code, discipline)),
                "evaluation first": firsts(before.of(code, discipline), "evaluation"),
                "plan first": firsts(before.of(code, discipline), "plan"),
                "documents": keyed(author.of(code, discipline), "kind", "who"),
                "co-signature due": keyed(signed.of(code, discipline), "kind", "due"),
                "techniques": keyed(technique.of(code, discipline), "technique", "who"),
                "techniques out of caution": keyed(cautious.of(code, discipline), "technique", "kept"),
            }
            for topic, lines in topics.items():
                lines = [line for line in lines if not line.startswith(("unknown: no text found", "unknown: no text on the plan found"))]
                if not lines and topic != "techniques out of caution":
                    missing.append(f"{topic} {assistant}")
                for line in lines:
                    print(f"- {assistant}, {topic}: {line}")
            for topic, table in at_once.items():
                for row in table.of(code, discipline):
                    print(f"- {assistant}, {topic}: **{row['limit']}**{source(row)}")
        for line in full_time:
            if line.startswith(f"**{name}: "):
                print(f"- full-time equivalents: {line.replace(f'{name}: ', '', 1)}")
        for row in cautious_full_time.rows:
            if row["state"] == code:
                print(f"- PTA, full-time equivalents out of caution: {row['limit']}{source(row)}")
        for line in own_rules(state_packs / f"{code.lower()}.prv"):
            print(f"- own pack `state.{code.lower()}`: {line}")
        if missing:
            print(f"- no text found: {', '.join(missing)}")

    print("\n## Out of caution\n")
    for path in sorted(caution_packs.glob("*.prv")):
        for line in own_rules(path):
            print(f"- `caution.{path.stem}`: {line.replace('**', '')}")


if __name__ == "__main__":
    sys.exit(main())
