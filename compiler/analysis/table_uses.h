#pragma once

#include "compiler/analysis/facts.h"
#include "compiler/typed/program.h"

#include <vector>

namespace proviso::analysis {

/// One place that reads a table, with what its surroundings leave of the arguments: behind `colour
/// is red and`, only red.
struct TableUse {
    std::vector<Domain> given;
    Domain date;
};

/// For each table of the program the places that read it.
[[nodiscard]] std::vector<std::vector<TableUse>> tableUses(const typed::Program& program);

}  // namespace proviso::analysis
