#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"

namespace proviso::bytecode {

/// Whether a program may be run and shown: every operand is an earlier register of the right kind,
/// row space and type, every index and constant is in range, every row space is made once before it
/// is used, and what rules, decisions, outputs and clauses refer to is there. Safe on any program
/// whatever. Error: Malformed; the context names the place.
Result<void> verify(const Program& program);

}  // namespace proviso::bytecode
