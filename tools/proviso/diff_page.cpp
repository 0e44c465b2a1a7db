#include "runtime/decision/text.h"
#include "tools/proviso/console.h"
#include "tools/proviso/diff_report.h"
#include "tools/proviso/html.h"

#include <algorithm>

namespace proviso::tool {

namespace {

using impact::Impact;
using impact::moneyText;
using impact::RecordDifference;
using impact::Side;

/// `<td class="n">`; `text` is escaped.
std::string cell(const std::string& text, bool number = false) {
    return (number ? "<td class=\"n\">" : "<td>") + html(text) + "</td>";
}

/// A table's head: a column whose name begins with `#` holds numbers.
std::string tableBegin(std::initializer_list<std::string_view> names) {
    std::string out = "<table><thead><tr>";
    for (const std::string_view name : names) {
        const bool number = name.starts_with('#');
        out += number ? "<th class=\"n\">" : "<th>";
        out += html(number ? name.substr(1) : name) + "</th>";
    }
    return out + "</tr></thead><tbody>\n";
}
constexpr const char* kTableEnd = "</tbody></table>\n";

std::string signedClass(const Total& before, const Total& after) {
    return after.wide() > before.wide() ? "more" : after.wide() < before.wide() ? "less" : "soft";
}

std::string deltaCell(const Total& before, const Total& after, int scale) {
    return "<td class=\"n " + signedClass(before, after) + "\">" +
           html(before.wide() == after.wide() ? "-" : signedMoney(before, after, scale)) + "</td>";
}

std::string figure(const std::string& value, const std::string& label) {
    return "<div class=\"figure\"><b>" + html(value) + "</b><span>" + html(label) +
           "</span></div>\n";
}

std::string change(const std::string& before, const std::string& after) {
    return html(before.empty() ? "-" : before) + " &rarr; <span class=\"val\">" +
           html(after.empty() ? "-" : after) + "</span>";
}

std::string tag(Side side) {
    const char* colour = side == Side::Gained ? "more" : side == Side::Lost ? "less" : "soft";
    return std::string("<span class=\"tag ") + colour + "\">" + sideName(side) + "</span>";
}

class Page {
  public:
    Page(const DiffReport& report, const Impact* impact)
        : report_(report), impact_(impact), noun_(spokenName(report.recordName)) {}

    std::string page() {
        out_ =
            pageBegin("What changes: " + report_.after.path,
                      "compared with " + report_.before.path +
                          (report_.knownAsOf.empty() ? "" : ", known as of " + report_.knownAsOf));
        if (impact_ != nullptr) {
            figures();
        }
        texts();
        if (impact_ != nullptr) {
            codes();
            money();
            values();
            lists();
            trouble();
            groups();
            rules();
            records();
        }
        provenance();
        out_ += pageEnd("Written by Proviso " + report_.engineVersion +
                        ". Both pack sets decided the same records; nothing here is an estimate.");
        return std::move(out_);
    }

  private:
    std::string visits(std::uint64_t count) const { return counted(count, noun_); }
    void section(const std::string& title) { out_ += "<h2>" + html(title) + "</h2>\n"; }

    void figures() {
        out_ += "<div class=\"figures\">\n";
        out_ += figure(grouped(impact_->changed) + " of " + grouped(impact_->both),
                       noun_ + "s are decided differently");
        out_ += figure("+" + grouped(impact_->gained) + " / -" + grouped(impact_->lost),
                       "findings gained and lost");
        out_ += figure(signedMoney(impact_->stakeBefore, impact_->stakeAfter, 2),
                       "at stake: " + moneyText(impact_->stakeAfter, 2) + ", was " +
                           moneyText(impact_->stakeBefore, 2));
        for (const auto& [name, sums] : impact_->money) {
            out_ +=
                figure(signedMoney(sums.before.sum, sums.after.sum, impact::kMoneyScale),
                       spokenName(name) + ": " + moneyText(sums.after.sum, impact::kMoneyScale) +
                           ", was " + moneyText(sums.before.sum, impact::kMoneyScale));
        }
        out_ += "</div>\n";
        only(impact_->onlyBefore, "old", "new", report_.after, impact_->findingsOnlyBefore);
        only(impact_->onlyAfter, "new", "old", report_.before, impact_->findingsOnlyAfter);
    }

