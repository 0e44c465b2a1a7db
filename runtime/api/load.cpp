#include "runtime/api/fence.h"
#include "runtime/api/load_parts.h"
#include "runtime/api/pack_set_parts.h"
#include "runtime/pack/keys.h"

#include <proviso/load.hpp>
#include <utility>

namespace proviso {

namespace {

using MadeSet = Result<std::shared_ptr<const PackSet>>;

template <class Load>
MadeSet loadWith(const LoadOptions& options, Load load) noexcept {
    return api::fenced([&]() -> MadeSet {
        const Result<pack::Trust> trust = api::trustOf(options);
        if (!trust) {
            return trust.error();
        }
        Result<std::shared_ptr<const pack::PackSet>> loaded = load(*trust);
        if (!loaded) {
            return loaded.error();
        }
        return api::madeFrom(std::move(*loaded));
    });
}

}  // namespace

namespace api {

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

pack_place::Place placeNamed(const std::string& path) {
    const auto place = pack_place::placeOf(path);
    return place ? *place : pack_place::Place{path, false, {}};
}

MadeSet madeFrom(std::shared_ptr<const pack::PackSet> loaded) {
    return makePackSet(loaded->program, !loaded->isUnsigned, loaded);
}

}  // namespace api

MadeSet loadPackSetFile(const std::string& path, const LoadOptions& options) noexcept {
    return loadWith(options, [&](const pack::Trust& trust) {
        return pack_place::load(api::placeNamed(path), trust);
    });
}

MadeSet loadPackSet(std::string_view bytes, const LoadOptions& options) noexcept {
    return loadWith(options,
                    [&](const pack::Trust& trust) { return pack::loadPackSet(bytes, trust); });
}

}  // namespace proviso
