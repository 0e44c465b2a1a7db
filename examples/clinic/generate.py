#!/usr/bin/env python3
"""Writes visits.ndjson: invented visits of the Riverbend clinics. The same bytes every time; nothing is random.

    python3 generate.py > visits.ndjson

Right claims are worked out here a second time, apart from the rule packs, so that the two can be compared.
"""

import json
import sys
from datetime import date, timedelta
from fractions import Fraction

WEEK = [date(2025, 3, 3) + timedelta(days=d) for d in range(5)]
EDGES = [date(2021, 12, 30), date(2021, 12, 31), date(2022, 1, 3), date(2022, 1, 4),
         date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 2), date(2025, 1, 3)]
TIMED = {"97110", "97112", "97116", "97140", "97530", "97535"}
EVALUATIONS = {"97161", "97162", "97163", "97164", "97165", "97166", "97167", "97168"}
# Invented amounts in cents, near what such services pay.
ALLOWED = {"97110": 2950, "97112": 3350, "97116": 2925, "97140": 2700, "97530": 3650, "97535": 3300,
           "97150": 1800, "G0283": 1100, "97162": 10000, "97165": 10100}
CHARGE = {code: cents * 2 for code, cents in ALLOWED.items()}
DISCIPLINE_MODIFIER = {"PT": "GP", "OT": "GO"}
ASSISTANT_MODIFIER = {"PT": "CQ", "OT": "CO"}


