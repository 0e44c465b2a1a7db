#!/usr/bin/env bash
# measure.sh PROVISO [VISITS] [PATIENTS] [MEMORY]: time and memory of a clinic history under the standard rules.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
proviso=$1 visits=${2:-100000} patients=${3:-4000} memory=${4:-1G}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/clinic_history.py" --patients "$patients" --visits "$visits" --corrections 2 >"$work/visits.ndjson"
ls -l "$work/visits.ndjson"
python3 - "$proviso" "$here/../../stdlib-rules" "$work" "$memory" <<'END'
import os, resource, subprocess, sys, time
proviso, rules, work, memory = sys.argv[1:]
began = time.time()
with open(work + "/out", "wb") as out:
    code = subprocess.call([proviso, "run", "--packs", rules, "--quiet", "--format", "ndjson", "--memory", memory,
                            work + "/visits.ndjson"], stdout=out)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
lines = sum(1 for _ in open(work + "/out", "rb"))
print(f"{lines} decisions, exit code {code}: {time.time() - began:.0f} s, {usage.ru_utime:.0f} s of work, "
      f"{usage.ru_maxrss // 1024} MiB at most")
END
