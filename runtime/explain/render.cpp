#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "runtime/explain/explain.h"

#include <fmt/format.h>

namespace proviso {

namespace {

std::string join(const std::vector<std::string>& parts, std::string_view between) {
    std::string all;
    for (const std::string& part : parts) {
        all += all.empty() ? "" : between;
        all += part;
    }
    return all;
}

/// How a node's answer reads: `= yes`, or why there is none.
std::string answer(const ExplainedNode& node) {
    if (node.state == State::Unknown && !node.missing.empty()) {
        // A bounded figure, or a row that may count, says more than that it is not known.
        return (node.value.empty() ? "unknown" : node.value) + ", missing " +
               join(placesWithReasons(node.missing, node.reasons), ", ");
    }
    return node.value;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the explanation, which is bounded
void appendNode(std::string& out, const ExplainedNode& node, std::size_t indent) {
    const bool inner = node.kind == "all" || node.kind == "any";
    std::string text = inner ? (node.kind == "all" ? "all of:" : "any of:") : node.text;
    const std::string comesTo = answer(node);
    out += std::string(indent, ' ');
    out += comesTo.empty() ? text : fmt::format("[{}] {}", comesTo, text);
    if (!node.place.empty() && node.place != node.text) {
        out += fmt::format("   <- {}", node.place);
    }
    if (!node.inForce.empty()) {
        out += fmt::format("   (in force {})", node.inForce);
    }
    if (!node.sources.empty()) {
        out += fmt::format("   source: {}", join(node.sources, "; "));
    }
    out += '\n';
    for (const ExplainedNode& child : node.children) {
        appendNode(out, child, indent + 2);
    }
}

/// The name of a field, behind a comma unless it is the first of its object.
void appendName(std::string& out, std::string_view name) {
    out += fmt::format("{}\"{}\":", out.empty() || out.back() == '{' ? "" : ",", name);
}

void appendTexts(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
    appendName(out, name);
    out += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
        out += i == 0 ? "" : ",";
        appendJsonText(out, texts[i]);
    }
    out += ']';
}

void appendText(std::string& out, std::string_view name, std::string_view text) {
    appendName(out, name);
    appendJsonText(out, text);
}

/// What packs say of places that are missing: `"why":{"table:NAME":["not read yet"]}`.
void appendReasons(std::string& out, const PlaceReasons& reasons) {
    if (reasons.empty()) {
        return;
    }
    appendName(out, "why");
    out += '{';
    for (const auto& [place, texts] : reasons) {
        out += out.back() == '{' ? "" : ",";
        appendJsonText(out, place);
        out += ":[";
        for (const std::string& text : texts) {
            out += out.back() == '[' ? "" : ",";
            appendJsonText(out, text);
        }
        out += ']';
    }
    out += '}';
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the explanation, which is bounded
void appendNodeJson(std::string& out, const ExplainedNode& node) {
    out += '{';
    appendText(out, "kind", node.kind);
    appendText(out, "text", node.text);
    appendText(out, "value", node.value);
    if (!node.place.empty()) {
        appendText(out, "place", node.place);
    }
    if (!node.inForce.empty()) {
        appendText(out, "in_force", node.inForce);
    }
    if (!node.sources.empty()) {
        appendTexts(out, "sources", node.sources);
    }
    if (!node.missing.empty()) {
        appendTexts(out, "missing", node.missing);
        appendReasons(out, node.reasons);
    }
    if (!node.children.empty()) {
        out += ",\"because_of\":[";
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            out += i == 0 ? "" : ",";
            appendNodeJson(out, node.children[i]);
        }
        out += ']';
    }
    out += '}';
}

void appendRulePage(std::string& out, const ExplainedRule& rule) {
    out += fmt::format("{} {} on {}\n", rule.name, outcomeName(rule.outcome), rule.on);
    if (!rule.label.empty()) {
        out += fmt::format("  {}\n", rule.label);
    }
    const std::string layer = rule.layer.empty() ? std::string() : "layer " + rule.layer + ", ";
    out += fmt::format("  {}in force {}, {}\n", layer, rule.inForce, rule.place);
    for (const std::string& source : rule.sources) {
        out += fmt::format("  source: {}\n", source);
    }
    if (rule.condition.has_value()) {
        out += "  when\n";
        appendNode(out, *rule.condition, 4);
    }
    for (const ExplainedException& exception : rule.exceptions) {
        out += fmt::format("  exception {} {}\n", exception.name, outcomeName(exception.outcome));
        if (!exception.because.empty()) {
            out += fmt::format("    because {}\n", exception.because);
        }
        for (const std::string& source : exception.sources) {
            out += fmt::format("    source: {}\n", source);
        }
        if (exception.condition.has_value()) {
            appendNode(out, *exception.condition, 4);
        }
    }
    for (const ExplainedEffect& effect : rule.effects) {
        if (!effect.spoke && rule.outcome == ExplainedOutcome::Applies) {
            continue;
        }
        out += fmt::format("  {} {} on {}{}{}\n",
                           effect.spoke ? "then" : "would",
                           effect.said,
                           effect.on,
                           effect.binds ? ", which binds" : "",
                           effect.by.empty() ? "" : ", by exception " + effect.by);
        if (!effect.because.empty()) {
            out += fmt::format("    because {}\n", effect.because);
        }
    }
    if (!rule.missing.empty()) {
        out += fmt::format("  missing: {}\n",
                           join(placesWithReasons(rule.missing, rule.reasons), ", "));
    }
    for (const std::string& error : rule.errors) {
        out += fmt::format("  error: {}\n", error);
    }
    out += '\n';
}

}  // namespace

std::string explanationLines(const Explanation& explanation) {
    std::string out;
    const char* const end = explanation.unsignedPacks ? " (unsigned packs)\n" : "\n";
    for (const ExplainedRule& rule : explanation.rules) {
        for (const ExplainedEffect& effect : rule.effects) {
            if (effect.spoke) {
                out += fmt::format("{} {}: {}{}{} [{}; {}]{}",
                                   explanation.key,
                                   effect.on,
                                   effect.said,
                                   effect.because.empty() ? "" : " because ",
                                   effect.because,
                                   rule.name,
                                   join(rule.sources, "; "),
                                   end);
            }
        }
        if (rule.outcome == ExplainedOutcome::Excepted || rule.outcome == ExplainedOutcome::Fails) {
            out += fmt::format("{} {}: {} {}{}",
                               explanation.key,
                               rule.on,
                               rule.name,
                               outcomeName(rule.outcome),
                               end);
        } else if (rule.outcome == ExplainedOutcome::CannotBeDetermined) {
            out += fmt::format("{} {}: {} cannot be determined, missing {}{}",
                               explanation.key,
                               rule.on,
                               rule.name,
                               join(placesWithReasons(rule.missing, rule.reasons), ", "),
                               end);
        }
    }
    return printable(out);
}

std::string explanationPage(const Explanation& explanation) {
    std::string out = fmt::format(
        "{}{}\n\n", explanation.key, explanation.unsignedPacks ? "  (unsigned packs)" : "");
    if (!explanation.decided.empty()) {
        out += "decided\n";
        for (const DecidedResult& decided : explanation.decided) {
            out += fmt::format("  {}{}{} is {}",
                               decided.decision,
                               decided.on.empty() ? "" : " of ",
                               decided.on,
                               displayValue(decided.value));
            if (!decided.boundBy.empty()) {
                out += fmt::format(", bound by {}", decided.boundBy);
            }
            if (!decided.alsoBoundBy.empty()) {
                out += fmt::format(" (also {})", join(decided.alsoBoundBy, ", "));
            }
            out += '\n';
        }
        out += '\n';
    }
    for (const ExplainedRule& rule : explanation.rules) {
        appendRulePage(out, rule);
    }
    return out;
}

std::string explanationJson(const Explanation& explanation) {
    std::string out = "{";
    appendText(out, "key", explanation.key);
    out += explanation.unsignedPacks ? ",\"unsigned\":true" : "";
    out += ",\"decided\":[";
    for (std::size_t i = 0; i < explanation.decided.size(); ++i) {
        const DecidedResult& decided = explanation.decided[i];
        out += i == 0 ? "{" : ",{";
        appendText(out, "decision", decided.decision);
        appendText(out, "on", decided.on);
        out += ",\"value\":";
        appendJsonValue(out, decided.value);
        appendText(out, "bound_by", decided.boundBy);
        appendTexts(out, "also_bound_by", decided.alsoBoundBy);
        out += '}';
    }
    out += "],\"rules\":[";
    for (std::size_t i = 0; i < explanation.rules.size(); ++i) {
        const ExplainedRule& rule = explanation.rules[i];
        out += i == 0 ? "{" : ",{";
        appendText(out, "rule", rule.name);
        appendText(out, "label", rule.label);
        appendText(out, "layer", rule.layer);
        appendText(out, "place", rule.place);
        appendText(out, "on", rule.on);
        appendText(out, "in_force", rule.inForce);
        appendText(out, "outcome", outcomeName(rule.outcome));
        appendTexts(out, "sources", rule.sources);
        appendTexts(out, "missing", rule.missing);
        appendReasons(out, rule.reasons);
        appendTexts(out, "errors", rule.errors);
        if (rule.condition.has_value()) {
            out += ",\"when\":";
            appendNodeJson(out, *rule.condition);
        }
        out += ",\"exceptions\":[";
        for (std::size_t e = 0; e < rule.exceptions.size(); ++e) {
            const ExplainedException& exception = rule.exceptions[e];
            out += e == 0 ? "{" : ",{";
            appendText(out, "exception", exception.name);
            appendText(out, "outcome", outcomeName(exception.outcome));
            appendText(out, "because", exception.because);
            appendTexts(out, "sources", exception.sources);
            if (exception.condition.has_value()) {
                out += ",\"when\":";
                appendNodeJson(out, *exception.condition);
            }
            out += '}';
        }
        out += "],\"effects\":[";
        for (std::size_t e = 0; e < rule.effects.size(); ++e) {
            const ExplainedEffect& effect = rule.effects[e];
            out += e == 0 ? "{" : ",{";
            appendText(out, "said", effect.said);
            appendText(out, "on", effect.on);
            appendText(out, "because", effect.because);
            out += fmt::format(",\"spoke\":{},\"binds\":{}", effect.spoke, effect.binds);
            if (!effect.by.empty()) {
                appendText(out, "by", effect.by);
            }
            out += '}';
        }
        out += "]}";
    }
    out += "]}\n";
    return out;
}

}  // namespace proviso
