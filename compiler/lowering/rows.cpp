#include "compiler/lowering/context.h"

#include <set>

namespace proviso::lowering {

using typed::ExprKind;

namespace {

/// The rows that an expression names and that are not its own inner rows.
class FreeRows {
  public:
    explicit FreeRows(const typed::Program& program) : program_(program) {}

    // NOLINTNEXTLINE(misc-no-recursion): depth bounded by the parser's nesting limit
    void collect(ExprId id, const std::set<BinderId>& bound) {
        if (id == typed::kNone || (bound.empty() && !seen_.insert(id).second)) {
            return;
        }
        const typed::Expr& expr = program_.exprs[id];
        if (expr.kind == ExprKind::BinderRow || expr.kind == ExprKind::UpRow) {
            collectRow(id, bound);
            return;
        }
        for (const ExprId operand : expr.operands) {
            collect(operand, bound);
        }
        if (expr.kind != ExprKind::Fold && expr.kind != ExprKind::FoldRow) {
            return;
        }
        std::set<BinderId> inside = bound;
        inside.insert(expr.binder);
        collect(expr.where, inside);
        collect(expr.body, inside);
        for (const typed::Window& window : expr.windows) {
            collect(window.date, inside);
            const bool ofChild = window.kind == typed::Window::Kind::Since;
            collect(window.condition, ofChild ? inside : bound);
            collect(window.from, bound);
            collect(window.through, bound);
            collect(window.row, bound);
        }
    }

    std::set<RowName> found;

  private:
    // NOLINTNEXTLINE(misc-no-recursion): as above
    void collectRow(ExprId id, const std::set<BinderId>& bound) {
        RowName name;
        ExprId root = id;
        const typed::Expr* row = &program_.exprs[id];
        while (row->kind == ExprKind::UpRow) {
            name.path.insert(name.path.begin(), row->index);
            root = row->operands[0];
            row = &program_.exprs[root];
        }
        if (row->kind != ExprKind::BinderRow) {
            collect(root, bound);
            return;
        }
        name.binder = row->index;
        if (bound.count(name.binder) == 0) {
            found.insert(name);
        }
    }

    const typed::Program& program_;
    std::set<ExprId> seen_;
};

}  // namespace

const std::vector<RowName>& Lowering::freeRows(ExprId id) {
    const auto known = freeRows_.find(id);
    if (known != freeRows_.end()) {
        return known->second;
    }
    FreeRows rows(typed_);
    rows.collect(id, {});
    return freeRows_[id] = {rows.found.begin(), rows.found.end()};
}

}  // namespace proviso::lowering
