"""This build beside that of another commit. Both work in turn, so that what else the machine does falls on both, and differences
show that two files of results would lose in their noise."""
import os
import statistics
import subprocess
import sys

from runs import BENCH, FOLDER, JIT, LIBRARY, PACKS, PROVISO, bench, first_of, library_file, process, run_of, visits_file
from table import median

TREE = f"{FOLDER}/against"  # the other commit, with its build

# A difference counts if three of four pairs show more than this.
LEAST = 0.02


def quietly(command, what):
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ran.returncode != 0:
        print("\n".join(ran.stdout.splitlines()[-15:]), file=sys.stderr)
        print(what, file=sys.stderr)
        sys.exit(2)
    return ran.stdout.strip()


def build(commit):
    """Checks the commit out beside this tree and builds what is measured; its full name."""
    name = quietly(["git", "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"], f"there is no commit `{commit}` here")
    if os.path.exists(f"{TREE}/.git"):
        quietly(["git", "-C", TREE, "checkout", "--quiet", "--force", "--detach", name], f"{TREE} cannot be set to `{commit}`")
    else:
        quietly(["git", "worktree", "prune"], "the list of work trees cannot be read")
        quietly(["git", "worktree", "add", "--quiet", "--force", "--detach", TREE, name], f"`{commit}` cannot be checked out in {TREE}")
    print(f"building {name[:9]} in {TREE}", flush=True)
    quietly(["cmake", "--preset", "release", "-S", TREE, "-B", f"{TREE}/build/release"], f"`{commit}` cannot be configured")
    targets = ["proviso", "proviso_bench"] + (["proviso_jit_plugin"] if os.path.exists(JIT) else [])
    quietly(["cmake", "--build", f"{TREE}/build/release", "--target", *targets], f"`{commit}` does not build")
    return name


class Program:
    """One of the two, with its own packs, so that slower packs show, too."""

    def __init__(self, tree):
        self.tree = tree
        self.has_jit = os.path.exists(self.path(JIT))

    def path(self, inside):
        return os.path.join(self.tree, inside)

    def bench(self, what, file, repetitions, packs=PACKS):
        return bench(what, file, repetitions, packs=self.path(packs), program=self.path(BENCH))

    def run(self, packs, file, *more):
        return process([*run_of(self.path(packs), file, program=self.path(PROVISO)), *more])


def works(options, with_jit):
    """What is measured, by name: a function of a program that gives an amount of which less is better."""
    file, library, longer = visits_file(options.visits), library_file(options.library), visits_file(options.part_b, ("part-b",))
    start = first_of(file, "rules")

    def cpu(what, repetitions, packs=PACKS, of=file):
        return lambda program: median(program.bench(what, of, repetitions, packs)["cpu"])

    def half(what, packs=PACKS, of=file):
        return lambda program: program.bench(what, of, 2, packs)["p50"]

    all_works = {"deciding in batches, interpreted": cpu("decide-columns", 3)}
    if with_jit:
        all_works["the same by compiled code"] = cpu("decide-columns-jit", 3)
    all_works.update({
        "the same interpreted, with every result told": cpu("decide", 1),
        "one visit in process": half("single"),
        "the same with every reason": half("explained"),
        "one visit through the public interface, from its text": half("embedded"),
        "NDJSON to findings": lambda program: program.run(PACKS, file)["cpu"],
        "peak memory of that run": lambda program: program.run(PACKS, file)["peak_mb"],
        "standard library, NDJSON to decisions": lambda program: program.run(LIBRARY, library)["cpu"],
        "peak memory of that run of the library": lambda program: program.run(LIBRARY, library)["peak_mb"],
        "one visit of the standard library, from its text": half("embedded", LIBRARY, longer),
        "the standard library from text to bytecode": cpu("compile", 2, LIBRARY, "-"),
        "cold start: the rules from text, one visit": lambda program: program.run(PACKS, start, "--no-cache")["cpu"],
    })
    return all_works


def judge(pairs):
    """Of amounts (before, now) of which less is better: how many times as good it is now, where the middle half of the pairs lies
    and its middle, and what that means."""
    gains = sorted(before / now for before, now in pairs)
    low, middle, high = statistics.quantiles(gains, n=4, method="inclusive")
    worse, better = sum(gain < 1 - LEAST for gain in gains), sum(gain > 1 + LEAST for gain in gains)
    mark = "WORSE" if 4 * worse >= 3 * len(gains) else "better" if 4 * better >= 3 * len(gains) else "same within noise"
    return low, middle, high, mark


def in_pairs(repetitions, work, other, this):
    """Each time one after the other, and the other way round the next time."""
    pairs = []
    for turn in range(repetitions):
        if turn % 2 == 0:
            before = work(other)
            now = work(this)
        else:
            now = work(this)
            before = work(other)
        pairs.append((before, now))
    return pairs


def against(commit, options):
    """Prints how both compare; whether something became worse."""
    name = build(commit)
    other, this = Program(TREE), Program("")
    file = visits_file(options.visits)
    found = [(one["digest"], one["kx"]) for one in (program.bench("decide-columns", file, 1) for program in (other, this))]
    if found[0] != found[1]:
        print("they do not find the same in the workload's visits; what follows says little")
    worse = False
    pairs = max(4, options.repetitions)
    print(f"\nthis build against {name[:9]}, {pairs} pairs each, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
          f"how many times as good it is now:")
    print(f"{'':<60} {'middle':>7}   {'half of the pairs'}")
    for what, work in works(options, other.has_jit and this.has_jit).items():
        low, middle, high, mark = judge(in_pairs(pairs, work, other, this))
        worse = worse or mark == "WORSE"
        print(f"{what:<60} {middle:7.3f}   {low:.3f} to {high:.3f}    {mark}", flush=True)
    return worse
