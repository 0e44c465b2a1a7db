#pragma once

#include "runtime/bytecode/program.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

/// What rules cost, as the bytecode states it: by row of each space. The same for all runs of a
/// program.
namespace proviso::engine {

/// Weight by space, as bytecode::RuleInfo::weights.
using Weights = std::vector<std::pair<std::uint32_t, std::int64_t>>;

/// What rules of the same classes cost in sets of one class.
struct Price {
    std::uint32_t partitionClass = bytecode::kNone;  ///< kNone: each record is a set
    Weights weights;
};

struct Prices {
    std::vector<std::vector<Price>> byRule;
    /// Rules of one class, or none, summed; others each.
    std::vector<std::vector<Price>> together;
    std::vector<std::uint32_t> perRecord;            ///< spaces whose rows are counted by record
    std::vector<std::vector<std::uint32_t>> perSet;  ///< by class: spaces counted by its sets
};

/// `spaceClass` as Plan::spaceClass.
Prices pricesOf(const bytecode::Program& program,
                const std::vector<std::uint32_t>& spaceClass,
                std::size_t classes);

/// What does not fit costs as much as can be.
inline std::int64_t addCost(std::int64_t sum, std::int64_t weight, std::int64_t rows) {
    std::int64_t cost = 0;
    if (__builtin_mul_overflow(weight, rows, &cost) || __builtin_add_overflow(sum, cost, &sum)) {
        return INT64_MAX;
    }
    return sum;
}

}  // namespace proviso::engine
