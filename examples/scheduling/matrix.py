#!/usr/bin/env python3
"""May an assistant treat, who must be where, and what does it bring: by state and payor, as the packs decide it.

    python3 examples/scheduling/matrix.py build/release/proviso > matrix.csv
    python3 examples/scheduling/matrix.py build/release/proviso --grid      a table of states by payors
    python3 examples/scheduling/matrix.py --visits > examples/scheduling/visits.ndjson

Each cell is one hypothetical visit of visits.ndjson. What stands in it is what `proviso run` and `proviso explain` say of that visit;
nothing is decided here.
"""

import csv
import io
import json
import subprocess
import sys

VISITS = "examples/scheduling/visits.ndjson"
PACKS = "stdlib-rules"
STATES = ["AZ", "CA", "FL", "GA", "IL", "MD", "NJ", "NY", "OH", "PA", "TN", "TX"]
PAYORS = ["medicare_part_b", "medicare_advantage", "medicaid", "commercial", "workers_comp", "tricare", "self_pay"]
# A Monday: half an hour of exercises by an assistant of some experience, the therapist reached by telephone, everything on file.
PLAN = {
    "service_date": "2026-03-02", "discipline": "PT", "setting": "private_practice",
    "supervisor_id": "T-1", "supervisor_presence": "telecom", "supervision_logged": True,
    "clinicians": [{"clinician_id": "A-1", "role": "PTA", "start": 600, "end": 630, "licence_active_through": "2027-12-31",
                    "indirect_certificate": True}],
    "services": [{"code": "97110", "therapist_minutes": 0, "assistant_minutes": 30, "allowed": "56.00"}],
    "assistance": {"months_in_practice": 60, "hours_in_practice": 8000, "response": 10, "same_area": True,
                   "supervisor_in_state": True, "within_general_share": True},
    "episode": {"evaluated_on": "2026-02-16", "evaluated_by_role": "PT", "poc_established_on": "2026-02-16",
                "poc_established_by_role": "PT", "poc_sent_on": "2026-02-17", "poc_certified_on": "2026-02-20",
                "poc_certified_through": "2026-05-16", "order_on_file": True, "episode_id": "E-1"},
    "authorization": {"required": False},
    "disclosure_on_file": True, "litigated": False, "adjuster_notified_on": "2026-02-16",
}
# The rules that say what a payor pays for a line; which of them binds is asked of the explanation.
PAYMENT = {
    "medicare_part_b": ["medicare.part_b.assistant_reduction", "medicare.part_b.full_payment"],
    "medicare_advantage": ["payor.medicare_advantage.assistant_payment", "payor.medicare_advantage.full_payment"],
    "commercial": ["payor.commercial.full_payment"],
    "workers_comp": ["payor.workers_comp.full_payment"],
    "tricare": ["payor.tricare.assistant_reduction", "payor.tricare.full_payment"],
    "self_pay": ["payor.self_pay.full_payment"],
}
COLUMNS = ["state", "payor", "assistant_may_treat", "therapist_must_be", "because_of", "source", "share", "share_because_of",
           "share_source", "modifiers", "not_known", "against_it"]


def visits():
    """The hypothetical visits, one a cell, of patients and clinicians who have nothing to do with one another."""
    for n, (state, payor) in enumerate((s, p) for s in STATES for p in PAYORS):
        visit = {"visit_id": f"{state} {payor}", "patient_id": f"P-{n + 1}", "state": state, "payor": payor}
        visit.update(json.loads(json.dumps(PLAN)))
        visit["clinic_id"] = f"C-{state}"
        visit["clinicians"][0]["clinician_id"] = f"A-{n + 1}"
        visit["supervisor_id"] = f"T-{n + 1}"
        if payor == "medicare_part_b":
            visit["allowed_to_date"] = [{"bucket": "pt_slp", "amount": "300.00", "as_of": "2026-03-01", "complete": True}]
        yield visit


