"""A visit for each row of the files beside the Medicare packs, at the edges of its dates and of its limit, and what must
be decided about it, worked out here a second time from the same rows: verdicts on pairs, unlikely units, amounts.

    table_rows.py PACKS visits              prints the visits
    table_rows.py PACKS compare DECISIONS   compares decisions (ndjson) with what is expected; says what differs
"""

import csv
import datetime
import json
import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

FOLDER = Path(sys.argv[1]) / "medicare"
FIRST, LAST = "1900-01-01", "2199-12-31"
IN_FORCE = "2024-07-01"  # the rules on pairs and units; earlier days are only looked at
DAY_BEFORE = "2024-06-30"
SETTINGS = {"practitioner": "private_practice", "hospital": "hospital_outpatient"}
AMOUNTS = ("allowed_amount", "share", "coinsurance", "withheld", "received", "lost_to_assistant")


# ---- reading


def rows_of(name):
    rows = []
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row["from"] = FIRST if row["from"] == "-" else row["from"]
            row["through"] = LAST if row["through"] == "-" else row["through"]
            rows.append(row)
    return rows


def dated(parameter):
    """The dated values of a parameter of the payment pack: (from, through, exact number)."""
    text = (FOLDER / "payment.prv").read_text(encoding="utf-8")
    body = re.search(rf"^parameter {parameter} .*?^end$", text, re.M | re.S).group(0)
    line = r"^ +(?:from (\S+) *)?(?:through (\S+) *)?: \$?([0-9.]+)$"
    values = [(m[1] or FIRST, m[2] or LAST, Fraction(m[3])) for m in re.finditer(line, body, re.M)]
    assert values, parameter
    return values


def on(values, day):
    found = [value for since, until, value in values if since <= day <= until]
    assert len(found) == 1, (day, values)
    return found[0]


class Table:
    """The rows of one file; `given` are the columns that choose one."""

    def __init__(self, name, *given):
        self.rows, self.given, self.by_given = rows_of(name), given, {}
        for row in self.rows:
            self.by_given.setdefault(tuple(row[key] for key in given), []).append(row)

    def first(self, day, *values):
        """The first row that holds on the day; the last row of each file is for all that no other names."""
        for row in self.by_given.get(values, []) + self.by_given[("any",) * len(self.given)]:
            if row["from"] <= day <= row["through"]:
                return row
        return None


def probes(row, earliest, latest):
    """The first day of a row and the last, the day before and the day after, as far as rules look."""
    first, last = row["from"], row["through"]
    days = [first, last, shifted(first, -1) if first > FIRST else first, shifted(last, 1) if last < LAST else last]
    return {day for day in days if earliest <= day <= latest}


def shifted(day, days):
    return str(datetime.date.fromisoformat(day) + datetime.timedelta(days))


def cents(amount):
    """An exact amount in cents, a half up (amounts are not negative)."""
    assert amount >= 0
    return Fraction(int(amount * 100 + Fraction(1, 2)), 100)


def money(amount):
    return str((Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))


# ---- the visits: (visit, expected findings, expected amounts or None)


class Cases:
    def __init__(self):
        self.all = []

    def add(self, edits, day, billed, findings=None, amounts=None):
        """billed: (code, units, modifiers, charge, allowed). None is what this case does not ask about."""
        key = f"R-{len(self.all):05}"
        visit = {
            "visit_id": key, "patient_id": "P" + key, "clinic_id": "C" + key, "service_date": day, "discipline": "PT", "state": "TX",
            "setting": SETTINGS[edits], "payor": "medicare_part_b", "services": [],
            "billed": [
                {"line": str(n + 1), "code": code, "units": units, "modifiers": ["GP", *modifiers], "charge": charge, "allowed": allowed}
                for n, (code, units, modifiers, charge, allowed) in enumerate(billed)
            ],
        }
        self.all.append((visit, findings, amounts))


def pair_findings(pairs, edits, day, billed):
    found = []
    codes = {code: modifiers for code, _, modifiers, _, _ in billed}
    allowed = {code: amount for code, _, _, _, amount in billed}
    marked = any(m in ("59", "XE", "XP", "XS", "XU", "LT", "RT") for modifiers in codes.values() for m in modifiers)
    for paid in codes:
        for denied in codes:
            if paid == denied:
                continue
            indicator = pairs.first(day, edits, paid, denied)["indicator"]
            if day < IN_FORCE:
                if indicator != "unpaired" and not marked:
                    found.append(("PAIR_TO_CHECK", paid, denied, None))
            elif indicator == "never":
                found.append(("PAIR_NOT_PAYABLE", paid, denied, allowed[denied]))
            elif indicator == "with_modifier" and not marked:
                found.append(("PAIR_WITHOUT_MODIFIER", paid, denied, allowed[denied]))
    return sorted(found, key=str)


