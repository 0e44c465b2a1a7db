#include "compiler/check/expressions.h"

#include "compiler/check/definitions.h"
#include "runtime/values/decimal.h"

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;

Scope scopeOf(Context& context, PackId pack, BinderId binder, Span span) {
    Scope scope;
    scope.pack = pack;
    scope.current = context.binderRow(binder, span);
    return scope;
}

Value ExpressionChecker::plain(ExprId id, Span span) const {
    Value value;
    value.shape = Value::Shape::Plain;
    value.id = id;
    value.type = context_.expr(id).type;
    value.span = span;
    return value;
}

std::string ExpressionChecker::words(const Value& value) const {
    switch (value.shape) {
    case Value::Shape::Ratio:
        return "a quotient";
    case Value::Shape::List:
        return "a list of `" + context_.program.spaces[value.space].name + "`";
    case Value::Shape::Decision:
    case Value::Shape::Plain:
        return inWords(context_.program, value.type);
    case Value::Shape::Nested:
        return "the group of fields `" + value.prefix + "`";
    case Value::Shape::Error:
        break;
    }
    return "nothing";
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::check(const ast::Expression& expression,
                               const Type* expected,
                               Place place) {
    const Span span = expression.span;
    Value result = std::visit(
        [&](const auto& node) -> Value {
            using Node = std::decay_t<decltype(node)>;
            if constexpr (std::is_same_v<Node, ast::DecimalLiteral> ||
                          std::is_same_v<Node, ast::TextLiteral> ||
                          std::is_same_v<Node, ast::CodeLiteral>) {
                return literal(expression, node, expected);
            } else if constexpr (std::is_same_v<Node, ast::MoneyLiteral> ||
                                 std::is_same_v<Node, ast::PercentLiteral>) {
                return literal(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::MinutesLiteral>) {
                return plain(context_.constant(kMinutes, node.minutes, span), span);
            } else if constexpr (std::is_same_v<Node, ast::DaysLiteral>) {
                return plain(context_.constant(kDays, node.days, span), span);
            } else if constexpr (std::is_same_v<Node, ast::DateValue>) {
                return plain(context_.constant(kDate, node.days, span), span);
            } else if constexpr (std::is_same_v<Node, ast::YesNoLiteral>) {
                return plain(context_.constant(kYesNo, node.value ? 1 : 0, span), span);
            } else if constexpr (std::is_same_v<Node, ast::Path>) {
                return path(node, expected, span);
            } else if constexpr (std::is_same_v<Node, ast::MemberOf>) {
                return memberOf(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::Lookup>) {
                return lookup(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::Call>) {
                std::vector<const ast::Expression*> arguments;
                for (const ast::ExpressionPtr& argument : node.arguments) {
                    arguments.push_back(argument.get());
                }
                return function(node.function, arguments, span);
            } else if constexpr (std::is_same_v<Node, ast::OnDate>) {
                return onDate(expression, node, expected);
            } else if constexpr (std::is_same_v<Node, ast::Arithmetic>) {
                return arithmetic(expression, node, expected);
            } else if constexpr (std::is_same_v<Node, ast::Negate>) {
                return negate(expression, node, expected);
            } else if constexpr (std::is_same_v<Node, ast::PercentOf>) {
                return percentOf(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::Rounded>) {
                return rounded(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::OrElse>) {
                return orElse(expression, node, expected);
            } else if constexpr (std::is_same_v<Node, ast::Comparison>) {
                return comparison(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::IsOneOf>) {
                return isOneOf(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::IsIn>) {
                return isIn(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::IsKnown>) {
                return isState(expression, *node.value, node.negated, /*known=*/true);
            } else if constexpr (std::is_same_v<Node, ast::IsApplicable>) {
                return isState(expression, *node.value, node.negated, /*known=*/false);
            } else if constexpr (std::is_same_v<Node, ast::Satisfies>) {
                return satisfies(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::Contains>) {
                return contains(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::Not>) {
                const ExprId operand = condition(*node.operand);
                return operand == kNone ? error() : yesNo(operand, /*negated=*/true, span);
            } else if constexpr (std::is_same_v<Node, ast::Logic>) {
                return logic(expression, node);
            } else if constexpr (std::is_same_v<Node, ast::Case>) {
                return caseOf(expression, node, expected, place);
            } else if constexpr (std::is_same_v<Node, ast::Aggregate>) {
                return aggregate(expression, node);
            } else {
                static_assert(std::is_same_v<Node, ast::Apportion>);
                return apportion(expression, node, place);
            }
        },
        expression.node);
    result.span = span;
    return result;
}

Value ExpressionChecker::asValue(Value value) {
    switch (value.shape) {
    case Value::Shape::Error:
        return value;
    case Value::Shape::Plain:
        break;
    case Value::Shape::Ratio:
        context_
            .report(
                DiagnosticKind::LooseQuotient, value.span, {inWords(context_.program, value.type)})
            .help("say how it is rounded, such as `(...) rounded to cents half_up`; in a "
                  "comparison a quotient is exact");
        return error();
    case Value::Shape::List:
        context_
            .report(DiagnosticKind::ListAsValue, value.span, {context_.sources.text(value.span)})
            .help("ask for one thing about it, such as `(count over " +
                  std::string(context_.sources.text(value.span)) + " as x)`");
        return error();
    case Value::Shape::Decision:
        context_
            .report(DiagnosticKind::DecisionAsValue,
                    value.span,
                    {context_.program.columns[value.column].name, words(value)})
            .help(value.type.kind == TypeKind::Set ? "ask whether it `contains` a code"
                                                   : "ask whether a fact `satisfies` it");
        return error();
    case Value::Shape::Nested:
        context_.report(DiagnosticKind::RowAsValue, value.span, {value.prefix})
            .help("add a dot and the name of a field");
        return error();
    }
    if (value.type.kind != TypeKind::Row) {
        return value;
    }
    const typed::Space& space = context_.program.spaces[value.type.ref];
    if (space.scalar) {
        return read(value.id, space.columns.front(), value.span);
    }
    context_.report(DiagnosticKind::RowAsValue, value.span, {space.name})
        .help("add a dot and the name of a field");
    return error();
}

Value ExpressionChecker::checkValue(const ast::Expression& expression,
                                    const Type* expected,
                                    Place place) {
    Value value = asValue(check(expression, expected, place));
    value.span = expression.span;
    return value;
}

ExprId ExpressionChecker::checkAs(const ast::Expression& expression, Type type, Place place) {
    return coerce(checkValue(expression, &type, place), type);
}

ExprId ExpressionChecker::condition(const ast::Expression& expression) {
    return checkAs(expression, kYesNo);
}

Value ExpressionChecker::typeMismatch(const Value& found, Type expected, Span span) {
    auto builder = context_.report(
        DiagnosticKind::TypeMismatch, span, {inWords(context_.program, expected), words(found)});
    const bool isConstant =
        found.shape == Value::Shape::Plain && context_.expr(found.id).kind == ExprKind::Constant;
    const std::string written(context_.sources.text(span));
    const bool isDigits = !written.empty() && written.front() >= '0' && written.front() <= '9';
    if (isConstant && isDigits && found.type.kind == TypeKind::Number) {
        if (expected.kind == TypeKind::Minutes || expected.kind == TypeKind::Days) {
            const std::string unit = expected.kind == TypeKind::Minutes ? " minutes" : " days";
            builder.help("write `" + written + unit + "`");
        } else if (expected.kind == TypeKind::Money) {
            builder.help("write `$" + written + "`");
        }
    } else if (expected.kind == TypeKind::YesNo) {
        builder.help("a condition is a comparison or a yes or no");
    }
    return error();
}

ExprId ExpressionChecker::coerce(const Value& value, Type type) {
    if (value.isError()) {
        return kNone;
    }
    if (!sameKind(value.type, type)) {
        typeMismatch(value, type, value.span);
        return kNone;
    }
    if (value.type.scale == type.scale) {
        return value.id;
    }
    if (value.type.scale < type.scale) {
        return rescale(value.id, type.scale, value.span);
    }
    const Expr& one = context_.expr(value.id);
    const int digits = value.type.scale - type.scale;
    if (one.kind == ExprKind::Constant && one.value % powerOfTen(digits) == 0) {
        return context_.constant(type, one.value / powerOfTen(digits), value.span);
    }
    context_.report(DiagnosticKind::TooManyDecimals, value.span, {value.type.scale, type.scale})
        .help(type.kind == TypeKind::Money
                  ? "say how it is rounded, such as `(...) rounded to cents half_up`"
                  : "say how it is rounded, such as `(...) rounded to " +
                        (type.scale == 0 ? std::string("whole")
                                         : std::to_string(type.scale) + " decimals") +
                        " half_up`");
    return kNone;
}

ExprId ExpressionChecker::rescale(ExprId id, int scale, Span span) {
    const Expr& one = context_.expr(id);
    if (one.type.scale == scale) {
        return id;
    }
    const int digits = scale - one.type.scale;
    Type type = one.type;
    type.scale = static_cast<std::uint8_t>(scale);
    if (one.kind == ExprKind::Constant) {
        const Checked scaled = rescaleUp(one.value, digits);
        if (scaled.ok()) {
            return context_.constant(type, scaled.value, one.span);
        }
    }
    Expr result;
    result.kind = ExprKind::Rescale;
    result.type = type;
    result.operands = {id};
    result.value = digits;
    result.span = span;
    return context_.add(std::move(result));
}

ExprId ExpressionChecker::date(Span span) {
    ++scope_.dateUses;
    if (scope_.date != kNone || scope_.dateFailed) {
        return scope_.date;
    }
    if (scope_.current != kNone) {
        scope_.date = context_.governingDate(scope_.current, span);
    }
    if (scope_.date == kNone) {
        scope_.dateFailed = true;
        const std::string name =
            scope_.current == kNone
                ? std::string("nothing")
                : context_.program.spaces[context_.rowSpace(scope_.current)].name;
        context_.report(DiagnosticKind::NoGoverningDate, span, {name})
            .help("give its grouping a date among its keys, or name the date with `on`");
    }
    return scope_.date;
}

Value ExpressionChecker::yesNo(ExprId id, bool negated, Span span) {
    return plain(negated ? context_.negation(id, span) : id, span);
}

ExprId ExpressionChecker::checkRow(const ast::Expression& expression) {
    const Value value = check(expression);
    if (value.isError()) {
        return kNone;
    }
    if (value.shape != Value::Shape::Plain || value.type.kind != TypeKind::Row) {
        auto builder =
            context_.report(DiagnosticKind::TypeMismatch, expression.span, {"a row", words(value)});
        if (value.shape == Value::Shape::List) {
            builder.help("run the rule over that list: `for each x in " +
                         std::string(context_.sources.text(expression.span)) + "`");
        }
        return kNone;
    }
    return value.id;
}

}  // namespace proviso::check
