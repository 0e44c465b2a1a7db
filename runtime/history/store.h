#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/schema.h"
#include "runtime/history/database.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Records that were handed in, with everything decided about them, in one file. Every version of a
/// record is kept, so that a later day can ask what was known on an earlier one.
namespace proviso::history {

/// Says what a file is, and in which form: `PRAGMA application_id`, `PRAGMA user_version`.
inline constexpr std::int64_t kApplicationId = 0x50525653;
inline constexpr std::int64_t kStoreVersion = 2;

/// One record or rejected line as it was handed in.
struct StoredLine {
    std::string text;
    std::string source;
    std::uint64_t number = 0;
};

/// What counts for one key.
struct Standing {
    std::optional<StoredLine> record;    ///< nothing: void, unknown then, or in conflict
    std::vector<StoredLine> inConflict;  ///< lines of one version that say different things
};

/// A version of a record, or a line that was rejected.
struct NewVersion {
    std::string key;
    std::string version;  ///< bytes that compare as versions do
    std::string digest;   ///< of what the record says
    std::optional<std::int64_t> knownOn;
    bool isVoid = false;
    StoredLine line;
};
struct NewHole {
    std::optional<std::string> key;
    std::optional<std::int64_t> knownOn;
    StoredLine line;
};

enum class Added : std::uint8_t {
    New,
    Known,    ///< the same was handed in before
    Conflict  ///< the version is there and says something else
};

/// Not thread-safe.
class Store {
  public:
    struct Options {
        bool readOnly = false;
        bool temporary = false;  ///< for one run; nothing of it survives a crash
        std::int64_t cacheBytes = std::int64_t{64} << 20U;
    };

    /// Opens the store at `path`, or makes one. Errors: Malformed (no store, damaged),
    /// UnsupportedVersion (made by a later version), DigestMismatch (for other records),
    /// Conflict (in use), CannotRead, CannotWrite. A store of a former version is brought to this
    /// one.
    static Result<std::unique_ptr<Store>>
    open(const std::string& path, const Schema& schema, const Options& options);

    Database& database() { return database_; }

    // ---- what was handed in. All of this throws StoreFailure.

    /// Everything added until the next call belongs to one feed, numbered upwards.
    std::int64_t beginFeed();
    std::int64_t lastFeed();

    /// `other`, of a conflict: a line that says something else.
    Added add(const NewVersion& version, StoredLine* other);
    Added add(const NewHole& hole);

    void begin() { database_.execute("BEGIN IMMEDIATE"); }
    void commit() { database_.execute("COMMIT"); }
    void rollBack() noexcept { database_.rollBack(); }

    std::string keyText(std::int64_t key);
    std::optional<std::int64_t> findKey(std::string_view key);
    /// Every line that was kept, rejected ones too, each once.
    void forEachLine(const std::function<void(StoredLine&&)>& take);
    Standing standing(std::int64_t key, std::optional<std::int64_t> asOf);
    /// Records with versions that came after the feed.
    std::vector<std::int64_t> touchedAfter(std::int64_t feed);
    std::vector<std::int64_t> allKeys();
    /// Keys for which several versions say different things.
    std::vector<std::int64_t> keysInConflict();

    /// Rejected lines that hide something: no record with their key was known. With `after`, those
    /// alone that came after that feed, or whose key did.
    std::vector<StoredLine> openHoles(std::optional<std::int64_t> asOf);
    std::vector<StoredLine> holesChangedAfter(std::int64_t feed);

  private:
    Store(const std::string& path, Database::Access access, const Options& options);
    void prepareSchema(const Schema& schema, bool readOnly);
    void migrate(std::int64_t from);

    Database database_;
    std::int64_t feed_ = 0;
    struct Statements;
    std::shared_ptr<Statements> statements_;
};

/// Names the fields and lists of the entry record: stores are for one.
std::string schemaDigest(const Schema& schema);

}  // namespace proviso::history
