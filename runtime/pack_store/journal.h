#pragma once

#include "runtime/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The two files that say what a pack store holds. `journal` has a line for every act, each with a
/// digest over itself and everything before it. `active` says how far the journal counts and which
/// set is active; it is replaced whole, and what it does not say did not happen.
namespace proviso::pack_store {

/// What a pack set says of itself.
struct SetIdentity {
    std::string name;
    std::uint64_t revision = 0;  ///< of the name; the higher is the later
    std::string digest;          ///< by which decisions and people name the set
    bool operator==(const SetIdentity&) const = default;
};

struct InstalledSet {
    SetIdentity identity;
    std::string contents;    ///< sha256 of the file's bytes, `sha256:` and 64 digits
    std::uint64_t size = 0;  ///< bytes
    bool operator==(const InstalledSet&) const = default;
};

enum class Act : std::uint8_t {
    Install,
    Activate,
    RollBack,
};

/// `install`, `activate`, `rollback`.
std::string_view wordOf(Act act);

/// Who acted, why, and when, as the caller says it. No control characters, none empty, each at most
/// kMostTextBytes.
struct Note {
    std::string by;
    std::string why;
    std::string at;  ///< any text; the command gives 2025-01-31T09:30:00Z
    bool operator==(const Note&) const = default;
};

inline constexpr std::size_t kMostTextBytes = 1000;

/// Whether a text can stand in a record.
bool isFit(std::string_view text);

struct Record {
    std::uint64_t number = 0;  ///< from 1
    Act act = Act::Install;
    Note note;
    InstalledSet set;
    bool operator==(const Record&) const = default;
};

/// The chain before the first record.
std::string firstChain();

/// The line of a record, with its line break; `chain` becomes that after it.
std::string writeRecord(const Record& record, std::string& chain);

/// A line without its line break; nothing when it is not exactly what would be written after
/// `chain`.
std::optional<Record> readRecord(std::string_view line, std::string& chain);

/// What `active` says.
struct Head {
    std::uint64_t records = 0;
    std::uint64_t journalBytes = 0;
    std::string chain = firstChain();
    std::optional<InstalledSet> active;
    bool operator==(const Head&) const = default;
};

std::string writeHead(const Head& head);
/// Nothing when any byte is not as it was written.
std::optional<Head> readHead(std::string_view text);
/// Whether the text begins as that of `active` does.
bool isHead(std::string_view text);

}  // namespace proviso::pack_store