    void only(std::uint64_t records,
              const char* side,
              const char* other,
              const DiffSide& rejecting,
              std::uint64_t findings) {
        if (records == 0) {
            return;
        }
        out_ += "<p><b>" + html(visits(records)) + "</b> decided only by the " + side +
                " set, with " + html(counted(findings, "finding")) +
                ", in none of the numbers here. The " + other + " set rejects:</p><ul>\n";
        for (const auto& [reason, count] : rejecting.rejectionReasons) {
            out_ += "<li>" + html(grouped(count) + " " + reason) + "</li>\n";
        }
        out_ += "</ul>\n";
    }

    void texts() {
        section("What the packs say differently");
        if (report_.texts.empty()) {
            out_ += "<p>Nothing.</p>\n";
        }
        std::string pack;
        for (const ItemChange& item : report_.texts) {
            if (item.pack != pack) {
                pack = item.pack;
                out_ += "<h3>" + html(pack) + "</h3>\n";
            }
            const char* word = item.kind == ChangeKind::Added     ? "added"
                               : item.kind == ChangeKind::Removed ? "removed"
                                                                  : "";
            out_ += "<p><b>" + html(item.itemKind + (item.name.empty() ? "" : " ") + item.name) +
                    "</b> " + word + " <span class=\"soft small\">" +
                    html(item.placeAfter.empty() ? item.placeBefore : item.placeAfter) +
                    "</span></p>\n";
            if (!item.parts.empty()) {
                out_ += "<ul>\n";
                for (const PartChange& part : item.parts) {
                    out_ += "<li>" + html(sentenceOf(part)) + "</li>\n";
                }
                out_ += "</ul>\n";
            }
        }
        for (const std::string& same : report_.sameButForm) {
            out_ += "<p>" + html(same) + ": comments or layout alone differ.</p>\n";
        }
    }

    void codes() {
        section("Findings");
        bool any = false;
        std::string rows;
        for (const auto& [code, tally] : impact_->codes) {
            if (tally.gained + tally.lost + tally.changed == 0) {
                continue;
            }
            any = true;
            rows += "<tr>" + cell(code) + cell(std::string(findingSeverityName(tally.severity))) +
                    cell(grouped(tally.before), true) + cell(grouped(tally.after), true) +
                    cell(grouped(tally.gained), true) + cell(grouped(tally.lost), true) +
                    cell(grouped(tally.changed), true) +
                    cell(moneyText(tally.stakeBefore, 2), true) +
                    cell(moneyText(tally.stakeAfter, 2), true) +
                    deltaCell(tally.stakeBefore, tally.stakeAfter, 2) + "</tr>\n";
        }
        if (!any) {
            out_ += "<p>The same " + html(counted(impact_->findingsAfter, "finding")) +
                    " under both.</p>\n";
            return;
        }
        out_ += tableBegin({"Code",
                            "Severity",
                            "#Before",
                            "#Now",
                            "#Gained",
                            "#Lost",
                            "#Reworded",
                            "#At stake before",
                            "#Now",
                            "#Difference"}) +
                rows + kTableEnd;
    }

