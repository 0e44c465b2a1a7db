#include "runtime/pack_place/pack_place.h"

#include "runtime/pack/refusal.h"
#include "runtime/pack_store/contents.h"

#include <filesystem>
#include <utility>

namespace proviso::pack_place {

namespace {

using Loaded = Result<std::shared_ptr<const pack::PackSet>>;

bool isFileOfOne(const std::string& path) {
    std::error_code ignored;
    return path.ends_with(".proviso") ? !std::filesystem::is_directory(path, ignored)
                                      : pack::isPackSetFile(path);
}

Loaded loadFromStore(const Place& place, const pack::Trust& trust) {
    const Result<pack_store::StoredSet> stored = place.set.empty()
                                                     ? pack_store::readActive(place.path)
                                                     : pack_store::readSet(place.path, place.set);
    if (!stored) {
        return stored.error();
    }
    Loaded loaded = pack::loadPackSet(stored->bytes, trust);
    if (!loaded) {
        return Error{loaded.error().code, loaded.error().message, stored->path};
    }
    return loaded;
}

}  // namespace

std::optional<Place> placeOf(const std::string& path) {
    if (isFileOfOne(path)) {
        return Place{path, false, {}};
    }
    if (pack_store::isPackStore(path)) {
        return Place{path, true, {}};
    }
    const std::size_t colon = path.rfind(':');
    std::error_code ignored;
    if (colon == std::string::npos || colon + 1 == path.size() ||
        std::filesystem::exists(path, ignored)) {
        return std::nullopt;
    }
    const std::string store = path.substr(0, colon);
    return pack_store::isPackStore(store)
               ? std::optional<Place>({store, true, path.substr(colon + 1)})
               : std::nullopt;
}

Loaded load(const Place& place, const pack::Trust& trust, const pack::PackSet* inUse) {
    if (place.isStore) {
        return loadFromStore(place, trust);
    }
    Loaded loaded = pack::readPackSetFile(place.path, trust);
    if (loaded && inUse != nullptr && (*loaded)->manifest.name == inUse->manifest.name &&
        (*loaded)->manifest.revision < inUse->manifest.revision) {
        return pack::refuse(pack::Refusal::OlderRevision,
                            "it is revision " + std::to_string((*loaded)->manifest.revision) +
                                ", and " + std::to_string(inUse->manifest.revision) +
                                " is in use; a pack store can go back",
                            place.path);
    }
    return loaded;
}

std::string watchedFile(const Place& place) {
    return place.isStore ? pack_store::watchedFile(place.path) : place.path;
}

bool isSame(const pack::PackSet& one, const pack::PackSet& other) {
    return one.digest == other.digest && one.isUnsigned == other.isUnsigned;
}

}  // namespace proviso::pack_place
