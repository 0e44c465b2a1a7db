#!/usr/bin/env bash
# The Debian packages that cpack makes: what is in which, what each needs, and that programs can be built and run with
# nothing but them. Arguments: cmake, the build folder, the source folder, cpack.
set -euo pipefail
cmake=$1 build=$2 source=$3 cpack=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$1" >&2
    exit 1
}
# Compressing is not what is tested.
"$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$work/made" -D CPACK_DEBIAN_COMPRESSION_TYPE=none >"$work/cpack.txt" 2>&1 ||
    { cat "$work/cpack.txt"; fail 'cpack fails'; }
rm -rf "$work/made/_CPack_Packages"

names=(libproviso-runtime0 libproviso-runtime-dev libproviso-compiler0 libproviso-compiler-dev proviso)
! grep -q '^PROVISO_PYTHON:BOOL=ON' "$build/CMakeCache.txt" || names+=(python3-proviso)
! grep -q '^PROVISO_JIT:BOOL=\(ON\|TRUE\|1\)' "$build/CMakeCache.txt" || names+=(proviso-jit)
[[ $(ls "$work/made" | wc -l) == "${#names[@]}" ]] || fail "other packages than there should be: $(ls "$work/made")"
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
field() { dpkg-deb --field "$work/made/$1"_*.deb "$2"; }
holds() { dpkg-deb --contents "$work/made/$1"_*.deb | awk '{print $6}' | grep -v '/$' | sort; }
for name in "${names[@]}"; do
    [[ $(field "$name" Version) == "$version" ]] || fail "$name has another version"
    [[ -n $(field "$name" Description) && -n $(field "$name" Maintainer) ]] || fail "$name does not say what it is"
    ! holds "$name" | grep -v '^\./usr/' || fail "$name puts files elsewhere (above)"
done
# No file is in two packages.
twice=$(for name in "${names[@]}"; do holds "$name"; done | sort | uniq -d)
[[ -z $twice ]] || fail "in two packages: $twice"

# The runtime: its library alone, and none of what only compiling needs.
! holds libproviso-runtime0 | grep -vE '/libproviso_runtime\.so\.[0-9.]+$' || fail 'the runtime holds more than its library (above)'
needs=$(field libproviso-runtime0 Depends)
[[ $needs == *libc6* && $needs == *libssl3* && $needs == *libsimdjson* ]] || fail "the runtime does not say what it needs: $needs"
! grep -qiE 'antlr|llvm|proviso|python|sqlite' <<<"$needs" || fail "the runtime needs too much: $needs"
needs=$(field libproviso-compiler0 Depends)
[[ $needs == *antlr* && $needs == *"libproviso-runtime0 (= $version)"* ]] || fail "the compiler does not say what it needs: $needs"
[[ $(field libproviso-runtime-dev Depends) == "libproviso-runtime0 (= $version)" ]] || fail 'the headers need more than their library'
! holds libproviso-runtime-dev | grep >/dev/null compile || fail 'the headers of the runtime bring those of the compiler'
holds libproviso-compiler-dev | grep >/dev/null 'include/proviso/compile.hpp' || fail 'the headers of the compiler are missing'
[[ $(field proviso Depends) == *libsqlite3* && $(field proviso Depends) != *libproviso* ]] || fail "the command needs: $(field proviso Depends)"
holds proviso | grep >/dev/null 'share/proviso/stdlib-rules/.*\.prv' || fail 'the command comes without the standard rules'
if [[ " ${names[*]} " == *" proviso-jit "* ]]; then
    ! holds proviso-jit | grep -v '/proviso/libproviso_jit\.so$' || fail 'the plug-in comes with more than itself (above)'
    [[ $(field proviso-jit Depends) == *libllvm* ]] || fail "the plug-in does not say what it needs: $(field proviso-jit Depends)"
fi

# The command and the rules that come with it, unpacked.
dpkg-deb --extract "$work/made"/proviso_*.deb "$work/tool"
"$work/tool/usr/bin/proviso" run --packs "$work/tool/usr/share/proviso/stdlib-rules" --visits "$source/examples/clinic/visits.ndjson" \
    --format compact --quiet >"$work/decided" || [[ $? == 1 ]]
grep -q CQ_MISSING "$work/decided" || fail 'the command that was unpacked decides otherwise'

bash "$source/tests/embedding/consumer_test.sh" "$cmake" "$build" "$source" "$work/made"
