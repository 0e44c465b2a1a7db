#include "compiler/check/dates.h"
#include "compiler/check/rules.h"
#include "compiler/check/templates.h"
#include "compiler/diagnostics/suggest.h"

#include <algorithm>

namespace proviso::check {

using typed::Combination;
using typed::Effect;
using typed::ExprKind;

namespace {

/// How the verb and the combination belong together.
std::string rightVerb(Combination combination) {
    switch (combination) {
    case Combination::Strictest:
        return "then require ... at least STEP";
    case Combination::Union:
        return "then add CODE to ...";
    case Combination::Lowest:
        return "then require ... at most VALUE";
    case Combination::Highest:
        return "then require ... at least VALUE";
    case Combination::ExactlyOne:
        return "then set ... to VALUE";
    }
    return {};
}

class ActionChecker {
  public:
    ActionChecker(Context& context, Scope& scope, const Guard& guard, std::vector<Effect>& effects)
        : context_(context), scope_(scope), guard_(guard), effects_(effects),
          checker_(context, scope) {}

    void check(const ast::Action& action) {
        if (action.because) {
            because_ = checkTemplate(context_, scope_, *action.because);
        }
        span_ = action.span;
        std::visit([&](const auto& body) { say(body); }, action.body);
    }

  private:
    struct Target {
        const typed::Decision* decision = nullptr;
        std::uint32_t index = kNone;
        ExprId row = kNone;
        Type type;
    };

    Effect effect() const {
        Effect result;
        result.guard = guard_.applies;
        result.exception = guard_.exception;
        result.because = because_;
        result.span = span_;
        return result;
    }

    /// A row that is the rule's own or contains it: reached by links alone.
    ExprId targetRow(const ast::Expression& path) {
        const ExprId row = checker_.checkRow(path);
        if (row == kNone) {
            return kNone;
        }
        for (ExprId step = row; step != guard_.ruleRow;) {
            const typed::Expr& one = context_.expr(step);
            if (one.kind == ExprKind::BinderRow &&
                one.index == context_.expr(guard_.ruleRow).index) {
                break;
            }
            if (one.kind != ExprKind::UpRow) {
                context_.report(DiagnosticKind::RowOutOfReach, path.span)
                    .help("write the rule `for each` row that it says something about");
                return kNone;
            }
            step = one.operands.front();
        }
        return row;
    }

    std::optional<Target> target(const ast::Target& ast) {
        Target result;
        result.row = targetRow(*ast.row);
        if (result.row == kNone) {
            return std::nullopt;
        }
        const SpaceId space = context_.rowSpace(result.row);
        for (const ColumnId column : context_.columnsNamed(scope_.pack, space, ast.decision.text)) {
            if (context_.program.columns[column].kind == typed::ColumnKind::Decided) {
                result.index = context_.program.columns[column].decision;
            }
        }
        if (result.index == kNone) {
            reportNoDecision(ast, space, result.row);
            return std::nullopt;
        }
        result.decision = &context_.program.decisions[result.index];
        result.type = context_.program.columns[result.decision->column].type;
        return result;
    }

    void reportNoDecision(const ast::Target& ast, SpaceId space, ExprId row) {
        auto builder = context_.report(DiagnosticKind::NotADecision,
                                       ast.decision.span,
                                       {context_.program.spaces[space].name, ast.decision.text});
        // The decision may belong to a row that contains this one.
        std::vector<SpaceId> above;
        for (SpaceId up = context_.program.spaces[space].parent; up != kNone;
             up = context_.program.spaces[up].parent) {
            above.push_back(up);
        }
        const SpaceId last = above.empty() ? space : above.back();
        if (last == context_.program.entry) {
            for (const typed::Grouping& grouping : context_.program.groupings) {
                above.push_back(grouping.space);
            }
        }
        static_cast<void>(row);
        std::vector<std::string> known;
        for (const SpaceId up : above) {
            for (const ColumnId column :
                 context_.columnsNamed(scope_.pack, up, ast.decision.text)) {
                if (context_.program.columns[column].kind == typed::ColumnKind::Decided) {
                    builder.label(context_.program.columns[column].span, "declared here")
                        .help("it is decided for each `" + context_.program.spaces[up].name +
                              "`: write `" + ast.decision.text + " of " +
                              std::string(context_.sources.text(ast.row->span)) + "." +
                              context_.program.spaces[up].name + "`");
                    return;
                }
            }
        }
        for (const auto& [name, column] : context_.spaces[space].columns) {
            if (context_.program.columns[column].kind == typed::ColumnKind::Decided) {
                known.push_back(name);
            }
        }
        if (const auto near = nearestName(ast.decision.text, known)) {
            builder.help("did you mean `" + std::string(*near) + "`?");
        } else {
            builder.help("fields and definitions are not steered by rules");
        }
    }

