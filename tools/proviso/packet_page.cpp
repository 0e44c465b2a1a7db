#include "runtime/decision/text.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"
#include "tools/proviso/console.h"
#include "tools/proviso/html.h"
#include "tools/proviso/packet.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace proviso::tool {

namespace {

/// Of one change, so that a page stays one that people read.
constexpr std::size_t kChangesShown = 5;

std::string td(const std::string& text) {
    return "<td>" + html(text) + "</td>";
}
std::string code(const std::string& text) {
    return "<code>" + html(text) + "</code>";
}

/// What a record says, a field a line, for people: `services[0].code`, `97110`.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by the decoder's limit on nesting
void flatten(const nlohmann::ordered_json& value,
             const std::string& path,
             std::vector<std::pair<std::string, std::string>>& lines) {
    if (value.is_object() && !value.empty()) {
        for (const auto& [name, below] : value.items()) {
            flatten(below, path.empty() ? name : fmt::format("{}.{}", path, name), lines);
        }
        return;
    }
    if (value.is_array() && !value.empty()) {
        for (std::size_t index = 0; index < value.size(); ++index) {
            flatten(value[index], fmt::format("{}[{}]", path, index), lines);
        }
        return;
    }
    std::string text = value.is_string()    ? value.get<std::string>()
                       : value.is_boolean() ? (value.get<bool>() ? "yes" : "no")
                       : value.is_null()    ? "not on record"
                       : value.is_array()   ? "none"
                                            : value.dump();
    lines.emplace_back(path, std::move(text));
}

class Page {
  public:
    explicit Page(const Packet& packet) : packet_(packet), noun_(spokenName(packet.recordName)) {}

    std::string page() {
        out_ = pageBegin("Evidence for " + noun_ + " " + packet_.request.key,
                         "One decision, what it rests on, and what would have changed it" +
                             (packet_.request.asOf
                                  ? ". Known as of " + formatDate(Date{*packet_.request.asOf})
                                  : std::string()));
        outcome();
        reasons();
        whatIf();
        texts();
        inputs();
        packs();
        verification();
        out_ += pageEnd("Packet " + packet_.digest + " \xC2\xB7 Proviso " + packet_.engineVersion);
        return std::move(out_);
    }

  private:
    void section(const std::string& title) { out_ += "<h2>" + html(title) + "</h2>\n"; }

    // ---- what was decided

    void outcome() {
        section("The decision");
        const RecordResult& result = packet_.result;
        if (result.findings.empty()) {
            out_ += "<p>Nothing was found.</p>\n";
        }
        for (const FindingResult& finding : result.findings) {
            out_ += "<div class=\"box\">\n<h3><span class=\"tag " +
                    std::string(finding.severity == 0 ? "more" : "soft") + "\">" +
                    html(findingSeverityName(finding.severity)) + "</span>" + html(finding.code) +
                    " on " + html(finding.on) + "</h3>\n";
            if (!finding.because.empty()) {
                out_ += "<p>Because " + html(finding.because) + ".</p>\n";
            }
            if (!finding.remedy.empty()) {
                out_ += "<p>To do: " + html(finding.remedy) + ".</p>\n";
            }
            if (finding.atStake) {
                out_ += "<p>At stake: <b>" + html(formatMoney(*finding.atStake, 2)) + "</b></p>\n";
            }
            out_ += "<p class=\"small\">Rule " + code(finding.rule) + "</p>\n";
            sources(finding.sources);
            out_ += "</div>\n";
        }
        decisions(result);
        for (const OutputValue& output : result.outputs) {
            if (output.list) {
                list(output);
            }
        }
        values(result);
        for (const UndeterminedResult& entry : result.undetermined) {
            out_ += "<p><span class=\"tag soft\">cannot be determined</span>" + code(entry.rule) +
                    " on " + html(entry.on) + ", for want of " +
                    html(joined(placesWithReasons(entry.missing, entry.reasons))) + "</p>\n";
        }
        for (const ErrorResult& entry : result.errors) {
            out_ += "<p><span class=\"tag more\">error</span>" + code(entry.rule) + " on " +
                    html(entry.on + ": " + entry.code + " " + entry.message) + "</p>\n";
        }
    }

    static std::string joined(const std::vector<std::string>& texts) {
        std::string all;
        for (const std::string& text : texts) {
            all += (all.empty() ? "" : ", ") + text;
        }
        return all;
    }

