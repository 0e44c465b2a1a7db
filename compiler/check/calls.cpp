#include "compiler/check/expressions.h"
#include "compiler/diagnostics/suggest.h"
#include "runtime/values/texts.h"

#include <algorithm>
#include <array>

namespace proviso::check {

using typed::Expr;
using typed::ExprKind;

namespace {

constexpr std::array<std::string_view, 4> kDateParts{
    "calendar_year", "calendar_month", "day_of_month", "weekday"};
/// By unit: week, month, quarter, year.
constexpr std::array<std::string_view, 4> kPeriodStarts{
    "week_start", "month_start", "quarter_start", "year_start"};
constexpr std::array<std::string_view, 4> kPeriodEnds{
    "week_end", "month_end", "quarter_end", "year_end"};
constexpr std::array<std::string_view, 20> kFunctions{
    "absolute",    "calendar_month", "calendar_year", "day_of_month", "draw_number",
    "earlier",     "greater",        "later",         "lesser",       "month_end",
    "month_start", "quarter_end",    "quarter_start", "similarity",   "week_end",
    "week_start",  "weekday",        "word_count",    "year_end",     "year_start"};

/// What asks about texts, and of how many.
struct TextFunction {
    std::string_view name;
    ExprKind kind;
    std::size_t arguments;
    Type type;
};
constexpr std::array<TextFunction, 3> kTextFunctions{
    {{"word_count", ExprKind::WordCount, 1, kCount},
     {"similarity", ExprKind::Similarity, 2, {TypeKind::Number, kSimilarityScale}},
     {"draw_number", ExprKind::DrawNumber, 2, kCount}}};

bool isChoice(std::string_view name) {
    return name == "lesser" || name == "greater" || name == "earlier" || name == "later";
}

}  // namespace

std::optional<Value> ExpressionChecker::dateFunction(const ast::Name& name, const Value& argument) {
    for (std::size_t part = 0; part < kDateParts.size(); ++part) {
        if (kDateParts[part] == name.text) {
            Expr one;
            one.kind = ExprKind::DatePart;
            one.type = kCount;
            one.operands = {argument.id};
            one.value = static_cast<std::int64_t>(part);
            one.span = name.span;
            return plain(context_.add(std::move(one)), name.span);
        }
    }
    for (std::size_t unit = 0; unit < kPeriodStarts.size(); ++unit) {
        const bool start = kPeriodStarts[unit] == name.text;
        if (start || kPeriodEnds[unit] == name.text) {
            const ExprKind kind = start ? ExprKind::PeriodStart : ExprKind::PeriodEnd;
            return plain(periodEdge(kind, static_cast<std::int64_t>(unit), argument.id, name.span),
                         name.span);
        }
    }
    return std::nullopt;
}

ExprId ExpressionChecker::periodEdge(ExprKind kind, std::int64_t unit, ExprId date, Span span) {
    Expr one;
    one.kind = kind;
    one.type = kDate;
    one.operands = {date};
    one.value = unit;
    one.span = span;
    return context_.add(std::move(one));
}

Value ExpressionChecker::absolute(const Value& value, Span span) {
    if (!isQuantity(value.type.kind)) {
        context_.report(DiagnosticKind::NotAggregable, span, {"absolute", words(value)});
        return error();
    }
    const ExprId zero = context_.constant(value.type, 0, span);
    const ExprId below = context_.compare(typed::Comparison::Less, value.id, zero, span);
    Expr negated;
    negated.kind = ExprKind::Negate;
    negated.type = value.type;
    negated.operands = {value.id};
    negated.span = span;
    const ExprId opposite = context_.add(std::move(negated));
    Expr select;
    select.kind = ExprKind::Select;
    select.type = value.type;
    select.operands = {below, opposite, value.id};
    select.span = span;
    return plain(context_.add(std::move(select)), span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::chooseBetween(const ast::Name& name,
                                       const std::vector<const ast::Expression*>& arguments,
                                       Span span) {
    if (arguments.size() < 2) {
        context_
            .report(DiagnosticKind::ArgumentCount,
                    span,
                    {name.text, "two values or more", std::to_string(arguments.size())})
            .help("write `" + name.text + " of (a, b)`");
        return error();
    }
    const bool ofDates = name.text == "earlier" || name.text == "later";
    const bool smaller = name.text == "lesser" || name.text == "earlier";
    std::vector<Value> values;
    bool failed = false;
    for (const ast::Expression* argument : arguments) {
        Value value = checkValue(*argument);
        failed = failed || value.isError();
        values.push_back(std::move(value));
    }
    if (failed) {
        return error();
    }
    for (const Value& value : values) {
        const bool fits = ofDates ? value.type.kind == TypeKind::Date : isQuantity(value.type.kind);
        if (!fits) {
            auto builder = context_.report(
                DiagnosticKind::NotAggregable, value.span, {name.text, words(value)});
            if (value.type.kind == TypeKind::Date) {
                builder.help(smaller ? "of dates, write `earlier of`"
                                     : "of dates, write `later of`");
            }
            return error();
        }
        if (!sameKind(value.type, values.front().type)) {
            return notComparable(values.front(), value, value.span);
        }
    }
    Value result = values.front();
    for (std::size_t index = 1; index < values.size(); ++index) {
        Value other = values[index];
        align(result, other);
        // The states of both count: where either is not applicable or unknown, so is the answer.
        const ExprId test = context_.compare(smaller ? typed::Comparison::LessOrEqual
                                                     : typed::Comparison::GreaterOrEqual,
                                             result.id,
                                             other.id,
                                             span);
        Expr applicable;
        applicable.kind = ExprKind::IsApplicable;
        applicable.type = kYesNo;
        applicable.operands = {result.id};
        applicable.span = span;
        const ExprId isThere = context_.add(std::move(applicable));
        Expr second;
        second.kind = ExprKind::Select;
        second.type = result.type;
        second.operands = {isThere, other.id, context_.notApplicable(result.type, span)};
        second.span = span;
        const ExprId otherwise = context_.add(std::move(second));
        Expr select;
        select.kind = ExprKind::Select;
        select.type = result.type;
        select.operands = {test, result.id, otherwise};
        select.span = span;
        result = plain(context_.add(std::move(select)), span);
    }
    return result;
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
std::optional<Value> ExpressionChecker::textFunction(
    const ast::Name& name, const std::vector<const ast::Expression*>& arguments, Span span) {
    const auto* const function =
        std::find_if(kTextFunctions.begin(), kTextFunctions.end(), [&](const TextFunction& one) {
            return one.name == name.text;
        });
    if (function == kTextFunctions.end()) {
        return std::nullopt;
    }
    if (arguments.size() != function->arguments) {
        context_.report(DiagnosticKind::ArgumentCount,
                        span,
                        {name.text,
                         function->arguments == 1 ? "one text" : "two texts",
                         std::to_string(arguments.size())});
        return error();
    }
    Expr one;
    one.kind = function->kind;
    one.type = function->type;
    one.span = span;
    bool failed = false;
    for (const ast::Expression* argument : arguments) {
        one.operands.push_back(checkAs(*argument, kText));
        failed = failed || one.operands.back() == kNone;
    }
    return failed ? error() : plain(context_.add(std::move(one)), span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::function(const ast::Name& name,
                                  const std::vector<const ast::Expression*>& arguments,
                                  Span span) {
    if (isChoice(name.text)) {
        return chooseBetween(name, arguments, span);
    }
    if (const auto value = textFunction(name, arguments, span)) {
        return *value;
    }
    bool known = false;
    for (const std::string_view one : kFunctions) {
        known = known || one == name.text;
    }
    if (!known) {
        auto builder = context_.report(DiagnosticKind::UnknownFunction, name.span, {name.text});
        if (const auto near =
                nearestName(name.text, std::span<const std::string_view>(kFunctions))) {
            builder.help("did you mean `" + std::string(*near) + "`?");
        }
        return error();
    }
    if (arguments.size() != 1) {
        context_.report(DiagnosticKind::ArgumentCount,
                        span,
                        {name.text, "one value", std::to_string(arguments.size())});
        return error();
    }
    Value value = checkValue(*arguments.front());
    if (value.isError()) {
        return value;
    }
    if (name.text == "absolute") {
        return absolute(value, span);
    }
    if (value.type.kind != TypeKind::Date) {
        return typeMismatch(value, kDate, value.span);
    }
    return *dateFunction(name, value);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::lookup(const ast::Expression& expression, const ast::Lookup& node) {
    const std::vector<ast::Name>& names = node.path.names;
    const auto text = [&](std::size_t count) {
        std::string result = names.front().text;
        for (std::size_t index = 1; index < count; ++index) {
            result += "." + names[index].text;
        }
        return result;
    };
    const SymbolKinds tables{SymbolKind::Table};
    std::size_t used = names.size();
    while (used > 1 && context_.names.find(scope_.pack, text(used), tables).empty()) {
        --used;
    }
    const Span nameSpan = cover(names.front().span, names[used - 1].span);
    const Symbol* symbol =
        context_.names.resolve(scope_.pack, text(used), nameSpan, tables, "a table");
    if (symbol == nullptr || symbol->index == kNone) {
        return error();
    }
    // INVARIANT: tables are declared before any expression is checked, so the reference stays good.
    const typed::Table& table = context_.program.tables[symbol->index];
    std::uint32_t output = 0;
    if (used == names.size() ? table.gives.size() > 1 : used + 1 != names.size()) {
        std::vector<std::string> columns;
        for (const typed::Table::Field& field : table.gives) {
            columns.push_back(field.name);
        }
        context_.report(DiagnosticKind::UnknownField, expression.span, {symbol->name, "for"})
            .label(table.span, "declared here")
            .help("say which column is meant: " + listInWords(columns));
        return error();
    }
    if (used < names.size()) {
        const ast::Name& column = names[used];
        std::vector<std::string> columns;
        for (const typed::Table::Field& field : table.gives) {
            columns.push_back(field.name);
        }
        const auto place = std::find(columns.begin(), columns.end(), column.text);
        if (place == columns.end()) {
            auto builder = context_.report(
                DiagnosticKind::UnknownField, column.span, {symbol->name, column.text});
            builder.label(table.span, "declared here").help("it gives " + listInWords(columns));
            return error();
        }
        output = static_cast<std::uint32_t>(place - columns.begin());
    }
    if (node.arguments.size() != table.given.size()) {
        std::vector<std::string> given;
        for (const typed::Table::Field& field : table.given) {
            given.push_back(field.name);
        }
        context_
            .report(DiagnosticKind::ArgumentCount,
                    expression.span,
                    {symbol->name,
                     std::to_string(given.size()) + (given.size() == 1 ? " value" : " values"),
                     std::to_string(node.arguments.size())})
            .label(table.span, "declared here")
            .help("it is given " + listInWords(given));
        return error();
    }
    Expr one;
    one.kind = ExprKind::LookupTable;
    one.type = table.gives[output].type;
    one.index = symbol->index;
    one.value = output;
    one.span = expression.span;
    bool failed = false;
    for (std::size_t index = 0; index < node.arguments.size(); ++index) {
        const ExprId argument = checkAs(*node.arguments[index], table.given[index].type);
        failed = failed || argument == kNone;
        one.operands.push_back(argument);
    }
    const ExprId at = date(expression.span);
    if (failed || at == kNone) {
        return error();
    }
    one.operands.push_back(at);
    return plain(context_.add(std::move(one)), expression.span);
}

// NOLINTNEXTLINE(misc-no-recursion): depth is bounded by ParseLimits::nesting
Value ExpressionChecker::onDate(const ast::Expression& expression,
                                const ast::OnDate& node,
                                const Type* expected) {
    const ExprId at = checkAs(*node.date, kDate);
    if (at == kNone) {
        return error();
    }
    const Scope before = scope_;
    scope_.date = at;
    scope_.dateFailed = false;
    scope_.dateIsGoverning = false;
    const std::size_t uses = scope_.dateUses;
    Value value = check(*node.value, expected);
    const bool used = scope_.dateUses != uses;
    scope_.date = before.date;
    scope_.dateFailed = before.dateFailed;
    scope_.dateIsGoverning = before.dateIsGoverning;
    if (!used && !value.isError()) {
        context_.report(DiagnosticKind::NothingDated, expression.span)
            .help("`on` chooses the date of a parameter or a table; leave it out here");
        return error();
    }
    return value;
}

}  // namespace proviso::check
