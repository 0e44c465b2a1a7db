#pragma once

#include "compiler/typed/program.h"

#include <string>

namespace proviso::typed {

/// A readable dump of a typed program, the same for the same program: for tests and for looking at
/// what was understood.
[[nodiscard]] std::string printProgram(const Program& program);

/// One expression, with columns and binders by name.
[[nodiscard]] std::string printExpression(const Program& program, ExprId id);

/// "Money(2)", "Enumeration(colour)".
[[nodiscard]] std::string printType(const Program& program, Type type);

}  // namespace proviso::typed
