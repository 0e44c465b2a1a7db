#!/usr/bin/env bash
# differential.sh <cases> <first seed> <processes>: compares cases until there are that many, in pieces; after each it is written down
# how far it came (build/soak/differential/). Stop it at any time and start it again. Whatever differs is in `found-*.txt`
# there, made smaller, and does not end the run; the exit code is 1 then.
set -euo pipefail
cd "$(dirname "$0")/../.."
cases=$1 seed=$2 jobs=$3
piece=2000 # by twenty pack sets: compiled code takes more than half of the time
apart=10000000 # seeds between the processes, more than any of them needs

cmake --preset release -B build/soak -DPROVISO_TESTS=ON >/dev/null
targets=(differential_test)
jit=()
if ninja -C build/soak -t query proviso_jit_plugin >/dev/null 2>&1; then
    targets+=(proviso_jit_plugin)
fi
cmake --build build/soak --target "${targets[@]}" >/dev/null
[[ -f build/soak/libproviso_jit.so ]] && jit=(--jit build/soak/libproviso_jit.so)

folder=build/soak/differential
mkdir -p "$folder"
exec 9>"$folder.lock"
flock -n 9 || { echo "another such run is under way" >&2; exit 2; }
program=$folder/differential_test
# What is compared stays what it is while others build; a run under another program begins anew.
what=$({ cat build/soak/tests/differential/differential_test "${jit[@]:1}"; echo "$cases $seed $jobs"; } | sha256sum | cut -d' ' -f1)
if [[ $(cat "$folder/what" 2>/dev/null) != "$what" ]]; then
    rm -f "$folder"/{what,state-*,piece-*,differential_test,libproviso_jit.so} # what was found stays
    cp build/soak/tests/differential/differential_test "$program"
    ((${#jit[@]})) && cp build/soak/libproviso_jit.so "$folder/"
    echo "$what" >"$folder/what"
else
    echo "goes on where it was stopped"
fi
((${#jit[@]})) && jit=(--jit "$folder/libproviso_jit.so") || echo "without compiled code, which is not built"

# state-<process>: cases done, next seed, pieces in which something differed
work() {
    local state=$folder/state-$1 done=0 next=$((seed + $1 * apart)) bad=0 status
    local most=$(((cases + jobs - 1) / jobs)) compared=
    trap 'kill "$compared" 2>/dev/null; exit 130' INT TERM
    [[ -f $state ]] && read -r done next bad <"$state"
    while ((done < most)); do
        local some=$((most - done < piece ? most - done : piece))
        status=0
        "$program" --cases "$some" --seed "$next" --of-one-set 100 --keep-going "${jit[@]}" >"$folder/piece-$1.txt" 9>&- &
        compared=$!
        wait "$compared" || status=$?
        if ((status > 1)) || ! grep -q '^next seed' "$folder/piece-$1.txt"; then
            cp "$folder/piece-$1.txt" "$folder/found-$next.txt"
            echo "the comparison itself ended with $status, somewhere after seed $next: $folder/found-$next.txt"
            return 3
        fi
        if ((status == 1)); then
            bad=$((bad + 1))
            cp "$folder/piece-$1.txt" "$folder/found-$next.txt"
            echo "DIFFERENT: $folder/found-$next.txt"
        fi
        done=$((done + some))
        next=$(sed -n 's/^next seed //p' "$folder/piece-$1.txt")
        echo "$done $next $bad" >"$state.new"
        mv "$state.new" "$state"
        echo "process $1: $done of $most cases, up to seed $next, $bad pieces with differences"
    done
    ((bad == 0))
}

workers=()
trap 'kill "${workers[@]}" 2>/dev/null; exit 130' INT TERM
for ((job = 0; job < jobs; ++job)); do
    work "$job" &
    workers+=($!)
done
status=0
for worker in "${workers[@]}"; do
    wait "$worker" || status=1
done
exit "$status"
