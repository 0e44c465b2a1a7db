#!/usr/bin/env python3
"""Writes visits.ndjson: invented visits of the Riverbend clinics. The same bytes every time; nothing is random.

    python3 generate.py > visits.ndjson
"""

import json
import sys
from datetime import date, timedelta

from right_claims import (ALLOWED, ASSISTANT_MODIFIER, CHARGE, DISCIPLINE_MODIFIER, EVALUATIONS, TIMED, money,
                          number_lines, right_claim)

WEEK = [date(2025, 3, 3) + timedelta(days=d) for d in range(5)]
EDGES = [date(2021, 12, 30), date(2021, 12, 31), date(2022, 1, 3), date(2022, 1, 4),
         date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 2), date(2025, 1, 3)]


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


class Diary:
    """Who treats when: one patient after another, so that nobody is in two places."""

    def __init__(self):
        self.free = {}

    def place(self, day, earliest, spent):
        """Times for clinicians who follow one another on one patient: `spent` is [(id, role, minutes)]."""
        start, before = earliest, 0
        for person, _, minutes in spent:
            start = max(start, self.free.get((person, day), 480) - before)
            before += minutes
        clinicians = []
        for person, role, minutes in spent:
            clinicians.append({"clinician_id": person, "role": role, "start": start, "end": start + minutes})
            start += minutes
            self.free[(person, day)] = start
        return clinicians


def make_visit(numbers, diary, serial, day, uncovered=False):
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
             "discipline": discipline, "state": state, "setting": setting, "payor": payor,
             "clinic_id": f"C-{state}"}
    if payor == "commercial":
        visit["payor_id"] = numbers.pick([("AETNA", 1), ("BLUE_ROOF", 2)])
    if payor == "medicare_advantage":
        visit["payor_id"] = numbers.pick([("AETNA", 1), ("UHC", 1), ("SUNRISE", 1)])
    visit["supervisor_id"] = f"T-{state}-{1 + numbers.below(9) % 3}"
    visit["supervisor_presence"] = numbers.pick([("in_suite", 6), ("in_room", 1), ("on_campus", 1), ("telecom", 3),
                                                 ("video", 1)])
    visit["supervision_logged"] = numbers.below(20) != 0
    visit["services"] = make_services(numbers, discipline, assisted)
    earliest = 480 + 15 * numbers.below(30)
    spent_therapist = sum(s["therapist_minutes"] for s in visit["services"])
    spent_assistant = sum(s["assistant_minutes"] for s in visit["services"])
    spent = []
    if spent_therapist:
        spent.append((visit["supervisor_id"], discipline, spent_therapist))
    if spent_assistant:
        spent.append((f"A-{state}-{discipline}-{1 + numbers.below(12) % 3}", discipline + "A", spent_assistant))
    visit["clinicians"] = diary.place(visit["service_date"], earliest, spent)
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


def course_visit(serial, patient, day, **facts):
    """A visit of one of the courses below: plain facts, no chance."""
    visit = {"visit_id": f"V-{serial}", "patient_id": patient, "service_date": day, "sequence": 1,
             "recorded_on": (date.fromisoformat(day) + timedelta(days=1)).isoformat(),
             "discipline": "PT", "state": "TX", "setting": "private_practice", "payor": "self_pay", "clinic_id": "C-TX",
             "supervisor_id": "T-20", "supervisor_presence": "in_suite", "supervision_logged": True,
             "services": [], "clinicians": [],
             "episode": {"episode_id": f"E-{patient}", "evaluated_on": "2025-02-10", "evaluated_by_role": "PT",
                         "poc_established_on": "2025-02-10", "poc_established_by_role": "PT",
                         "poc_sent_on": "2025-02-11", "poc_certified_on": "2025-02-14",
                         "poc_certified_through": "2025-05-10", "order_on_file": True,
                         "last_progress_report_on": "2025-02-10", "last_progress_report_by_role": "PT"}}
    visit["episode"].update(facts.pop("episode", {}))
    visit.update(facts)
    visit["clinic_id"] = f"C-{visit['state']}"
    return visit


def minutes_of(code, therapist, assistant, units):
    return {"code": code, "therapist_minutes": therapist, "assistant_minutes": assistant,
            "allowed": money(ALLOWED[code] * units), "charge": money(CHARGE[code] * units)}


def treated_by(person, role, start, minutes):
    return {"clinician_id": person, "role": role, "start": start, "end": start + minutes}


