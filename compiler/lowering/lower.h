#pragma once

#include "compiler/diagnostics/source.h"
#include "compiler/typed/program.h"
#include "runtime/bytecode/program.h"

namespace proviso {

/// Turns a checked and analysed program into bytecode. Cannot fail for a program that analysis
/// accepted; a broken invariant throws InternalError. `sources` gives the words that explanations
/// quote.
bytecode::Program lower(const typed::Program& program, const Sources& sources);

}  // namespace proviso