    bool fitsVerb(const Target& target, const ast::Target& ast, std::string_view verb, bool fits) {
        if (!fits) {
            context_.report(DiagnosticKind::WrongVerb, ast.decision.span, {ast.decision.text, verb})
                .label(target.decision->span, "declared here")
                .help("write `" + rightVerb(target.decision->combination) + "`");
        }
        return fits;
    }

    /// One effect for each dated alternative; `fill` completes it or says no.
    template <typename Fill>
    void addDated(const ast::DatedChoice& choice, const Fill& fill) {
        std::vector<DatedEntry> entries;
        for (const ast::DatedValue& alternative : choice) {
            checkPeriod(context_, alternative.period);
            const typed::InForce inForce = inForceOf(alternative.period, alternative.published);
            entries.push_back({inForce, alternative.value->span});
            Effect one = effect();
            if (!alternative.period.always || choice.size() > 1) {
                const ExprId date = checker_.date(alternative.value->span);
                one.guard = context_.logic(
                    ExprKind::And,
                    {guard_.applies, context_.inForceAt(date, inForce, alternative.value->span)},
                    alternative.value->span);
            }
            if (fill(one, *alternative.value)) {
                effects_.push_back(std::move(one));
            }
        }
        const std::string words = "the choice of `" + guard_.rule + "`";
        checkOverlaps(context_, words, entries);
        for (const Gap& gap : innerGaps(entries)) {
            if (overlap(guard_.period, {gap.from, gap.through})) {
                reportGap(context_, words, choice.front().value->span, gap);
            }
        }
    }

    void say(const ast::Require& ast) {
        const auto goal = target(ast.target);
        if (!goal) {
            return;
        }
        const Combination combination = goal->decision->combination;
        if (!fitsVerb(*goal,
                      ast.target,
                      "require",
                      combination == Combination::Strictest || combination == Combination::Lowest ||
                          combination == Combination::Highest)) {
            return;
        }
        const bool wantsMost = combination == Combination::Lowest;
        if (ast.atMost != wantsMost) {
            context_
                .report(DiagnosticKind::WrongDirection,
                        ast.target.decision.span,
                        {ast.target.decision.text,
                         wantsMost ? "at most" : "at least",
                         ast.atMost ? "at most" : "at least"})
                .label(goal->decision->span, "declared here");
            return;
        }
        addDated(ast.value, [&](Effect& one, const ast::Expression& value) {
            one.decision = goal->index;
            one.row = goal->row;
            if (combination == Combination::Strictest) {
                one.member = checker_.checkStep(value, goal->type.ref);
                return one.member != kNone;
            }
            one.value = checker_.checkAs(value, goal->type);
            return one.value != kNone;
        });
    }

    void say(const ast::Set& ast) {
        const auto goal = target(ast.target);
        if (!goal ||
            !fitsVerb(
                *goal, ast.target, "set", goal->decision->combination == Combination::ExactlyOne)) {
            return;
        }
        const Type type = goal->type.kind == TypeKind::Attestation ? kYesNo : goal->type;
        addDated(ast.value, [&](Effect& one, const ast::Expression& value) {
            one.decision = goal->index;
            one.row = goal->row;
            one.value = checker_.checkAs(value, type);
            return one.value != kNone;
        });
    }

    void say(const ast::Add& ast) {
        const auto goal = target(ast.target);
        if (!goal ||
            !fitsVerb(
                *goal, ast.target, "add", goal->decision->combination == Combination::Union)) {
            return;
        }
        for (const ast::ExpressionPtr& member : ast.members) {
            Effect one = effect();
            one.decision = goal->index;
            one.row = goal->row;
            one.member = checker_.checkSetMember(*member, goal->type.ref);
            if (one.member != kNone) {
                effects_.push_back(std::move(one));
            }
        }
    }

