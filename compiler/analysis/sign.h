#pragma once

#include "compiler/typed/program.h"

namespace proviso {

/// Whether the value of an expression, where there is one, cannot be below zero, as far as its form
/// tells: unsigned fields, counts, constants, and sums and products of such. `false` says nothing.
/// The program must be free of cycles.
[[nodiscard]] bool neverNegative(const typed::Program& program, typed::ExprId expr);

}  // namespace proviso
