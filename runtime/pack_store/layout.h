#pragma once

#include "runtime/base/result.h"
#include "runtime/pack_store/journal.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where the files of a pack store lie, and how they are read.
namespace proviso::pack_store {

inline constexpr std::string_view kHeadName = "active";
inline constexpr std::string_view kJournalName = "journal";
inline constexpr std::string_view kLockName = "lock";
inline constexpr std::string_view kSetsName = "sets";
/// Ends the name of a file that is being written.
inline constexpr std::string_view kUnfinished = ".new";

std::string headPath(const std::string& folder);
std::string journalPath(const std::string& folder);
std::string lockPath(const std::string& folder);
std::string setsPath(const std::string& folder);
/// `sets/0a1b....provisoset`.
std::string setPath(const std::string& folder, std::string_view contents);

/// `sha256:...` of the set whose file has this name; nothing for other names.
std::optional<std::string> contentsOfName(std::string_view name);

/// The bytes of a regular file. NotFound, CannotRead.
Result<std::string> readFile(const std::string& path);
/// The names in a folder. NotFound, CannotRead.
Result<std::vector<std::string>> namesIn(const std::string& folder);

/// NotAStore where there is no `active`, StoreDamaged, CannotRead.
Result<Head> loadHead(const std::string& folder);

/// The bytes of an installed set, checked. SetDamaged, CannotRead.
Result<std::string> loadSet(const std::string& folder, const InstalledSet& set);

}  // namespace proviso::pack_store