    void money() {
        if (impact_->money.empty() && impact_->sumsOfChanged.empty()) {
            return;
        }
        section("Dollars");
        out_ += tableBegin({"", "#Before", "#Now", "#Difference", "#Not known before", "#Now"});
        out_ += "<tr>" + cell("at stake in findings") +
                cell(moneyText(impact_->stakeBefore, 2), true) +
                cell(moneyText(impact_->stakeAfter, 2), true) +
                deltaCell(impact_->stakeBefore, impact_->stakeAfter, 2) + cell("", true) +
                cell("", true) + "</tr>\n";
        for (const auto& [name, sums] : impact_->money) {
            out_ += "<tr>" + cell(spokenName(name)) +
                    cell(moneyText(sums.before.sum, impact::kMoneyScale), true) +
                    cell(moneyText(sums.after.sum, impact::kMoneyScale), true) +
                    deltaCell(sums.before.sum, sums.after.sum, impact::kMoneyScale) +
                    cell(grouped(sums.before.unknown), true) +
                    cell(grouped(sums.after.unknown), true) + "</tr>\n";
        }
        out_ += kTableEnd;
        std::string rows;
        for (std::size_t index = 0; index < impact_->sumsOfChanged.size(); ++index) {
            const impact::Money& sum = impact_->sumsOfChanged[index];
            if (sum.known != 0) {
                rows += "<tr>" + cell(impact_->shape.sums[index]) +
                        cell(moneyText(sum.sum, impact::kMoneyScale), true) +
                        cell(grouped(sum.known), true) + cell(grouped(sum.unknown), true) +
                        "</tr>\n";
            }
        }
        if (!rows.empty() && impact_->changed != 0) {
            out_ += "<h3>On record for the " + html(visits(impact_->changed)) +
                    " that changed</h3>\n" + tableBegin({"Field", "#Sum", "#Known", "#Not known"}) +
                    rows + kTableEnd;
        }
    }

    void values() {
        if (impact_->decisions.empty() && impact_->outputs.empty()) {
            return;
        }
        section("Decisions and outputs");
        out_ += tableBegin({"", "#Other value", "#Same, by other rules", "From and to"});
        const auto rows = [&](const std::map<std::string, impact::ValueTally>& tallies) {
            for (const auto& [name, tally] : tallies) {
                // Most outputs of one value are decisions, which are there already.
                const auto decision = impact_->decisions.find(name);
                if (&tallies == &impact_->outputs && decision != impact_->decisions.end() &&
                    decision->second.moves == tally.moves) {
                    continue;
                }
                std::vector<std::pair<std::string, std::uint64_t>> moves(tally.moves.begin(),
                                                                         tally.moves.end());
                std::stable_sort(moves.begin(), moves.end(), [](const auto& a, const auto& b) {
                    return a.second > b.second;
                });
                std::string text;
                for (std::size_t index = 0; index < std::min<std::size_t>(moves.size(), 8);
                     ++index) {
                    text += html(grouped(moves[index].second) + " \xC3\x97 " + moves[index].first) +
                            "<br>";
                }
                text += moves.size() > 8 ? html("and " + grouped(moves.size() - 8) + " more") : "";
                out_ += "<tr>" + cell(spokenName(name)) + cell(grouped(tally.records), true) +
                        cell(grouped(tally.otherReasons), true) + "<td>" + text + "</td></tr>\n";
            }
        };
        rows(impact_->decisions);
        rows(impact_->outputs);
        out_ += kTableEnd;
    }

    void lists() {
        for (const auto& [name, list] : impact_->lists) {
            if (list.gained + list.lost + list.changed == 0) {
                continue;
            }
            section("Rows of " + spokenName(name));
            out_ += "<p>" +
                    html(grouped(list.rowsBefore) + " rows before, " + grouped(list.rowsAfter) +
                         " now: " + grouped(list.gained) + " gained, " + grouped(list.lost) +
                         " lost, " + grouped(list.changed) + " changed, in " +
                         visits(list.records) + ".") +
                    "</p>\n" + tableBegin({"Column", "#Rows that differ", "#Sum before", "#Now"});
            std::map<std::string, std::uint64_t> columns = list.columns;
            for (const auto& [column, sums] : list.sums) {
                if (sums.before.sum.wide() != sums.after.sum.wide()) {
                    columns.try_emplace(column, 0);
                }
            }
            for (const auto& [column, count] : columns) {
                const auto sums = list.sums.find(column);
                const auto shape = impact_->shape.columns.find({name, column});
                const bool isMoney = shape != impact_->shape.columns.end() && shape->second.money;
                const auto sum = [&](const impact::Money& side) {
                    return sums == list.sums.end() ? std::string()
                           : isMoney               ? moneyText(side.sum, impact::kMoneyScale)
                                                   : formatDecimalTrimmed(
                                           side.sum.checked().value, impact::kMoneyScale, 0);
                };
                static const impact::MoneyChange kNone;
                const impact::MoneyChange& both = sums == list.sums.end() ? kNone : sums->second;
                out_ += "<tr>" + cell(spokenName(column)) + cell(grouped(count), true) +
                        cell(sum(both.before), true) + cell(sum(both.after), true) + "</tr>\n";
            }
            out_ += kTableEnd;
        }
    }