def courses(serial):
    """Patients whose visits only say something together."""
    visits = []

    def add(patient, day, **facts):
        visits.append(course_visit(serial + len(visits), patient, day, **facts))

    # P-2001: the payor's figure is of 14 February; the second line of 5 March crosses the threshold.
    for n, day in enumerate(["2025-02-17", "2025-02-19", "2025-02-21", "2025-02-24", "2025-02-26", "2025-02-28",
                             "2025-03-03", "2025-03-05", "2025-03-07"]):
        add("P-2001", day, payor="medicare_part_b", supervisor_id="T-21",
            services=[minutes_of("97110", 30, 0, 2), minutes_of("97140", 15, 0, 1)],
            clinicians=[treated_by("T-21", "PT", 480, 45)],
            allowed_to_date=[{"bucket": "pt_slp", "amount": "1740.00", "as_of": "2025-02-14", "complete": True}],
            billed=number_lines([
                {"code": "97110", "units": 2, "modifiers": ["GP"] + (["KX"] if n == 8 else []), "allowed": "59.00"},
                {"code": "97140", "units": 1, "modifiers": ["GP"] + (["KX"] if n == 8 else []), "allowed": "27.00"}]))

    # P-2002: New Jersey by telephone; after the therapist's visit of 17 February the sixth is the assistant's too.
    for n, day in enumerate(["2025-02-17", "2025-02-19", "2025-02-21", "2025-02-24", "2025-02-26", "2025-02-28",
                             "2025-03-03"]):
        own = n == 0
        add("P-2002", day, state="NJ", supervisor_id="T-22", supervisor_presence="in_room" if own else "telecom",
            services=[minutes_of("97110", 30 if own else 0, 0 if own else 30, 2)],
            clinicians=[treated_by("T-22", "PT", 540, 30) if own else treated_by("A-22", "PTA", 540, 30)])

    # P-2003 to P-2005: three assistants of one therapist in New Jersey, at once from 10:20 to 10:30.
    for n, start in enumerate([600, 610, 620]):
        add(f"P-{2003 + n}", "2025-03-04", state="NJ", supervisor_id="T-23",
            services=[minutes_of("97112", 0, 30, 2)], clinicians=[treated_by(f"A-{23 + n}", "PTA", start, 30)])

    # P-2006: Medicare, five times a week; the report of 14 February is the last, 3 March is the eleventh day after it.
    for n in range(11):
        day = date(2025, 2, 17) + timedelta(days=n // 5 * 7 + n % 5)
        own = n == 4
        add("P-2006", day.isoformat(), payor="medicare_part_b", supervisor_id="T-24",
            episode={"last_progress_report_on": "2025-02-14"},
            services=[minutes_of("97110", 30 if own else 0, 0 if own else 30, 2)],
            clinicians=[treated_by("T-24", "PT", 540, 30) if own else treated_by("A-26", "PTA", 540, 30)],
            allowed_to_date=[{"bucket": "pt_slp", "amount": "120.00", "as_of": "2025-02-14", "complete": True}])

    # P-2007 and P-2008: one therapist, two Medicare patients, a quarter of an hour of both at once.
    for n, start in enumerate([600, 615]):
        add(f"P-{2007 + n}", "2025-03-06", payor="medicare_part_b", supervisor_id="T-25",
            services=[minutes_of("97110", 30, 0, 2)], clinicians=[treated_by("T-25", "PT", start, 30)],
            allowed_to_date=[{"bucket": "pt_slp", "amount": "300.00", "as_of": "2025-03-05", "complete": True}])

    # P-2009: back after 35 days, and seen by an assistant.
    for n, day in enumerate(["2025-01-27", "2025-03-03"]):
        add("P-2009", day, supervisor_id="T-26",
            services=[minutes_of("97110", 0 if n else 30, 30 if n else 0, 2)],
            clinicians=[treated_by("A-27", "PTA", 600, 30) if n else treated_by("T-26", "PT", 600, 30)],
            episode={"evaluated_on": "2025-01-27", "poc_established_on": "2025-01-27", "poc_sent_on": "2025-01-28",
                     "poc_certified_on": "2025-01-31", "poc_certified_through": "2025-04-25"})
    return visits


def mistakes(serial):
    """Patients with whom one thing or another went wrong on paper: what the week's visits above do not show."""
    visits = []

    def add(number, day, *services, **facts):
        """A visit of patient P-20xx, whose therapist and assistant treat nobody else; a service is code, therapist's
        minutes, assistant's minutes, and what more there is to say of it."""
        discipline = facts.get("discipline", "PT")
        therapist, assistant = f"T-{number + 20}", f"A-{number + 20}"
        own, helped = sum(s[1] for s in services), sum(s[2] for s in services)
        clinicians = [treated_by(therapist, discipline, 540, own)] if own else []
        if helped:
            clinicians.append(treated_by(assistant, discipline + "A", 540 + own, helped))
        facts.setdefault("supervisor_id", therapist)
        facts.setdefault("clinicians", clinicians)
        if facts.get("payor") == "medicare_part_b":
            before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
            facts.setdefault("allowed_to_date", [{"bucket": "ot" if discipline == "OT" else "pt_slp",
                                                  "amount": "420.00", "as_of": before, "complete": True}])
        facts["services"] = [
            {**minutes_of(s[0], s[1], s[2], (s[1] + s[2] + 7) // 15 if s[0] in TIMED else 1), **(s[3] if s[3:] else {})}
            for s in services]
        visits.append(course_visit(serial + len(visits), f"P-20{number}", day, **facts))
        return visits[-1]

    def claim(*lines):
        """Lines billed: code, units, modifiers."""
        return number_lines([{"code": code, "units": units, "modifiers": modifiers,
                              "charge": money(CHARGE[code] * units), "allowed": money(ALLOWED[code] * units)}
                             for code, units, modifiers in lines])

    medicare = {"payor": "medicare_part_b"}

    # ---- the plan of care, its certificate and its reports

    # P-2010, New York: the assistant treats the day before the therapist evaluates and plans.
    add(10, "2025-03-04", ("97110", 0, 30), **medicare, state="NY", recorded_on="2025-03-12",
        episode={"evaluated_on": "2025-03-05", "poc_established_on": "2025-03-05", "poc_sent_on": "2025-03-06",
                 "poc_certified_on": "2025-03-10", "poc_certified_through": "2025-06-02",
                 "last_progress_report_on": "2025-03-05"})

    # P-2011, Texas: the same, where no text on the order was found and the clinic's caution speaks alone.
    add(11, "2025-03-04", ("97110", 0, 30), recorded_on="2025-03-12",
        episode={"evaluated_on": "2025-03-06", "poc_established_on": "2025-03-06", "poc_sent_on": "2025-03-07",
                 "poc_certified_on": "2025-03-11", "poc_certified_through": "2025-06-03",
                 "last_progress_report_on": "2025-03-06"})

    # P-2012: an assistant evaluated, planned, changed the plan and wrote the report; the therapist takes the patient over.
    add(12, "2025-03-05", ("97110", 30, 0), **medicare,
        episode={"evaluated_by_role": "PTA", "poc_established_by_role": "PTA", "plan_changed_by_role": "PTA",
                 "last_progress_report_on": "2025-02-24", "last_progress_report_by_role": "PTA"})

    # P-2013: certified through 1 March and treated on the 3rd; the last report is of January.
    add(13, "2025-03-03", ("97110", 30, 0), **medicare,
        episode={"evaluated_on": "2024-12-09", "poc_established_on": "2024-12-09", "poc_sent_on": "2024-12-10",
                 "poc_certified_on": "2024-12-13", "poc_certified_through": "2025-03-01",
                 "last_progress_report_on": "2025-01-27"})

    # P-2014: six weeks after the evaluation the physician has not signed, and no order is on file.
    unsigned = add(14, "2025-03-04", ("97110", 30, 0), **medicare,
                   episode={"evaluated_on": "2025-01-21", "poc_established_on": "2025-01-21",
                            "poc_sent_on": "2025-01-22", "order_on_file": False})
    del unsigned["episode"]["poc_certified_on"], unsigned["episode"]["poc_certified_through"]

    # P-2015: ten treatment days in a row with the assistant alone; the tenth ends the reporting period.
    for n in range(10):
        day = date(2025, 2, 17) + timedelta(days=n // 5 * 7 + n % 5)
        add(15, day.isoformat(), ("97110", 0, 30), **medicare, episode={"last_progress_report_on": "2025-02-14"})

    # ---- claims

    # P-2016: far above the threshold; one line with five modifiers, two of which say the same.
    add(16, "2025-03-04", ("97140", 0, 15), ("97530", 0, 15), **medicare,
        allowed_to_date=[{"bucket": "pt_slp", "amount": "3120.00", "as_of": "2025-02-28", "complete": True}],
        billed=claim(("97140", 1, ["GP", "CQ", "KX", "59", "XS"]), ("97530", 1, ["GP", "CQ", "KX"])))

    # P-2017: manual therapy and massage on one claim, which no modifier makes payable.
    add(17, "2025-03-05", ("97124", 15, 0), ("97140", 15, 0), **medicare,
        billed=claim(("97124", 1, ["GP"]), ("97140", 1, ["GP"])))

    # P-2018: hot packs billed to Medicare; then a re-evaluation billed as two units.
    add(18, "2025-03-03", ("97110", 30, 0), ("97010", 10, 0), **medicare,
        billed=claim(("97110", 2, ["GP"]), ("97010", 1, ["GP"])))
    add(18, "2025-03-06", ("97164", 30, 0), **medicare, note={"author_role": "PT"},
        billed=claim(("97164", 2, ["GP"])))

    # P-2019: an hour and three quarters of exercises; the note adds up to 90 minutes.
    add(19, "2025-03-06", ("97110", 105, 0), **medicare, note={"author_role": "PT", "timed_minutes": 90},
        billed=claim(("97110", 7, ["GP"])))

    # ---- notes

    # P-2020: three notes of one assistant. Unsigned; set phrases, nearly the same as the last one; the supervisor not named
    # and a change of supervisor not put on record.
    add(20, "2025-03-03", ("97110", 0, 30), **medicare,
        note={"author_role": "PTA", "signature": False, "totals_written": True})
    add(20, "2025-03-05", ("97110", 0, 30), **medicare,
        note={"author_role": "PTA", "signature": True, "set_phrases": True, "similarity": 97})
    add(20, "2025-03-07", ("97110", 0, 30), **medicare, transfer_logged=False,
        note={"author_role": "PTA", "signature": True, "supervisor_named": False})

    # P-2021, Maryland: evaluated in January and not reassessed since; the assistant writes the discharge summary.
    add(21, "2025-03-04", ("97110", 0, 30), state="MD", note={"author_role": "PTA", "kind": "discharge"},
        episode={"evaluated_on": "2025-01-27", "poc_established_on": "2025-01-27"})

    # P-2022, Ohio: the therapist signs what an occupational therapy assistant writes, and here did not.
    add(22, "2025-03-05", ("97535", 0, 30), discipline="OT", state="OH",
        note={"author_role": "OTA", "cosigned": False}, episode={"evaluated_by_role": "OT"})

    # P-2023, over the border in Indiana: signed on the eighth day, by an assistant licensed in Ohio.
    add(23, "2025-03-04", ("97535", 0, 30), discipline="OT", state="IN", recorded_on="2025-03-13",
        clinicians=[{**treated_by("A-43", "OTA", 540, 30), "licence_state": "OH"}],
        note={"author_role": "OTA", "cosigned_on": "2025-03-12"}, episode={"evaluated_by_role": "OT"})

    # ---- who treated, and how

    # P-2024: an assistant takes part in the evaluation and signs it.
    add(24, "2025-03-03", ("97162", 25, 15), **medicare, note={"author_role": "PTA"})

    # P-2025: an occupational therapist's evaluation goes out under physical therapy's code.
    add(25, "2025-03-04", ("97165", 40, 0), discipline="OT", note={"author_role": "OT"},
        episode={"evaluated_by_role": "OT"}, billed=claim(("97162", 1, [])))

    # P-2026: an aide alone with a Medicare patient; two days later a student, the therapist in the next room.
    add(26, "2025-03-03", ("97110", 30, 0), **medicare, clinicians=[treated_by("D-46", "aide", 540, 30)])
    add(26, "2025-03-05", ("97110", 30, 0), **medicare,
        clinicians=[treated_by("T-46", "PT", 540, 30), treated_by("S-46", "student", 540, 30)])

    # P-2027: an occupational therapy assistant on a physical therapy visit, then an assistant whose licence ran out.
    add(27, "2025-03-04", ("97530", 0, 30), clinicians=[treated_by("A-47", "OTA", 540, 30)])
    add(27, "2025-03-06", ("97530", 0, 30),
        clinicians=[{**treated_by("A-48", "PTA", 540, 30), "licence_active_through": "2025-02-28"}])

    # P-2028: a group of one; exercises shared with another patient; exercises nobody attended throughout.
    add(28, "2025-03-03", ("97150", 30, 0, {"group_size": 1}), **medicare)
    add(28, "2025-03-05", ("97110", 30, 0, {"group_size": 2}), **medicare)
    add(28, "2025-03-07", ("97110", 30, 0, {"attended": False}), **medicare)

    # P-2029 to P-2031: three assistants of one therapist in California, at once from 10:20 to 10:30.
    for n, start in enumerate([600, 610, 620]):
        add(29 + n, "2025-03-05", ("97112", 0, 30), state="CA", supervisor_id="T-49",
            clinicians=[treated_by(f"A-{49 + n}", "PTA", start, 30)])

    # P-2032, New York: an assistant treated, and nobody wrote down which one or when.
    add(32, "2025-03-06", ("97110", 0, 30), state="NY", clinicians=[])

    # P-2033 and P-2034: dry needling by an assistant, barred in Maryland and unread in California.
    add(33, "2025-03-05", ("20560", 0, 15), state="MD")
    add(34, "2025-03-05", ("20560", 0, 15), state="CA")

    # P-2035, Maryland: electrical stimulation by an occupational therapy assistant without the training on file.
    add(35, "2025-03-06", ("G0283", 0, 15), discipline="OT", state="MD", assistance={"trained_in_technique": False},
        episode={"evaluated_by_role": "OT"})

    # ---- authorisations and payors

    # P-2036, Blue Roof: treated before the number came; then by an assistant it leaves out; then with no visit left.
    blue_roof = {"payor": "commercial", "payor_id": "BLUE_ROOF"}
    add(36, "2025-03-03", ("97110", 30, 0), **blue_roof, authorization={"required": True})
    add(36, "2025-03-05", ("97110", 0, 30), **blue_roof,
        authorization={"required": True, "number": "BR-5521", "covers_assistant": False, "visits_left": 1})
    add(36, "2025-03-07", ("97110", 30, 0), **blue_roof,
        authorization={"required": True, "number": "BR-5521", "covers_assistant": False, "visits_left": 0})

    # P-2037: a litigated workers' compensation case; whom the authorisation covers was not noted.
    add(37, "2025-03-04", ("97110", 0, 30), payor="workers_comp", litigated=True, adjuster_notified_on="2025-02-12",
        authorization={"required": True, "number": "WC-7710", "visits_left": 6})

    # P-2038: TRICARE in the month before it began to pay for assistants, entered late.
    add(38, "2020-03-10", ("97110", 0, 30), payor="tricare",
        episode={"evaluated_on": "2020-02-24", "poc_established_on": "2020-02-24", "poc_sent_on": "2020-02-25",
                 "poc_certified_on": "2020-02-28", "poc_certified_through": "2020-05-22",
                 "last_progress_report_on": "2020-02-24"})

    # ---- clinics that Riverbend took over in other states

    # P-2039, Georgia: the assistant works all week, the therapist is on the telephone. P-2040: the clinic is not named.
    for day in ("2025-03-03", "2025-03-04"):
        add(39, day, ("97110", 0, 30), state="GA", supervisor_presence="telecom")
    unnamed = add(40, "2025-03-04", ("97110", 0, 30), state="GA")
    del unnamed["clinic_id"]

    # P-2041, Arizona: an aide beside the assistant, the therapist on the telephone.
    add(41, "2025-03-04", ("97110", 0, 30), state="AZ", supervisor_presence="telecom",
        assistance={"response": 10, "hours_in_practice": 4000},
        clinicians=[treated_by("A-61", "PTA", 540, 30), treated_by("D-61", "aide", 540, 30)])

    # P-2042, Nebraska: five weeks since the evaluation, and no reassessment.
    add(42, "2025-03-04", ("97110", 0, 30), state="NE",
        episode={"evaluated_on": "2025-01-28", "poc_established_on": "2025-01-28"})

    # P-2043, West Virginia: the assistant gives the last treatment of the episode.
    add(43, "2025-03-06", ("97110", 0, 30), state="WV", assistance={"final_visit": True})

    # ---- notes with their text

    # P-2044: the note of Thursday is that of Tuesday with another distance. P-2045, P-2046: one note for two patients.
    walked = ("Walked {} feet with a rolling walker and standby help of one person, three rests, heart rate 96 after the last. "
              "Cues for longer steps on the left leg needed twice, then none. Pain two of ten before and after.")
    add(44, "2025-03-04", ("97116", 0, 15), note={"author_role": "PTA", "text": walked.format(120)})
    add(44, "2025-03-06", ("97116", 0, 15), note={"author_role": "PTA", "text": walked.format(140)})
    stairs = ("Climbed twelve steps twice with one rail, right foot first, then without cues. Balance board two minutes each way. "
              "Knee bends to 110 degrees, no swelling. Home exercises shown again and done well.")
    for number, start in ((45, 540), (46, 600)):
        add(number, "2025-03-05", ("97530", 0, 15), note={"author_role": "PTA", "text": stairs},
            clinicians=[treated_by("A-65", "PTA", start, 15)])

    # ---- patterns that only show across visits

    # P-2047: 45 one-on-one minutes in half an hour, and the line of Friday stands twice on its claim.
    add(47, "2025-03-06", ("97110", 45, 0), clinicians=[treated_by("T-67", "PT", 540, 30)])
    add(47, "2025-03-07", ("97110", 30, 0),
        billed=[{"line": n, "code": "97110", "units": 1, "modifiers": ["GP"]} for n in ("1", "2")])

    # P-2048, P-2049: one therapist at ten o'clock in Texas and in Maryland.
    for number, state in ((48, "TX"), (49, "MD")):
        add(number, "2025-03-06", ("97110", 30, 0), state=state, clinicians=[treated_by("T-68", "PT", 600, 30)])

    # P-2050: an assistant alone from the first week of December to the first of March, and no report.
    for day in ("2024-12-02", "2025-01-06", "2025-03-03"):
        add(50, day, ("97110", 0, 30), episode={"evaluated_on": "2024-11-25", "poc_established_on": "2024-11-25",
                                                "progress_report_on_file": False})

    # P-2051 to P-2055: one therapist's assistants treat five patients all week, whom no therapist saw since February.
    for number in range(51, 56):
        for n, day in enumerate(("2025-03-17", "2025-03-18", "2025-03-20", "2025-03-21")):
            add(number, day, ("97110", 0, 30), supervisor_id="T-71",
                clinicians=[treated_by("A-71", "PTA", 480 + 40 * (number - 51), 30)])

    # P-2056, P-2057: one therapist's assistants in Utah and in Idaho lead groups for more than three full-time weeks.
    for number, state in ((56, "UT"), (57, "ID")):
        for day in ("2025-03-17", "2025-03-18", "2025-03-19", "2025-03-20"):
            add(number, day, ("97110", 0, 30), state=state, supervisor_id=f"T-{number + 20}",
                clinicians=[treated_by(f"A-{number}{n}", "PTA", 480, 481) for n in range(4)])
    return visits



def main():
    numbers = Sequence(20250303)
    diary = Diary()
    visits = []
    serial = 1001
    for day in WEEK:
        for _ in range(58):
            visits.append(make_visit(numbers, diary, serial, day))
            serial += 1
    for day in EDGES:
        for _ in range(6):
            visits.append(make_visit(numbers, diary, serial, day))
            serial += 1
    for n in range(6):  # a state no pack covers
        visits.append(make_visit(numbers, diary, serial, WEEK[n % 5], uncovered=True))
        serial += 1

    # Second sessions of the day: the claim is that of both together and stands with the second.
    for n in range(8):
        first = visits[n * 31]
        second = json.loads(json.dumps(first))
        second["visit_id"] = f"V-{serial}"
        second["sequence"] = 2
        second["services"] = make_services(numbers, first["discipline"], assisted=False)
        second["clinicians"] = diary.place(
            second["service_date"], 960,
            [(second["supervisor_id"], second["discipline"], sum(s["therapist_minutes"] for s in second["services"]))])
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

    together = courses(serial)
    visits += together
    serial += len(together)

    # A correction that counts, and a visit that was entered by mistake.
    corrected = json.loads(json.dumps(visits[3]))
    corrected["revision"] = 1
    corrected["supervisor_presence"] = "in_room"
    visits.append(corrected)
    voided = json.loads(json.dumps(visits[5]))
    voided["revision"] = 1
    voided["void"] = True
    visits.append(voided)

    visits += mistakes(serial)

    for visit in visits:
        sys.stdout.write(json.dumps(visit, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
