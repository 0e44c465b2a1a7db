// Windows of lists.

#include "tests/differential/world.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::differential {

using Kind = ValueType::Kind;

namespace {

/// The last row alone, without what a rule's own row adds: its date, its locals, bare names.
Scope ofLast(const Scope& scope) {
    Scope own = scope;
    own.variables = {scope.variables.back()};
    own.locals.clear();
    own.bare = false;
    own.dated = false;
    return own;
}

}  // namespace

/// What windows that look at other rows can look through: tests of the row, and comparisons of it
/// with what asks.
std::string ExpressionWriter::simpleCondition(const Scope& child, const Scope& asking) {
    Scope own = ofLast(child);
    const std::string test = condition(own, 1);
    if (random_.chance(60)) {
        return test;
    }
    static const std::vector<std::string> kTests{">", ">=", "<", "<=", "=", "<>"};
    const ValueType type = random_.chance(30) ? ValueType{Kind::Date, 0, 0} : quantity();
    Scope other = asking;
    other.inferred = true;
    own.inferred = true;
    const std::string compared =
        fmt::format("({} {} {})", value(own, type, 1), random_.of(kTests), value(other, type, 1));
    return random_.chance(40) ? fmt::format("({} and {})", test, compared) : compared;
}

/// Windows of a list, before each a space; `looksThrough` where some look at other rows.
std::string ExpressionWriter::windows(const Variable& list,
                                      const Scope& outer,
                                      const Scope& inner,
                                      bool& looksThrough) {
    if (!random_.chance(list.way.size() > 1 || list.ordered ? 55 : 25)) {
        return {};
    }
    const ValueType date{Kind::Date, 0, 0};
    std::vector<std::string> all;
    const bool childDated = list.way[0] != kNoSpace && world_.spaces[list.space].dated;
    if (childDated && random_.chance(35)) {
        static const std::vector<std::string> kUnits{"year", "month", "week", "quarter", "day"};
        const std::string day = visible(outer, date);
        if (!day.empty()) {
            all.push_back(fmt::format("during calendar_{} of ({})", random_.of(kUnits), day));
        }
    }
    if (childDated && random_.chance(20)) {
        const std::string end = value(outer, date, 1);
        all.push_back(fmt::format("last {} days ending {}", random_.between(1, 20), end));
    }
    if (childDated && random_.chance(10)) {
        const std::string from = value(outer, date, 1);
        const std::string through = value(outer, date, 1);
        all.push_back(fmt::format("between {} through {}", from, through));
    }
    if (list.ordered && random_.chance(45)) {
        // A row that the list's own row was reached from.
        std::vector<std::string> limits;
        for (const Variable& variable : outer.variables) {
            const bool leadsHere = list.text.rfind(variable.text + ".", 0) == 0;
            const bool isBelow =
                std::any_of(list.way.begin(), list.way.end(), [&](std::size_t space) {
                    return space != kNoSpace && world_.reaches(variable.space, space);
                });
            if (leadsHere && isBelow) {
                limits.push_back(variable.text);
            }
        }
        if (!limits.empty()) {
            all.push_back(fmt::format(
                "up to {}{}", random_.of(limits), random_.chance(35) ? " exclusive" : ""));
        }
    }
    // Some windows are plain stretches of the order, which the engine sums up in a way of its own.
    const bool isStretch = !all.empty() && random_.chance(50);
    if (list.ordered && !isStretch && random_.chance(25)) {
        all.push_back("since latest where " + condition(ofLast(inner), 1));
        looksThrough = true;
    }
    if (list.ordered && !isStretch && random_.chance(25)) {
        all.push_back(fmt::format("last {} rows", random_.between(1, 4)));
        looksThrough = true;
    }
    if (list.incomplete && random_.chance(40)) {
        all.push_back("whole when " + condition(outer, 1));
    }
    random_.shuffle(all);
    std::string text;
    for (const std::string& window : all) {
        text += " " + window;
    }
    return text;
}

}  // namespace proviso::differential
