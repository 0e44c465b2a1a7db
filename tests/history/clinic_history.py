#!/usr/bin/env python3
"""Writes invented visits of clinics over a year, one a line in the order of days, for tests of histories.

    python3 clinic_history.py --patients 40 --visits 1000 [--seed 1] [--corrections 3] [--rejected 1] > visits.ndjson

The same arguments give the same bytes. `--corrections` and `--rejected` are so many of a hundred visits: a correction
or a void follows some days later; a rejected line cannot be read, and half of these come right a few days later.
`--out FOLDER` writes one file a day instead.
"""

import argparse
import json
import os
import sys
from datetime import date, timedelta

FIRST = date(2025, 1, 6)
DAYS = 360
CODES = {"PT": ["97110", "97112", "97116", "97140", "97530"], "OT": ["97110", "97530", "97535", "97140"]}
ALLOWED = {"97110": 2950, "97112": 3350, "97116": 2925, "97140": 2700, "97530": 3650, "97535": 3300}


class Sequence:
    """A small linear congruential generator: the same numbers on every machine and version."""

    def __init__(self, seed):
        self.state = seed * 2654435761 + 12345

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


def make_patient(numbers, index, clinics):
    discipline = numbers.pick([("PT", 3), ("OT", 1)])
    return {"patient_id": f"P-{index:05d}", "discipline": discipline,
            "state": numbers.pick([("TX", 3), ("NY", 3), ("CA", 2), ("NJ", 2), ("PA", 2), ("GA", 1), ("WA", 1), ("OH", 1)]),
            "setting": numbers.pick([("private_practice", 14), ("rehab_agency", 3), ("hospital_outpatient", 2)]),
            "payor": numbers.pick([("medicare_part_b", 9), ("commercial", 4), ("medicare_advantage", 2), ("medicaid", 2),
                                   ("tricare", 1), ("self_pay", 1)]),
            "clinic": numbers.below(clinics), "from": numbers.below(DAYS - 60)}


