#pragma once

#include "runtime/engine/frame.h"

/// Folds of rows that all have values, which are nearly all.
namespace proviso::engine {

/// FoldTotal of rows that all lead somewhere. False where it is otherwise, or a sum leaves 64 bits
/// on the way; then nothing is said of the column.
bool addPlainly(Frame& frame, const Instruction& instruction, ColumnData& out);

/// FoldAny or, with `every`, FoldEvery, where no row may be missing. False where not all rows have
/// values; then nothing was done.
bool combinePlainly(Frame& frame, Register number, bool every);

}  // namespace proviso::engine
