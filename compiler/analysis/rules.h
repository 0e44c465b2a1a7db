#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

namespace proviso::analysis {

/// Reports rules, exceptions and single effects that can never speak (warnings), and rules that set
/// a decision of one value differently for the same case (errors). Only what simple reasoning about
/// bounds and members proves is reported. The program must be free of cycles.
void checkRules(const typed::Program& program, DiagnosticSink& sink);

}  // namespace proviso::analysis
