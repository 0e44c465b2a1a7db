#include "runtime/impact/rule_difference.h"

#include "runtime/decision/text.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace proviso::impact {

namespace {

std::string answerOf(const ExplainedNode& node) {
    if (node.state == State::Unknown && !node.missing.empty()) {
        std::string text = node.value.empty() ? "unknown" : node.value;
        std::string_view between = ", missing ";
        for (const std::string& place : placesWithReasons(node.missing, node.reasons)) {
            text += between;
            text += place;
            between = ", ";
        }
        return text;
    }
    return node.value;
}

std::string textOf(const ExplainedNode& node) {
    return node.kind == "all" ? "all of" : node.kind == "any" ? "any of" : node.text;
}

ClauseDifference oneSided(const ExplainedNode& node, bool isBefore) {
    ClauseDifference clause;
    clause.text = textOf(node);
    clause.inBefore = isBefore;
    clause.inAfter = !isBefore;
    (isBefore ? clause.before : clause.after) = answerOf(node);
    (isBefore ? clause.inForceBefore : clause.inForceAfter) = node.inForce;
    return clause;
}

std::optional<ClauseDifference> compare(const ExplainedNode& before, const ExplainedNode& after);

// NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
std::vector<ClauseDifference> compareAll(const std::vector<ExplainedNode>& before,
                                         const std::vector<ExplainedNode>& after) {
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::vector<const ExplainedNode*>> waiting;
    for (auto node = after.rbegin(); node != after.rend(); ++node) {
        waiting[{node->kind, textOf(*node)}].push_back(&*node);
    }
    std::vector<ClauseDifference> differences;
    std::vector<const ExplainedNode*> paired;
    for (const ExplainedNode& node : before) {
        auto& partners = waiting[{node.kind, textOf(node)}];
        if (partners.empty()) {
            differences.push_back(oneSided(node, true));
            continue;
        }
        paired.push_back(partners.back());
        if (auto difference = compare(node, *partners.back())) {
            differences.push_back(std::move(*difference));
        }
        partners.pop_back();
    }
    for (const ExplainedNode& node : after) {
        if (std::find(paired.begin(), paired.end(), &node) == paired.end()) {
            differences.push_back(oneSided(node, false));
        }
    }
    return differences;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
std::optional<ClauseDifference> compare(const ExplainedNode& before, const ExplainedNode& after) {
    ClauseDifference difference;
    difference.text = textOf(after);
    difference.before = answerOf(before);
    difference.after = answerOf(after);
    if (before.inForce != after.inForce) {
        difference.inForceBefore = before.inForce;
        difference.inForceAfter = after.inForce;
    }
    difference.children = compareAll(before.children, after.children);
    if (difference.before == difference.after && before.inForce == after.inForce &&
        before.place == after.place && before.sources == after.sources &&
        difference.children.empty()) {
        return std::nullopt;
    }
    return difference;
}

std::vector<std::string> saidBy(const ExplainedRule& rule) {
    std::vector<std::string> said;
    for (const ExplainedEffect& effect : rule.effects) {
        if (effect.spoke) {
            said.push_back(effect.said + " on " + effect.on +
                           (effect.because.empty() ? "" : ", because " + effect.because));
        }
    }
    return said;
}

/// What exceptions come to beside the rule's own clauses.
std::vector<ExplainedNode> nodesOf(const ExplainedRule* rule) {
    std::vector<ExplainedNode> nodes;
    if (rule == nullptr) {
        return nodes;
    }
    if (rule->condition) {
        nodes.push_back(*rule->condition);
    }
    for (const ExplainedException& exception : rule->exceptions) {
        ExplainedNode node;
        node.kind = "exception";
        node.text = "exception " + exception.name;
        node.value = outcomeName(exception.outcome);
        if (exception.condition) {
            node.children.push_back(*exception.condition);
        }
        nodes.push_back(std::move(node));
    }
    return nodes;
}

std::optional<RuleDifference> compareRules(const ExplainedRule* before,
                                           const ExplainedRule* after) {
    const ExplainedRule& known = after != nullptr ? *after : *before;
    RuleDifference difference;
    difference.name = known.name;
    difference.label = known.label;
    difference.on = known.on;
    if (before != nullptr) {
        difference.placeBefore = before->place;
        difference.outcomeBefore = outcomeName(before->outcome);
        difference.saidBefore = saidBy(*before);
    }
    if (after != nullptr) {
        difference.placeAfter = after->place;
        difference.outcomeAfter = outcomeName(after->outcome);
        difference.saidAfter = saidBy(*after);
    }
    difference.clauses = compareAll(nodesOf(before), nodesOf(after));
    if (difference.saidBefore == difference.saidAfter) {
        if (difference.outcomeBefore == difference.outcomeAfter && difference.clauses.empty()) {
            return std::nullopt;
        }
        difference.saidBefore.clear();
        difference.saidAfter.clear();
    }
    return difference;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
void appendClause(std::string& out, const ClauseDifference& clause, std::size_t indent) {
    out += std::string(indent, ' ');
    const auto shown = [](const std::string& text) { return text.empty() ? "-" : text; };
    if (!clause.inBefore) {
        out += "[new: " + shown(clause.after) + "] ";
    } else if (!clause.inAfter) {
        out += "[no longer: " + shown(clause.before) + "] ";
    } else if (clause.before != clause.after) {
        out += "[" + shown(clause.before) + " -> " + shown(clause.after) + "] ";
    } else if (!clause.after.empty()) {
        out += "[" + clause.after + "] ";
    }
    out += clause.text;
    if (clause.inForceBefore != clause.inForceAfter) {
        out += "   (in force " + shown(clause.inForceAfter) + ", was " +
               shown(clause.inForceBefore) + ")";
    }
    out += '\n';
    for (const ClauseDifference& child : clause.children) {
        appendClause(out, child, indent + 2);
    }
}

}  // namespace

std::vector<RuleDifference> ruleDifferences(const Explanation& before, const Explanation& after) {
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::pair<const ExplainedRule*, const ExplainedRule*>> rules;
    for (const ExplainedRule& rule : before.rules) {
        rules[{rule.name, rule.on}].first = &rule;
    }
    for (const ExplainedRule& rule : after.rules) {
        rules[{rule.name, rule.on}].second = &rule;
    }
    std::vector<RuleDifference> differences;
    for (const auto& [key, sides] : rules) {
        if (auto difference = compareRules(sides.first, sides.second)) {
            differences.push_back(std::move(*difference));
        }
    }
    return differences;
}

std::string ruleDifferencesText(const std::vector<RuleDifference>& rules, std::size_t indent) {
    std::string out;
    const std::string margin(indent, ' ');
    for (const RuleDifference& rule : rules) {
        const auto outcome = [](const std::string& text) {
            return text.empty() ? std::string("is not there") : text;
        };
        std::string head = rule.name + " " + outcome(rule.outcomeAfter);
        if (rule.outcomeBefore != rule.outcomeAfter) {
            head += ", " + (rule.outcomeBefore.empty() ? std::string("was not there")
                                                       : "before: " + rule.outcomeBefore);
        }
        out += margin + head + "  on " + rule.on + '\n';
        for (const std::string& said : rule.saidBefore) {
            out += margin + "  said: " + said + '\n';
        }
        for (const std::string& said : rule.saidAfter) {
            out += margin + "  says: " + said + '\n';
        }
        for (const ClauseDifference& clause : rule.clauses) {
            appendClause(out, clause, indent + 2);
        }
    }
    std::string lines;
    for (std::size_t begin = 0; begin < out.size();) {
        const std::size_t end = out.find('\n', begin);
        lines += printable(std::string_view(out).substr(begin, end - begin)) + '\n';
        begin = end + 1;
    }
    return lines;
}

}  // namespace proviso::impact
