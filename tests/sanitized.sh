#!/usr/bin/env bash
# Runs a test's program, built with the sanitizers; arguments: its command line. The leak check of g++ 12 itself crashes
# now and then, after tests that all passed ("Tracer caught signal"), since it reads the memory of threads that are
# about to be gone. Only then is the program run again, once; whatever else it says stands.
set -uo pipefail
said=$(mktemp)
trap 'rm -f "$said"' EXIT
for time in first second; do
    "$@" >"$said" 2>&1
    status=$?
    cat "$said"
    if ((status == 0)) || ! grep -q '^All tests passed' "$said" || ! grep -q '^Tracer caught signal' "$said"; then
        exit "$status"
    fi
    echo "the leak check itself crashed, the $time time; the tests had passed"
done
exit "$status"