    bool
    fillSlot(const typed::Finding::Slot& slot, const ast::Expression& expression, Effect& one) {
        const bool whole = slot.type.kind == TypeKind::Set || slot.type.kind == TypeKind::Step;
        ExprId id = kNone;
        ColumnId decision = kNone;
        if (whole) {
            const Value value = checker_.check(expression, &slot.type);
            if (value.shape == Value::Shape::Decision && sameKind(value.type, slot.type)) {
                id = value.id;
                decision = value.column;
            } else {
                id = checker_.coerce(checker_.asValue(value), slot.type);
            }
        } else {
            const Type type = slot.type.kind == TypeKind::Attestation ? kYesNo : slot.type;
            id = checker_.checkAs(expression, type);
        }
        if (id == kNone) {
            return false;
        }
        context_.shown.push_back({id, expression.span});
        one.slots.push_back(id);
        one.slotDecisions.push_back(decision);
        return true;
    }

    /// All at once: whoever writes the report need not find them one by one.
    void reportMissing(const typed::Finding& finding,
                       const std::vector<typed::Finding::Slot>& missing,
                       Span span) {
        std::string names;
        std::string values;
        std::string types;
        for (const typed::Finding::Slot& slot : missing) {
            const std::string comma = names.empty() ? "" : ", ";
            names += comma + "`" + slot.name + "`";
            values += comma + slot.name + " : ...";
            types += comma + slot.name + ": " + inWords(context_.program, slot.type);
        }
        context_.report(DiagnosticKind::SlotMissing, span, {finding.name, names})
            .label(finding.span, "declared here")
            .help("add `with " + values + "` (" + types + ")");
    }

    bool fillSlots(const typed::Finding& finding, const ast::Report& ast, Effect& one) {
        bool ok = true;
        std::vector<typed::Finding::Slot> missing;
        std::vector<std::string> known;
        for (const typed::Finding::Slot& slot : finding.slots) {
            known.push_back(slot.name);
        }
        for (std::size_t index = 0; index < ast.slots.size(); ++index) {
            const ast::Name& name = ast.slots[index].name;
            const bool repeated =
                std::any_of(ast.slots.begin(),
                            ast.slots.begin() + static_cast<std::ptrdiff_t>(index),
                            [&](const auto& other) { return other.name.text == name.text; });
            if (repeated) {
                context_.report(DiagnosticKind::DuplicateName, name.span, {name.text});
                ok = false;
            } else if (std::find(known.begin(), known.end(), name.text) == known.end()) {
                auto builder = context_.report(
                    DiagnosticKind::SlotUnknown, name.span, {finding.name, name.text});
                builder.label(finding.span, "declared here");
                if (const auto near = nearestName(name.text, known)) {
                    builder.help("did you mean `" + std::string(*near) + "`?");
                }
                ok = false;
            }
        }
        for (const typed::Finding::Slot& slot : finding.slots) {
            const auto given =
                std::find_if(ast.slots.begin(), ast.slots.end(), [&](const auto& filled) {
                    return filled.name.text == slot.name;
                });
            if (given == ast.slots.end()) {
                missing.push_back(slot);
            } else {
                ok = fillSlot(slot, *given->value, one) && ok;
            }
        }
        if (!missing.empty() && ok) {
            reportMissing(finding, missing, ast.finding.span);
        }
        return ok && missing.empty();
    }

    void say(const ast::Report& ast) {
        const Symbol* symbol = context_.names.resolve(
            scope_.pack, ast.finding.text, ast.finding.span, {SymbolKind::Finding}, "a finding");
        const ExprId row = targetRow(*ast.row);
        if (symbol == nullptr || symbol->index == kNone || row == kNone) {
            return;
        }
        Effect one = effect();
        one.kind = Effect::Kind::Report;
        one.finding = symbol->index;
        one.row = row;
        const typed::Finding finding = context_.program.findings[symbol->index];
        bool ok = fillSlots(finding, ast, one);
        if (ast.atStake) {
            const Value stake = checker_.checkValue(**ast.atStake);
            if (!stake.isError() && stake.type.kind != TypeKind::Money) {
                checker_.coerce(stake, kMoney);
            }
            one.atStake = stake.id;
            ok = ok && !stake.isError();
        }
        if (ok) {
            effects_.push_back(std::move(one));
        }
    }

    Context& context_;
    Scope& scope_;
    const Guard& guard_;
    std::vector<Effect>& effects_;
    ExpressionChecker checker_;
    std::optional<typed::Template> because_;
    Span span_;
};

}  // namespace

void checkAction(Context& context,
                 Scope& scope,
                 const Guard& guard,
                 const ast::Action& action,
                 std::vector<Effect>& effects) {
    ActionChecker(context, scope, guard, effects).check(action);
}

}  // namespace proviso::check
