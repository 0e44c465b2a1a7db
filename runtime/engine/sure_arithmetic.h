#pragma once

#include "runtime/engine/frame.h"

namespace proviso::engine {

/// Arithmetic in loops that take many rows a step, for the numbers that there nearly always are:
/// so far from the ends of 64 bits that no result can leave them. False where some row may be an
/// error, or the operation is none of these; then nothing is said of the column.
bool runSureArithmetic(const Frame& frame, const Instruction& instruction, ColumnData& out);

}  // namespace proviso::engine