class Sequence:
    """A small linear congruential generator: the same numbers on every machine and version."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit

    def pick(self, weighted):
        at = self.below(sum(weight for _, weight in weighted))
        for value, weight in weighted:
            if at < weight:
                return value
            at -= weight


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def make_services(numbers, discipline, assisted):
    codes = (["97110", "97112", "97116", "97140", "97530"] if discipline == "PT"
             else ["97110", "97530", "97535", "97140"])
    services = []
    first = numbers.below(len(codes))
    for n in range(1 + numbers.below(3)):
        total = numbers.pick([(8, 1), (12, 1), (15, 4), (20, 2), (23, 2), (30, 3), (38, 1)])
        if not assisted:
            therapist, assistant = total, 0
        else:
            assistant = numbers.pick([(total, 4), (total // 2, 2), (total // 10, 1), (2, 1), (0, 1)])
            therapist = total - assistant
        services.append({"code": codes[(first + n) % len(codes)], "therapist_minutes": therapist,
                         "assistant_minutes": assistant})
    extra = numbers.below(12)
    if extra == 0:
        services.append({"code": "97150", "therapist_minutes": 0 if assisted else 30,
                         "assistant_minutes": 30 if assisted else 0, "group_size": 3})
    elif extra == 1:
        services.append({"code": "G0283", "therapist_minutes": 15, "assistant_minutes": 0})
    elif extra == 2 and not assisted:
        services.append({"code": "97162" if discipline == "PT" else "97165", "therapist_minutes": 40,
                         "assistant_minutes": 0})
    for service in services:
        code = service["code"]
        units = max(1, (service["therapist_minutes"] + service["assistant_minutes"] + 7) // 15) if code in TIMED else 1
        service["allowed"] = money(ALLOWED[code] * units)
        service["charge"] = money(CHARGE[code] * units)
    return services


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


def spoil(numbers, visit, lines):
    """Makes one mistake in a claim; returns its name."""
    kind = numbers.pick([("no assistant modifier", 4), ("assistant modifier on a therapist's unit", 2),
                         ("a unit too many", 3), ("a unit too few", 2), ("modifier of the other discipline", 2),
                         ("no plan modifier", 2), ("KX below the threshold", 2), ("both plan modifiers", 1)])
    line = lines[numbers.below(len(lines))]
    swap = {"GP": "GO", "GO": "GP", "CQ": "CO", "CO": "CQ"}
    if kind == "no assistant modifier":
        for entry in lines:
            entry["modifiers"] = [m for m in entry["modifiers"] if m not in ("CQ", "CO")]
    elif kind == "assistant modifier on a therapist's unit":
        line["modifiers"] = [DISCIPLINE_MODIFIER[visit["discipline"]], ASSISTANT_MODIFIER[visit["discipline"]]]
    elif kind == "a unit too many":
        line["units"] += 1
    elif kind == "a unit too few":
        line["units"] = max(1, line["units"] - 1)
    elif kind == "modifier of the other discipline":
        line["modifiers"] = [swap.get(m, m) if m in ("GP", "GO") else m for m in line["modifiers"]]
    elif kind == "no plan modifier":
        line["modifiers"] = [m for m in line["modifiers"] if m not in ("GP", "GO")]
    elif kind == "KX below the threshold":
        line["modifiers"] = line["modifiers"] + ["KX"]
    else:
        line["modifiers"] = ["GP", "GO"]


def make_visit(numbers, serial, day, uncovered=False):
    discipline = numbers.pick([("PT", 3), ("OT", 1)])
    state = "OH" if uncovered else numbers.pick([("TX", 4), ("NY", 3), ("CA", 2), ("MD", 2), ("NJ", 2)])
    payor = numbers.pick([("medicare_part_b", 9), ("commercial", 4), ("medicare_advantage", 2), ("medicaid", 2),
                          ("tricare", 1), ("self_pay", 1), ("workers_comp", 1)])
    setting = numbers.pick([("private_practice", 14), ("rehab_agency", 3), ("hospital_outpatient", 2),
                            ("critical_access_hospital", 1)])
    assisted = numbers.below(100) < 55
    visit = {"visit_id": f"V-{serial}", "patient_id": f"P-{1000 + serial % 211}",
             "service_date": day.isoformat(), "sequence": 1,
             "recorded_on": (day + timedelta(days=1)).isoformat(),
             "discipline": discipline, "state": state, "setting": setting, "payor": payor}
    if payor == "commercial":
        visit["payor_id"] = numbers.pick([("AETNA", 1), ("BLUE_ROOF", 2)])
    if payor == "medicare_advantage":
        visit["payor_id"] = numbers.pick([("AETNA", 1), ("UHC", 1), ("SUNRISE", 1)])
    visit["supervisor_id"] = f"T-{1 + numbers.below(9)}"
    visit["supervisor_presence"] = numbers.pick([("in_suite", 6), ("in_room", 1), ("on_campus", 1), ("telecom", 3),
                                                 ("video", 1)])
    visit["supervision_logged"] = numbers.below(20) != 0
    visit["services"] = make_services(numbers, discipline, assisted)
    start = 480 + 15 * numbers.below(30)
    spent_therapist = sum(s["therapist_minutes"] for s in visit["services"])
    spent_assistant = sum(s["assistant_minutes"] for s in visit["services"])
    clinicians = []
    if spent_therapist:
        clinicians.append({"clinician_id": visit["supervisor_id"], "role": discipline,
                           "start": start, "end": start + spent_therapist})
    if spent_assistant:
        clinicians.append({"clinician_id": f"A-{1 + numbers.below(12)}", "role": discipline + "A",
                           "start": start + spent_therapist, "end": start + spent_therapist + spent_assistant})
    visit["clinicians"] = clinicians
    evaluated = day - timedelta(days=7 + numbers.below(21))
    visit["episode"] = {"episode_id": f"E-{serial}", "evaluated_on": evaluated.isoformat(),
                        "evaluated_by_role": discipline, "poc_established_on": evaluated.isoformat(),
                        "poc_established_by_role": discipline,
                        "poc_sent_on": (evaluated + timedelta(days=1)).isoformat(),
                        "poc_certified_on": (evaluated + timedelta(days=4)).isoformat(),
                        "poc_certified_through": (evaluated + timedelta(days=88)).isoformat(),
                        "order_on_file": True, "last_progress_report_by_role": discipline}
    if any(s["code"] in EVALUATIONS for s in visit["services"]):
        visit["note"] = {"author_role": discipline}
    if payor == "medicare_part_b":
        # In the first days of January last year's figure says nothing: then there is none yet.
        amount = 40000 + 1000 * numbers.below(120)
        figure_day = day - timedelta(days=1)
        if figure_day.year == day.year:
            if day.month == 1:
                amount = 0
            visit["allowed_to_date"] = [{"bucket": "ot" if discipline == "OT" else "pt_slp", "amount": money(amount),
                                         "as_of": figure_day.isoformat(), "complete": True}]
    return visit


def main():
    numbers = Sequence(20250303)
    visits = []
    serial = 1001
    for day in WEEK:
        for _ in range(58):
            visits.append(make_visit(numbers, serial, day))
            serial += 1
    for day in EDGES:
        for _ in range(6):
            visits.append(make_visit(numbers, serial, day))
            serial += 1
    for n in range(6):  # a state no pack covers
        visits.append(make_visit(numbers, serial, WEEK[n % 5], uncovered=True))
        serial += 1

    # Second sessions of the day: the claim is that of both together and stands with the second.
    for n in range(8):
        first = visits[n * 31]
        second = json.loads(json.dumps(first))
        second["visit_id"] = f"V-{serial}"
        second["sequence"] = 2
        second["services"] = make_services(numbers, first["discipline"], assisted=False)
        visits.append(second)
        serial += 1

    days = {}
    for visit in visits:
        key = tuple(visit.get(k) for k in ("patient_id", "service_date", "discipline", "payor", "payor_id", "setting",
                                           "state"))
        days.setdefault(key, []).append(visit)
    for n, group in enumerate(days.values()):
        if n % 9 == 4:
            continue  # not billed yet
        lines = right_claim(group)
        if not lines:
            continue
        if n % 5 == 2:
            spoil(numbers, group[-1], lines)
        group[-1]["billed"] = number_lines(lines)

    # Missing facts: minutes not split, presence or portal figure not recorded.
    for n, visit in enumerate(visits):
        if n % 37 == 11:
            for service in visit["services"]:
                service.pop("assistant_minutes")
        elif n % 37 == 23:
            visit.pop("supervisor_presence")
        elif n % 37 == 31:
            visit.pop("allowed_to_date", None)

    # A correction that counts, and a visit that was entered by mistake.
    corrected = json.loads(json.dumps(visits[3]))
    corrected["revision"] = 1
    corrected["supervisor_presence"] = "in_room"
    visits.append(corrected)
    voided = json.loads(json.dumps(visits[5]))
    voided["revision"] = 1
    voided["void"] = True
    visits.append(voided)

    for visit in visits:
        sys.stdout.write(json.dumps(visit, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