def add_pairs(cases):
    pairs = Table("ncci_pairs.csv", "edits", "column1", "column2")
    for row in pairs.rows:
        if row["edits"] == "any":
            cases.add("practitioner", IN_FORCE, [("97110", 1, [], "900.00", "20.00"), ("99999", 1, [], "900.00", "7.77")], {"pairs": []})
            continue
        for day in sorted(probes(row, FIRST, LAST) | {DAY_BEFORE, IN_FORCE}):
            # A modifier for separate services, on either code.
            for first, second in [([], []), (["59"], []), ([], ["XS"])] if day == IN_FORCE else [([], [])]:
                billed = [(row["column1"], 1, first, "900.00", "31.31"), (row["column2"], 2, second, "900.00", "12.34")]
                cases.add(row["edits"], day, billed, {"pairs": pair_findings(pairs, row["edits"], day, billed)})


def unit_findings(limits, edits, day, billed):
    found = []
    if day < IN_FORCE:
        return found
    total = {}
    for code, units, *_ in billed:
        total[code] = total.get(code, 0) + units
    for n, (code, units, _, _, allowed) in enumerate(billed):
        limit = limits.first(day, edits, code)
        counted = units if limit["adjudication"] == "line" else total[code]
        most = int(limit["units"])
        name = {"line": "UNITS_NOT_PAYABLE", "day": "UNITS_NOT_PAYABLE", "day_clinical": "UNITS_UNLIKELY"}.get(limit["adjudication"])
        if name and counted > most:
            found.append((name, f"billed[{n}]", most, money(cents(Fraction(allowed) * (counted - most) / counted))))
    return sorted(found, key=str)


def add_limits(cases):
    limits = Table("mue.csv", "edits", "code")
    for row in limits.rows:
        most = int(row["units"])
        edits = "practitioner" if row["edits"] == "any" else row["edits"]
        code = "99999" if row["code"] == "any" else row["code"]
        for day in sorted(probes(row, DAY_BEFORE, LAST) | {DAY_BEFORE, IN_FORCE}):
            line = lambda units, *modifiers: (code, units, list(modifiers), "900.00", "20.00")
            for billed in ([line(most)], [line(most + 1)], [line(most), line(3, "CQ")]):
                cases.add(edits, day, billed, {"units": unit_findings(limits, edits, day, billed)})


def amounts_of(values, figures, day, billed):
    """What each priced line brings, by (code, assisted); None where the table leaves the amount open."""
    factor, share_left = on(figures["conversion_factor"], day), on(figures["practice_share"], day)
    assistant, sequester = on(figures["assistant_factor"], day), on(figures["sequester"], day)
    lines = {}
    for code, units, modifiers, charge, _ in billed:
        line = lines.setdefault((code, "CQ" in modifiers), {"units": 0, "charge": Fraction(0)})
        line["units"] += units
        line["charge"] += Fraction(charge)
    for (code, assisted), line in lines.items():
        row = values.first(day, code)
        line["open"] = row["work"].startswith("unknown")
        if line["open"]:
            continue
        practice, other = Fraction(row["practice"]), Fraction(row["work"]) + Fraction(row["malpractice"])
        line["reduced"] = row["reduced"] == "yes"
        line["nothing"] = row["status"] in ("bundled", "invalid", "not_covered")
        line["full"] = cents((practice + other) * factor)
        line["less"] = cents((practice * share_left + other) * factor)
        # Highest practice expense, then the whole fee, then the therapist's line, then the lower code.
        line["rank"] = (-practice, -other, assisted, code)
    # Which line's first unit is paid in full hangs on a code without a row too; a contractor's codes have one.
    unsaid = any(values.first(day, code)["reduced"].startswith("unknown") for code, _ in lines)
    for line in lines.values():
        line["open"] = line["open"] or (unsaid and line["reduced"])
    ranked = sorted(line["rank"] for line in lines.values() if not line["open"] and line["reduced"] and line["units"])
    answers = {}
    for key, line in lines.items():
        if line["open"]:
            answers[key] = None
            continue
        if line["nothing"]:
            schedule = Fraction(0)
        elif line["reduced"] and line["units"]:
            first = 1 if line["rank"] == ranked[0] else 0
            schedule = line["full"] * first + line["less"] * (line["units"] - first)
        else:
            schedule = line["full"] * line["units"]
        allowed = min(schedule, line["charge"])
        in_full = cents(allowed * Fraction(8, 10))
        share = cents(allowed * Fraction(8, 10) * assistant) if key[1] else in_full
        withheld = cents(share * sequester)
        answers[key] = dict(
            zip(AMOUNTS, map(money, (allowed, share, allowed - in_full, withheld, share - withheld + allowed - in_full, in_full - share)))
        )
    return answers


