// Expressions of a wanted type, from what a scope offers.

#include "tests/differential/world.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::differential {

using Kind = ValueType::Kind;

namespace {

const std::vector<std::string> kModes{"half_up", "half_even", "up", "down"};

/// Whether a value of `from` may stand where `to` is wanted.
bool fits(const ValueType& from, const ValueType& to) {
    if (from.kind != to.kind) {
        return false;
    }
    switch (to.kind) {
    case Kind::Number:
    case Kind::Money:
        return from.scale <= to.scale;
    case Kind::Enumeration:
    case Kind::Code:
        return from.ref == to.ref;
    default:
        return true;
    }
}

bool isQuantity(Kind kind) {
    return kind == Kind::Number || kind == Kind::Money || kind == Kind::Minutes ||
           kind == Kind::Days;
}

}  // namespace

std::string typeText(const World& world, const ValueType& type) {
    switch (type.kind) {
    case Kind::YesNo:
        return "yes_no";
    case Kind::Number:
        return type.scale == 0 ? "count" : fmt::format("number with {} decimals", type.scale);
    case Kind::Money:
        return type.scale == 2 ? "money" : fmt::format("money with {} decimals", type.scale);
    case Kind::Minutes:
        return "minutes";
    case Kind::Days:
        return "days";
    case Kind::Date:
        return "date";
    case Kind::Text:
        return "text";
    case Kind::Enumeration:
        return world.enumerations[type.ref].name;
    case Kind::Code:
        return world.codeSets[type.ref].name;
    }
    return {};
}

std::string ExpressionWriter::literal(const ValueType& type) {
    switch (type.kind) {
    case Kind::YesNo:
        return random_.chance(50) ? "yes" : "no";
    case Kind::Number: {
        if (type.scale > 0 && random_.chance(70)) {
            return fmt::format("{}.{}", random_.between(0, 12), random_.between(1, 9));
        }
        return random_.chance(4) ? "4000000000000000000" : std::to_string(random_.between(0, 9));
    }
    case Kind::Money: {
        static const std::vector<std::string> kAmounts{
            "$0", "$0.01", "$12.50", "$100", "$2,330", "$1,999.99", "$46,116,860,184,273,879.04"};
        return kAmounts[random_.below(kAmounts.size() - (random_.chance(10) ? 0 : 1))];
    }
    case Kind::Minutes:
        return fmt::format("{} minutes", random_.between(0, 40));
    case Kind::Days:
        return fmt::format("{} days", random_.between(0, 400));
    case Kind::Date:
        return world_.date();
    case Kind::Text:
        return "\"" + world_.text() + "\"";
    case Kind::Enumeration:
        return random_.of(world_.enumerations[type.ref].members);
    case Kind::Code:
        return random_.of(world_.codeSets[type.ref].codes);
    }
    return {};
}

namespace {

/// A column of a row that can be named; of locals there is no row.
struct Candidate {
    const Variable* row = nullptr;
    const Column* column = nullptr;
};

std::vector<Candidate>
candidates(const World& world, const std::vector<Variable>& rows, const ValueType* type) {
    std::vector<Candidate> found;
    for (const Variable& row : rows) {
        for (const Column& column : world.spaces[row.space].columns) {
            if (!column.isPrivate && (type == nullptr || fits(column.type, *type))) {
                found.push_back({&row, &column});
            }
        }
    }
    return found;
}

/// `row.field`, or `decision of row`; a row of plain values stands for its value.
std::string textOf(const World& world, const Candidate& one, bool spoken) {
    if (one.row == nullptr) {
        return one.column->name;
    }
    if (world.spaces[one.row->space].scalar) {
        return one.row->text;
    }
    return spoken ? fmt::format("{} of {}", one.column->name, one.row->text)
                  : one.row->text + "." + one.column->name;
}

}  // namespace

std::string ExpressionWriter::leaf(const Scope& scope, const ValueType& type) {
    const std::vector<Variable> rows = world_.rows(scope);
    std::vector<Candidate> found = candidates(world_, rows, &type);
    for (const Column& local : scope.locals) {
        if (fits(local.type, type)) {
            found.push_back({nullptr, &local});
        }
    }
    const bool bareMember =
        type.kind == Kind::Enumeration || type.kind == Kind::Code || type.kind == Kind::Text;
    if (found.empty() || (random_.chance(15) && !(scope.inferred && bareMember))) {
        return literal(type);
    }
    const Candidate& one = random_.of(found);
    const bool spoken = !one.column->stored && random_.chance(50);
    return spoken && one.row != nullptr ? "(" + textOf(world_, one, true) + ")"
                                        : textOf(world_, one, false);
}

