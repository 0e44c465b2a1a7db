#pragma once

#include "compiler/ast/ast.h"

#include <string>

namespace proviso {

/// The abstract syntax as indented S-expressions, for golden tests and for comparing two packs.
///
/// Stable; holds everything that has meaning and no spans. How a comparison is spelled (`>` or
/// `exceeds`) is left out, so two texts that differ only in form print alike.
[[nodiscard]] std::string printAst(const ast::Pack& pack);

/// One expression on one line.
[[nodiscard]] std::string printAst(const ast::Expression& expression);

}  // namespace proviso
