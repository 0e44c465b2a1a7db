#pragma once

#include "runtime/pack_store/journal.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::pack_store {

/// What the records of a store come to.
struct Contents {
    Head head;
    std::vector<Record> records;     ///< oldest first
    std::vector<InstalledSet> sets;  ///< as they were installed
    /// The highest revision that was ever active, by name.
    std::map<std::string, std::uint64_t> highestActive;

    const std::optional<InstalledSet>& active() const { return head.active; }
    /// The highest installed revision of a name.
    std::optional<std::uint64_t> highestInstalled(std::string_view name) const;
    const InstalledSet* withContents(std::string_view contents) const;

    /// `NAME@REVISION`, `REVISION` where one name has it, or the first 8 or more digits of either
    /// digest. NoSuchSet, AmbiguousSet.
    Result<InstalledSet> find(std::string_view text) const;
    /// What a roll back returns to when nothing is named: the set of the active one's name and a
    /// lower revision that was active last. NothingActive, NothingBefore.
    Result<InstalledSet> before() const;

    /// Adds an act; what is wrong with it, or an empty text.
    std::string apply(const Record& record);
};

/// `parcel rules@12`.
std::string spokenSet(const InstalledSet& set);

/// Reads and checks a store without changing it or waiting for whoever does. NotAStore,
/// StoreDamaged, CannotRead.
Result<Contents> readContents(const std::string& folder);

/// An installed set, read whole and checked against its digest.
struct StoredSet {
    InstalledSet set;
    std::string path;
    std::string bytes;  ///< of that file
};

/// The set that decides now. Any process, at any time, beside one that changes the store. What is
/// returned outlasts a loss of power. NothingActive, SetDamaged, NotAStore, StoreDamaged,
/// CannotRead.
Result<StoredSet> readActive(const std::string& folder);

/// An installed set, active or not, as Contents::find takes it. NoSuchSet, AmbiguousSet, and as
/// readActive.
Result<StoredSet> readSet(const std::string& folder, std::string_view text);

/// The path of the active set. As readActive.
Result<std::string> activePath(const std::string& folder);

/// The file that is replaced whenever the store changes: watch it, then ask readActive.
std::string watchedFile(const std::string& folder);

/// Whether a folder is a pack store, at a glance.
bool isPackStore(const std::string& folder);

}  // namespace proviso::pack_store
