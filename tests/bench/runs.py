"""How the benchmark runs programs, and the records it runs them on."""
import json
import os
import re
import subprocess
import sys
import time

BENCH = "build/release/tests/bench/proviso_bench"
PARTS = "build/release/tests/bench/proviso_bench_parts"
JIT = "build/release/libproviso_jit.so"
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


def bench(what, file, repetitions, packs=PACKS, threads=1, program=BENCH):
    ran = process([program, what, packs, file, str(repetitions), str(threads)], subprocess.PIPE)
    return {**json.loads(ran["text"]), "peak_mb": ran["peak_mb"]}


def run_of(packs, file, threads=1, program=PROVISO):
    return [program, "run", "--packs", packs, "--visits", file, "--format", "ndjson", "--threads", str(threads)]


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


def without_running_sum():
    """A folder with the pack of the workload but for its last part, which is the running sum."""
    folder = f"{FOLDER}/without_running_sum"
    os.makedirs(folder, exist_ok=True)
    with open(f"{PACKS}/visits.prv") as pack:
        rules, heading, _ = pack.read().partition("-- ---- the running sum ---")
    if not heading:
        sys.exit(f"{PACKS}/visits.prv has no part named `the running sum`")
    with open(f"{folder}/visits.prv", "w") as pack:
        pack.write(rules)
    return folder


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