    void trouble() {
        if (impact_->undeterminedBefore + impact_->undeterminedAfter + impact_->errorsGained +
                impact_->errorsLost ==
            0) {
            return;
        }
        section("What cannot be determined");
        out_ += tableBegin({"", "#Before", "#Now", "#Gained", "#Lost"});
        out_ += "<tr>" + cell("undetermined answers") +
                cell(grouped(impact_->undeterminedBefore), true) +
                cell(grouped(impact_->undeterminedAfter), true) +
                cell(grouped(impact_->undeterminedGained), true) +
                cell(grouped(impact_->undeterminedLost), true) + "</tr>\n";
        out_ += "<tr>" + cell("rules that fail") + cell("", true) + cell("", true) +
                cell(grouped(impact_->errorsGained), true) +
                cell(grouped(impact_->errorsLost), true) + "</tr>\n";
        out_ += kTableEnd;
    }

    void groups() {
        for (std::size_t index = 0; index < impact_->groups.size(); ++index) {
            std::string rows;
            for (const auto& [value, tally] : impact_->groups[index]) {
                if (tally.changed == 0) {
                    continue;
                }
                std::string money;
                for (const auto& [name, sums] : tally.money) {
                    if (sums.before.sum.wide() != sums.after.sum.wide()) {
                        money += (money.empty() ? "" : "; ") + spokenName(name) + " " +
                                 signedMoney(sums.before.sum, sums.after.sum, impact::kMoneyScale);
                    }
                }
                rows += "<tr>" + cell(value) + cell(grouped(tally.changed), true) +
                        cell(grouped(tally.records), true) + cell(grouped(tally.gained), true) +
                        cell(grouped(tally.lost), true) +
                        deltaCell(tally.stakeBefore, tally.stakeAfter, 2) + cell(money) + "</tr>\n";
            }
            if (!rows.empty()) {
                section("By " + spokenName(impact_->shape.by[index]));
                out_ += tableBegin({spokenName(impact_->shape.by[index]),
                                    "#Changed",
                                    "#Of",
                                    "#Findings gained",
                                    "#Lost",
                                    "#At stake",
                                    "Other dollars"}) +
                        rows + kTableEnd;
            }
        }
    }

    void rules() {
        if (impact_->rules.empty()) {
            return;
        }
        section("By rule");
        out_ += tableBegin({"Rule",
                            "#" + noun_ + "s",
                            "#Findings gained",
                            "#Lost",
                            "#Binds now",
                            "#No longer",
                            "#Undetermined gained",
                            "#Lost"});
        for (const auto& [name, tally] : impact_->rules) {
            out_ += "<tr><td><code>" + html(name) + "</code></td>" +
                    cell(grouped(tally.records), true) + cell(grouped(tally.findingsGained), true) +
                    cell(grouped(tally.findingsLost), true) + cell(grouped(tally.bindsNow), true) +
                    cell(grouped(tally.bindsNoLonger), true) +
                    cell(grouped(tally.undeterminedGained), true) +
                    cell(grouped(tally.undeterminedLost), true) + "</tr>\n";
        }
        out_ += kTableEnd;
    }