class Sources:
    """The sources of rules, and of the rows of tables behind them, from explanations; each is asked once."""

    def __init__(self, proviso):
        self.proviso = proviso
        self.known = {}

    def asked(self, visit, rule):
        # What a state's rule rests on is the state's row; that of a payor, the payor's.
        key = (rule, visit.split()[0] if rule.startswith("state.") else visit.split()[1])
        if key not in self.known:
            said = subprocess.run([self.proviso, "explain", visit, rule, "--packs", PACKS, "--visits", VISITS, "--format", "json"],
                                  stdout=subprocess.PIPE, check=True, text=True).stdout
            self.known[key] = json.loads(said)["rules"]
        return self.known[key]

    def of(self, visit, rule):
        if rule == "":
            return ""
        found = []
        for one in self.asked(visit, rule):
            found += one["sources"] + list(self.rows(one.get("when", {})))
        return "; ".join(dict.fromkeys(found))

    def paying(self, visit):
        """The rule that sets what is paid for the line, or an empty text."""
        for rule in PAYMENT.get(visit.split()[1], []):
            if any(effect["binds"] for one in self.asked(visit, rule) for effect in one["effects"]):
                return rule
        return ""

    def rows(self, node):
        """The sources of table rows that the condition read."""
        if node.get("kind") == "table":
            yield from node.get("sources", [])
        for below in node.get("because_of", []):
            yield from self.rows(below)


def cell(answer, sources):
    """One row of the table from one decision."""
    visit = answer["visit_id"]
    state, payor = visit.split()
    decided = answer["decided"]
    missing = []

    def known(value):
        if isinstance(value, dict):
            missing.extend(value.get("unknown", []) + value.get("error", []))
            return "not known"
        return value if isinstance(value, str) else {True: "yes", False: "no"}.get(value, "-")

    supervision = decided.get("supervision", {})
    binding = supervision.get("bound_by", "")
    lines = answer["claim_lines"] if isinstance(answer["claim_lines"], list) else []
    paid_by = sources.paying(visit)
    factors = {json.dumps(line["payment_factor"]) for line in lines}
    share = json.loads(factors.pop()) if len(factors) == 1 else answer["assistant_share"]
    row = {
        "state": state,
        "payor": payor,
        "assistant_may_treat": known(answer["assistant_may_treat"]),
        "therapist_must_be": known(answer["supervision"]),
        "because_of": binding,
        "source": sources.of(visit, binding),
        "share": "no pack says" if share is None else known(share),
        "share_because_of": paid_by,
        "share_source": sources.of(visit, paid_by),
        "modifiers": " ".join(dict.fromkeys(m for line in lines if line.get("certain", True) for m in line["modifiers"])),
        "against_it": "; ".join(f"{f['code']}: {f.get('because', '')}" for f in answer["findings"] if f["severity"] == "violation"),
    }
    row["not_known"] = "; ".join(dict.fromkeys(missing))
    return row


def main():
    if "--visits" in sys.argv:
        for visit in visits():
            print(json.dumps(visit))
        return
    proviso = sys.argv[1]
    run = subprocess.run([proviso, "run", "--quiet", "--packs", PACKS, "--visits", VISITS, "--format", "ndjson"],
                         stdout=subprocess.PIPE, check=False, text=True)
    if run.returncode > 1:
        sys.exit(run.returncode)
    answers = {a["visit_id"]: a for a in map(json.loads, run.stdout.splitlines())}
    sources = Sources(proviso)
    rows = [cell(answers[f"{state} {payor}"], sources) for state in STATES for payor in PAYORS]
    if "--grid" in sys.argv:
        print("| state | " + " | ".join(PAYORS) + " |")
        print("|---" * (len(PAYORS) + 1) + "|")
        for state in STATES:
            of = {r["payor"]: r for r in rows if r["state"] == state}
            print(f"| {state} | " + " | ".join(
                f"{of[p]['assistant_may_treat']}, {of[p]['therapist_must_be']}, {of[p]['share']}" for p in PAYORS) + " |")
        return
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    print(out.getvalue(), end="")


main()
