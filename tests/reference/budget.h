#pragma once

#include "tests/reference/machine.h"

#include <cstdint>
#include <vector>

namespace proviso::reference {

/// What the rules of a batch cost: each asks, for every row of certain spaces, a number of steps
/// that the text alone tells.
struct Costs {
    std::vector<std::int64_t>
        spent;  ///< by entry row: all rules for the records decided together with it
    OverBudget over;
};

Costs costsOf(Machine& machine, std::int64_t budget);

}  // namespace proviso::reference
