#!/usr/bin/env bash
# check, test, fmt, build, help, version: what is done with packs alone.
source "$(dirname "$0")/lib.sh"
packs=$(dirname "$0")/packs

# ---- usage
expect 2 "no command"
err_has "check"
out_empty "usage belongs to stderr"
expect 0 "--help" --help
out_has "explain"
expect 2 "unknown command" chek
err_has "did you mean \`check\`?"
expect 2 "unknown option" check --frobnicate
err_has "frobnicate"
expect 0 "version" version
out_has "proviso "
expect 0 "--version" --version
out_has "proviso "
expect 0 "help" help
out_has "Usage: proviso [OPTIONS] [SUBCOMMAND]"
expect 0 "--help of a command" run --help
out_has "Usage: proviso run"
expect 0 "help for a command" help run
out_has "--visits"
expect 0 "help for a code" help e0201
out_has "E0201"
expect 0 "help for a code of a decision" help E1002
out_has "division by zero"
expect 0 "help codes" help codes
out_has "E0102"
expect 2 "help for no code" help E0210x
err_has "did you mean"

# ---- check
expect 2 "check without packs" check
err_has "--packs"
expect 0 "check" check "$packs"
err_has "1 pack"
expect 0 "check --packs" check --packs "$packs/orders.prv"
expect 2 "check of a missing file" check "$packs/none.prv"
out_has "there is no such file"
mkdir "$work/empty"
expect 2 "check of a folder without packs" check "$work/empty"
printf 'pack broken\n  version "1"\nend\nrule x\n' >"$work/broken.prv"
expect 2 "check of a broken pack" check "$work/broken.prv"
out_has "broken.prv:"
out_lacks $'\e['
expect 2 "colour on request" --color always check "$work/broken.prv"
out_has $'\e['
expect 2 "no colour on request" check "$work/broken.prv" --color never
out_lacks $'\e['
expect 2 "check, one line a message" check --format compact "$work/broken.prv"
out_has "broken.prv:4:"
expect 2 "check as JSON" check --format json "$work/broken.prv"
out_has '"diagnostics"'
expect 2 "check as SARIF" check --format sarif "$work/broken.prv"
out_has '"2.1.0"'
expect 2 "unknown format" check --format yaml "$packs"
mkfifo "$work/pipe.prv"
expect 2 "a pipe is no pack" check "$work/pipe.prv"
out_has "not a regular file"
head -c 2000000 /dev/zero >"$work/large.prv"
expect 2 "a pack beyond the limit" check "$work/large.prv"
out_has "larger than"

# ---- test
expect 0 "test" test "$packs"
err_has "4 tests, all passed"
expect 0 "test --coverage" test --coverage "$packs"
out_has "all packs         3/4 75%  4/4 100%  2/2 100%"
sed 's/expect limit of o1 is \$100/expect limit of o1 is $101/' "$packs/orders.prv" >"$work/orders.prv"
expect 1 "a test that fails" test "$work/orders.prv"
out_has "FAILED"
out_has "expected  expect limit of o1 is \$101"
out_has "decided   100"
err_has "1 failed"
expect 1 "failed test as JUnit" test --format junit "$work/orders.prv"
out_has '<testsuites tests="4" failures="1">'
expect 1 "failed test as JSON" test --format json "$work/orders.prv"
out_has '"passed": false'
expect 0 "filtered tests" test --filter "must be known" "$work/orders.prv"
expect 2 "no such test" test --filter nothing "$work/orders.prv"
expect 2 "test of a broken pack" test "$work/broken.prv"
out_empty "messages about packs belong to stderr"
err_has "broken.prv:"

failing=$(dirname "$0")/failing
expect 1 "expectations that do not hold" test --filter orders.failing --format json "$packs" "$failing"
err_has "$(grep -c '^test ' "$failing/expectations.prv") failed"
out_lacks '"passed": true'

# ---- fmt
expect 0 "the pack is formatted" fmt --check "$packs"
sed 's/^  version/     version/' "$packs/orders.prv" >"$work/orders.prv"
expect 1 "fmt --check" fmt --check "$work/orders.prv"
out_has "orders.prv"
expect 0 "fmt" fmt "$work/orders.prv"
cmp -s "$work/orders.prv" "$packs/orders.prv" || fail "fmt does not restore the pack"
expect 0 "fmt twice" fmt --check "$work/orders.prv"
cp "$packs/orders.prv" "$work/in"
expect 0 "fmt of stdin" fmt -
cmp -s "$work/out" "$packs/orders.prv" || fail "fmt - changes a formatted pack"
expect 2 "fmt of a broken pack" fmt "$work/broken.prv"

# ---- build
expect 0 "build" build "$packs"
out_has "sha256:"
expect 0 "build --dump" build --dump "$packs"
out_has "heavy_fast"
expect 0 "build -o" build "$packs" -o "$work/set.proviso"
[[ -s $work/set.proviso ]] || fail "build -o writes no file"
expect 2 "build --sign without a file" build "$packs" --sign "$work/none.key"
err_has "--output"

finish