def add_amounts(cases):
    values = Table("relative_values.csv", "code")
    figures = {name: dated(name) for name in ("conversion_factor", "practice_share", "assistant_factor", "sequester")}
    since, until = figures["conversion_factor"][0][0], figures["conversion_factor"][-1][1]
    # The days on which a factor changes, and the days before, are asked about for one code and for what has no row.
    changes = {day for name in figures for first, last, _ in figures[name] for day in (first, last) if since <= day <= until}
    for row in values.rows:
        code = "99999" if row["code"] == "any" else row["code"]
        for day in sorted(probes(row, since, until) | ({IN_FORCE, *changes} if code in ("97110", "99999") else set())):
            line = lambda its, units, *modifiers, charge="900.00": (its, units, list(modifiers), charge, "20.00")
            for billed in (
                [line(code, 1)],
                [line(code, 3, "CQ")],
                [line(code, 2), line(code, 1, "CQ"), line("97140", 2)],
                [line("97530", 1, "CQ"), line(code, 4, charge="11.11")],
            ):
                cases.add("practitioner", day, billed, amounts=amounts_of(values, figures, day, billed))


def all_cases():
    cases = Cases()
    add_pairs(cases)
    add_limits(cases)
    add_amounts(cases)
    return cases.all


# ---- comparing


def decided_pairs(decision):
    return sorted(
        ((f["code"], f["with"]["paid"], f["with"]["denied"], f.get("at_stake"))
         for f in decision["findings"] if f["code"] in ("PAIR_NOT_PAYABLE", "PAIR_WITHOUT_MODIFIER", "PAIR_TO_CHECK")),
        key=str,
    )


def decided_units(decision):
    return sorted(
        ((f["code"], f["on"], f["with"]["payable_units"], f.get("at_stake"))
         for f in decision["findings"] if f["code"] in ("UNITS_NOT_PAYABLE", "UNITS_UNLIKELY")),
        key=str,
    )


def decided_amounts(decision):
    answers = {}
    for line in decision["priced_lines"]:
        answers[line["code"], line["assisted"]] = (
            None if isinstance(line["share"], dict) and "unknown" in line["share"] else {name: line[name] for name in AMOUNTS}
        )
    return answers


def compare(path):
    decisions = {}
    with open(path, encoding="utf-8") as file:
        for text in file:
            one = json.loads(text)
            decisions[one["visit_id"]] = one
    cases = all_cases()
    wrong, shown = 0, {"errors": 0, "pairs": 0, "units": 0, "amounts": 0}
    for visit, findings, amounts in cases:
        decision = decisions.pop(visit["visit_id"])
        pairs = [("errors", [], [e for e in decision["errors"] if e["rule"].startswith(("medicare.part_b.ncci", "medicare.part_b.payment"))])]
        if findings and "pairs" in findings:
            pairs.append(("pairs", findings["pairs"], decided_pairs(decision)))
        if findings and "units" in findings:
            pairs.append(("units", findings["units"], decided_units(decision)))
        if amounts is not None:
            pairs.append(("amounts", amounts, decided_amounts(decision)))
        for what, expected, decided in pairs:
            if expected != decided:
                wrong += 1
                shown[what] += 1
                if shown[what] <= 3:
                    print(f"{visit['visit_id']} {visit['service_date']} {visit['setting']} {json.dumps(visit['billed'])}\n  {what}: "
                          f"expected {expected}\n  decided  {decided}", file=sys.stderr)
    assert not decisions, "decisions about visits that nobody made"
    kinds = [sum(1 for _, f, _ in cases if f and kind in f) for kind in ("pairs", "units")]
    print(f"{len(cases)} visits: {kinds[0]} about pairs, {kinds[1]} about units, {len(cases) - sum(kinds)} about amounts; {wrong} decided otherwise")
    return 1 if wrong else 0


if sys.argv[2] == "visits":
    for visit, _, _ in all_cases():
        print(json.dumps(visit))
else:
    sys.exit(compare(sys.argv[3]))
