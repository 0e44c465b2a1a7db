#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// Whether a text holds an amount, a date or a code of its own, which needs a source. Zero, one,
/// names of enumeration members and words do not count.
[[nodiscard]] bool holdsConstant(const ast::Expression& expression);

/// Whether two expressions of the program are the same, spans aside.
[[nodiscard]] bool sameExpression(const typed::Program& program, ExprId a, ExprId b);

/// Calls `visit` for each expression below and including `id` until it returns false; then what
/// lies below is skipped.
template <typename Visit>
void walk(const typed::Program& program, ExprId id, const Visit& visit) {
    std::vector<ExprId> open{id};
    while (!open.empty()) {
        const ExprId next = open.back();
        open.pop_back();
        if (next == kNone || !visit(next)) {
            continue;
        }
        const typed::Expr& one = program.exprs[next];
        open.insert(open.end(), one.operands.begin(), one.operands.end());
        open.push_back(one.where);
        open.push_back(one.body);
        for (const typed::Window& window : one.windows) {
            const auto parts = typed::partsOf(window);
            open.insert(open.end(), parts.begin(), parts.end());
        }
    }
}

}  // namespace proviso::check
