# Helpers for the scripts here. $1 is the command to test; LONG makes them long.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    echo "FAILED: $1" >&2
    [[ -s $work/err ]] && head -20 "$work/err" >&2
    failed=1
}

# decide <argument>...: decisions in $work/out, messages in $work/err; a mistake of the program ends everything.
decide() {
    "$command" run --packs "$packs" --quiet --format ndjson "$@" >"$work/out" 2>"$work/err"
    local code=$?
    if ((code > 2)); then
        echo "FAILED: exit code $code of: run $*" >&2
        cat "$work/err" >&2
        exit 1
    fi
    return 0
}

same() { cmp -s "$work/$1" "$work/$2" || fail "$3: $(diff "$work/$1" "$work/$2" | head -c 800)"; }

finish() { exit $failed; }
