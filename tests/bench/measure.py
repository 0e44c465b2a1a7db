#!/usr/bin/env python3
"""Runs the measures of the benchmark beside the hand-written C++, prints them against the goals, writes them as JSON.

What is compared takes turns, so that a noisy minute falls on both. Ratios of one core are of processor time, which a busy
machine disturbs least; starts and threads are of the clock.
"""
import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time

from table import Table, compare, median, spread, write_page

BENCH = "build/release/tests/bench/proviso_bench"
RECORDS = "build/release/tests/bench/proviso_bench_records"
PROVISO = "build/release/proviso"
PACKS = "tests/bench/peers"
LIBRARY = "stdlib-rules"
CLINIC = "examples/clinic/visits.ndjson"
PART_B = [f"{LIBRARY}/{name}.prv" for name in (
    "therapy/therapy", "therapy/units", "therapy/checks", "therapy/history",
    "medicare/part_b", "medicare/part_b_supervision", "medicare/part_b_threshold")]  # as tests/bench/part_b/engine.cpp
FOLDER = "build/bench"


def process(command, output=subprocess.DEVNULL):
    """Seconds of the clock and of the processor, peak memory in MB, and what was printed if `output` is PIPE."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
    text = child.stdout.read().decode() if output == subprocess.PIPE else ""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):  # 1: there are findings
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return {"seconds": time.perf_counter() - begin, "cpu": usage.ru_utime + usage.ru_stime,
            "peak_mb": usage.ru_maxrss / 1024, "text": text}


def bench(what, file, repetitions, packs=PACKS, threads=1):
    ran = process([BENCH, what, packs, file, str(repetitions), str(threads)], subprocess.PIPE)
    return {**json.loads(ran["text"]), "peak_mb": ran["peak_mb"]}


def in_turn(repetitions, **work):
    """Each function again and again, one after the other; a list of results by name."""
    results = {name: [] for name in work}
    for _ in range(repetitions):
        for name, function in work.items():
            results[name].append(function())
    return results


def visits_file(count, kind=()):
    path = f"{FOLDER}/{'_'.join(['visits', *kind, str(count)])}.ndjson"
    if not os.path.exists(path):
        with open(path + ".part", "wb") as file:
            subprocess.run([RECORDS, str(count), "1", *kind], stdout=file, check=True)
        os.rename(path + ".part", path)
    return path


def library_file(count):
    """The example clinic's visits again and again, each time of another clinic: other patients, other clinicians."""
    path = f"{FOLDER}/clinic_{count}.ndjson"
    if not os.path.exists(path):
        lines = [line for line in open(CLINIC, encoding="utf-8") if line.strip()]
        ids = re.compile(r'"(visit_id|patient_id|supervisor_id|clinician_id|clinic_id|episode_id)": ?"')
        with open(path, "w", encoding="utf-8") as file:
            for number in range(count):
                turn = number // len(lines)
                file.write(ids.sub(lambda found: found.group(0) + f"{turn}-", lines[number % len(lines)]))
    return path


def first_of(records, name):
    path = f"{FOLDER}/one_of_{name}.ndjson"
    with open(records, encoding="utf-8") as source, open(path, "w", encoding="utf-8") as file:
        file.write(source.readline())
    return path


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


