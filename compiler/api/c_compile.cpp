#include "runtime/api/c_handles.h"

#include <algorithm>
#include <proviso/compile.h>
#include <proviso/compile.hpp>
#include <string>
#include <utility>
#include <vector>

// The C interface of the compiler.

using namespace proviso;

namespace {

CompileOptions optionsOf(const proviso_compile_options* options) {
    proviso_compile_options all;
    proviso_compile_options_init(&all);
    capi::readStruct(all, options);
    return {.runTests = all.run_tests};
}

proviso_status handOut(Result<std::shared_ptr<const PackSet>> made, proviso_pack_set** out) {
    if (!made) {
        return capi::fail(made.error());
    }
    *out = new proviso_pack_set{std::move(*made)};
    return PROVISO_OK;
}

}  // namespace

extern "C" {

void proviso_compile_options_init(proviso_compile_options* options) {
    *options = {sizeof(proviso_compile_options), CompileOptions().runTests};
}

proviso_status proviso_compile_paths(const char* const* paths,
                                     size_t count,
                                     const proviso_compile_options* options,
                                     proviso_pack_set** out) {
    if (out == nullptr || (paths == nullptr && count != 0)) {
        return capi::failArgument(capi::kNullArgument);
    }
    *out = nullptr;
    if (std::count(paths, paths + count, nullptr) != 0) {
        return capi::failArgument(capi::kNullArgument);
    }
    return capi::fenced([&] {
        const std::vector<std::string> all(paths, paths + count);
        return handOut(compilePackSet(all, optionsOf(options)), out);
    });
}

proviso_status proviso_compile_texts(const proviso_pack_text* packs,
                                     size_t count,
                                     const proviso_compile_options* options,
                                     proviso_pack_set** out) {
    if (out == nullptr || (packs == nullptr && count != 0)) {
        return capi::failArgument(capi::kNullArgument);
    }
    *out = nullptr;
    return capi::fenced([&] {
        std::vector<PackText> all;
        for (size_t index = 0; index < count; ++index) {
            if (packs[index].path == nullptr || packs[index].text == nullptr) {
                return capi::failArgument(capi::kNullArgument);
            }
            all.push_back({packs[index].path, {packs[index].text, packs[index].size}});
        }
        return handOut(compilePackTexts(all, optionsOf(options)), out);
    });
}

}  // extern "C"
