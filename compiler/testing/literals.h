#pragma once

#include "compiler/ast/expression.h"
#include "runtime/decision/result.h"
#include "runtime/values/type.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::testing {

/// The names of `a.b.c`, `c of b of a` and a single name; nothing for other expressions.
std::optional<std::vector<std::string>> namesOf(const ast::Expression& expression);

/// A value written in a test in the machine form of its type: `12.50`, `2025-03-03`, `yes`,
/// `on_site`. Nothing where the expression is no plain value, or none of this type.
std::optional<std::string> machineText(const ast::Expression& expression, const Type& type);

/// Whether a value that was decided is the one written, numbers by their amount and not by their
/// digits.
bool equalValues(const Type& type, std::string_view decided, std::string_view written);

}  // namespace proviso::testing
