"""What `proviso diff` says must be what two plain runs say.

usage: compare_runs.py OLD.json NEW.json DIFF.json DIFF.csv VISITS
OLD and NEW are `run --format json` under each set. Nothing of the engine is used here.
"""
import csv
import json
import sys
from collections import Counter
from decimal import Decimal


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


old_run, new_run, diff = read(sys.argv[1]), read(sys.argv[2]), read(sys.argv[3])
key = next(iter(old_run["decisions"][0]))


def by_key(run):
    decisions = {}
    for decision in run["decisions"]:
        # Where an answer comes from is no part of it.
        decisions[decision[key]] = {k: v for k, v in decision.items() if k not in ("packs", "known_as_of")}
    return decisions


old, new = by_key(old_run), by_key(new_run)
visits = {}
for line in open(sys.argv[5], encoding="utf-8"):
    record = json.loads(line)
    visits[record.get(key)] = record
summary = diff["summary"]
problems = []


def same(what, said, wanted):
    if said != wanted:
        problems.append(f"{what}: diff says {said!r}, the runs say {wanted!r}")


both = old.keys() & new.keys()
changed = sorted(k for k in both if json.dumps(old[k]) != json.dumps(new[k]))
same("records", summary["records"], len(both))
same("changed", summary["changed"], len(changed))
same("only old", summary["only_old"], len(old.keys() - new.keys()))
same("only new", summary["only_new"], len(new.keys() - old.keys()))
listed = [r[key] for r in diff["records"]]
same("order of records", listed, sorted(listed))
same("records listed", listed, sorted(set(changed) | (old.keys() ^ new.keys())))


def findings(decision):
    return Counter((f["code"], f["on"], f["rule"]) for f in decision["findings"])


gained, lost = Counter(), Counter()
for k in both:
    before, after = findings(old[k]), findings(new[k])
    for finding in after - before:
        gained[(k, *finding)] += (after - before)[finding]
    for finding in before - after:
        lost[(k, *finding)] += (before - after)[finding]
said = {"gained": Counter(), "lost": Counter()}
for record in diff["records"]:
    for finding in record["findings"]:
        if finding["change"] in said:
            said[finding["change"]][(record[key], finding["code"], finding["on"], finding["rule"])] += 1
same("findings gained", said["gained"], gained)
same("findings lost", said["lost"], lost)

# Totals: those of the runs' own summaries, which count shared findings once.
if not old.keys() ^ new.keys():
    for side, run in (("before", old_run), ("after", new_run)):
        wanted = run["summary"]
        same(f"findings {side}", summary[f"findings_{side}"], wanted["findings"])
        same(f"at stake {side}", Decimal(summary[f"at_stake_{side}"]), Decimal(wanted["at_stake"]))
        codes = {c["code"]: (c["count"], Decimal(c["at_stake"])) for c in wanted["by_code"]}
        told = {
            c["code"]: (c[side], Decimal(c[f"at_stake_{side}"])) for c in summary["by_code"] if c[side]
        }
        same(f"by code {side}", told, codes)
same("balance", summary["findings_before"] + summary["findings_gained"] - summary["findings_lost"],
     summary["findings_after"])

# Every group that the diff counts by.
for field, groups in summary["by"].items():
    wanted = Counter(str(visits[k].get(field, "UNSTATED")).upper() for k in changed)
    told = Counter({g["value"].upper(): g["changed"] for g in groups if g["changed"]})
    same(f"by {field}", told, wanted)
    same(f"records by {field}", sum(g["records"] for g in groups), len(both))

# Decisions: each that has another value, on each record.
for name in {d["name"] for d in summary["decisions"]}:
    moved = 0
    for k in both:
        before, after = old[k]["decided"].get(name), new[k]["decided"].get(name)
        pick = lambda d: json.dumps(d.get("value") if isinstance(d, dict) else [x.get("value") for x in d]) if d else None
        moved += pick(before) != pick(after)
    told = next(d for d in summary["decisions"] if d["name"] == name)
    same(f"decision {name}", told["records"], moved)

# Undetermined answers.
entries = lambda d: Counter((u["rule"], u["on"]) for u in d["undetermined"])
same("undetermined gained", summary["undetermined_gained"],
     sum(sum((entries(new[k]) - entries(old[k])).values()) for k in both))
same("undetermined lost", summary["undetermined_lost"],
     sum(sum((entries(old[k]) - entries(new[k])).values()) for k in both))

# Rows of lists.
for told in summary["lists"]:
    rows = lambda side: sum(len(side[k].get(told["list"], [])) for k in both)
    same(f"rows of {told['list']}", (told["rows_before"], told["rows_after"]), (rows(old), rows(new)))
    for column, sums in told["sums"].items():
        for side, decisions in (("before", old), ("after", new)):
            total = Decimal(0)
            for k in both:
                for row in decisions[k].get(told["list"], []):
                    value = row.get(column)
                    total += Decimal(str(value)) if isinstance(value, (int, str)) else 0
            same(f"sum of {told['list']}.{column} {side}", Decimal(sums[side]), total)

# A value of a group stands in each of its members and counts once: in the one that the group's list stands in.
if "expected_payment" in summary["money"]:
    for side, decisions in (("before", old), ("after", new)):
        total = Decimal(0)
        for k in both:
            value = decisions[k].get("expected_payment")
            elsewhere = "claimed_with" in decisions[k] and not decisions[k]["priced_lines"]
            if isinstance(value, str) and not elsewhere:
                total += Decimal(value)
        same(f"expected payment {side}", Decimal(summary["money"]["expected_payment"][side]), total)

# The rows of CSV are those of JSON.
with open(sys.argv[4], encoding="utf-8", newline="") as file:
    table = list(csv.DictReader(file))
told = Counter((r[key], r["change"], r["name"], r["on"], r["rule"]) for r in table if r["what"] == "finding")
wanted = Counter(
    (r[key], f["change"], f["code"], f["on"], f["rule"]) for r in diff["records"] for f in r["findings"]
)
same("findings in csv", told, wanted)
same("records in csv", sorted({r[key] for r in table}), listed)

for problem in problems:
    print(problem[:2000], file=sys.stderr)
print(f"{len(both)} records compared, {len(changed)} changed, {sum(gained.values())} findings gained, "
      f"{sum(lost.values())} lost")
sys.exit(1 if problems or not changed else 0)