    // ---- single records

    void records() {
        if (report_.shown.empty()) {
            return;
        }
        section(spokenName(report_.recordName) + " by " + spokenName(report_.recordName));
        if (report_.changedRecords > report_.shown.size()) {
            out_ += "<p>The first " + html(grouped(report_.shown.size())) + " of " +
                    html(grouped(report_.changedRecords)) +
                    ", by key. The forms csv and json list all of them.</p>\n";
        }
        for (const ShownDifference& shown : report_.shown) {
            record(shown);
        }
    }

    void record(const ShownDifference& shown) {
        const RecordDifference& record = shown.difference;
        out_ += "<div class=\"box\">\n<h3>" + html(record.key) + "</h3>\n";
        std::string facts;
        for (const std::string& group : shown.facts.groups) {
            facts += (facts.empty() ? "" : " \xC2\xB7 ") + group;
        }
        out_ += facts.empty() ? "" : "<p class=\"soft small\">" + html(facts) + "</p>\n";
        if (!record.decidedBefore || !record.decidedAfter) {
            out_ += std::string("<p>Decided only by the ") +
                    (record.decidedBefore ? "old" : "new") + " set" +
                    html(shown.rejected.empty() ? "." : "; rejected: " + shown.rejected) +
                    "</p>\n</div>\n";
            return;
        }
        for (const auto& finding : record.findings) {
            const FindingResult& known = finding.known();
            out_ += "<p>" + tag(finding.side) + "<b>" + html(known.code) + "</b> on " +
                    html(known.on) + " <span class=\"soft\">by <code>" + html(known.rule) +
                    "</code></span>";
            if (finding.side == Side::Changed &&
                finding.before->because != finding.after->because) {
                out_ += "<br>" + change(finding.before->because, finding.after->because);
            } else if (!known.because.empty()) {
                out_ += "<br>" + html(known.because);
            }
            if (known.atStake) {
                out_ += " <span class=\"soft\">(at stake " + html(formatMoney(*known.atStake, 2)) +
                        ")</span>";
            }
            out_ += "</p>\n";
        }
        if (!record.decisions.empty() || !record.outputs.empty() || !record.rows.empty()) {
            out_ += tableBegin({"", "Before", "Now"});
            for (const auto& decision : record.decisions) {
                const auto value = [](const std::string& text, const std::string& bound) {
                    return "<td>" + html(text) +
                           (bound.empty() ? ""
                                          : "<br><code class=\"soft\">" + html(bound) + "</code>") +
                           "</td>";
                };
                out_ += "<tr>" +
                        cell(spokenName(decision.name) +
                             (decision.on.empty() ? "" : " of " + decision.on)) +
                        value(decision.before, decision.boundBefore) +
                        value(decision.after, decision.boundAfter) + "</tr>\n";
            }
            for (const auto& output : record.outputs) {
                const bool told = std::any_of(
                    record.decisions.begin(), record.decisions.end(), [&](const auto& decision) {
                        return decision.name == output.name && decision.after == output.after;
                    });
                if (told) {
                    continue;
                }
                out_ += "<tr>" + cell(spokenName(output.name)) + cell(output.before) +
                        cell(output.after) + "</tr>\n";
            }
            for (const auto& row : record.rows) {
                std::string before;
                std::string after;
                for (const auto& field : row.fields) {
                    before += row.side == Side::Gained
                                  ? ""
                                  : html(spokenName(field.name) + " " + field.before) + "<br>";
                    after += row.side == Side::Lost
                                 ? ""
                                 : html(spokenName(field.name) + " " + field.after) + "<br>";
                }
                out_ += "<tr><td>" + html(spokenName(row.list) + " " + row.row) + "</td><td>" +
                        (before.empty() ? "-" : before) + "</td><td>" +
                        (after.empty() ? "-" : after) + "</td></tr>\n";
            }
            out_ += kTableEnd;
        }
        const auto trouble = [&](const char* what, const impact::TroubleDifference& entry) {
            out_ += "<p>" + tag(entry.side) + what + " <code>" + html(entry.rule) + "</code> on " +
                    html(entry.on) + ": " +
                    html(entry.side == Side::Lost ? entry.before : entry.after) + "</p>\n";
        };
        for (const auto& entry : record.undetermined) {
            trouble("undetermined", entry);
        }
        for (const auto& entry : record.errors) {
            trouble("error", entry);
        }
        for (const std::string& what : record.otherwise) {
            out_ += "<p>Also differs: " + html(what) + "</p>\n";
        }
        if (shown.rules && !shown.rules->empty()) {
            out_ += "<h4>Where the reasons part</h4>\n";
            for (const auto& rule : *shown.rules) {
                ruleDifference(rule);
            }
        }
        out_ += "</div>\n";
    }

