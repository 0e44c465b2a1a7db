#!/usr/bin/env python3
"""Runs the measures of the benchmark beside the hand-written C++, prints them against the goals, writes them as JSON.

What is compared takes turns, so that a noisy minute falls on both. Ratios of one core are of processor time, which a busy
machine disturbs least; starts and threads are of the clock.
"""
import argparse
import json
import os
import platform
import subprocess
import sys

from against import against
from runs import (CLINIC, FOLDER, JIT, LIBRARY, PACKS, PART_B, PARTS, PROVISO, bench, first_of, in_turn, library_file, process, run_of,
                  visits_file, without_running_sum)
from table import Table, compare, median, spread, write_page


def percentiles(results):
    """What single visits took, in microseconds: each percentile is the median of those of the processes."""
    return "us: " + ", ".join(f"{name} {1e6 * median([one[key] for one in results]):.1f}" for key, name in (
        ("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("p999", "p99.9")))


def check_digest(file):
    """The engine and the hand-written versions must agree before their times mean anything."""
    ours = bench("decide", file, 1)
    for what in ("decide-columns", "hand-rows", "hand-columns"):
        theirs = bench(what, file, 1)
        if (ours["digest"], ours["kx"]) != (theirs["digest"], theirs["kx"]):
            sys.exit(f"the digests of the engine and of {what} differ")


def cpu(results):
    return [median(one["cpu"]) for one in results]


def clock(results):
    return [one["seconds"] for one in results]


def measure_workload(table, options):
    file, n, reps = visits_file(options.visits), options.visits, options.repetitions
    check_digest(file)
    batch = in_turn(reps, ours=lambda: bench("decide-columns", file, 3), told=lambda: bench("decide", file, 1),
                    columns=lambda: bench("hand-columns", file, 5), rows=lambda: bench("hand-rows", file, 5))
    ours, told, columns, rows = (median(cpu(batch[name])) for name in ("ours", "told", "columns", "rows"))
    table.add("deciding in batches, against C++ over columns", columns / ours, "times", 0.25, far=0.6,
              noise=spread(cpu(batch["ours"])),
              note=f"interpreted; {n / ours:,.0f} visits/s; C++ columns {n / columns:,.0f}, rows {n / rows:,.0f}")
    if os.path.exists(JIT):
        compiled = in_turn(reps, jit=lambda: bench("decide-columns-jit", file, 3), columns=lambda: bench("hand-columns", file, 5))
        fast, hand = median(cpu(compiled["jit"])), median(cpu(compiled["columns"]))
        table.add("the same by compiled code", hand / fast, "times", 0.33, far=1.0, noise=spread(cpu(compiled["jit"])),
                  note=f"{n / fast:,.0f} visits/s; {compiled['jit'][0]['jit']['target']}")
    else:
        print("no compiled code is measured: the plug-in is built where LLVM 19 is found")
    table.add("the same interpreted, with every result told", columns / told, "times", noise=spread(cpu(batch["told"])),
              note=f"{n / told:,.0f} visits/s")

    reading = in_turn(reps, ours=lambda: bench("read", file, 1), hand=lambda: bench("hand-read", file, 1),
                      bare=lambda: bench("simdjson", file, 1))
    read, hand, bare = (median(cpu(reading[name])) for name in ("ours", "hand", "bare"))
    table.add("reading records, against C++ with simdjson", hand / read, "times", noise=spread(cpu(reading["ours"])),
              note=f"{n / read:,.0f} visits/s; C++ {n / hand:,.0f}; simdjson alone {n / bare:,.0f}; one core, what is read by rules")

    command = run_of(PACKS, file)
    whole = in_turn(reps, ours=lambda: process(command), hand=lambda: bench("hand-whole", file, 1))
    used = [one["cpu"] for one in whole["ours"]]
    by_hand = median(cpu(whole["hand"]))
    table.add("NDJSON to findings, against the C++ program", by_hand / median(used), "times", 0.8, far=1.0, noise=spread(used),
              note=f"{n / median(used):,.0f} visits/s with every decision written; C++ {n / by_hand:,.0f} counting only")
    table.add("peak memory of that run", max(one["peak_mb"] for one in whole["ours"]), "MB", better="lower",
              note="with all records held and the running sums; C++ "
                   f"{max(one['peak_mb'] for one in whole['hand']):,.0f} MB with all records held")
    without = max(process(run_of(without_running_sum(), file))["peak_mb"] for _ in range(2))
    table.add("the same without the rule of the running sum", without, "MB", 64, "lower", far=32, note="with all records held")
    return rows / n


def measure_single(table, options, one_row):
    file = visits_file(options.visits)
    single = in_turn(options.repetitions, plain=lambda: bench("single", file, 2), reasons=lambda: bench("explained", file, 2),
                     embedded=lambda: bench("embedded", file, 2))
    half = {name: [one["p50"] for one in results] for name, results in single.items()}
    for name, what, goal, far in (("plain", "one visit in process, against C++ over structs", 0.15, 0.5),
                                  ("reasons", "the same with every reason", 0.04, 0.1)):
        table.add(what, one_row / median(half[name]), "times", goal, far=far, noise=spread(half[name]),
                  note=percentiles(single[name]) + f"; C++ {1e6 * one_row:.3f} us")
    table.add("one visit through the public interface, from its text", 1e6 * median(half["embedded"]), "us", better="lower",
              noise=spread(half["embedded"]), note=percentiles(single["embedded"]))
    for name, what in (("plain", "allocations of one visit in process, warm"),
                       ("embedded", "allocations of one visit through the public interface")):
        asked = [one["allocations"] for one in single[name]]
        table.add(what, median(asked), "", 0, better="lower", noise=spread(asked), note="calls of `new` in the last pass, a visit")


def measure_threads(table, options):
    """Of the clock: another process on the machine is seen at once."""
    file, library = visits_file(options.visits), library_file(options.library)
    both = {"two threads against one, reading": lambda threads: {"seconds": bench("read", file, 1, threads=threads)["seconds"][0]},
            # What a process does first asks the system for its memory, page by page.
            "two threads against one, deciding": lambda threads: {"seconds": median(bench("decide-columns", file, 5, threads=threads)["seconds"])},
            "two threads against one, the whole run of the library": lambda threads: process(run_of(LIBRARY, library, threads))}
    for what, work in both.items():
        times = 2 if "library" in what else options.repetitions
        took = in_turn(times, one=lambda: work(1), two=lambda: work(2))
        table.add(what, median(clock(took["one"])) / median(clock(took["two"])), "times", 1.8 if "deciding" in what else None,
                  far=1.95 if "deciding" in what else None, noise=spread(clock(took["two"])),
                  note=f"of the clock, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def measure_library(table, options):
    library = library_file(options.library)
    ran = [process(run_of(LIBRARY, library)) for _ in range(max(2, options.repetitions // 2))]
    used = [one["cpu"] for one in ran]
    table.add("standard library, NDJSON to decisions", options.library / median(used), "visits/s", 150_000, far=500_000,
              noise=spread(used), note=f"one core; {options.library:,} visits of the example clinic with their histories")
    table.add("peak memory of the standard library's run", max(one["peak_mb"] for one in ran), "MB", better="lower")
    longer = visits_file(options.part_b, ("part-b",))
    ran = [process(run_of(LIBRARY, longer)) for _ in range(max(2, options.repetitions // 2))]
    used = [one["cpu"] for one in ran]
    table.add("the same on longer histories", options.part_b / median(used), "visits/s", noise=spread(used),
              note=f"one core; {options.part_b:,} made-up visits, some sixteen to a patient; 2 in the example clinic")
    alone = in_turn(max(2, options.repetitions // 2), one=lambda: bench("embedded", longer, 1, packs=LIBRARY))["one"]
    each = [1e6 * one["p50"] for one in alone]
    table.add("one visit of the standard library, from its text", median(each), "us", better="lower", noise=spread(each),
              note=f"{percentiles(alone)}; {alone[0]['allocations']:.0f} calls of `new` each")
    text = [1000 * seconds for seconds in bench("compile", "-", 5, packs=LIBRARY)["cpu"]]
    table.add("the standard library from text to bytecode", median(text), "ms", 150, "lower", spread(text), far=50)
    if os.path.exists(JIT):
        ready = bench("jit-ready", library_file(5_000), 3, packs=LIBRARY)["ready"]
        table.add("compiled code of the standard library ready", 1000 * median(ready), "ms", 300, "lower", spread(ready), far=100,
                  note="of a processor, for all stages together; the interpreter answers meanwhile")


def measure_part_b(table, options):
    """A slice of the standard library beside the same rules by hand, whole: from NDJSON to what is found."""
    file = visits_file(options.part_b, ("part-b",))
    ours, theirs = bench("part-b", file, 1, packs=",".join(PART_B)), bench("hand-part-b", file, 1)
    if ours["digest"] != theirs["digest"]:
        sys.exit("the digests of the library's slice and of the same by hand differ")
    command = [PROVISO, "run", "--visits", file, "--format", "ndjson", "--threads", "1"]
    for pack in PART_B:
        command += ["--packs", pack]
    reps = max(2, options.repetitions // 2)
    whole = in_turn(reps, ours=lambda: process(command), told=lambda: bench("part-b", file, 1, packs=",".join(PART_B)),
                    hand=lambda: bench("hand-part-b", file, 1), rules=lambda: bench("hand-part-b-rules", file, 3))
    run = [one["cpu"] for one in whole["ours"]]
    told, hand, rules = (median([median(one["cpu"]) for one in whole[name]]) for name in ("told", "hand", "rules"))
    n = options.part_b
    table.add("a slice of medicare/part_b, NDJSON to findings, against C++", hand / median(run), "times", noise=spread(run),
              note=f"{n / median(run):,.0f} visits/s with every decision and claim line written, {n / told:,.0f} with results in memory; "
                   f"C++ {n / hand:,.0f} counting only, {n / rules:,.0f} its rules alone")
    table.add("peak memory of that slice", max(one["peak_mb"] for one in whole["ours"]), "MB", better="lower",
              note=f"C++ {max(one['peak_mb'] for one in whole['hand']):,.0f} MB")


def measure_starts(table, options):
    for name, what, packs, records, goal, times in (
            ("rules", "the rules", PACKS, visits_file(options.visits), 15, 15), ("library", "the standard library", LIBRARY, CLINIC, None, 5)):
        command = [PROVISO, "run", "--packs", packs, "--visits", first_of(records, name)]
        started = in_turn(times, text=lambda: process(command + ["--no-cache"]), known=lambda: process(command))
        for way, how, reach in (("text", f"cold start: {what} from text, one visit, whole process", goal),
                                ("known", f"cold start: {what} compiled before", None)):
            clocks = [1000 * one["seconds"] for one in started[way]]
            table.add(how, median(clocks), "ms", reach, "lower", spread(clocks), far=8 if reach else None,
                      note=f"{1000 * median([one['cpu'] for one in started[way]]):.1f} ms of the processor")


def measure_scaling(table, options):
    for count in [10_000, 100_000, 1_000_000] + ([10_000_000] if options.ten_million else []):
        if count > options.most:
            continue
        decided = bench("decide-columns", visits_file(count), 1)
        table.add(f"deciding {count:,} visits", count / decided["cpu"][0], "visits/s",
                  note=f"{decided['peak_mb']:,.0f} MB with all records held")


def measure_parts(table, options):
    """The small parts that a run is made of, by Google Benchmark, of processor time."""
    if not os.path.exists(PARTS):
        print("no parts are measured: Google Benchmark was not found when this was configured")
        return
    ran = process([PARTS, "--benchmark_format=json", f"--benchmark_repetitions={max(3, options.repetitions)}",
                   f"--benchmark_min_time={0.01 if options.quick else 0.1}"], subprocess.PIPE)
    units = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    times = {}
    for one in json.loads(ran["text"])["benchmarks"]:
        if one["run_type"] == "iteration":
            times.setdefault(one["run_name"], []).append(one["cpu_time"] * units[one["time_unit"]])
    for name, all_times in times.items():
        table.add("part: " + name, median(all_times), "ns", better="lower", noise=spread(all_times))


def measure(options):
    table = Table()
    print(table.heading())
    if not options.parts:
        one_row = measure_workload(table, options)
        measure_single(table, options, one_row)
        measure_threads(table, options)
        measure_library(table, options)
        measure_part_b(table, options)
        measure_starts(table, options)
        measure_scaling(table, options)
    measure_parts(table, options)
    return table


def read_results(parser, path):
    """None without a path; what cannot be read, or is not of this program, ends it with code 2."""
    if not path:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
        for one in results["measures"]:
            for key in ("name", "value", "better", "spread"):
                one[key]
        return results
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.error(f"{path} holds no results of this benchmark: {error}")


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--visits", type=int, default=200_000, help="visits of the twelve rules' workload")
    parser.add_argument("--library", type=int, default=50_000, help="visits for the standard library; the goal is for 1000000")
    parser.add_argument("--part-b", type=int, default=50_000, help="visits for the slice of medicare/part_b")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--most", type=int, default=1_000_000, help="leave out larger inputs when scaling")
    parser.add_argument("--ten-million", action="store_true", help="also ten million visits, which take 8 GB of disk")
    parser.add_argument("--parts", action="store_true", help="only the small parts that a run is made of")
    parser.add_argument("--compare", metavar="OLD.json", help="results of another commit; exits with 1 if something became worse")
    parser.add_argument("--against", metavar="COMMIT", help="build another commit in build/bench and measure both in turn, for what is "
                        "less than the noise of --compare; exits with 1 if something became worse")
    parser.add_argument("--results", metavar="NEW.json", help="with --compare: measure nothing, these are the results")
    parser.add_argument("--quick", action="store_true", help="small inputs, few repetitions: whether it runs, not how fast")
    parser.add_argument("--write-page", action="store_true", help="put the figures into docs/performance.md")
    options = parser.parse_args()
    if options.quick:
        options.visits, options.library, options.part_b, options.repetitions, options.most = 10_000, 2_000, 2_000, 2, 100_000
    if options.ten_million:
        options.most = 10_000_000
    if options.parts and options.write_page:
        parser.error("--write-page is for all measures: leave out --parts")
    old = read_results(parser, options.compare)
    given = read_results(parser, options.results)
    if given:
        if not old:
            parser.error("--results is for --compare")
        sys.exit(1 if compare(old, given) else 0)
    if options.against and (old or options.parts or options.write_page):
        parser.error("--against prints a table of its own: leave out --compare, --parts and --write-page")
    os.makedirs(FOLDER, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = os.path.abspath(FOLDER)  # what was compiled is kept here, not at home
    if options.against:
        sys.exit(1 if against(options.against, options) else 0)
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    about = (f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; commit {commit or 'unknown'}; "
             f"{options.visits:,} visits, medians of {options.repetitions}. Proviso with the flags of the release preset "
             "(-O2, no -march), C++ by hand with -O3 -march=native.")
    print(about + "\n")
    table = measure(options)
    results = {"commit": commit, "machine": model, "cores": os.cpu_count(), "visits": options.visits,
               "library": options.library, "repetitions": options.repetitions, "measures": table.measures}
    with open(f"{FOLDER}/results.json", "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
    print(f"\nwritten to {FOLDER}/results.json")
    if options.write_page:
        write_page(table, about)
    if old and compare(old, results):
        sys.exit(1)


if __name__ == "__main__":
    main()
