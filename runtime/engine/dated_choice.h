#pragma once

#include "runtime/engine/frame.h"

/// What the day of a row chooses: the operations DatedSelect and Parameter.
namespace proviso::engine {

void runDatedSelect(const Frame& frame, const Instruction& instruction, ColumnData& out);
void runParameter(const Frame& frame, const Instruction& instruction, ColumnData& out);

}  // namespace proviso::engine
