#include "compiler/analysis/sign.h"

#include <algorithm>
#include <unordered_map>

namespace proviso {

using typed::Column;
using typed::ColumnId;
using typed::ColumnKind;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::FoldKind;
using typed::kNone;
using typed::Program;

namespace {

/// Chains of definitions longer than this are not followed.
constexpr int kMostSteps = 64;

// NOLINTBEGIN(misc-no-recursion): steps_ bounds it
class Signs {
  public:
    explicit Signs(const Program& program) : program_(program) {}

    bool neverNegative(ExprId id) {
        if (id == kNone || steps_ > kMostSteps) {
            return false;
        }
        const auto known = answers_.find(id);
        if (known != answers_.end()) {
            return known->second;
        }
        ++steps_;
        const bool answer = byForm(program_.exprs[id]);
        --steps_;
        return answers_[id] = answer;
    }

  private:
    bool all(const std::vector<ExprId>& exprs, std::size_t from) {
        return std::all_of(exprs.begin() + static_cast<std::ptrdiff_t>(from),
                           exprs.end(),
                           [this](ExprId expr) { return neverNegative(expr); });
    }

    bool byForm(const Expr& expr) {
        switch (expr.kind) {
        case ExprKind::Constant:
            return expr.value >= 0;
        case ExprKind::NotApplicable:
            return true;
        case ExprKind::ReadColumn:
            return ofColumn(expr.index);
        case ExprKind::ReadParameter: {
            const auto& values = program_.parameters[expr.index].values;
            return std::all_of(
                values.begin(), values.end(), [](const auto& one) { return one.value >= 0; });
        }
        case ExprKind::Add:
        case ExprKind::Multiply:
        case ExprKind::Rescale:
        case ExprKind::IntegerDivide:
        case ExprKind::Modulo:
        case ExprKind::Round:
        case ExprKind::RoundRatio:
        case ExprKind::OrElse:
            return all(expr.operands, 0);
        case ExprKind::Select:
            return neverNegative(expr.operands[2]) &&
                   (neverNegative(expr.operands[1]) || isAtLeastNothing(expr));
        case ExprKind::Dated:
            return all(expr.operands, 1);
        case ExprKind::Fold:
            return expr.fold == FoldKind::Count || expr.fold == FoldKind::Distinct ||
                   neverNegative(expr.body);
        case ExprKind::Apportion:
            return true;
        default:
            return false;
        }
    }

    /// `greater of (x, y)`: x is taken only where it is at least a y that is never below zero.
    bool isAtLeastNothing(const Expr& select) {
        const Expr& test = program_.exprs[select.operands[0]];
        return test.kind == ExprKind::Compare &&
               (test.comparison == typed::Comparison::GreaterOrEqual ||
                test.comparison == typed::Comparison::Greater) &&
               test.operands[0] == select.operands[1] && neverNegative(test.operands[1]);
    }

    bool ofColumn(ColumnId id) {
        const Column& column = program_.columns[id];
        switch (column.kind) {
        case ColumnKind::Stored: {
            const TypeKind kind = column.type.kind;
            const bool amount = kind == TypeKind::Number || kind == TypeKind::Money ||
                                kind == TypeKind::Minutes || kind == TypeKind::Days;
            return amount && !column.isSigned &&
                   (column.absentMeans == kNone || neverNegative(column.absentMeans));
        }
        case ColumnKind::Computed: {
            const auto& alternatives = program_.definitions[column.definition].alternatives;
            return std::all_of(alternatives.begin(), alternatives.end(), [this](const auto& one) {
                return neverNegative(one.value);
            });
        }
        case ColumnKind::Collected: {
            if (program_.spaces[column.space].collect == kNone) {
                return false;  // the key of a group
            }
            const auto& collect = program_.collects[program_.spaces[column.space].collect];
            const auto field = static_cast<std::size_t>(
                std::find(collect.fields.begin(), collect.fields.end(), id) -
                collect.fields.begin());
            return field < collect.fields.size() &&
                   std::all_of(
                       collect.rows.begin(),
                       collect.rows.end(),
                       [&](const auto& row) { return neverNegative(row.fields[field]); });
        }
        case ColumnKind::Decided:
        case ColumnKind::Instant:
            return false;
        }
        return false;
    }

    const Program& program_;
    std::unordered_map<ExprId, bool> answers_;
    int steps_ = 0;
};
// NOLINTEND(misc-no-recursion)

}  // namespace

bool neverNegative(const Program& program, ExprId expr) {
    return Signs(program).neverNegative(expr);
}

}  // namespace proviso
