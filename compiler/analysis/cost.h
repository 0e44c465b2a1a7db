#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace proviso {

/// What one rule may have to do.
struct RuleCost {
    /// How many expression nodes are evaluated for each row of a space, over everything the rule
    /// reads, ascending by space. Whatever is read twice counts once.
    std::vector<std::pair<typed::SpaceId, std::int64_t>> weights;
    /// The steps for one entry record, or for a group of `kDefaultGroupMembers` where the rule
    /// looks at groups, when every list is as long as it may be. INT64_MAX when it does not fit.
    std::int64_t bound = 0;
    /// The same for one entry record that is in no group with others.
    std::int64_t boundAlone = 0;
};

/// One for each rule of the program, in its order. The program must be free of cycles.
[[nodiscard]] std::vector<RuleCost> ruleCosts(const typed::Program& program);

namespace analysis {

inline constexpr std::int64_t kDefaultListLength = 100;
inline constexpr std::int64_t kDefaultGroupMembers = 50;
inline constexpr std::int64_t kCostCeiling = 10'000'000;

/// Reports rules whose bound for one record is above the ceiling; false if there is one. How many
/// records a group holds is not the author's to say, so that it does not count here: the budget of
/// the evaluation sees to it.
bool checkCosts(const typed::Program& program,
                DiagnosticSink& sink,
                std::int64_t ceiling = kCostCeiling);

}  // namespace analysis

}  // namespace proviso