def measure(options):
    table = Table()
    file = visits_file(options.visits)
    n = options.visits
    reps = options.repetitions
    check_digest(file)

    cpu = lambda results: [median(one["cpu"]) for one in results]
    batch = in_turn(reps, ours=lambda: bench("decide-columns", file, 3), told=lambda: bench("decide", file, 1), columns=lambda: bench("hand-columns", file, 5),
                    rows=lambda: bench("hand-rows", file, 5))
    ours, told, columns, rows = (median(cpu(batch[name])) for name in ("ours", "told", "columns", "rows"))
    table.add("deciding in batches, against C++ over columns", columns / ours, "times", 0.25, noise=spread(cpu(batch["ours"])),
              note=f"{n / ours:,.0f} visits/s; C++ columns {n / columns:,.0f}, rows {n / rows:,.0f}")

    table.add("the same with every result told", columns / told, "times", noise=spread(cpu(batch["told"])),
              note=f"{n / told:,.0f} visits/s")

    reading = in_turn(reps, ours=lambda: bench("read", file, 1), hand=lambda: bench("hand-read", file, 1),
                      bare=lambda: bench("simdjson", file, 1))
    read, hand, bare = (median(cpu(reading[name])) for name in ("ours", "hand", "bare"))
    table.add("reading records, against C++ with simdjson", hand / read, "times", noise=spread(cpu(reading["ours"])),
              note=f"{n / read:,.0f} visits/s; C++ {n / hand:,.0f}; simdjson alone {n / bare:,.0f}")

    command = [PROVISO, "run", "--packs", PACKS, "--visits", file, "--format", "ndjson"]
    whole = in_turn(reps, ours=lambda: process(command), hand=lambda: bench("hand-whole", file, 1))
    run = median([one["cpu"] for one in whole["ours"]])
    by_hand = median(cpu(whole["hand"]))
    table.add("NDJSON to findings, against the C++ program", by_hand / run, "times", 0.8,
              noise=spread([one["cpu"] for one in whole["ours"]]),
              note=f"{n / run:,.0f} visits/s with every decision written; C++ {n / by_hand:,.0f} counting only")
    table.add("peak memory of that run", max(one["peak_mb"] for one in whole["ours"]), "MB", 64, "lower")

    single = in_turn(reps, plain=lambda: bench("single", file, 2), reasons=lambda: bench("explained", file, 2),
                     embedded=lambda: bench("embedded", file, 2))
    one_row = rows / n
    half = {name: [one["p50"] for one in results] for name, results in single.items()}
    for name, what, goal in (("plain", "one visit in process, against C++ over structs", 0.15),
                             ("reasons", "the same with every reason", 0.04)):
        table.add(what, one_row / median(half[name]), "times", goal, noise=spread(half[name]),
                  note=percentiles(single[name]) + f"; C++ {1e6 * one_row:.3f} us")
    table.add("one visit through the public interface, from its text", 1e6 * median(half["embedded"]), "us", better="lower",
              noise=spread(half["embedded"]), note=percentiles(single["embedded"]))
    for name, what in (("plain", "allocations of one visit in process, warm"), ("embedded", "the same through the public interface")):
        asked = [one["allocations"] for one in single[name]]
        table.add(what, median(asked), "", 0, better="lower", noise=spread(asked), note="calls of `new` in the last pass, a visit")

    clock = lambda results: [one["seconds"][0] for one in results]
    threads = in_turn(reps, one=lambda: bench("decide-columns", file, 1), two=lambda: bench("decide-columns", file, 1, threads=2))
    table.add("two threads against one", median(clock(threads["one"])) / median(clock(threads["two"])), "times", 1.8,
              noise=spread(clock(threads["two"])), note=f"of the clock, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")

    library = library_file(options.library)
    ran = [process([PROVISO, "run", "--packs", LIBRARY, "--visits", library, "--format", "ndjson"])
           for _ in range(max(1, reps // 3))]
    used = [one["cpu"] for one in ran]
    table.add("standard library, NDJSON to decisions", options.library / median(used), "visits/s", 150_000, noise=spread(used),
              note=f"{options.library:,} visits of the example clinic, {max(one['peak_mb'] for one in ran):,.0f} MB")

    measure_part_b(table, options)

    for name, what, packs, records, goal, times in (
            ("rules", "the rules", PACKS, file, 15, 15), ("library", "the standard library", LIBRARY, CLINIC, None, 5)):
        command = [PROVISO, "run", "--packs", packs, "--visits", first_of(records, name)]
        started = in_turn(times, text=lambda: process(command + ["--no-cache"]), known=lambda: process(command))
        for way, how, reach in (("text", f"cold start: {what} from text, one visit, whole process", goal),
                                ("known", f"cold start: {what} compiled before", None)):
            clocks = [1000 * one["seconds"] for one in started[way]]
            table.add(how, median(clocks), "ms", reach, "lower", spread(clocks),
                      note=f"{1000 * median([one['cpu'] for one in started[way]]):.1f} ms of the processor")
    text = [1000 * seconds for seconds in bench("compile", "-", 5, packs=LIBRARY)["cpu"]]
    table.add("the standard library from text to bytecode", median(text), "ms", 150, "lower", spread(text))

    for count in [10_000, 100_000, 1_000_000] + ([10_000_000] if options.ten_million else []):
        if count > options.most:
            continue
        decided = bench("decide-columns", visits_file(count), 1)
        table.add(f"deciding {count:,} visits", count / decided["cpu"][0], "visits/s",
                  note=f"{decided['peak_mb']:,.0f} MB with all records held")
    return table


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--visits", type=int, default=200_000, help="visits of the twelve rules' workload")
    parser.add_argument("--library", type=int, default=50_000, help="visits for the standard library; the goal is for 1000000")
    parser.add_argument("--part-b", type=int, default=50_000, help="visits for the slice of medicare/part_b")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--most", type=int, default=1_000_000, help="leave out larger inputs when scaling")
    parser.add_argument("--ten-million", action="store_true", help="also ten million visits, which take 8 GB of disk")
    parser.add_argument("--compare", metavar="OLD.json", help="results of another commit; exits with 1 if something became worse")
    parser.add_argument("--quick", action="store_true", help="small inputs, few repetitions: whether it runs, not how fast")
    parser.add_argument("--write-page", action="store_true", help="put the figures into docs/performance.md")
    options = parser.parse_args()
    if options.quick:
        options.visits, options.library, options.part_b, options.repetitions, options.most = 10_000, 2_000, 2_000, 2, 100_000
    if options.ten_million:
        options.most = 10_000_000
    old = json.load(open(options.compare, encoding="utf-8")) if options.compare else None
    os.makedirs(FOLDER, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = os.path.abspath(FOLDER)  # what was compiled is kept here, not at home
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    about = (f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; commit {commit or 'unknown'}; "
             f"{options.visits:,} visits, medians of {options.repetitions}. Proviso with the flags of the release preset "
             "(-O2, no -march), C++ by hand with -O3 -march=native.")
    print(about + "\n")
    print(f"{'':<58} {'measured':>10} {'':<9} {'to reach':>8} {'':<4} {'spread':>7}")
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
