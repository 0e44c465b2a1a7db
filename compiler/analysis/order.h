#pragma once

#include "compiler/analysis/graph.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

namespace proviso::analysis {

/// How many parts may stand on one another before lowering would go too deep.
inline constexpr std::uint32_t kLongestChain = 2000;

/// Fills `Program::order` and brings the apportionments into an order that does not depend on the
/// packs' files. False, with a report of each cycle, when there is no order, or when a chain is too
/// long. `graph` must be of this program.
bool orderProgram(typed::Program& program, const Graph& graph, DiagnosticSink& sink);

}  // namespace proviso::analysis