def make_visit(numbers, serial, patient, number, offset):
    day = FIRST + timedelta(days=offset)
    began = FIRST + timedelta(days=patient["from"])
    clinic = patient["clinic"]
    assisted = numbers.below(100) < 45
    services = []
    codes = CODES[patient["discipline"]]
    first = numbers.below(len(codes))
    for n in range(1 + numbers.below(3)):
        total = numbers.pick([(8, 1), (12, 1), (15, 4), (23, 2), (30, 3), (38, 1)])
        assistant = numbers.pick([(total, 3), (total // 2, 1), (0, 1)]) if assisted else 0
        code = codes[(first + n) % len(codes)]
        service = {"code": code, "therapist_minutes": total - assistant, "assistant_minutes": assistant,
                   "allowed": money(ALLOWED[code] * max(1, (total + 7) // 15)),
                   "charge": money(2 * ALLOWED[code] * max(1, (total + 7) // 15))}
        if numbers.below(150) == 0:
            service.pop("allowed")
        services.append(service)
    start = 480 + 15 * numbers.below(34)
    therapist = f"T-{clinic}-{numbers.below(3)}"
    by_therapist = sum(s["therapist_minutes"] for s in services)
    by_assistant = sum(s["assistant_minutes"] for s in services)
    clinicians = []
    if by_therapist:
        clinicians.append({"clinician_id": therapist, "role": patient["discipline"], "start": start,
                           "end": start + by_therapist})
    if by_assistant:
        clinicians.append({"clinician_id": f"A-{clinic}-{numbers.below(4)}", "role": patient["discipline"] + "A",
                           "start": start + by_therapist, "end": start + by_therapist + by_assistant})
    if clinicians and numbers.below(200) == 0:
        clinicians[-1].pop("end")
    visit = {"visit_id": f"V-{serial:07d}", "patient_id": patient["patient_id"], "service_date": day.isoformat(),
             "sequence": 1, "recorded_on": (day + timedelta(days=1)).isoformat(), "discipline": patient["discipline"],
             "state": patient["state"], "setting": patient["setting"], "payor": patient["payor"],
             "clinic_id": f"C-{clinic}", "supervisor_id": therapist,
             "supervisor_presence": numbers.pick([("in_suite", 7), ("in_room", 1), ("on_campus", 1), ("telecom", 2)]),
             "supervision_logged": numbers.below(30) != 0, "clinicians": clinicians, "services": services,
             "episode": {"episode_id": f"E-{patient['patient_id']}", "evaluated_on": began.isoformat(),
                         "evaluated_by_role": patient["discipline"], "poc_established_on": began.isoformat(),
                         "poc_established_by_role": patient["discipline"],
                         "poc_sent_on": (began + timedelta(days=1)).isoformat(),
                         "poc_certified_on": (began + timedelta(days=3)).isoformat(),
                         "poc_certified_through": (began + timedelta(days=88)).isoformat(), "order_on_file": True}}
    if number % 10 == 9:
        visit["episode"]["progress_report_on_file"] = True
        visit["episode"]["last_progress_report_on"] = day.isoformat()
        visit["episode"]["last_progress_report_by_role"] = patient["discipline"]
    if patient["payor"] == "medicare_part_b" and number == 0:
        visit["allowed_to_date"] = [{"bucket": "ot" if patient["discipline"] == "OT" else "pt_slp",
                                     "amount": money(1000 * numbers.below(240)),
                                     "as_of": (day - timedelta(days=1)).isoformat(), "complete": True}]
    if numbers.below(3) != 0:
        lines = []
        for n, service in enumerate(services):
            minutes = service["therapist_minutes"] + service["assistant_minutes"]
            modifiers = ["GP" if patient["discipline"] == "PT" else "GO"]
            if service["assistant_minutes"] > service["therapist_minutes"]:
                modifiers.append("CQ" if patient["discipline"] == "PT" else "CO")
            lines.append({"line": str(n + 1), "code": service["code"], "units": max(1, (minutes + 7) // 15),
                          "modifiers": modifiers})
        visit["billed"] = lines
    if numbers.below(60) == 0:
        visit.pop("supervisor_id")
    if numbers.below(60) == 0:
        visit.pop("supervisor_presence")
    return visit


def lines_of(visit, numbers, options, offset):
    """The visit's line, and what follows it later: pairs of a day and a line."""
    text = json.dumps(visit, separators=(",", ":"))
    fate = numbers.below(100)
    if fate < options.rejected:
        kind = numbers.below(4)
        broken = dict(visit)
        if kind == 0:
            yield offset, text[:len(text) // 2]
        elif kind == 1:
            broken["services"] = "none"
            yield offset, json.dumps(broken, separators=(",", ":"))
        else:
            broken["state"] = "Texas"
            yield offset, json.dumps(broken, separators=(",", ":"))
        if numbers.below(2) == 0:
            yield offset + 1 + numbers.below(6), text
        return
    yield offset, text
    if fate >= 100 - options.corrections:
        later = 1 + numbers.below(20)
        changed = dict(visit)
        changed["recorded_on"] = (FIRST + timedelta(days=offset + later)).isoformat()
        changed["revision"] = 1
        if numbers.below(4) == 0:
            changed["void"] = True
        else:
            changed["supervisor_presence"] = "in_room"
            changed["services"] = [dict(s, therapist_minutes=s["therapist_minutes"] + 5) for s in visit["services"]]
        yield offset + later, json.dumps(changed, separators=(",", ":"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument("--visits", type=int, default=1000)
    parser.add_argument("--clinics", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corrections", type=int, default=0)
    parser.add_argument("--rejected", type=int, default=0)
    parser.add_argument("--out")
    options = parser.parse_args()
    numbers = Sequence(options.seed)
    patients = [make_patient(numbers, n, options.clinics or max(1, options.patients // 80))
                for n in range(options.patients)]
    # Plans first, visits day by day: a million visits need not lie in memory.
    plan = [[] for _ in range(DAYS)]
    for serial in range(options.visits):
        patient = serial % options.patients
        number = serial // options.patients
        offset = patients[patient]["from"] + number * 3 + numbers.below(3)
        plan[offset % DAYS].append((serial, patient, number))
    later = {}
    for offset in range(DAYS + 40):
        lines = later.pop(offset, [])
        for serial, patient, number in plan[offset] if offset < DAYS else []:
            visit = make_visit(numbers, serial, patients[patient], number, offset)
            for day, line in lines_of(visit, numbers, options, offset):
                if day == offset:
                    lines.append(line)
                else:
                    later.setdefault(day, []).append(line)
        if not lines:
            continue
        if options.out:
            with open(os.path.join(options.out, f"day_{offset:03d}.ndjson"), "w") as file:
                file.write("\n".join(lines) + "\n")
        else:
            sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
