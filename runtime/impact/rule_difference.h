#pragma once

#include "runtime/explain/explain.h"

#include <string>
#include <vector>

/// Where two explanations of one record part.
namespace proviso::impact {

/// A clause, a value or a row that came to something else, with those below it that did.
struct ClauseDifference {
    std::string text;
    std::string before;  ///< what it comes to; empty where the side has no such clause
    std::string after;
    bool inBefore = true;
    bool inAfter = true;
    std::string inForceBefore;  ///< a parameter's or a table's row
    std::string inForceAfter;
    std::vector<ClauseDifference> children;
};

struct RuleDifference {
    std::string name;
    std::string label;
    std::string on;
    std::string placeBefore;  ///< empty: the set has no such rule there
    std::string placeAfter;
    std::string outcomeBefore;
    std::string outcomeAfter;
    std::vector<std::string> saidBefore;  ///< what it said, where that differs
    std::vector<std::string> saidAfter;
    std::vector<ClauseDifference> clauses;
};

/// The rules that came to something else, by name. Both explanations should hold the same rules
/// where both sets have them: one that is left out of one of them reads as not there.
std::vector<RuleDifference> ruleDifferences(const Explanation& before, const Explanation& after);

/// For people; `indent` spaces before each line.
std::string ruleDifferencesText(const std::vector<RuleDifference>& rules, std::size_t indent);

}  // namespace proviso::impact