std::string ExpressionWriter::visible(const Scope& scope, const ValueType& type) {
    const std::vector<Variable> rows = world_.rows(scope);
    const std::vector<Candidate> found = candidates(world_, rows, &type);
    if (found.empty()) {
        return {};
    }
    const Candidate& one = random_.of(found);
    return textOf(world_, one, !one.column->stored);
}

std::string ExpressionWriter::visibleAny(const Scope& scope) {
    const std::vector<Variable> rows = world_.rows(scope);
    if (random_.chance(20)) {
        const Variable& row = random_.of(rows);
        if (!world_.spaces[row.space].decisions.empty()) {
            return fmt::format(
                "{} of {}", random_.of(world_.spaces[row.space].decisions).name, row.text);
        }
        if (scope.dated && !world_.parameters.empty()) {
            return random_.of(world_.parameters).name;
        }
    }
    const std::vector<Candidate> found = candidates(world_, rows, nullptr);
    if (found.empty()) {
        return {};
    }
    const Candidate& one = random_.of(found);
    return textOf(world_, one, !one.column->stored);
}

ValueType ExpressionWriter::quantity() {
    switch (random_.below(5)) {
    case 0:
        return {Kind::Money, 2, 0};
    case 1:
        return {Kind::Minutes, 0, 0};
    case 2:
        return {Kind::Days, 0, 0};
    case 3:
        return {Kind::Number, 3, 0};
    default:
        return {Kind::Number, 0, 0};
    }
}

