#include "runtime/impact/rule_difference.h"

#include "runtime/decision/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <span>
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

/// A node with what is below it: its own children or, of an exception, its condition.
struct Branch {
    const ExplainedNode* node = nullptr;
    std::span<const ExplainedNode> children;
};

std::vector<Branch> branchesOf(std::span<const ExplainedNode> nodes) {
    std::vector<Branch> branches;
    for (const ExplainedNode& node : nodes) {
        branches.push_back({&node, node.children});
    }
    return branches;
}

std::optional<ClauseDifference> compare(const Branch& before, const Branch& after);

// NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
std::vector<ClauseDifference> compareAll(const std::vector<Branch>& before,
                                         const std::vector<Branch>& after) {
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::vector<const Branch*>> waiting;
    for (auto branch = after.rbegin(); branch != after.rend(); ++branch) {
        waiting[{branch->node->kind, textOf(*branch->node)}].push_back(&*branch);
    }
    std::vector<ClauseDifference> differences;
    std::vector<const Branch*> paired;
    for (const Branch& branch : before) {
        auto& partners = waiting[{branch.node->kind, textOf(*branch.node)}];
        if (partners.empty()) {
            differences.push_back(oneSided(*branch.node, true));
            continue;
        }
        paired.push_back(partners.back());
        if (auto difference = compare(branch, *partners.back())) {
            differences.push_back(std::move(*difference));
        }
        partners.pop_back();
    }
    for (const Branch& branch : after) {
        if (std::find(paired.begin(), paired.end(), &branch) == paired.end()) {
            differences.push_back(oneSided(*branch.node, false));
        }
    }
    return differences;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
std::optional<ClauseDifference> compare(const Branch& one, const Branch& other) {
    const ExplainedNode& before = *one.node;
    const ExplainedNode& after = *other.node;
    ClauseDifference difference;
    difference.text = textOf(after);
    difference.before = answerOf(before);
    difference.after = answerOf(after);
    if (before.inForce != after.inForce) {
        difference.inForceBefore = before.inForce;
        difference.inForceAfter = after.inForce;
    }
    difference.children = compareAll(branchesOf(one.children), branchesOf(other.children));
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

std::span<const ExplainedNode> spanOf(const std::optional<ExplainedNode>& node) {
    return node ? std::span(&*node, 1) : std::span<const ExplainedNode>();
}

/// The clauses of a rule, and beside them what its exceptions come to.
class RuleBranches {
  public:
    explicit RuleBranches(const ExplainedRule* rule) {
        if (rule == nullptr) {
            return;
        }
        branches_ = branchesOf(spanOf(rule->condition));
        for (const ExplainedException& exception : rule->exceptions) {
            ExplainedNode& node = exceptions_.emplace_back();
            node.kind = "exception";
            node.text = "exception " + exception.name;
            node.value = outcomeName(exception.outcome);
            branches_.push_back({&node, spanOf(exception.condition)});
        }
    }
    RuleBranches(const RuleBranches&) = delete;
    RuleBranches& operator=(const RuleBranches&) = delete;

    const std::vector<Branch>& all() const { return branches_; }

  private:
    std::deque<ExplainedNode> exceptions_;  ///< stay where they are
    std::vector<Branch> branches_;
};

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
    difference.clauses = compareAll(RuleBranches(before).all(), RuleBranches(after).all());
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
        out += fmt::format("{}{}  on {}\n", margin, head, rule.on);
        for (const std::string& said : rule.saidBefore) {
            out += fmt::format("{}  said: {}\n", margin, said);
        }
        for (const std::string& said : rule.saidAfter) {
            out += fmt::format("{}  says: {}\n", margin, said);
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
