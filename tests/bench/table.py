"""The table of the benchmark: its lines, the page in docs/, and the comparison of two runs."""
import math
import statistics


def median(values):
    return statistics.median(values)


def spread(values):
    """Highest minus lowest, in parts of the median."""
    return (max(values) - min(values)) / median(values) if median(values) else 0.0


class Table:
    def __init__(self):
        self.measures = []

    def add(self, name, value, unit, goal=None, better="higher", noise=None, note="", far=None):
        """`goal` is what must be reached, `far` what is gone for then; `noise` is a spread."""
        assert all(one["name"] != name for one in self.measures), f"two measures are named `{name}`"
        self.measures.append({"name": name, "value": value, "unit": unit, "goal": goal, "far": far, "better": better,
                              "spread": noise, "note": note})
        print(self.line(self.measures[-1]), flush=True)

    @staticmethod
    def heading():
        return f"{'':<60} {'measured':>10} {'':<9} {'to reach':>8} {'':<4} {'then':>7} {'spread':>7}"

    @staticmethod
    def met(measure):
        if measure["goal"] is None:
            return ""
        reached = measure["value"] >= measure["goal"] if measure["better"] == "higher" else measure["value"] <= measure["goal"]
        return "yes" if reached else "no"

    @staticmethod
    def number(value):
        return "" if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"

    @staticmethod
    def noise(measure):
        return "" if measure["spread"] is None else f"{100 * measure['spread']:.0f} %"

    def line(self, measure):
        return (f"{measure['name']:<60} {self.number(measure['value']):>10} {measure['unit']:<9} "
                f"{self.number(measure['goal']):>8} {self.met(measure):<4} {self.number(measure['far']):>7} "
                f"{self.noise(measure):>7}  {measure['note']}")

    def markdown(self):
        rows = ["| what | measured | to reach | reached | then | spread | |", "|---|---|---|---|---|---|---|"]
        for one in self.measures:
            rows.append(f"| {one['name']} | {self.number(one['value'])} {one['unit']} | {self.number(one['goal'])} "
                        f"| {self.met(one)} | {self.number(one['far'])} | {self.noise(one)} | {one['note']} |")
        return "\n".join(rows)


# Where a spread is not known, or is smaller, differences of so much are still noise.
LEAST_NOISE = 0.1


def gain_of(before, now, better):
    """How many times as good it is now."""
    better_one, other = (now, before) if better == "higher" else (before, now)
    if other == 0:
        return 1.0 if better_one == 0 else math.inf
    return better_one / other


def compare(old, new):
    """Results as `measure.py` writes them. Prints both; returns whether anything became worse by more than noise."""
    before = {one["name"]: one for one in old["measures"]}
    worse = False
    print(f"\n{new.get('commit', '?')} against {old.get('commit', '?')}:")
    for what in ("machine", "cores", "visits", "library"):
        if old.get(what) != new.get(what):
            print(f"the {what} differ: {old.get(what)} before, {new.get(what)} now; what follows says little")
    for one in new["measures"]:
        was = before.pop(one["name"], None)
        if was is None:
            print(f"{one['name']:<60}              new")
            continue
        gain = gain_of(was["value"], one["value"], one["better"])
        noise = max(one["spread"] or 0, was["spread"] or 0, LEAST_NOISE)
        # As much up as down: half as fast is as far as twice as fast.
        mark = "better" if gain > 1 + noise else "WORSE" if gain < 1 / (1 + noise) else "same within noise"
        worse = worse or mark == "WORSE"
        print(f"{one['name']:<60} {gain:6.2f} times as good  {mark}")
    for name in before:
        print(f"{name:<60}              not measured any more")
    return worse


def write_page(table, about):
    path = "docs/performance.md"
    page = open(path, encoding="utf-8").read()
    begin, end = "<!-- figures -->\n", "<!-- end of figures -->"
    head, rest = page.split(begin)
    tail = rest.split(end)[1]
    open(path, "w", encoding="utf-8").write(f"{head}{begin}{about}\n\n{table.markdown()}\n{end}{tail}")
