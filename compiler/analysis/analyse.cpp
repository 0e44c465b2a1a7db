#include "compiler/analysis/analyse.h"

#include "compiler/analysis/cost.h"
#include "compiler/analysis/dates.h"
#include "compiler/analysis/graph.h"
#include "compiler/analysis/order.h"
#include "compiler/analysis/rules.h"
#include "compiler/analysis/tables.h"

namespace proviso {

bool analyse(typed::Program& program,
             [[maybe_unused]] const Sources& sources,
             DiagnosticSink& sink) {
    const std::size_t errorsBefore = sink.errorCount();
    const analysis::Graph graph(program);
    // What follows goes through definitions again and again, so that a cycle must stop here.
    if (!analysis::orderProgram(program, graph, sink)) {
        return false;
    }
    analysis::checkCosts(program, sink);
    analysis::checkHorizons(program, sink);
    analysis::checkTables(program, sink);
    analysis::checkRules(program, sink);
    return sink.errorCount() == errorsBefore;
}

}  // namespace proviso
