#pragma once

#include "runtime/engine/frame.h"

/// Folds of rows that all have values, which are nearly all.
namespace proviso::engine {

/// FoldTotal of rows that all lead somewhere. False where it is otherwise, or a sum leaves 64 bits
/// on the way; then nothing is said of the column.
bool addPlainly(const Frame& frame, const Instruction& instruction, ColumnData& out);

/// FoldAny or, with `every`, FoldEvery. `answers` holds what parents without rows say.
void combinePlainly(std::int64_t* answers,
                    const RegisterData& link,
                    const std::int64_t* values,
                    bool every);

}  // namespace proviso::engine
