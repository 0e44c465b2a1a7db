#include "compiler/check/expressions.h"

#include <algorithm>
#include <set>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;

namespace {

/// The facts a step accepts on a day, ascending.
std::vector<std::uint32_t> acceptedOn(const typed::Scale::Step& step, std::int64_t day) {
    for (const typed::Scale::Accepts& accepts : step.accepts) {
        if (accepts.period.from <= day && day <= accepts.period.through) {
            return accepts.facts;
        }
    }
    return {};
}

bool contains(const std::vector<std::uint32_t>& all, const std::vector<std::uint32_t>& some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Which steps must be demanded, and which must not, for a decision to be at (least) a step.
struct StepFormula {
    std::vector<std::uint32_t> anyOf;
    std::vector<std::uint32_t> noneOf;
    bool alsoUnasked = false;  ///< nothing demanded counts as the loosest step

    bool operator==(const StepFormula&) const = default;
};

StepFormula formulaOn(const typed::Scale& scale, std::uint32_t step, bool exact, std::int64_t day) {
    const std::vector<std::uint32_t> wanted = acceptedOn(scale.steps[step], day);
    StepFormula result;
    for (std::uint32_t index = 0; index < scale.steps.size(); ++index) {
        const std::vector<std::uint32_t> own = acceptedOn(scale.steps[index], day);
        if (contains(wanted, own)) {
            result.anyOf.push_back(index);
            result.alsoUnasked = result.alsoUnasked || index == 0;
        }
        if (exact && !contains(own, wanted)) {
            result.noneOf.push_back(index);
        }
    }
    return result;
}

}  // namespace

ExprId ExpressionChecker::readMember(const Value& decision, std::uint32_t member, Span span) {
    Expr one;
    one.kind = ExprKind::ReadMember;
    one.type = kYesNo;
    one.operands = {decision.id};
    one.index = decision.column;
    one.value = member;
    one.span = span;
    return context_.add(std::move(one));
}

ExprId ExpressionChecker::accepts(ExprId fact, std::uint32_t scale, std::uint32_t step, Span span) {
    const ExprId at = date(span);
    if (at == kNone) {
        return kNone;
    }
    Expr one;
    one.kind = ExprKind::Accepts;
    one.type = kYesNo;
    one.operands = {fact, at};
    one.index = scale;
    one.value = step;
    one.span = span;
    return context_.add(std::move(one));
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::satisfies(const ast::Expression& expression, const ast::Satisfies& node) {
    const Span span = expression.span;
    // The fact tells the scale where the demand is a bare step.
    Value fact = checkValue(*node.fact);
    if (fact.isError()) {
        return fact;
    }
    std::vector<std::uint32_t> scales;
    for (std::uint32_t index = 0; index < context_.program.scales.size(); ++index) {
        if (fact.type.kind == TypeKind::Enumeration &&
            context_.program.scales[index].facts == fact.type.ref) {
            scales.push_back(index);
        }
    }
    const Type stepType{TypeKind::Step, 0, scales.empty() ? 0U : scales.front()};
    Value demand = check(*node.demand, scales.size() == 1 ? &stepType : nullptr);
    if (demand.isError()) {
        return demand;
    }
    if (demand.type.kind != TypeKind::Step ||
        (demand.shape != Value::Shape::Decision && demand.shape != Value::Shape::Plain)) {
        context_.report(DiagnosticKind::TypeMismatch,
                        node.demand->span,
                        {"a decision on a scale", words(demand)});
        return error();
    }
    const std::uint32_t scale = demand.type.ref;
    const Type factType{TypeKind::Enumeration, 0, context_.program.scales[scale].facts};
    if (!sameKind(fact.type, factType)) {
        return typeMismatch(fact, factType, node.fact->span);
    }
    if (date(span) == kNone) {
        return error();
    }
    if (demand.shape == Value::Shape::Plain) {
        const auto step = static_cast<std::uint32_t>(context_.expr(demand.id).value);
        return yesNo(accepts(fact.id, scale, step, span), node.negated, span);
    }
    std::vector<ExprId> parts;
    const auto count = static_cast<std::uint32_t>(context_.program.scales[scale].steps.size());
    for (std::uint32_t step = 0; step < count; ++step) {
        const ExprId asked = context_.negation(readMember(demand, step, span), span);
        parts.push_back(
            context_.logic(ExprKind::Or, {asked, accepts(fact.id, scale, step, span)}, span));
    }
    return yesNo(context_.logic(ExprKind::And, std::move(parts), span), node.negated, span);
}

Value ExpressionChecker::demandsAreKnown(const Value& decision, bool negated, Span span) {
    std::vector<ExprId> parts;
    const auto count =
        static_cast<std::uint32_t>(context_.program.scales[decision.type.ref].steps.size());
    for (std::uint32_t step = 0; step < count; ++step) {
        Expr one;
        one.kind = ExprKind::IsKnown;
        one.type = kYesNo;
        one.operands = {readMember(decision, step, span)};
        one.span = span;
        parts.push_back(context_.add(std::move(one)));
    }
    return yesNo(context_.logic(ExprKind::And, std::move(parts), span), negated, span);
}

Value ExpressionChecker::stepTest(const Value& decision,
                                  std::uint32_t step,
                                  bool exact,
                                  Span span) {
    constexpr std::size_t kMostPeriods = 32;
    const typed::Scale& scale = context_.program.scales[decision.type.ref];
    std::set<std::int64_t> starts{INT64_MIN};
    for (const typed::Scale::Step& one : scale.steps) {
        for (const typed::Scale::Accepts& accepted : one.accepts) {
            starts.insert(accepted.period.from);
            if (accepted.period.through != INT64_MAX) {
                starts.insert(accepted.period.through + 1);
            }
        }
    }
    std::vector<std::pair<typed::Period, StepFormula>> formulas;
    for (const std::int64_t start : starts) {
        StepFormula formula = formulaOn(scale, step, exact, start);
        if (!formulas.empty()) {
            formulas.back().first.through = start - 1;
            if (formulas.back().second == formula) {
                formulas.back().first.through = INT64_MAX;
                continue;
            }
        }
        formulas.emplace_back(typed::Period{start, INT64_MAX}, std::move(formula));
    }
    if (formulas.size() > kMostPeriods) {
        context_
            .report(DiagnosticKind::StepTest,
                    span,
                    {context_.program.columns[decision.column].name, exact ? "is" : "is at least"})
            .help("its steps change too often; ask whether a fact `satisfies` it");
        return error();
    }
    Expr dated;
    dated.kind = ExprKind::Dated;
    dated.type = kYesNo;
    dated.span = span;
    if (formulas.size() > 1) {
        const ExprId at = date(span);
        if (at == kNone) {
            return error();
        }
        dated.operands.push_back(at);
    }
    ExprId last = kNone;
    for (const auto& [period, formula] : formulas) {
        std::vector<ExprId> any;
        for (const std::uint32_t index : formula.anyOf) {
            any.push_back(readMember(decision, index, span));
        }
        if (formula.alsoUnasked) {
            any.push_back(context_.negation(readMember(decision, 0, span), span));
        }
        std::vector<ExprId> all{context_.logic(ExprKind::Or, std::move(any), span)};
        for (const std::uint32_t index : formula.noneOf) {
            all.push_back(context_.negation(readMember(decision, index, span), span));
        }
        last = context_.logic(ExprKind::And, std::move(all), span);
        dated.operands.push_back(last);
        dated.periods.push_back({period, INT64_MIN});
    }
    return plain(formulas.size() == 1 ? last : context_.add(std::move(dated)), span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::contains(const ast::Expression& expression, const ast::Contains& node) {
    Value set = check(*node.set);
    if (set.isError()) {
        return set;
    }
    Value result;
    if (set.shape == Value::Shape::Decision && set.type.kind == TypeKind::Set) {
        result = setContains(set, *node.member, expression.span);
    } else if (set.shape == Value::Shape::List && context_.program.spaces[set.space].scalar) {
        result = listContains(set, *node.member, expression.span);
    } else {
        auto builder = context_.report(DiagnosticKind::TypeMismatch,
                                       node.set->span,
                                       {"a set, or a list of plain values", words(set)});
        if (set.shape == Value::Shape::List) {
            builder.help("ask `(any over " + std::string(context_.sources.text(node.set->span)) +
                         " as x where ...)`");
        }
        return error();
    }
    return result.isError() ? result : yesNo(result.id, node.negated, expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::listContains(const Value& list, const ast::Expression& member, Span span) {
    const ColumnId column = context_.program.spaces[list.space].columns.front();
    const Type type = context_.program.columns[column].type;
    const ExprId wanted = checkAs(member, type);
    if (wanted == kNone) {
        return error();
    }
    Expr fold;
    fold.kind = ExprKind::Fold;
    fold.fold = typed::FoldKind::Any;
    fold.type = kYesNo;
    fold.operands = {list.id};
    fold.over = list.over;
    fold.binder = context_.addBinder("value", list.space);
    fold.span = span;
    const ExprId value =
        context_.readColumn(context_.binderRow(fold.binder, span), column, type, span);
    fold.body = context_.compare(typed::Comparison::Equal, value, wanted, span);
    return plain(context_.add(std::move(fold)), span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::setContains(const Value& set, const ast::Expression& member, Span span) {
    const Type type{TypeKind::Code, 0, set.type.ref};
    const Value wanted = checkValue(member, &type);
    if (wanted.isError() || coerce(wanted, type) == kNone) {
        return error();
    }
    if (context_.expr(wanted.id).kind == ExprKind::Constant) {
        const std::uint32_t entry = checkSetMember(member, set.type.ref);
        return entry == kNone ? error() : plain(readMember(set, entry, span), span);
    }
    std::vector<ExprId> any;
    const std::size_t count = context_.program.codeSets[set.type.ref].entries.size();
    for (std::uint32_t entry = 0; entry < count; ++entry) {
        const std::string code = context_.program.codeSets[set.type.ref].entries[entry].code;
        const ExprId same = context_.compare(
            typed::Comparison::Equal, wanted.id, context_.textConstant(type, code, span), span);
        any.push_back(context_.logic(ExprKind::And, {same, readMember(set, entry, span)}, span));
    }
    return plain(context_.logic(ExprKind::Or, std::move(any), span), span);
}

}  // namespace proviso::check
