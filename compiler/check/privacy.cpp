#include "compiler/check/privacy.h"

#include "compiler/check/constants.h"

#include <algorithm>

namespace proviso::check {

using typed::ExprKind;

namespace {

/// Whether an expression gives away what a private field holds. Tests of it, and counts, do not.
class Secrets {
  public:
    explicit Secrets(Context& context) : context_(context) {}

    void spread() {
        bool changed = true;
        while (changed) {
            judgeExpressions();
            changed = judgeColumns();
        }
    }

    [[nodiscard]] bool isSecret(ExprId id) const { return id != kNone && secret_[id]; }

  private:
    /// Operands come before what is made of them, so one pass in order suffices.
    void judgeExpressions() {
        secret_.assign(context_.program.exprs.size(), false);
        for (ExprId id = 0; id < secret_.size(); ++id) {
            secret_[id] = judge(context_.program.exprs[id]);
        }
    }

    [[nodiscard]] bool judge(const typed::Expr& one) const {
        const auto anyFrom = [&](std::size_t first) {
            return std::any_of(one.operands.begin() + static_cast<std::ptrdiff_t>(
                                                          std::min(first, one.operands.size())),
                               one.operands.end(),
                               [&](ExprId operand) { return isSecret(operand); });
        };
        switch (one.kind) {
        case ExprKind::ReadColumn:
            return context_.program.columns[one.index].isPrivate;
        case ExprKind::Add:
        case ExprKind::Subtract:
        case ExprKind::Multiply:
        case ExprKind::Rescale:
        case ExprKind::IntegerDivide:
        case ExprKind::Modulo:
        case ExprKind::Negate:
        case ExprKind::Round:
        case ExprKind::RoundRatio:
        case ExprKind::OrElse:
        case ExprKind::DatePart:
        case ExprKind::PeriodStart:
        case ExprKind::PeriodEnd:
        case ExprKind::And:
        case ExprKind::Or:
        case ExprKind::Not:
        // The number drawn for a name stands for the name: whoever guesses the name can check it.
        case ExprKind::DrawNumber:
            return anyFrom(0);
        case ExprKind::Select:
        case ExprKind::Dated:
            return anyFrom(1);
        case ExprKind::Fold:
            return (one.fold == typed::FoldKind::Total || one.fold == typed::FoldKind::Highest ||
                    one.fold == typed::FoldKind::Lowest) &&
                   isSecret(one.body);
        case ExprKind::BinderRow:
        case ExprKind::UpRow:
        case ExprKind::FoldRow:
        case ExprKind::Constant:
        case ExprKind::ReadMember:
        case ExprKind::ReadParameter:
        case ExprKind::LookupTable:
        case ExprKind::NotApplicable:
        case ExprKind::Compare:
        case ExprKind::CompareRatio:
        case ExprKind::WordCount:
        case ExprKind::Similarity:
        case ExprKind::IsKnown:
        case ExprKind::IsApplicable:
        case ExprKind::InSet:
        case ExprKind::Accepts:
        case ExprKind::InForceAt:
        case ExprKind::UnknownIf:
        case ExprKind::Apportion:
            return false;
        }
        return false;
    }

    bool mark(ColumnId column, ExprId value) {
        bool& isPrivate = context_.program.columns[column].isPrivate;
        if (isPrivate || !isSecret(value)) {
            return false;
        }
        isPrivate = true;
        return true;
    }

    bool judgeColumns() {
        bool changed = false;
        for (const typed::Definition& definition : context_.program.definitions) {
            for (const typed::Definition::Alternative& alternative : definition.alternatives) {
                changed = mark(definition.column, alternative.value) || changed;
            }
        }
        for (const typed::Grouping& grouping : context_.program.groupings) {
            for (std::size_t key = 0; key < grouping.keys.size(); ++key) {
                const ColumnId own = context_.program.spaces[grouping.space].columns[key];
                if (context_.program.columns[grouping.keys[key]].isPrivate &&
                    !context_.program.columns[own].isPrivate) {
                    context_.program.columns[own].isPrivate = true;
                    changed = true;
                }
            }
        }
        for (const typed::Collect& collect : context_.program.collects) {
            if (collect.start != kNone) {
                changed = mark(collect.start, collect.from) || changed;
                changed = mark(collect.finish, collect.to) || changed;
            }
            for (const typed::Collect::Row& row : collect.rows) {
                for (std::size_t field = 0; field < row.fields.size(); ++field) {
                    changed = mark(collect.fields[field], row.fields[field]) || changed;
                }
            }
        }
        for (const typed::Rule& rule : context_.program.rules) {
            for (const typed::Effect& effect : rule.effects) {
                if (effect.kind == typed::Effect::Kind::Contribute && effect.value != kNone) {
                    const ColumnId column = context_.program.decisions[effect.decision].column;
                    changed = mark(column, effect.value) || changed;
                }
            }
        }
        return changed;
    }

    Context& context_;
    std::vector<bool> secret_;
};

}  // namespace

void checkPrivacy(Context& context) {
    Secrets secrets(context);
    secrets.spread();
    for (const Shown& shown : context.shown) {
        if (!secrets.isSecret(shown.expr)) {
            continue;
        }
        ColumnId column = kNone;
        walk(context.program, shown.expr, [&](ExprId next) {
            const typed::Expr& one = context.program.exprs[next];
            if (one.kind == ExprKind::ReadColumn && context.program.columns[one.index].isPrivate) {
                column = one.index;
            }
            return true;
        });
        if (column == kNone) {
            continue;
        }
        const typed::Column& one = context.program.columns[column];
        context.report(DiagnosticKind::PrivateShown, shown.span, {one.name})
            .label(one.span,
                   one.kind == typed::ColumnKind::Stored ? "declared `private` here"
                                                         : "made from private fields")
            .help(
                "name something else, such as a date or a code; messages reach people who may not "
                "see it");
    }
}

}  // namespace proviso::check
