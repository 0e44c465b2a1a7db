#pragma once

#include "runtime/engine/plan.h"
#include "runtime/engine/stage.h"
#include "runtime/history/kept_decisions.h"
#include "runtime/history/stage_records.h"

#include <cstdint>
#include <set>
#include <vector>

namespace proviso::history {

/// Which rules ask more than the budget of which records. Throws StoreFailure.
class OverBudgetKeys {
  public:
    void clear() { keys_.clear(); }
    bool empty() const { return keys_.empty(); }

    /// Counts what rules cost in the sets of these records, which are whole. Whether one costs too
    /// much.
    bool find(const engine::Plan& plan,
              const StageReader& reader,
              KeptDecisions& kept,
              const Keys& keys,
              std::int64_t budget);

    /// Of some records, as stages are given it.
    engine::OverBudget of(const Keys& keys) const;

  private:
    std::vector<std::set<std::int64_t>> keys_;  ///< by rule; empty: none costs too much
};

/// What is in the store cannot be.
Error damagedStore();

}  // namespace proviso::history
