#include "compiler/check/expressions.h"
#include "compiler/diagnostics/suggest.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <array>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;

namespace {

std::string_view signOf(ast::ArithmeticOperator op) {
    switch (op) {
    case ast::ArithmeticOperator::Add:
        return "+";
    case ast::ArithmeticOperator::Subtract:
        return "-";
    case ast::ArithmeticOperator::Multiply:
        return "*";
    case ast::ArithmeticOperator::Divide:
        return "/";
    case ast::ArithmeticOperator::IntegerDivide:
        return "div";
    case ast::ArithmeticOperator::Modulo:
        return "mod";
    }
    return "?";
}

ExprId binary(Context& context, ExprKind kind, Type type, ExprId left, ExprId right, Span span) {
    Expr one;
    one.kind = kind;
    one.type = type;
    one.operands = {left, right};
    one.span = span;
    return context.add(std::move(one));
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
std::pair<Value, Value> ExpressionChecker::checkPair(const ast::Expression& left,
                                                     const ast::Expression& right,
                                                     const Type* expected) {
    const auto typeOf = [](const Value& value) -> const Type* {
        const bool typed = value.shape == Value::Shape::Plain ||
                           value.shape == Value::Shape::Decision ||
                           value.shape == Value::Shape::Ratio;
        return typed ? &value.type : nullptr;
    };
    if (needsExpected(left) && !needsExpected(right)) {
        Value second = check(right, expected);
        if (second.shape == Value::Shape::Plain && second.type.kind == TypeKind::Row) {
            second = asValue(second);
        }
        if (second.isError()) {
            return {error(), second};
        }
        return {check(left, typeOf(second)), second};
    }
    Value first = check(left, expected);
    if (first.shape == Value::Shape::Plain && first.type.kind == TypeKind::Row) {
        first = asValue(first);
    }
    if (first.isError() && needsExpected(right)) {
        return {first, error()};
    }
    return {first, check(right, first.isError() ? expected : typeOf(first))};
}

void ExpressionChecker::align(Value& left, Value& right) {
    const int scale = std::max(left.type.scale, right.type.scale);
    for (Value* value : {&left, &right}) {
        value->id = rescale(value->id, scale, value->span);
        value->type.scale = static_cast<std::uint8_t>(scale);
    }
}

Value ExpressionChecker::badOperands(const ast::Arithmetic& node,
                                     const Value& left,
                                     const Value& right,
                                     std::string_view sign) {
    auto builder = context_.report(
        DiagnosticKind::BadOperands, node.operatorSpan, {sign, words(left), words(right)});
    builder.label(left.span, words(left)).label(right.span, words(right));
    const auto bareNumber = [&](const Value& value) {
        return value.type.kind == TypeKind::Number &&
               context_.expr(value.id).kind == ExprKind::Constant;
    };
    const auto help = [&](const Value& number, const Value& other) {
        const std::string written(context_.sources.text(number.span));
        if (other.type.kind == TypeKind::Minutes) {
            builder.help("write `" + written + " minutes`");
        } else if (other.type.kind == TypeKind::Days || other.type.kind == TypeKind::Date) {
            builder.help("write `" + written + " days`");
        } else if (other.type.kind == TypeKind::Money) {
            builder.help("write `$" + written + "`");
        }
    };
    if (bareNumber(right)) {
        help(right, left);
    } else if (bareNumber(left)) {
        help(left, right);
    }
    return error();
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::arithmetic(const ast::Expression& expression,
                                    const ast::Arithmetic& node,
                                    const Type* /*expected*/) {
    auto [left, right] = checkPair(*node.left, *node.right);
    left = asValue(left);
    right = asValue(right);
    if (left.isError() || right.isError()) {
        return error();
    }
    switch (node.op) {
    case ast::ArithmeticOperator::Add:
    case ast::ArithmeticOperator::Subtract:
        return sum(node, left, right, expression.span);
    case ast::ArithmeticOperator::Multiply:
        return product(node, left, right, expression.span);
    case ast::ArithmeticOperator::Divide:
        return quotient(node, left, right, expression.span);
    case ast::ArithmeticOperator::IntegerDivide:
    case ast::ArithmeticOperator::Modulo:
        return wholeQuotient(node, left, right, expression.span);
    }
    return error();
}

Value ExpressionChecker::sum(const ast::Arithmetic& node, Value left, Value right, Span span) {
    const bool add = node.op == ast::ArithmeticOperator::Add;
    const ExprKind kind = add ? ExprKind::Add : ExprKind::Subtract;
    const bool leftDate = left.type.kind == TypeKind::Date;
    const bool rightDate = right.type.kind == TypeKind::Date;
    const bool leftDays = left.type.kind == TypeKind::Days && left.type.scale == 0;
    const bool rightDays = right.type.kind == TypeKind::Days && right.type.scale == 0;
    if (leftDate && rightDate && !add) {
        return plain(binary(context_, kind, kDays, left.id, right.id, span), span);
    }
    if ((leftDate && rightDays) || (add && leftDays && rightDate)) {
        return plain(binary(context_, kind, kDate, left.id, right.id, span), span);
    }
    if (!isQuantity(left.type.kind) || !sameKind(left.type, right.type)) {
        return badOperands(node, left, right, signOf(node.op));
    }
    align(left, right);
    return plain(binary(context_, kind, left.type, left.id, right.id, span), span);
}

Value ExpressionChecker::multiply(const Value& left, const Value& right, Span span) {
    Type type = left.type.kind == TypeKind::Number ? right.type : left.type;
    const int scale = left.type.scale + right.type.scale;
    if (scale > kMaximumScale) {
        context_.report(DiagnosticKind::TooManyDecimals, span, {scale, kMaximumScale})
            .help("round one of the two first");
        return error();
    }
    type.scale = static_cast<std::uint8_t>(scale);
    return plain(binary(context_, ExprKind::Multiply, type, left.id, right.id, span), span);
}

Value ExpressionChecker::product(const ast::Arithmetic& node,
                                 const Value& left,
                                 const Value& right,
                                 Span span) {
    const bool fits = isQuantity(left.type.kind) && isQuantity(right.type.kind) &&
                      (left.type.kind == TypeKind::Number || right.type.kind == TypeKind::Number);
    return fits ? multiply(left, right, span) : badOperands(node, left, right, signOf(node.op));
}

Value ExpressionChecker::quotient(const ast::Arithmetic& node,
                                  const Value& left,
                                  const Value& right,
                                  Span span) {
    const bool same = sameKind(left.type, right.type);
    if (!isQuantity(left.type.kind) || (!same && right.type.kind != TypeKind::Number)) {
        return badOperands(node, left, right, signOf(node.op));
    }
    Value result;
    result.shape = Value::Shape::Ratio;
    result.type = same ? kCount : left.type;
    result.id = left.id;
    result.denominator = right.id;
    result.span = span;
    return result;
}

Value ExpressionChecker::wholeQuotient(const ast::Arithmetic& node,
                                       const Value& leftValue,
                                       const Value& rightValue,
                                       Span span) {
    Value left = leftValue;
    Value right = rightValue;
    if (!isQuantity(left.type.kind) || !sameKind(left.type, right.type)) {
        return badOperands(node, left, right, signOf(node.op));
    }
    align(left, right);
    const bool isDivision = node.op == ast::ArithmeticOperator::IntegerDivide;
    return plain(binary(context_,
                        isDivision ? ExprKind::IntegerDivide : ExprKind::Modulo,
                        isDivision ? kCount : left.type,
                        left.id,
                        right.id,
                        span),
                 span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::negate(const ast::Expression& expression,
                                const ast::Negate& node,
                                const Type* /*expected*/) {
    Value value = checkValue(*node.operand);
    if (value.isError()) {
        return value;
    }
    if (!isQuantity(value.type.kind)) {
        context_.report(DiagnosticKind::NotAggregable, expression.span, {"-", words(value)});
        return error();
    }
    const Expr operand = context_.expr(value.id);
    if (operand.kind == ExprKind::Constant) {
        return plain(context_.constant(operand.type, -operand.value, expression.span),
                     expression.span);
    }
    Expr one;
    one.kind = ExprKind::Negate;
    one.type = value.type;
    one.operands = {value.id};
    one.span = expression.span;
    return plain(context_.add(std::move(one)), expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::percentOf(const ast::Expression& expression, const ast::PercentOf& node) {
    Value value = checkValue(*node.operand);
    if (value.isError()) {
        return value;
    }
    if (!isQuantity(value.type.kind)) {
        context_.report(DiagnosticKind::NotAggregable, expression.span, {"% of", words(value)});
        return error();
    }
    return multiply(literal(expression, node.percent), value, expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::rounded(const ast::Expression& expression, const ast::Rounded& node) {
    constexpr std::array<std::string_view, 4> kModes{"half_up", "half_even", "up", "down"};
    const auto place = std::find(kModes.begin(), kModes.end(), node.mode.text);
    Value value = check(*node.operand);
    if (place == kModes.end()) {
        context_.report(DiagnosticKind::UnknownRounding, node.mode.span, {node.mode.text})
            .help("write `half_up`, `half_even`, `up` or `down`");
        return error();
    }
    if (value.shape != Value::Shape::Ratio) {
        value = asValue(value);
    }
    if (value.isError()) {
        return value;
    }
    if (!isQuantity(value.type.kind) || (node.cents && value.type.kind != TypeKind::Money)) {
        auto builder = context_.report(DiagnosticKind::NotAggregable,
                                       expression.span,
                                       {node.cents ? "rounded to cents" : "rounded", words(value)});
        if (node.cents && isQuantity(value.type.kind)) {
            builder.help("only money is rounded to cents; write `rounded to whole` or `rounded to "
                         "2 decimals`");
        }
        return error();
    }
    const auto mode = static_cast<typed::RoundingMode>(place - kModes.begin());
    Type type = value.type;
    type.scale = static_cast<std::uint8_t>(node.scale);
    if (value.shape == Value::Shape::Ratio) {
        Expr one;
        one.kind = ExprKind::RoundRatio;
        one.type = type;
        one.operands = {value.id, value.denominator};
        one.value = node.scale + context_.expr(value.denominator).type.scale -
                    context_.expr(value.id).type.scale;
        one.rounding = mode;
        one.span = expression.span;
        return plain(context_.add(std::move(one)), expression.span);
    }
    if (value.type.scale <= node.scale) {
        return plain(rescale(value.id, node.scale, expression.span), expression.span);
    }
    Expr one;
    one.kind = ExprKind::Round;
    one.type = type;
    one.operands = {value.id};
    one.value = value.type.scale - node.scale;
    one.rounding = mode;
    one.span = expression.span;
    return plain(context_.add(std::move(one)), expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::orElse(const ast::Expression& expression,
                                const ast::OrElse& node,
                                const Type* expected) {
    auto [left, right] = checkPair(*node.value, *node.otherwise, expected);
    left = asValue(left);
    right = asValue(right);
    if (left.isError() || right.isError()) {
        return error();
    }
    if (!sameKind(left.type, right.type)) {
        return typeMismatch(right, left.type, node.otherwise->span);
    }
    align(left, right);
    return plain(binary(context_, ExprKind::OrElse, left.type, left.id, right.id, expression.span),
                 expression.span);
}

}  // namespace proviso::check
