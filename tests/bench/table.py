"""The table of the benchmark: its lines, the page in docs/, and the comparison of two runs."""
import statistics


def median(values):
    return statistics.median(values)


def spread(values):
    """Highest minus lowest, in parts of the median."""
    return (max(values) - min(values)) / median(values) if median(values) else 0.0


class Table:
    def __init__(self):
        self.measures = []

    def add(self, name, value, unit, goal=None, better="higher", noise=None, note=""):
        assert all(one["name"] != name for one in self.measures), f"two measures are named `{name}`"
        self.measures.append({"name": name, "value": value, "unit": unit, "goal": goal, "better": better,
                              "spread": noise, "note": note})
        print(self.line(self.measures[-1]), flush=True)

    @staticmethod
    def met(measure):
        if measure["goal"] is None:
            return ""
        reached = measure["value"] >= measure["goal"] if measure["better"] == "higher" else measure["value"] <= measure["goal"]
        return "yes" if reached else "no"

    @staticmethod
    def number(value):
        return "" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"

    def line(self, measure):
        noise = "" if measure["spread"] is None else f"{100 * measure['spread']:.0f} %"
        return (f"{measure['name']:<58} {self.number(measure['value']):>10} {measure['unit']:<9} "
                f"{self.number(measure['goal']):>8} {self.met(measure):<4} {noise:>7}  {measure['note']}")

    def markdown(self):
        rows = ["| what | measured | to reach | reached | spread | |", "|---|---|---|---|---|---|"]
        for one in self.measures:
            noise = "" if one["spread"] is None else f"{100 * one['spread']:.0f} %"
            rows.append(f"| {one['name']} | {self.number(one['value'])} {one['unit']} | {self.number(one['goal'])} "
                        f"| {self.met(one)} | {noise} | {one['note']} |")
        return "\n".join(rows)


def compare(old, new):
    """Both as written by this program. Returns whether anything became clearly worse."""
    before = {one["name"]: one for one in old["measures"]}
    worse = False
    print(f"\nagainst {old.get('commit', '?')}:")
    for one in new["measures"]:
        if one["name"] not in before or not before[one["name"]]["value"]:
            continue
        change = one["value"] / before[one["name"]]["value"]
        gain = change if one["better"] == "higher" else 1 / change
        noise = max(one["spread"] or 0.1, before[one["name"]]["spread"] or 0.1, 0.1)
        mark = "better" if gain > 1 + noise else "WORSE" if gain < 1 - noise else "same within noise"
        worse = worse or mark == "WORSE"
        print(f"{one['name']:<58} {gain:6.2f} times as good  {mark}")
    return worse


def write_page(table, about):
    path = "docs/performance.md"
    page = open(path, encoding="utf-8").read()
    begin, end = "<!-- figures -->\n", "<!-- end of figures -->"
    head, rest = page.split(begin)
    tail = rest.split(end)[1]
    open(path, "w", encoding="utf-8").write(f"{head}{begin}{about}\n\n{table.markdown()}\n{end}{tail}")
