#pragma once

#include "runtime/engine/evaluate.h"
#include "runtime/history/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a store keeps of what was decided under one pack set, one day of knowledge and one budget:
/// who was together with whom, and what each stage found of each record. SQL stands here, and what
/// it means in decide.cpp. Throws StoreFailure. One thread at a time.
namespace proviso::history {

/// What brings records together, as bytes.
using Together = std::string;
using Keys = std::vector<std::int64_t>;

/// What one stage found about one record, as it is kept.
struct KeptPart {
    std::string part;
    std::string carried;
    std::string counts;

    bool operator==(const KeptPart&) const = default;
};

class KeptDecisions {
  public:
    explicit KeptDecisions(Store& store);

    /// Finds what there is, or begins anew. What other pack sets decided is forgotten.
    void open(std::string_view packSet, const DecideOptions& options);
    /// All is decided up to a feed.
    void finish(std::int64_t feed, bool overBudget);
    /// Forgets who was decided and what was found.
    void clear() { clear(context_); }

    std::int64_t context() const { return context_; }
    /// The feed up to which all was decided.
    std::int64_t feed() const { return feed_; }
    bool isComplete() const { return isComplete_; }
    bool wasOverBudget() const { return wasOverBudget_; }

    // ---- who is together with whom, by number of the keys that bring together
    std::optional<Together> togetherOf(std::size_t by, std::int64_t key);
    void putTogether(std::size_t by, std::int64_t key, const Together& together);
    void drop(std::size_t by, std::int64_t key);
    Keys members(std::size_t by, const Together& together);
    /// All records, set by set.
    std::vector<Keys> sets(std::size_t by);
    /// All records, ascending.
    Keys all();
    std::uint64_t count();

    // ---- what stages found
    std::optional<KeptPart> part(std::size_t stage, std::int64_t key);
    std::optional<std::string> counts(std::size_t stage, std::int64_t key);
    void put(std::size_t stage, std::int64_t key, const KeptPart& part);
    void dropPart(std::size_t stage, std::int64_t key);

  private:
    struct Statements {
        explicit Statements(Database& database);

        Statement membersOf;
        Statement togetherOf;
        Statement putMember;
        Statement dropMember;
        Statement part;
        Statement counts;
        Statement putPart;
        Statement dropPart;
    };

    void clear(std::int64_t context);
    /// What a statement finds of a record, by keys that bring together or by stage.
    std::optional<std::string> bytes(Statement& find, std::size_t of, std::int64_t key) const;

    Database& database_;
    Statements statements_;
    std::int64_t context_ = 0;
    std::int64_t feed_ = 0;
    bool isComplete_ = false;
    bool wasOverBudget_ = false;
};

}  // namespace proviso::history
