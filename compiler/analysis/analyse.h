#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <vector>

namespace proviso {

/// Looks at a whole checked pack set: cycles, cost, tables, contradictions, rules that never fire.
/// Fills `Program::order` and brings the apportionments into that order. False when any error was
/// reported; the program is then not fit to be lowered.
bool analyse(typed::Program& program, const Sources& sources, DiagnosticSink& sink);

}  // namespace proviso
