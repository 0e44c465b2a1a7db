#!/usr/bin/env bash
# What may include what: the runtime knows nothing of the compiler, and ANTLR stays inside compiler/parser.
set -euo pipefail
shopt -s extglob
cd "$(dirname "$0")/../.."

status=0
# forbid <why> <pattern> <folder>...
forbid() {
    local why=$1 pattern=$2
    shift 2
    if grep --recursive --line-number --extended-regexp --include='*.h' --include='*.cpp' --include='*.def' \
        "$pattern" "$@"; then
        echo "$why (above)" >&2
        status=1
    fi
}

others=()
for folder in compiler/*/; do
    [[ $folder == compiler/parser/ ]] || others+=("$folder")
done

forbid 'the runtime includes the compiler' '#include "(compiler|grammar|tools|tests)/' runtime
forbid 'the compiler includes tools or tests' '#include "(tools|tests)/' compiler
forbid 'ANTLR outside compiler/parser' '#include [<"](antlr4-runtime|ProvisoLexer|ProvisoParser)' \
    runtime tools "${others[@]}"
forbid 'ANTLR in a header' '#include [<"](antlr4-runtime|ProvisoLexer|ProvisoParser)' \
    $(find compiler/parser -name '*.h')
forbid 'LLVM outside its plug-in' '#include [<"]llvm' runtime/!(jit) runtime/jit/*.h runtime/jit/*.cpp compiler tools
exit $status
