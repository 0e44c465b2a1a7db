#include "compiler/check/expressions.h"
#include "runtime/values/decimal.h"

#include <algorithm>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;

namespace {

/// Whether the set holds the same codes on every day.
bool isUndated(const typed::CodeSet& set) {
    return std::all_of(set.entries.begin(), set.entries.end(), [](const auto& entry) {
        return entry.period.from == INT64_MIN && entry.period.through == INT64_MAX;
    });
}

}  // namespace

Value ExpressionChecker::notComparable(const Value& left, const Value& right, Span span) {
    auto builder =
        context_.report(DiagnosticKind::NotComparable, span, {words(left), words(right)});
    builder.label(left.span, words(left)).label(right.span, words(right));
    const auto bareNumber = [&](const Value& value) {
        return value.shape == Value::Shape::Plain && value.type.kind == TypeKind::Number &&
               context_.expr(value.id).kind == ExprKind::Constant;
    };
    for (const auto& [number, other] : {std::pair(&right, &left), std::pair(&left, &right)}) {
        if (!bareNumber(*number)) {
            continue;
        }
        const std::string written(context_.sources.text(number->span));
        if (other->type.kind == TypeKind::Minutes) {
            builder.help("write `" + written + " minutes`");
        } else if (other->type.kind == TypeKind::Days) {
            builder.help("write `" + written + " days`");
        } else if (other->type.kind == TypeKind::Money) {
            builder.help("write `$" + written + "`");
        }
        break;
    }
    return error();
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::comparison(const ast::Expression& expression,
                                    const ast::Comparison& node) {
    auto [left, right] = checkPair(*node.left, *node.right);
    if (left.isError() || right.isError()) {
        return error();
    }
    return compareValues(node.op, left, right, expression.span);
}

Value ExpressionChecker::compareValues(ast::ComparisonOperator op,
                                       Value left,
                                       Value right,
                                       Span span) {
    const bool isEquality =
        op == ast::ComparisonOperator::Equal || op == ast::ComparisonOperator::NotEqual;
    if (left.shape == Value::Shape::Decision) {
        const std::string& name = context_.program.columns[left.column].name;
        if (left.type.kind == TypeKind::Set) {
            context_
                .report(DiagnosticKind::StepTest, span, {name, isEquality ? "is" : "a comparison"})
                .help("it holds a set: ask whether it `contains` a code");
            return error();
        }
        if (right.shape == Value::Shape::Decision || !sameKind(left.type, right.type)) {
            return right.shape == Value::Shape::Decision
                       ? asValue(right)
                       : typeMismatch(right, left.type, right.span);
        }
        const Expr& step = context_.expr(right.id);
        const bool atLeast = op == ast::ComparisonOperator::GreaterOrEqual;
        if (step.kind != ExprKind::Constant || (!isEquality && !atLeast)) {
            context_.report(DiagnosticKind::StepTest, span, {name, "this comparison"})
                .help("ask `is`, `is at least`, or whether a fact `satisfies` it");
            return error();
        }
        const Value test =
            stepTest(left, static_cast<std::uint32_t>(step.value), /*exact=*/isEquality, span);
        return op == ast::ComparisonOperator::NotEqual && !test.isError()
                   ? yesNo(test.id, /*negated=*/true, span)
                   : test;
    }
    const bool isRatio = left.shape == Value::Shape::Ratio || right.shape == Value::Shape::Ratio;
    if (left.shape != Value::Shape::Ratio) {
        left = asValue(left);
    }
    if (right.shape != Value::Shape::Ratio) {
        right = asValue(right);
    }
    if (left.isError() || right.isError()) {
        return error();
    }
    if (!sameKind(left.type, right.type)) {
        return notComparable(left, right, span);
    }
    if (!isEquality && !isOrdered(left.type.kind)) {
        context_.report(DiagnosticKind::NotOrdered, span, {words(left)})
            .help("ask whether it `is` something");
        return error();
    }
    if (isRatio) {
        return compareRatios(op, left, right, span);
    }
    align(left, right);
    return plain(context_.compare(static_cast<typed::Comparison>(op), left.id, right.id, span),
                 span);
}

Value ExpressionChecker::compareRatios(ast::ComparisonOperator op,
                                       const Value& left,
                                       const Value& right,
                                       Span span) {
    Expr one;
    one.kind = ExprKind::CompareRatio;
    one.type = kYesNo;
    one.comparison = static_cast<typed::Comparison>(op);
    one.span = span;
    for (const Value* value : {&left, &right}) {
        if (value->shape == Value::Shape::Ratio) {
            const int scale = std::max(context_.expr(value->id).type.scale,
                                       context_.expr(value->denominator).type.scale);
            one.operands.push_back(rescale(value->id, scale, value->span));
            one.operands.push_back(rescale(value->denominator, scale, value->span));
        } else {
            one.operands.push_back(value->id);
            one.operands.push_back(
                context_.constant(kCount, powerOfTen(value->type.scale), value->span));
        }
    }
    return plain(context_.add(std::move(one)), span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::isOneOf(const ast::Expression& expression, const ast::IsOneOf& node) {
    Value value = check(*node.value);
    if (value.shape != Value::Shape::Decision) {
        value = asValue(value);
    }
    if (value.isError()) {
        return value;
    }
    std::vector<ExprId> tests;
    bool failed = false;
    for (const ast::ExpressionPtr& choice : node.choices) {
        const Value one = check(*choice, &value.type);
        const Value test =
            one.isError() ? one
                          : compareValues(ast::ComparisonOperator::Equal, value, one, choice->span);
        failed = failed || test.isError();
        tests.push_back(test.id);
    }
    if (failed) {
        return error();
    }
    return yesNo(context_.logic(ExprKind::Or, std::move(tests), expression.span),
                 node.negated,
                 expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::isIn(const ast::Expression& expression, const ast::IsIn& node) {
    const Value value = checkValue(*node.value);
    const Symbol* set = context_.names.resolve(
        scope_.pack, node.set.text, node.set.span, {SymbolKind::Codes}, "a code set");
    if (value.isError() || set == nullptr || set->index == kNone) {
        return error();
    }
    const typed::CodeSet& codes = context_.program.codeSets[set->index];
    const Type type{TypeKind::Code, 0, codes.base == kNone ? set->index : codes.base};
    if (!sameKind(value.type, type)) {
        return typeMismatch(value, type, value.span);
    }
    ExprId at = date(expression.span);
    if (at == kNone) {
        return error();
    }
    if (scope_.lookedThrough && isUndated(context_.program.codeSets[set->index])) {
        at = context_.constant(kDate, 0, expression.span);
    }
    Expr one;
    one.kind = ExprKind::InSet;
    one.type = kYesNo;
    one.operands = {value.id, at};
    one.index = set->index;
    one.span = expression.span;
    return yesNo(context_.add(std::move(one)), node.negated, expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::isState(const ast::Expression& expression,
                                 const ast::Expression& operand,
                                 bool negated,
                                 bool known) {
    Value value = check(operand);
    if (known && value.shape == Value::Shape::Decision && value.type.kind == TypeKind::Step) {
        return demandsAreKnown(value, negated, expression.span);
    }
    const bool isRow = value.shape == Value::Shape::Plain && value.type.kind == TypeKind::Row &&
                       !context_.program.spaces[value.type.ref].scalar;
    if (!isRow) {
        value = asValue(value);
    }
    if (value.isError()) {
        return value;
    }
    Expr one;
    one.kind = known ? ExprKind::IsKnown : ExprKind::IsApplicable;
    one.type = kYesNo;
    one.operands = {value.id};
    one.span = expression.span;
    return yesNo(context_.add(std::move(one)), negated, expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::logic(const ast::Expression& expression, const ast::Logic& node) {
    std::vector<ExprId> operands;
    bool failed = false;
    for (const ast::ExpressionPtr& operand : node.operands) {
        operands.push_back(condition(*operand));
        failed = failed || operands.back() == kNone;
    }
    if (failed) {
        return error();
    }
    return plain(context_.logic(node.conjunction ? ExprKind::And : ExprKind::Or,
                                std::move(operands),
                                expression.span),
                 expression.span);
}

}  // namespace proviso::check
