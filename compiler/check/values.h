#pragma once

#include "compiler/check/types.h"

#include <optional>

namespace proviso::check {

/// The value of a written constant (a literal, a member, a code), by its type; nothing after a
/// report.
std::optional<std::int64_t>
checkConstant(Context& context, PackId pack, const ast::Expression& expression, Type type);

void declareParameters(Context& context);
/// Values of parameters, once all are declared.
void checkParameters(Context& context);

/// Tables with their rows, written in the pack or read from a file.
void declareTables(Context& context);

}  // namespace proviso::check