std::string ExpressionWriter::over(const Variable& list,
                                   const std::string& binder,
                                   const Scope& inner,
                                   int depth) {
    std::string text = fmt::format("over {} as {}", list.text, binder);
    Scope outer = inner;
    outer.variables.pop_back();
    --outer.folds;
    bool looksThrough = false;
    const std::string windowed = windows(list, outer, inner, looksThrough);
    if (random_.chance(windowed.empty() ? 65 : 35)) {
        text += " where " +
                (looksThrough ? simpleCondition(inner, outer) : condition(inner, depth - 1));
    }
    return text + windowed;
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::folded(const Scope& scope, const ValueType& type, int depth) {
    const std::vector<Variable> lists = world_.lists(scope);
    if (lists.empty() || scope.folds >= kMostFolds) {
        return leaf(scope, type);
    }
    const Variable& list = random_.of(lists);
    const std::string binder = world_.fresh("b");
    Scope inner = scope;
    inner.variables.push_back({binder, list.space});
    ++inner.folds;
    const std::string rows = over(list, binder, inner, depth);
    const bool isCount = type.kind == Kind::Number && type.scale == 0;
    const bool isWindow = rows.find(" up to ") != std::string::npos;
    if (isCount && random_.chance(isWindow ? 70 : 40)) {
        if (random_.chance(50)) {
            return fmt::format("(count {})", rows);
        }
        const ValueType counted = random_.chance(50) ? ValueType{Kind::Text, 0, 0} : quantity();
        inner.inferred = true;
        return fmt::format("(count of distinct {} {})", value(inner, counted, depth - 2), rows);
    }
    const char* word = random_.chance(50) ? "highest" : "lowest";
    if (isQuantity(type.kind) && random_.chance(60)) {
        word = "total";
    }
    return fmt::format("({} of {} {})", word, value(inner, type, depth - 1), rows);
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::chosenRow(const Scope& scope, const ValueType& type, int depth) {
    std::vector<std::pair<Variable, std::string>> found;
    for (const Variable& list : world_.lists(scope)) {
        for (const Column& column : world_.spaces[list.space].columns) {
            if (!column.isPrivate && fits(column.type, type) && !world_.spaces[list.space].scalar &&
                column.name.find('.') == std::string::npos) {
                found.emplace_back(list, column.name);
            }
        }
    }
    if (found.empty() || scope.folds >= kMostFolds) {
        return leaf(scope, type);
    }
    const auto& [list, column] = random_.of(found);
    const std::string binder = world_.fresh("b");
    Scope inner = scope;
    inner.variables.push_back({binder, list.space});
    ++inner.folds;
    const std::string rows = over(list, binder, inner, depth);
    if (random_.chance(35)) {
        return fmt::format("({} of (only {}))", column, rows);
    }
    if (random_.chance(45) && list.ordered) {
        return fmt::format(
            "({} of ({} {}))", column, random_.chance(60) ? "latest" : "earliest", rows);
    }
    inner.inferred = true;
    const ValueType order = random_.chance(40) ? ValueType{Kind::Date, 0, 0} : quantity();
    return fmt::format("({} of (first by {}{} {}))",
                       column,
                       value(inner, order, depth - 2),
                       random_.chance(50) ? " descending" : "",
                       rows);
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::looked(const Scope& scope, const ValueType& type, int depth) {
    struct Source {
        const Parameter* parameter = nullptr;
        const Table* table = nullptr;
        const Column* output = nullptr;
    };
    std::vector<Source> found;
    for (const Parameter& parameter : world_.parameters) {
        if (fits(parameter.type, type)) {
            found.push_back({&parameter, nullptr, nullptr});
        }
    }
    for (const Table& table : world_.tables) {
        for (const Column& output : table.gives) {
            if (fits(output.type, type)) {
                found.push_back({nullptr, &table, &output});
            }
        }
    }
    if (found.empty()) {
        return leaf(scope, type);
    }
    const Source& source = random_.of(found);
    std::string text;
    if (source.parameter != nullptr) {
        text = source.parameter->name;
    } else {
        std::string arguments;
        for (const ValueType& given : source.table->given) {
            arguments += (arguments.empty() ? "" : ", ") + value(scope, given, depth - 2);
        }
        text = fmt::format("({}.{} for ({}))", source.table->name, source.output->name, arguments);
    }
    if (!scope.dated || random_.chance(20)) {
        return fmt::format("({} on {})", text, leaf(scope, {Kind::Date, 0, 0}));
    }
    return text;
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::choice(const Scope& scope, const ValueType& type, int depth) {
    std::string text = "(case";
    const std::size_t which = random_.below(world_.enumerations.size());
    const Enumeration& enumeration = world_.enumerations[which];
    if (random_.chance(40)) {
        Scope plain = scope;
        plain.inferred = true;
        const std::string subject = visible(plain, {Kind::Enumeration, 0, which});
        if (!subject.empty()) {
            text += " (" + subject + ")";
            const bool all = random_.chance(40);
            const std::size_t arms =
                all ? enumeration.members.size() : enumeration.members.size() - 1;
            for (std::size_t arm = 0; arm < arms; ++arm) {
                text += fmt::format(
                    " when {} : {}", enumeration.members[arm], value(scope, type, depth - 1));
            }
            if (!all) {
                text += fmt::format(" otherwise : {}", value(scope, type, depth - 1));
            }
            return text + " end)";
        }
    }
    const std::size_t arms = 1 + random_.below(2);
    for (std::size_t arm = 0; arm < arms; ++arm) {
        text += fmt::format(
            " when {} : {}", condition(scope, depth - 1), value(scope, type, depth - 1));
    }
    return text + fmt::format(" otherwise : {} end)", value(scope, type, depth - 1));
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::fallback(const Scope& scope, const ValueType& type, int depth) {
    const std::string first =
        random_.chance(50) ? folded(scope, type, depth - 1) : chosenRow(scope, type, depth - 1);
    return fmt::format("({} else {})", first, value(scope, type, depth - 2));
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::number(const Scope& scope, const ValueType& type, int depth) {
    const ValueType count{Kind::Number, 0, 0};
    const auto sub = [&](const ValueType& wanted) { return value(scope, wanted, depth - 1); };
    switch (random_.below(7)) {
    case 0:
        return fmt::format("({} + {})", sub(type), sub(type));
    case 1:
        return fmt::format("({} - {})", sub(type), sub(type));
    case 2:
        return fmt::format("({} * {})", sub(type), sub(count));
    case 3:
        if (type.scale == 0) {
            const Kind kinds[] = {Kind::Number, Kind::Minutes, Kind::Days};
            const ValueType unit{kinds[random_.below(3)], 0, 0};
            return fmt::format("({} div {})", sub(unit), sub(unit));
        }
        return fmt::format("(({} * {}) rounded to {} decimals {})",
                           sub(type),
                           sub({Kind::Number, 2, 0}),
                           type.scale,
                           random_.of(kModes));
    case 4:
        return fmt::format("({} mod {})", sub(type), sub(type));
    case 5:
        return fmt::format("(-{})", sub(type));
    default: {
        const ValueType unit = quantity();
        const std::string digits =
            type.scale == 0 ? "whole" : std::to_string(type.scale) + " decimals";
        return fmt::format(
            "(({} / {}) rounded to {} {})", sub(unit), sub(unit), digits, random_.of(kModes));
    }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::amount(const Scope& scope, const ValueType& type, int depth) {
    const ValueType count{Kind::Number, 0, 0};
    const auto sub = [&](const ValueType& wanted) { return value(scope, wanted, depth - 1); };
    const bool money = type.kind == Kind::Money;
    switch (random_.below(money ? 7 : 5)) {
    case 0:
        return fmt::format("({} + {})", sub(type), sub(type));
    case 1:
        return fmt::format("({} - {})", sub(type), sub(type));
    case 2:
        return fmt::format("({} * {})", sub(type), sub(count));
    case 3:
        return fmt::format("({} mod {})", sub(type), sub(type));
    case 4:
        if (type.kind == Kind::Days) {
            return fmt::format("({} - {})", sub({Kind::Date, 0, 0}), sub({Kind::Date, 0, 0}));
        }
        return fmt::format("(-{})", sub(type));
    case 5:
        return fmt::format("(({} * {}) rounded to cents {})",
                           sub(type),
                           sub({Kind::Number, 3, 0}),
                           random_.of(kModes));
    default:
        if (random_.chance(50)) {
            return fmt::format("(({}% of {}) rounded to cents {})",
                               random_.between(1, 120),
                               sub(type),
                               random_.of(kModes));
        }
        return fmt::format(
            "(({} / {}) rounded to cents {})", sub(type), sub(count), random_.of(kModes));
    }
}

/// A number of words, a similarity or a number drawn.
// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::ofTexts(const Scope& scope, const ValueType& type, int depth) {
    const auto text = [&] { return value(scope, {Kind::Text, 0, 0}, depth - 1); };
    if (type.scale == 0 && random_.chance(60)) {
        return random_.chance(50)
                   ? fmt::format("(word_count of ({}))", text())
                   : fmt::format("((draw_number of ({}, {})) mod 100)", text(), text());
    }
    const std::string similarity = fmt::format("(similarity of ({}, {}))", text(), text());
    return type.scale >= 4
               ? similarity
               : fmt::format("({} rounded to {} {})",
                             similarity,
                             type.scale == 0 ? "whole" : std::to_string(type.scale) + " decimals",
                             random_.of(kModes));
}

/// `lesser of (a, b)`, `absolute of (a)`, `weekday of (d)`; empty where no function gives the type.
// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::called(const Scope& scope, const ValueType& type, int depth) {
    const auto sub = [&](const ValueType& wanted) { return value(scope, wanted, depth - 1); };
    if (type.kind == Kind::Date) {
        if (random_.chance(50)) {
            static const std::vector<std::string> kEdges{"week_start",
                                                         "week_end",
                                                         "month_start",
                                                         "month_end",
                                                         "quarter_start",
                                                         "quarter_end",
                                                         "year_start",
                                                         "year_end"};
            return fmt::format("({} of ({}))", random_.of(kEdges), sub(type));
        }
        return fmt::format(
            "({} of ({}, {}))", random_.chance(50) ? "earlier" : "later", sub(type), sub(type));
    }
    if (!isQuantity(type.kind)) {
        return {};
    }
    static const std::vector<std::string> kParts{
        "calendar_year", "calendar_month", "day_of_month", "weekday"};
    if (type.kind == Kind::Number && random_.chance(20)) {
        return ofTexts(scope, type, depth);
    }
    if (type.kind == Kind::Number && random_.chance(40)) {
        return fmt::format("({} of ({}))", random_.of(kParts), sub({Kind::Date, 0, 0}));
    }
    if (random_.chance(30)) {
        return fmt::format("(absolute of ({}))", sub(type));
    }
    std::string arguments = sub(type) + ", " + sub(type);
    if (random_.chance(30)) {
        arguments += ", " + sub(type);
    }
    return fmt::format("({} of ({}))", random_.chance(50) ? "lesser" : "greater", arguments);
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::dateValue(const Scope& scope, int depth) {
    const char* sign = random_.chance(50) ? "+" : "-";
    return fmt::format("({} {} {})",
                       value(scope, {Kind::Date, 0, 0}, depth - 1),
                       sign,
                       value(scope, {Kind::Days, 0, 0}, depth - 1));
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::value(const Scope& scope, const ValueType& type, int depth) {
    if (depth <= 0 || random_.chance(25)) {
        return leaf(scope, type);
    }
    const bool quantityOrDate = isQuantity(type.kind) || type.kind == Kind::Date;
    const std::int64_t pick = random_.between(1, 100);
    if (pick <= 15 && !scope.inferred) {
        return choice(scope, type, depth);
    }
    if (pick <= 25) {
        return looked(scope, type, depth);
    }
    if (pick <= 35 && !scope.inferred) {
        return chosenRow(scope, type, depth);
    }
    if (pick <= 45 && quantityOrDate && !scope.inferred) {
        return fallback(scope, type, depth);
    }
    if (pick <= 65 && quantityOrDate) {
        return folded(scope, type, depth);
    }
    if (pick <= 73) {
        const std::string call = called(scope, type, depth);
        if (!call.empty()) {
            return call;
        }
    }
    switch (type.kind) {
    case Kind::Number:
        return number(scope, type, depth);
    case Kind::Money:
    case Kind::Minutes:
    case Kind::Days:
        return amount(scope, type, depth);
    case Kind::Date:
        return dateValue(scope, depth);
    case Kind::YesNo:
        return condition(scope, depth);
    default:
        return leaf(scope, type);
    }
}

}  // namespace proviso::differential
