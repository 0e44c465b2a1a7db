"""Saves a pack of the standard library again and again under a running session; see `watch`."""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

command, repetitions, known = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
# Between two visits that come in; 0: each comes as soon as the one before is decided, on a core of its own.
pause = float(sys.argv[4]) / 1000 if len(sys.argv) > 4 else 0.005
with tempfile.TemporaryDirectory() as work:
    packs = os.path.join(work, "packs")
    shutil.copytree("stdlib-rules", packs)
    edited = os.path.join(packs, "medicare/part_b_supervision.prv")
    text = open(edited).read()
    visits = open("examples/clinic/visits.ndjson").read().splitlines()

    def of_others(visit, suffix):
        """The same of other people: every word that names someone is another one."""
        return re.sub(r'"([A-Z]+-\d+)"', rf'"\1-{suffix}"', visit)

    history = os.path.join(work, "history.ndjson")
    with open(history, "w") as out:
        for number in range(known):
            visit = visits[number % len(visits)]
            round_ = number // len(visits)
            out.write((visit if round_ == 0 else of_others(visit, round_)) + "\n")
    session = subprocess.Popen(
        [command, "run", "--watch", "--timings", "--packs", packs, "--format", "ndjson", history, "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
    stages, met, changed = [], {}, threading.Condition()
    other, answered = [], set()

    def read_decisions():
        for line in session.stdout:
            decision = json.loads(line)
            with changed:
                met.setdefault(decision["packs"], time.monotonic())
                answered.add(decision["visit_id"])
                changed.notify_all()

    def read_messages():
        for line in session.stderr:
            if line.startswith("timings: "):
                stages.append({name: float(value) for name, value in re.findall(r"([a-z]+) ([\d.]+)", line)})
            else:
                other.append(line)

    threads = [threading.Thread(target=each, daemon=True) for each in (read_decisions, read_messages)]
    for thread in threads:
        thread.start()

    def decide(key):
        visit = json.loads(of_others(visits[0], key))
        visit["visit_id"] = key
        session.stdin.write(json.dumps(visit) + "\n")

    decide("FIRST")
    with changed:
        if not changed.wait_for(lambda: met, 60):
            session.kill()
            sys.exit("the session decides nothing:\n" + "".join(other))
    totals = []
    for number in range(repetitions):
        time.sleep(0.3)
        before = len(met)
        with open(edited + ".new", "w") as out:
            out.write(text.replace("The move of 2025", f"The move of 2025, saved {number}"))
        saved = time.monotonic()
        os.replace(edited + ".new", edited)
        attempt = 0
        while len(met) == before:
            if session.poll() is not None or time.monotonic() - saved > 60:
                session.kill()
                sys.exit("the session uses no changed packs:\n" + "".join(other))
            decide(f"N-{number}-{attempt}")
            with changed:
                changed.wait_for(lambda: f"N-{number}-{attempt}" in answered, 60)
            attempt += 1
            time.sleep(pause)
        totals.append((max(met.values()) - saved) * 1000)
    session.stdin.close()
    for thread in threads:
        thread.join()
    session.wait()
    print(f"{repetitions} times saved, {known} visits known before; median and most, in ms")
    for name in ("notice", "read", "parse", "check", "lower", "verify", "tests", "publish", "together"):
        values = [each[name] for each in stages]
        print(f"  {name:9} {statistics.median(values):7.1f} {max(values):7.1f}")
    print(f"  from saving to a decision {statistics.median(totals):7.1f} {max(totals):7.1f}")
