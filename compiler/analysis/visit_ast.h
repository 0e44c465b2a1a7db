#pragma once

#include "compiler/ast/ast.h"

#include <functional>

namespace proviso::analysis {

/// Calls `action` with every expression of a pack, those inside others too, outer ones first.
void forEachExpression(const ast::Pack& pack,
                       const std::function<void(const ast::Expression&)>& action);

}  // namespace proviso::analysis
