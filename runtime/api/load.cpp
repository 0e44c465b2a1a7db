#include "runtime/api/fence.h"
#include "runtime/api/pack_set_parts.h"
#include "runtime/pack/keys.h"
#include "runtime/pack/pack_set.h"

#include <proviso/load.hpp>
#include <utility>

namespace proviso {

namespace {

using MadeSet = Result<std::shared_ptr<const PackSet>>;

Result<pack::Trust> trustOf(const LoadOptions& options) {
    pack::Trust trust;
    trust.allowUnsigned = options.allowUnsigned;
    trust.atLeastRevision = options.atLeastRevision;
    if (!options.keys.empty()) {
        auto keys = pack::readTrustedKeys(options.keys);
        if (!keys) {
            return std::move(keys).error();
        }
        trust.keys = std::move(*keys);
    }
    return trust;
}

template <class Load>
MadeSet loadWith(const LoadOptions& options, Load load) noexcept {
    return api::fenced([&]() -> MadeSet {
        const Result<pack::Trust> trust = trustOf(options);
        if (!trust) {
            return trust.error();
        }
        const Result<std::shared_ptr<const pack::PackSet>> loaded = load(*trust);
        if (!loaded) {
            return loaded.error();
        }
        return makePackSet((*loaded)->program, !(*loaded)->isUnsigned);
    });
}

}  // namespace

MadeSet loadPackSetFile(const std::string& path, const LoadOptions& options) noexcept {
    return loadWith(options,
                    [&](const pack::Trust& trust) { return pack::readPackSetFile(path, trust); });
}

MadeSet loadPackSet(std::string_view bytes, const LoadOptions& options) noexcept {
    return loadWith(options,
                    [&](const pack::Trust& trust) { return pack::loadPackSet(bytes, trust); });
}

}  // namespace proviso
