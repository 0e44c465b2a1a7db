#pragma once

#include "runtime/base/result.h"
#include "runtime/pack/pack_set.h"

#include <memory>
#include <optional>
#include <string>

/// Where pack sets lie that were compiled before: a file, or a pack store and which of its sets.
namespace proviso::pack_place {

struct Place {
    std::string path;  ///< of the file, or the folder of the store
    bool isStore = false;
    std::string
        set;  ///< of the store, as pack_store::Contents::find takes it; empty: the active one
};

/// What a path means: a file by its first bytes or its ending `.proviso`, the folder of a store, or
/// `STORE:SET`. Nothing for texts of packs, folders of them and what is not there.
std::optional<Place> placeOf(const std::string& path);

/// The set that lies there now. Refusals, problems of pack stores, CannotRead, LimitExceeded. A
/// file that takes the place of one `inUse` may not be an older revision of it; a store says itself
/// when one goes back.
Result<std::shared_ptr<const pack::PackSet>>
load(const Place& place, const pack::Trust& trust, const pack::PackSet* inUse = nullptr);

/// The file that changes when another set lies there.
std::string watchedFile(const Place& place);

/// Whether both are of the same bytes, trusted alike.
bool isSame(const pack::PackSet& one, const pack::PackSet& other);

}  // namespace proviso::pack_place
