"""Right claims, worked out a second time, apart from the rule packs, so that the two can be compared."""

from fractions import Fraction

TIMED = {"97110", "97112", "97116", "97140", "97530", "97535"}
EVALUATIONS = {"97161", "97162", "97163", "97164", "97165", "97166", "97167", "97168"}
# Invented amounts in cents, near what such services pay.
ALLOWED = {"97110": 2950, "97112": 3350, "97116": 2925, "97140": 2700, "97530": 3650, "97535": 3300,
           "97150": 1800, "G0283": 1100, "97162": 10000, "97165": 10100,
           "97124": 2800, "97164": 6900, "97010": 600, "20560": 2600}
CHARGE = {code: cents * 2 for code, cents in ALLOWED.items()}
DISCIPLINE_MODIFIER = {"PT": "GP", "OT": "GO"}
ASSISTANT_MODIFIER = {"PT": "CQ", "OT": "CO"}


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def unit_method(visit):
    if visit["payor"] in ("medicare_part_b", "medicare_advantage", "tricare"):
        return "cms"
    return "midpoint"


def separates(visit):
    """Whether this payor wants assistant units apart."""
    day = visit["service_date"]
    if visit["setting"] == "critical_access_hospital":
        return False
    if visit["payor"] == "medicare_part_b" or visit["payor"] == "tricare":
        return True
    return visit.get("payor_id") in ("AETNA", "UHC") and day >= "2023-12-01"


def assistant_units(units, therapist, assistant, day):
    """Of the units of one timed code, those of the assistant."""
    blocks = assistant // 15
    left = units - therapist // 15 - blocks
    t, a = therapist % 15, assistant % 15
    over_tenth = Fraction(a) > Fraction(t + a, 10)
    if left == 0:
        return blocks
    if day < "2022-01-01":
        return blocks + (left if over_tenth else 0)
    if left == 1:
        return blocks + (1 if over_tenth and t < 8 else 0)
    return blocks + (1 if t >= 8 else 2 if over_tenth else 0)


def right_claim(visits):
    """The claim lines of one day: one patient, one discipline, one payor."""
    visit = visits[-1]
    minutes = {}
    for v in visits:
        for s in v["services"]:
            t, a = minutes.get(s["code"], (0, 0))
            minutes[s["code"]] = (t + s["therapist_minutes"], a + s["assistant_minutes"])
    units = {}
    timed = sorted(code for code in minutes if code in TIMED)
    if unit_method(visit) == "cms":
        left = (sum(sum(minutes[c]) for c in timed) + 7) // 15
        for c in timed:
            units[c] = sum(minutes[c]) // 15
            left -= units[c]
        for c in sorted(timed, key=lambda c: (-(sum(minutes[c]) % 15), c))[:left]:
            units[c] += 1
    else:
        for c in timed:
            units[c] = (sum(minutes[c]) + 7) // 15
    lines = []
    for code in sorted(minutes):
        therapist, assistant = minutes[code]
        if code in TIMED:
            total = units[code]
            marked = assistant_units(total, therapist, assistant, visit["service_date"]) if separates(visit) else 0
        else:
            total = 1
            marked = 1 if (separates(visit) and code not in EVALUATIONS
                           and 10 * assistant > therapist + assistant) else 0
        for count, is_assisted in ((total - marked, False), (marked, True)):
            if count <= 0:
                continue
            modifiers = []
            if visit["payor"] in ("medicare_part_b", "tricare") or (is_assisted and separates(visit)):
                modifiers.append(DISCIPLINE_MODIFIER[visit["discipline"]])
            if is_assisted:
                modifiers.append(ASSISTANT_MODIFIER[visit["discipline"]])
            lines.append({"code": code, "units": count, "modifiers": modifiers,
                          "charge": money(CHARGE[code] * count), "allowed": money(ALLOWED[code] * count)})
    return lines


def number_lines(lines):
    return [{"line": str(n + 1), **line} for n, line in enumerate(lines)]
