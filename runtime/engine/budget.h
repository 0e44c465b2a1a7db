#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/sets.h"
#include "runtime/engine/stage.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace proviso::engine {

/// What rules cost over all records of a run. The price of a rule in a set of records is a sum over
/// row spaces, weight by rows, that the bytecode states: over the spaces of the set's class and
/// those of no class, for each class that the rule's spaces are of; for a rule of no class each
/// record is a set. It does not depend on what the rows say, so that every engine counts the same.
class Budget {
  public:
    /// `plan` must outlive the budget.
    Budget(const Plan& plan, std::uint32_t records);

    /// Who is in which set of a class (Plan::classes). Call for each class before `count`.
    void bringTogether(std::uint32_t partitionClass, SharedSets sets);

    /// The rows of a space, by record; what was counted before is added to.
    void count(std::uint32_t space, std::vector<std::uint32_t> rows);
    void count(std::uint32_t space, std::uint32_t record, std::uint32_t rows);
    /// The same of a list, of all records at once: `numbers` are those that they have in the store.
    /// Nothing is copied; both must outlive the budget.
    void countList(std::uint32_t space,
                   const RecordStore& store,
                   std::span<const std::uint32_t> numbers);

    /// By rule, by record. Empty: every rule stays within.
    OverBudget over(std::int64_t budget) const;

    /// All rules together, for records from `first` on: of each, the most that one of its sets with
    /// the record costs.
    void spentBeside(std::uint32_t first, std::span<std::int64_t> spent) const;

  private:
    /// Of one space, by record: counted, or those of a list in a store. None: no record has any.
    struct Rows {
        std::vector<std::uint32_t> counted;
        const RecordStore* store = nullptr;
        std::uint32_t list = 0;
        std::span<const std::uint32_t> numbers;  ///< in the store

        bool areNone() const { return counted.empty() && store == nullptr; }
        /// Calls `with` once, with what gives the rows of a record; not if there are none.
        template <class With>
        void visit(With with) const {
            if (store != nullptr) {
                with([this](std::size_t record) {
                    const auto [first, end] = store->rowsOf(list, numbers[record]);
                    return end - first;
                });
            } else if (!counted.empty()) {
                with([this](std::size_t record) { return counted[record]; });
            }
        }
        std::int64_t of(std::size_t record) const;
    };
    void addToSets(std::uint32_t space, const Rows& rows);

    /// The most rows of a space that any record or set has.
    struct Most {
        std::vector<std::int64_t> perRecord;            ///< by space
        std::vector<std::vector<std::int64_t>> perSet;  ///< by class, space
    };
    Most mostRows() const;
    /// Whether no set can be over, even if one had the most of everything: so one look is enough
    /// for nearly all rules.
    static bool isWithin(const Price& price, std::int64_t budget, const Most& most);
    std::int64_t cost(const Price& price, std::uint32_t set) const;
    std::uint32_t setOf(const Price& price, std::uint32_t record) const;

    const Prices& prices_;
    std::uint32_t records_ = 0;
    std::vector<SharedSets> sets_;         ///< by class
    std::vector<std::uint8_t> isWeighed_;  ///< by space: what a record's rows cost
    std::vector<Rows> perRecord_;          ///< by space
    std::vector<std::vector<std::vector<std::int64_t>>> perSet_;  ///< by class, space, set
};

/// The same of a record that is decided alone, and so is each of its sets, by the rows of each
/// space. Nothing where some rule may be over the budget: which one, a Budget tells.
std::optional<std::int64_t>
spentAlone(const Prices& prices, const std::vector<std::uint32_t>& rows, std::int64_t budget);

/// Of some records only, in their order; a rule of which none is over has no list.
OverBudget overOf(const OverBudget& all, std::span<const std::uint32_t> records);

}  // namespace proviso::engine