    void sources(const std::vector<std::string>& texts) {
        for (const std::string& source : texts) {
            out_ += "<p class=\"small soft\">Source: " + html(source) + "</p>\n";
        }
    }

    void decisions(const RecordResult& result) {
        if (result.decided.empty()) {
            return;
        }
        out_ += "<table><thead><tr><th>Decision</th><th>Value</th><th>Bound by</th></tr></thead>"
                "<tbody>\n";
        for (const DecidedResult& decided : result.decided) {
            std::string bound = decided.boundBy.empty() ? "" : code(decided.boundBy);
            for (const std::string& also : decided.alsoBoundBy) {
                bound += "<br>" + code(also);
            }
            out_ +=
                "<tr>" +
                td(spokenName(decided.decision) + (decided.on.empty() ? "" : " of " + decided.on)) +
                "<td><span class=\"val\">" + html(displayValue(decided.value)) +
                "</span></td><td>" + bound + "</td></tr>\n";
        }
        out_ += "</tbody></table>\n";
    }

    void list(const OutputValue& output) {
        if (!output.claimedWith.empty()) {
            out_ += "<p>" + html(spokenName(output.name)) + ": together with " +
                    html(output.claimedWith) + "</p>\n";
            return;
        }
        if (output.rows.empty()) {
            return;
        }
        out_ += "<h3>" + html(spokenName(output.name)) + "</h3>\n<table><thead><tr>";
        for (const auto& [name, value] : output.rows.front().fields) {
            out_ += "<th>" + html(spokenName(name)) + "</th>";
        }
        out_ += "</tr></thead><tbody>\n";
        const auto rows = [&](const std::vector<OutputRow>& all) {
            for (const OutputRow& row : all) {
                out_ += "<tr>";
                for (const auto& [name, value] : row.fields) {
                    out_ += td(
                        displayValue(value) +
                        (row.certain || name != row.fields.front().first ? "" : " (not certain)"));
                }
                out_ += "</tr>\n";
            }
        };
        rows(output.rows);
        out_ += "</tbody></table>\n";
        if (!output.choices.empty()) {
            out_ += "<p class=\"small\">" +
                    html(counted(output.choices.size(), "other outcome") +
                         " equally right; the first in declared order is shown.") +
                    "</p>\n";
        }
    }

    void values(const RecordResult& result) {
        std::string rows;
        for (const OutputValue& output : result.outputs) {
            const bool said = std::any_of(
                result.decided.begin(), result.decided.end(), [&](const DecidedResult& decided) {
                    return decided.decision == output.name;
                });
            if (!output.list && !said && output.value.state != State::NotApplicable) {
                rows += "<tr>" + td(spokenName(output.name)) + td(displayValue(output.value)) +
                        "</tr>\n";
            }
        }
        if (!rows.empty()) {
            out_ += "<table><thead><tr><th>Output</th><th>Value</th></tr></thead><tbody>\n" + rows +
                    "</tbody></table>\n";
        }
    }

    // ---- why

