#!/usr/bin/env bash
# Other people's programs: the runtime by itself, then everything, installed into a folder and built against in C, in
# C++ and by CMake, and imported in Python. Arguments: cmake, the build folder, the source folder, and where Debian packages
# are to be unpacked instead of installing, their folder.
set -euo pipefail
cmake=$1 build=$2 source=$3 packages=${4:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$1" >&2
    exit 1
}
declare -A package_of=([runtime]=libproviso-runtime0 [runtime_dev]=libproviso-runtime-dev [compiler]=libproviso-compiler0
    [compiler_dev]=libproviso-compiler-dev [python]=python3-proviso)
install_parts() {
    local prefix=$1 part
    shift
    for part in "$@"; do
        if [[ -n $packages ]]; then
            dpkg-deb --extract "$packages/${package_of[$part]}"_*.deb "$work/unpacked"
            mkdir -p "$prefix"
            cp -a "$work/unpacked/usr/." "$prefix"
            rm -r "$work/unpacked"
            continue
        fi
        "$cmake" --install "$build" --prefix "$prefix" --component "$part" >"$work/install.txt" ||
            { cat "$work/install.txt"; fail "cannot install $part"; }
    done
}

# ---- the runtime alone
install_parts "$work/runtime" runtime runtime_dev
[[ ! -e $work/runtime/include/proviso/compile.hpp ]] || fail 'the runtime brings the compiler'
library=$(find "$work/runtime" -name 'libproviso_runtime.so.0')
[[ -L $library ]] || fail 'there is no versioned library'
! ldd "$library" | grep -iE 'antlr|LLVM|not found|libproviso_compiler' || fail 'the runtime needs more than it should (above)'
readelf -d "$library" | grep -q 'SONAME.*libproviso_runtime.so.0' || fail 'the library has no soname'
strangers=$(nm -DC --defined-only "$library" | cut -d' ' -f3- | grep -vE '^(proviso_|proviso::|PROVISO_0|typeinfo( name)? for proviso::|vtable for proviso::)' || true)
[[ -z $strangers ]] || fail "the library shows what is not ours: $strangers"
! nm -DC --defined-only "$library" | grep -E 'bytecode::(verify|print)|Interpreter|decideRecords' ||
    fail 'the library shows its inside (above)'
# Each public header stands by itself, without the source tree.
for header in "$work"/runtime/include/proviso/*.hpp; do
    echo "#include <proviso/$(basename "$header")>" >"$work/one.cpp"
    c++ -std=c++20 -Wall -Wextra -Wpedantic -Werror -I"$work/runtime/include" -fsyntax-only "$work/one.cpp"
done
for header in "$work"/runtime/include/proviso/*.h; do
    printf '#include <proviso/%s>\nint unused;\n' "$(basename "$header")" >"$work/one.c"
    cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$work/runtime/include" -fsyntax-only "$work/one.c"
done
mkdir "$work/lone"
cat >"$work/lone/main.cpp" <<'END'
#include <iostream>
#include <proviso/proviso.hpp>
int main() {
    const proviso::Engine engine;
    auto session = proviso::Session::open(engine);
    std::cout << session->decideOne("{}").error().message << '\n';
}
END
cat >"$work/lone/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(lone LANGUAGES CXX)
find_package(Proviso 0.1 REQUIRED COMPONENTS runtime)
find_package(Proviso QUIET COMPONENTS compiler)
if(TARGET Proviso::compiler)
  message(FATAL_ERROR "the compiler is not installed")
endif()
add_executable(lone main.cpp)
target_link_libraries(lone PRIVATE Proviso::runtime)
END
configure() {
    "$cmake" -S "$1" -B "$1/build" -DCMAKE_PREFIX_PATH="$2" >"$work/configure.txt" 2>&1 &&
        "$cmake" --build "$1/build" >>"$work/configure.txt" 2>&1 ||
        { cat "$work/configure.txt"; fail "cannot build $1"; }
}
configure "$work/lone" "$work/runtime"
"$work/lone/build/lone" | grep -qx 'no pack set was published' || fail 'the program over the runtime alone does not work'

# ---- everything, moved after it was installed
parts=(runtime runtime_dev compiler compiler_dev)
python=
! grep -q '^PROVISO_PYTHON:BOOL=ON' "$build/CMakeCache.txt" ||
    python=$(sed -n 's/^Python_EXECUTABLE:FILEPATH=//p' "$build/CMakeCache.txt")
[[ -z $python ]] || parts+=(python)
install_parts "$work/first" "${parts[@]}"
mv "$work/first" "$work/all"
libraries=$(dirname "$(find "$work/all" -name 'libproviso_runtime.so')")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries
read -ra flags <<<"$(pkg-config --cflags --libs proviso-compiler)"

cc -std=c11 -Wall -Wextra -Wpedantic -Werror "$source/examples/embed_c/main.c" "${flags[@]}" -o "$work/embed_c"
"$work/embed_c" "$source/examples/first_pack" | grep -q '^because: worth' || fail 'embed_c says something else'

c++ -std=c++20 -Wall -Wextra -Wpedantic -Werror "$source/examples/embed_cpp/main.cpp" "${flags[@]}" -o "$work/embed_cpp"
"$work/embed_cpp" "$source/examples/first_pack" "$source/examples/first_pack/parcels.ndjson" |
    grep -q '^A-1 CUSTOMS_LABEL_MISSING' || fail 'embed_cpp says something else'

cp -r "$source/examples/embed_cpp" "$work/project"
configure "$work/project" "$work/all"
"$work/project/build/embed_cpp" "$source/examples/first_pack" "$source/examples/first_pack/parcels.ndjson" |
    grep -q '^A-1 CUSTOMS_LABEL_MISSING' || fail 'the CMake project says something else'
if [[ -n $python ]]; then
    module=$(find "$work/all" -name '_proviso*.so')
    # An interpreter that knows nothing but where the package is.
    env -i PATH=/usr/bin:/bin PYTHONPATH="$(dirname "$(dirname "$module")")" "$python" -B \
        "$source/examples/embed_python/decide.py" "$source/examples/first_pack" >"$work/python.txt"
    grep -q 'CUSTOMS_LABEL_MISSING' "$work/python.txt" || fail 'the Python package says something else'
    [[ $(env -i PYTHONPATH="$(dirname "$(dirname "$module")")" "$python" -B -c 'import proviso; print(proviso.__file__)') == "$work"/all/* ]] ||
        fail 'another Python package was imported'
fi
echo 'installed and built against in C, C++ and CMake'
