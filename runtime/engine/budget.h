#pragma once

#include "runtime/engine/places.h"

#include <cstdint>
#include <vector>

namespace proviso::engine {

/// What the rules of one block cost. The price of a rule is a sum over row spaces, weight by rows,
/// that the bytecode states; it does not depend on what the rows say, so that every engine counts
/// the same.
class Budget {
  public:
    explicit Budget(const Places& places);

    /// All rules together, for the records that are decided together with this one.
    std::int64_t spentBeside(std::uint32_t record) const { return totals_[partitions_[0][record]]; }

    /// By rule, the rows of its root (rootOf) that ask more than `budget` of it; rules that stay
    /// within have none. Empty: all do.
    std::vector<std::vector<std::uint8_t>> over(std::int64_t budget) const;

  private:
    void partition(std::uint32_t space);

    const Places& places_;
    std::uint32_t groups_ = 0;
    std::vector<std::vector<std::uint32_t>>
        partitions_;  ///< by space, by row: which records decided together
    std::vector<std::vector<std::int64_t>> counts_;  ///< by space, by partition: rows
    std::vector<std::int64_t> totals_;               ///< by partition
};

}  // namespace proviso::engine