    void reasons() {
        section("Why");
        out_ +=
            "<p class=\"soft\">Every rule that applies, is excepted or cannot be determined, with "
            "what each of its clauses came to.</p>\n";
        for (const ExplainedRule& rule : packet_.explanation.rules) {
            out_ += "<h3>" + code(rule.name) + " " + html(outcomeName(rule.outcome)) + " on " +
                    html(rule.on) + "</h3>\n";
            out_ += "<p>" + html(rule.label) + " <span class=\"soft small\">in force " +
                    html(rule.inForce) + "; " + html(rule.place) +
                    (rule.layer.empty() ? "" : "; layer " + html(rule.layer)) + "</span></p>\n";
            sources(rule.sources);
            if (rule.condition) {
                out_ += "<ul class=\"tree\">\n";
                node(*rule.condition);
                out_ += "</ul>\n";
            }
            for (const ExplainedException& exception : rule.exceptions) {
                out_ += "<p>Exception " + code(exception.name) + " " +
                        html(outcomeName(exception.outcome)) +
                        html(exception.because.empty() ? "" : ": " + exception.because) + "</p>\n";
                sources(exception.sources);
                if (exception.condition) {
                    out_ += "<ul class=\"tree\">\n";
                    node(*exception.condition);
                    out_ += "</ul>\n";
                }
            }
            for (const ExplainedEffect& effect : rule.effects) {
                if (effect.spoke) {
                    out_ += "<p>&rArr; <b>" + html(effect.said) + "</b> on " + html(effect.on) +
                            (effect.binds ? " <span class=\"tag soft\">binds</span>" : "") +
                            html(effect.because.empty() ? "" : ", because " + effect.because) +
                            "</p>\n";
                }
            }
            if (!rule.missing.empty()) {
                out_ += "<p>For want of " +
                        html(joined(placesWithReasons(rule.missing, rule.reasons))) + "</p>\n";
            }
            for (const std::string& error : rule.errors) {
                out_ += "<p>Error: " + html(error) + "</p>\n";
            }
        }
        if (packet_.explanation.rules.empty()) {
            out_ += "<p>No rule applies.</p>\n";
        }
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
    void node(const ExplainedNode& one) {
        const std::string text = one.kind == "all"   ? "all of"
                                 : one.kind == "any" ? "any of"
                                                     : one.text;
        out_ += "<li>";
        std::string answer = one.value;
        if (one.state == State::Unknown && !one.missing.empty()) {
            answer = (answer.empty() ? "unknown" : answer) + ", missing " +
                     joined(placesWithReasons(one.missing, one.reasons));
        }
        if (!answer.empty()) {
            out_ += "<span class=\"val\">" + html(answer) + "</span> ";
        }
        out_ += one.kind == "all" || one.kind == "any" ? html(text) : code(text);
        if (!one.place.empty() && one.place != one.text) {
            out_ += " <span class=\"soft small\">from " + html(one.place) + "</span>";
        }
        if (!one.inForce.empty()) {
            out_ += " <span class=\"soft small\">in force " + html(one.inForce) + "</span>";
        }
        if (!one.sources.empty()) {
            out_ += " <span class=\"soft small\">source: " + html(joined(one.sources)) + "</span>";
        }
        if (!one.children.empty()) {
            out_ += "\n<ul class=\"tree\">\n";
            for (const ExplainedNode& child : one.children) {
                node(child);
            }
            out_ += "</ul>\n";
        }
        out_ += "</li>\n";
    }

    // ---- what would have changed it

    void whatIf() {
        section("What would have changed it");
        const impact::WhatIfs& found = packet_.whatIfs;
        out_ +=
            "<p class=\"soft\">One thing was changed at a time, everything else stayed, and the "
            "decision was made again from the records of this packet: " +
            html(counted(found.tried, "time")) +
            ". What is not listed made no difference or was "
            "not tried" +
            (found.complete ? "" : "; the search ended at its limit") +
            ". Numbers were tried at none, one step less and more, half and double; dates on the "
            "other side of the nearest days that packs name; lists of more than 16 words not at "
            "all.</p>\n";
        part(impact::WhatIf::Kind::Field, "Had the record said", "Field");
        part(impact::WhatIf::Kind::Value, "Had a value been another", "Value");
        part(impact::WhatIf::Kind::Rule, "Without a rule", "Rule");
        if (found.found.empty()) {
            out_ += "<p>Nothing that was tried would have.</p>\n";
        }
    }

    void part(impact::WhatIf::Kind kind, const std::string& title, const std::string& what) {
        bool any = false;
        for (const impact::WhatIf& one : packet_.whatIfs.found) {
            if (one.kind != kind) {
                continue;
            }
            if (!any) {
                out_ += "<h3>" + html(title) + "</h3>\n<table class=\"whatif\"><thead><tr><th>" +
                        html(what) + "</th>" +
                        (kind == impact::WhatIf::Kind::Rule ? "" : "<th>Is</th><th>Instead</th>") +
                        "<th>Then</th></tr></thead><tbody>\n";
            }
            any = true;
            std::string then;
            for (std::size_t index = 0; index < std::min(one.changes.size(), kChangesShown);
                 ++index) {
                then += (then.empty() ? "" : "<br>") + html(one.changes[index]);
            }
            if (one.changes.size() > kChangesShown) {
                then += "<br><span class=\"soft\">and " +
                        html(grouped(one.changes.size() - kChangesShown)) +
                        " more, in the JSON twin</span>";
            }
            out_ += "<tr><td>" + code(one.what) + "</td>" +
                    (kind == impact::WhatIf::Kind::Rule ? "" : td(one.was) + td(one.instead)) +
                    "<td>" + then + "</td></tr>\n";
        }
        out_ += any ? "</tbody></table>\n" : "";
    }

    // ---- texts, inputs, packs

    void texts() {
        section("What the packs say");
        for (const PacketText& text : packet_.texts) {
            out_ += "<h4>" + html(text.kind) + " " + code(text.name) +
                    " <span class=\"soft small\">" + html(text.place) + "</span></h4>\n<pre>" +
                    html(text.text) + "</pre>\n";
        }
    }

    void inputs() {
        section("What was on record");
        out_ +=
            packet_.request.withPrivate
                ? "<p><b>This packet includes private fields.</b></p>\n"
                : "<p class=\"soft\">Private fields are not included; where rules compare them, "
                  "stand-ins such as <code>private-0001</code> take their place, equal where the "
                  "texts are. The decision was made again with them and is the same.</p>\n";
        std::vector<std::string> others;
        for (const std::string& record : packet_.request.records) {
            const auto parsed =
                nlohmann::ordered_json::parse(record, nullptr, /*allow_exceptions=*/false);
            if (!parsed.is_object() || !parsed.contains(packet_.keyName) ||
                parsed[packet_.keyName] != packet_.request.key) {
                others.push_back(record);
                continue;
            }
            std::vector<std::pair<std::string, std::string>> lines;
            flatten(parsed, "", lines);
            out_ += "<table><thead><tr><th>Field</th><th>Value</th></tr></thead><tbody>\n";
            for (const auto& [path, value] : lines) {
                out_ += "<tr><td>" + code(path) + "</td>" + td(value) + "</tr>\n";
            }
            out_ += "</tbody></table>\n";
        }
        if (!others.empty()) {
            out_ += "<h3>" + html(counted(others.size(), "other record")) +
                    " that it rests on</h3>\n<p class=\"soft small\">Of all that were handed in, "
                    "the fewest "
                    "found that come to the same decision for the same reasons.</p>\n";
            for (const std::string& record : others) {
                out_ += "<pre>" + html(record) + "</pre>\n";
            }
        }
    }

    void packs() {
        section("Packs");
        out_ += "<table><thead><tr><th>Pack</th><th>Version</th><th>Layer</th><th>Digest</th></tr>"
                "</thead><tbody>\n";
        std::size_t silent = 0;
        for (const PacketPack& pack : packet_.packs) {
            if (!pack.speaks) {
                ++silent;
                continue;
            }
            out_ += "<tr><td>" + code(pack.name) + "<br>" + html(pack.title) + "</td>" +
                    td(pack.version) + td(pack.layer) + "<td>" + code(pack.digest) + "</td></tr>\n";
        }
        out_ += "</tbody></table>\n";
        if (silent != 0) {
            out_ +=
                "<p class=\"small soft\">" +
                html(counted(silent, "other pack") +
                     " of the set say nothing about this decision; the JSON twin names them with "
                     "their digests.") +
                "</p>\n";
        }
    }

    void verification() {
        section("How to verify");
        out_ +=
            "<p>The JSON twin of this page holds the same with the records as they were decided. "
            "Whoever has the packs can decide them again and compare every byte, offline:</p>\n";
        out_ += "<pre>proviso packet --verify PACKET.json --packs PACKS</pre>\n<dl>";
        const auto entry = [&](const char* name, const std::string& value) {
            out_ += std::string("<dt>") + name + "</dt><dd>" + value + "</dd>";
        };
        entry("packet", code(packet_.digest));
        entry("pack set",
              code(packet_.packsDigest) +
                  (packet_.request.unsignedPacks ? ", which nobody signed" : ""));
        entry("records", code(packet_.recordsDigest));
        entry("engine",
              "Proviso " + html(packet_.engineVersion) + ", bytecode " +
                  std::to_string(bytecode::kFormatVersion));
        out_ += "</dl>\n<p class=\"small soft\">A digest shows that nothing was changed since; it "
                "does not show who wrote it.</p>\n";
    }

    const Packet& packet_;
    std::string noun_;
    std::string out_;
};

}  // namespace

std::string packetPage(const Packet& packet) {
    return Page(packet).page();
}

}  // namespace proviso::tool
