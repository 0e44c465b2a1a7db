#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

namespace proviso::analysis {

/// Warns of rows of `hit first` tables that can never be reached, and of cases without a row, at
/// which an evaluation would report an error, where the cases of a table can be listed. Overlaps
/// are the checker's.
void checkTables(const typed::Program& program, DiagnosticSink& sink);

}  // namespace proviso::analysis
