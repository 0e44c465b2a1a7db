# Helpers for the scripts here. $1 is the command to test.
set -uo pipefail

command=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset NO_COLOR
export XDG_CACHE_HOME=$work/cache # what is kept between runs stays here
failed=0

fail() {
    echo "FAILED: $1" >&2
    [[ -s $work/out ]] && sed 's/^/  out: /' "$work/out" >&2
    [[ -s $work/err ]] && sed 's/^/  err: /' "$work/err" >&2
    failed=1
}

# expect <exit code> <what> <argument>...: runs the command, stdin from $work/in if it is there.
expect() {
    local wanted=$1 what=$2 code
    shift 2
    if [[ -f $work/in ]]; then
        "$command" "$@" <"$work/in" >"$work/out" 2>"$work/err"
    else
        "$command" "$@" </dev/null >"$work/out" 2>"$work/err"
    fi
    code=$?
    rm -f "$work/in"
    ((code == wanted)) || fail "$what: exit code $code, not $wanted"
}

out_has() { grep -qF -- "$1" "$work/out" || fail "stdout lacks: $1"; }
out_lacks() { ! grep -qF -- "$1" "$work/out" || fail "stdout has: $1"; }
err_has() { grep -qF -- "$1" "$work/err" || fail "stderr lacks: $1"; }
err_lacks() { ! grep -qF -- "$1" "$work/err" || fail "stderr has: $1"; }
out_empty() { [[ ! -s $work/out ]] || fail "stdout is not empty: $1"; }
err_empty() { [[ ! -s $work/err ]] || fail "stderr is not empty: $1"; }
out_lines() { [[ $(wc -l <"$work/out") == "$1" ]] || fail "stdout has not $1 lines"; }

# begin <argument>...: a session of run --watch over $packs that reads what is written to 7.
begin() {
    rm -f "$work/pipe"
    mkfifo "$work/pipe"
    "$command" run --watch --packs "$packs" "$@" <"$work/pipe" >"$work/out" 2>"$work/err" &
    session=$!
    exec 7>"$work/pipe"
}
# end <exit code> <what>
end() {
    exec 7>&-
    wait "$session"
    local code=$?
    ((code == $1)) || fail "$2: exit code $code, not $1"
}
# until_in <file> <count> <text>: waits for that many lines.
until_in() {
    for _ in $(seq 400); do
        (($(grep -cF -- "$3" "$work/$1") >= $2)) && return
        sleep 0.05
    done
    fail "waited in vain for $2 times: $3"
}

finish() { exit $failed; }