    void ruleDifference(const impact::RuleDifference& rule) {
        out_ += "<p><code>" + html(rule.name) + "</code> on " + html(rule.on) + ": ";
        const auto outcome = [](const std::string& text) {
            return text.empty() ? std::string("is not there") : text;
        };
        out_ += rule.outcomeBefore == rule.outcomeAfter
                    ? html(rule.outcomeAfter)
                    : change(outcome(rule.outcomeBefore), outcome(rule.outcomeAfter));
        for (const std::string& said : rule.saidBefore) {
            out_ += "<br><span class=\"soft\">said:</span> " + html(said);
        }
        for (const std::string& said : rule.saidAfter) {
            out_ += "<br><span class=\"soft\">says:</span> " + html(said);
        }
        out_ += "</p>\n";
        clauses(rule.clauses);
    }

    // NOLINTNEXTLINE(misc-no-recursion): as deep as explanations, which are bounded
    void clauses(const std::vector<impact::ClauseDifference>& differences) {
        if (differences.empty()) {
            return;
        }
        out_ += "<ul class=\"tree\">\n";
        for (const auto& clause : differences) {
            out_ += "<li>";
            if (!clause.inBefore) {
                out_ += "<span class=\"tag more\">new</span><span class=\"val\">" +
                        html(clause.after) + "</span> ";
            } else if (!clause.inAfter) {
                out_ += "<span class=\"tag less\">no longer</span>" + html(clause.before) + " ";
            } else if (clause.before != clause.after) {
                out_ += "[" + change(clause.before, clause.after) + "] ";
            } else if (!clause.after.empty()) {
                out_ += "[" + html(clause.after) + "] ";
            }
            out_ += "<code>" + html(clause.text) + "</code>";
            if (clause.inForceBefore != clause.inForceAfter) {
                out_ += " <span class=\"soft small\">in force " +
                        change(clause.inForceBefore, clause.inForceAfter) + "</span>";
            }
            clauses(clause.children);
            out_ += "</li>\n";
        }
        out_ += "</ul>\n";
    }

    void provenance() {
        section("Where this comes from");
        out_ += "<dl>";
        const auto side = [&](const char* name, const DiffSide& one) {
            out_ += std::string("<dt>") + name + " set</dt><dd>" + html(one.path) + ", " +
                    html(counted(one.packs, "pack")) + (one.isUnsigned ? ", not signed" : "") +
                    "<br><code>" + html(one.digest) + "</code></dd>";
            if (one.rejected != 0) {
                out_ += std::string("<dt>rejected by the ") + name + " set</dt><dd>" +
                        html(counted(one.rejected, "record")) + "</dd>";
            }
        };
        side("old", report_.before);
        side("new", report_.after);
        out_ += "<dt>engine</dt><dd>Proviso " + html(report_.engineVersion) + "</dd></dl>\n";
    }

    const DiffReport& report_;
    const Impact* impact_;
    std::string noun_;
    std::string out_;
};

}  // namespace

std::string impactPage(const DiffReport& report, const Impact* impact) {
    return Page(report, impact).page();
}

}  // namespace proviso::tool
