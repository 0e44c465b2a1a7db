// Conditions: comparisons, membership, logic and tests over rows.

#include "tests/differential/world.h"

#include <fmt/format.h>

namespace proviso::differential {

using Kind = ValueType::Kind;

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::compared(const Scope& scope, int depth) {
    static const std::vector<std::string> kTests{">",
                                                 ">=",
                                                 "<",
                                                 "<=",
                                                 "=",
                                                 "<>",
                                                 "exceeds",
                                                 "is at least",
                                                 "is at most",
                                                 "is below",
                                                 "is",
                                                 "is not",
                                                 "does not exceed"};
    if (random_.chance(15)) {
        const ValueType above = quantity();
        const ValueType below = quantity();
        return fmt::format("({} / {} {} {} / {})",
                           value(scope, above, depth - 1),
                           value(scope, above, depth - 2),
                           random_.of(kTests),
                           value(scope, below, depth - 2),
                           value(scope, below, depth - 2));
    }
    const ValueType type = random_.chance(25) ? ValueType{Kind::Date, 0, 0} : quantity();
    return fmt::format("({} {} {})",
                       value(scope, type, depth - 1),
                       random_.of(kTests),
                       value(scope, type, depth - 1));
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::equality(const Scope& scope, int depth) {
    ValueType type;
    switch (random_.below(4)) {
    case 0:
        type = {Kind::Enumeration, 0, random_.below(world_.enumerations.size())};
        break;
    case 1:
        type = {Kind::Code, 0, 0};
        break;
    case 2:
        type = {Kind::Text, 0, 0};
        break;
    default:
        break;
    }
    const std::string left = visible(scope, type);
    if (left.empty()) {
        return compared(scope, depth);
    }
    if (type.kind != Kind::YesNo && random_.chance(30)) {
        const std::string first = literal(type);
        const std::string second = literal(type);
        return fmt::format("(({}) is {}one of {}{}{})",
                           left,
                           random_.chance(30) ? "not " : "",
                           first,
                           first == second ? "" : ", ",
                           first == second ? "" : second);
    }
    return fmt::format(
        "(({}) is {}{})", left, random_.chance(30) ? "not " : "", value(scope, type, depth - 1));
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::membership(const Scope& scope, int depth) {
    if (scope.dated && random_.chance(50)) {
        const std::string code = visible(scope, {Kind::Code, 0, 0});
        std::vector<std::string> selections;
        for (const CodeSet& set : world_.codeSets) {
            if (set.base == 0) {
                selections.push_back(set.name);
            }
        }
        if (!code.empty() && !selections.empty()) {
            return fmt::format("(({}) is {}in {})",
                               code,
                               random_.chance(30) ? "not " : "",
                               random_.of(selections));
        }
    }
    const std::string any =
        visible(scope, random_.chance(30) ? ValueType{Kind::Date, 0, 0} : quantity());
    if (any.empty()) {
        return compared(scope, depth);
    }
    return fmt::format("(({}) is {}{})",
                       any,
                       random_.chance(40) ? "not " : "",
                       random_.chance(60) ? "known" : "applicable");
}

std::string ExpressionWriter::decisionTest(const Scope& scope) {
    std::vector<std::string> found;
    for (const Variable& row : world_.rows(scope)) {
        for (const MemberDecision& decision : world_.spaces[row.space].decisions) {
            if (!decision.isStep) {
                const std::string member = random_.of(world_.codeSets[decision.ref].codes);
                found.push_back(fmt::format("({} of {} {} {})",
                                            decision.name,
                                            row.text,
                                            random_.chance(60) ? "contains" : "does not contain",
                                            member));
                continue;
            }
            if (random_.chance(25) && scope.dated) {
                found.push_back(fmt::format("({} of {} is {}{})",
                                            decision.name,
                                            row.text,
                                            random_.chance(40) ? "not " : "",
                                            random_.of(world_.scales[decision.ref].steps)));
                continue;
            }
            const std::string fact =
                visible(scope, {Kind::Enumeration, 0, world_.scales[decision.ref].facts});
            if (!fact.empty() && scope.dated) {
                found.push_back(fmt::format("(({}) {} {} of {})",
                                            fact,
                                            random_.chance(50) ? "satisfies" : "does not satisfy",
                                            decision.name,
                                            row.text));
            }
        }
    }
    return found.empty() ? std::string() : random_.of(found);
}

/// Whether a list of plain values holds one; empty where there is no such list.
std::string ExpressionWriter::listTest(const Scope& scope) {
    std::vector<Variable> found;
    for (const Variable& list : world_.lists(scope)) {
        if (world_.spaces[list.space].scalar) {
            found.push_back(list);
        }
    }
    if (found.empty()) {
        return {};
    }
    const Variable& list = random_.of(found);
    const char* word = random_.chance(60) ? "contains" : "does not contain";
    return fmt::format(
        "({} {} {})", list.text, word, literal(world_.spaces[list.space].columns[0].type));
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::overRows(const Scope& scope, int depth) {
    const std::vector<Variable> lists = world_.lists(scope);
    if (lists.empty() || scope.folds >= kMostFolds) {
        return compared(scope, depth);
    }
    const Variable& list = random_.of(lists);
    const std::string binder = world_.fresh("b");
    Scope inner = scope;
    inner.variables.push_back({binder, list.space});
    ++inner.folds;
    if (random_.chance(50)) {
        if (random_.chance(50)) {
            return fmt::format("(any {})", over(list, binder, inner, depth));
        }
        return fmt::format(
            "(any over {} as {} where {})", list.text, binder, condition(inner, depth - 1));
    }
    const std::string rows = over(list, binder, inner, depth - 1);
    return fmt::format("(every {} has {})", rows, condition(inner, depth - 1));
}

// NOLINTNEXTLINE(misc-no-recursion): by depth
std::string ExpressionWriter::condition(const Scope& scope, int depth) {
    if (depth > 0) {
        const std::int64_t pick = random_.between(1, 100);
        if (pick <= 15) {
            const char* word = random_.chance(50) ? "and" : "or";
            return fmt::format(
                "({} {} {})", condition(scope, depth - 1), word, condition(scope, depth - 1));
        }
        if (pick <= 20) {
            return fmt::format("(not {})", condition(scope, depth - 1));
        }
        if (pick <= 27) {
            std::string text = random_.chance(50) ? "(all of " : "(any of ";
            const std::size_t count = 1 + random_.below(3);
            for (std::size_t index = 0; index < count; ++index) {
                text += condition(scope, depth - 1) + "; ";
            }
            return text + "end)";
        }
        if (pick <= 40) {
            return overRows(scope, depth);
        }
        if (pick <= 52) {
            const std::string test = decisionTest(scope);
            if (!test.empty()) {
                return test;
            }
        }
    }
    const std::int64_t pick = random_.between(1, 100);
    if (pick <= 25) {
        return equality(scope, depth);
    }
    if (pick >= 95) {
        const std::string test = listTest(scope);
        if (!test.empty()) {
            return test;
        }
    }
    if (pick <= 45) {
        return membership(scope, depth);
    }
    if (pick <= 55) {
        const std::string field = visible(scope, {Kind::YesNo, 0, 0});
        if (!field.empty()) {
            return "(" + field + ")";
        }
    }
    return compared(scope, depth);
}

}  // namespace proviso::differential
