#include "runtime/decision/text.h"
#include "tools/proviso/console.h"
#include "tools/proviso/diff_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::tool {

namespace {

using impact::GroupTally;
using impact::Impact;
using impact::moneyText;
using impact::RecordDifference;
using impact::Side;

constexpr std::size_t kMovesShown = 6;
constexpr std::size_t kGroupsShown = 12;
constexpr std::size_t kRulesShown = 30;
constexpr std::size_t kChangedShown = 10;

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

std::string rightAligned(const std::string& text, std::size_t width) {
    return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string plusMinus(std::uint64_t gained, std::uint64_t lost) {
    return "+" + grouped(gained) + " -" + grouped(lost);
}

/// `$12.00 before, $15.00 now (+$3.00)`.
std::string sumsText(const Total& before, const Total& after, int scale) {
    return moneyText(before, scale) + " before, " + moneyText(after, scale) + " now (" +
           signedMoney(before, after, scale) + ")";
}

std::string unknownText(const impact::MoneyChange& change) {
    if (change.before.unknown == 0 && change.after.unknown == 0) {
        return "";
    }
    return fmt::format("; not known: {} before, {} now",
                       grouped(change.before.unknown),
                       grouped(change.after.unknown));
}

std::string movesText(const impact::ValueTally& tally) {
    std::vector<std::pair<std::string, std::uint64_t>> moves(tally.moves.begin(),
                                                             tally.moves.end());
    std::stable_sort(moves.begin(), moves.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    std::string text;
    for (std::size_t index = 0; index < std::min(moves.size(), kMovesShown); ++index) {
        text += fmt::format("    {}  {}\n",
                            rightAligned(grouped(moves[index].second), 6),
                            printable(moves[index].first));
    }
    if (moves.size() > kMovesShown) {
        text += "    and " + counted(moves.size() - kMovesShown, "more move") + '\n';
    }
    return text;
}

class ImpactText {
  public:
    ImpactText(const DiffReport& report, const Impact& impact, bool colour)
        : report_(report), impact_(impact), colour_(colour), noun_(spokenName(report.recordName)) {}

    std::string text() {
        head();
        findings();
        money();
        values();
        lists();
        trouble();
        rules();
        groups();
        records();
        return std::move(out_);
    }

  private:
    std::string bold(const std::string& text) const {
        return colour_ ? "\x1b[1m" + text + "\x1b[0m" : text;
    }
    std::string visits(std::uint64_t count) const { return counted(count, noun_); }

    void head() {
        out_ += bold(visits(impact_.both) + " decided by both sets, " + grouped(impact_.changed) +
                     " differently") +
                '\n';
        const auto only = [&](std::uint64_t records,
                              const char* side,
                              const DiffSide& other,
                              std::uint64_t findings,
                              const Total& stake) {
            if (records == 0) {
                return;
            }
            out_ += visits(records) + " decided only by the " + side + " set (" +
                    counted(findings, "finding") + ", " + moneyText(stake, 2) +
                    " at stake; in none of the numbers below); the other rejects";
            for (const auto& [reason, count] : other.rejectionReasons) {
                out_ += "\n  " + grouped(count) + "  " + reason;
            }
            out_ += '\n';
        };
        only(impact_.onlyBefore,
             "old",
             report_.after,
             impact_.findingsOnlyBefore,
             impact_.stakeOnlyBefore);
        only(impact_.onlyAfter,
             "new",
             report_.before,
             impact_.findingsOnlyAfter,
             impact_.stakeOnlyAfter);
    }

    void findings() {
        out_ += fmt::format("findings: {} before, {} now; {} gained, {} lost\n",
                            grouped(impact_.findingsBefore),
                            grouped(impact_.findingsAfter),
                            grouped(impact_.gained),
                            grouped(impact_.lost));
        std::size_t width = 0;
        for (const auto& [code, tally] : impact_.codes) {
            width = std::max(width, code.size());
        }
        for (const auto& [code, tally] : impact_.codes) {
            if (tally.gained + tally.lost + tally.changed == 0) {
                continue;
            }
            std::string line =
                fmt::format("  {}  {}  {} -> {}  {}",
                            padded(std::string(findingSeverityName(tally.severity)), 9),
                            padded(code, width),
                            rightAligned(grouped(tally.before), 5),
                            padded(grouped(tally.after), 5),
                            padded(plusMinus(tally.gained, tally.lost), 9));
            if (tally.stakeBefore.wide() != tally.stakeAfter.wide()) {
                line += "  " + moneyText(tally.stakeBefore, 2) + " -> " +
                        moneyText(tally.stakeAfter, 2);
            }
            if (tally.changed != 0) {
                line += "  " + grouped(tally.changed) + (tally.changed == 1 ? " says" : " say") +
                        " something else";
            }
            out_ += line + '\n';
        }
        out_ += bold("at stake: " + sumsText(impact_.stakeBefore, impact_.stakeAfter, 2)) + '\n';
    }

    void money() {
        for (const auto& [name, change] : impact_.money) {
            out_ += spokenName(name) + ": " +
                    sumsText(change.before.sum, change.after.sum, impact::kMoneyScale) +
                    unknownText(change) + '\n';
        }
        if (impact_.changed == 0) {
            return;
        }
        std::string parts;
        for (std::size_t index = 0; index < impact_.sumsOfChanged.size(); ++index) {
            const impact::Money& sum = impact_.sumsOfChanged[index];
            if (sum.known != 0) {
                parts += (parts.empty() ? "" : ", ") + impact_.shape.sums[index] + " " +
                         moneyText(sum.sum, impact::kMoneyScale) +
                         (sum.unknown != 0 ? " (" + grouped(sum.unknown) + " not known)" : "");
            }
        }
        if (!parts.empty()) {
            out_ += "on record for what changed: " + parts + '\n';
        }
    }

    void values() {
        const auto section = [&](const char* title, const auto& tallies) {
            bool first = true;
            for (const auto& [name, tally] : tallies) {
                const auto decision = impact_.decisions.find(name);
                if (&tallies == &impact_.outputs && decision != impact_.decisions.end() &&
                    decision->second.moves == tally.moves) {
                    continue;
                }
                if (first) {
                    out_ += bold(title) + '\n';
                }
                first = false;
                out_ += "  " + spokenName(name) + ": another value in " + visits(tally.records);
                out_ += tally.otherReasons != 0
                            ? ", the same by other rules in " + visits(tally.otherReasons)
                            : "";
                out_ += '\n' + movesText(tally);
            }
        };
        section("decisions", impact_.decisions);
        section("outputs", impact_.outputs);
    }

    void lists() {
        for (const auto& [name, list] : impact_.lists) {
            if (list.gained + list.lost + list.changed == 0) {
                continue;
            }
            out_ +=
                fmt::format("{}: {} rows before, {} now; {} gained, {} lost, {} changed, in {}\n",
                            bold(spokenName(name)),
                            grouped(list.rowsBefore),
                            grouped(list.rowsAfter),
                            grouped(list.gained),
                            grouped(list.lost),
                            grouped(list.changed),
                            visits(list.records));
            for (const auto& [column, count] : list.columns) {
                out_ += fmt::format(
                    "    {}  {} differs\n", rightAligned(grouped(count), 6), spokenName(column));
            }
            for (const auto& [column, sums] : list.sums) {
                if (sums.before.sum.wide() == sums.after.sum.wide()) {
                    continue;
                }
                const auto shape = impact_.shape.columns.find({name, column});
                const bool isMoney = shape != impact_.shape.columns.end() && shape->second.money;
                out_ += "    " + spokenName(column) + ": ";
                out_ += isMoney
                            ? sumsText(sums.before.sum, sums.after.sum, impact::kMoneyScale)
                            : impact::decimalText(sums.before.sum, impact::kMoneyScale) +
                                  " before, " +
                                  impact::decimalText(sums.after.sum, impact::kMoneyScale) + " now";
                out_ += unknownText(sums) + '\n';
            }
        }
    }

    void trouble() {
        if (impact_.undeterminedBefore + impact_.undeterminedAfter != 0) {
            out_ += fmt::format("cannot determine: {} answers before, {} now; {} gained, {} lost\n",
                                grouped(impact_.undeterminedBefore),
                                grouped(impact_.undeterminedAfter),
                                grouped(impact_.undeterminedGained),
                                grouped(impact_.undeterminedLost));
        }
        if (impact_.errorsGained + impact_.errorsLost != 0) {
            out_ += fmt::format("rules that could not be worked out: {} gained, {} lost\n",
                                grouped(impact_.errorsGained),
                                grouped(impact_.errorsLost));
        }
        for (const auto& [what, count] : impact_.otherwise) {
            out_ += "also differs in " + visits(count) + ": " + what + '\n';
        }
    }

    void rules() {
        if (impact_.rules.empty()) {
            return;
        }
        out_ += bold("by rule") + '\n';
        std::vector<std::pair<std::string, impact::RuleTally>> rules;
        std::size_t width = 0;
        for (const auto& [name, tally] : impact_.rules) {
            rules.emplace_back(name, tally);
            width = std::max(width, name.size());
        }
        std::stable_sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) {
            return a.second.records > b.second.records;
        });
        for (std::size_t index = 0; index < std::min(rules.size(), kRulesShown); ++index) {
            const auto& [name, tally] = rules[index];
            std::string parts;
            const auto part = [&](std::uint64_t count, const std::string& text) {
                parts += count == 0 ? "" : (parts.empty() ? "" : ", ") + text;
            };
            part(tally.findingsGained + tally.findingsLost,
                 "findings " + plusMinus(tally.findingsGained, tally.findingsLost));
            part(tally.findingsChanged,
                 counted(tally.findingsChanged, "finding") + " said differently");
            part(tally.bindsNow + tally.bindsNoLonger,
                 "binds " + plusMinus(tally.bindsNow, tally.bindsNoLonger));
            part(tally.undeterminedGained + tally.undeterminedLost,
                 "undetermined " + plusMinus(tally.undeterminedGained, tally.undeterminedLost));
            part(tally.errorsGained + tally.errorsLost,
                 "errors " + plusMinus(tally.errorsGained, tally.errorsLost));
            out_ += "  " + padded(name, width) + "  " + visits(tally.records) +
                    (parts.empty() ? "" : ": " + parts) + '\n';
        }
        if (rules.size() > kRulesShown) {
            out_ += "  and " + counted(rules.size() - kRulesShown, "more rule") + '\n';
        }
    }

    void groups() {
        for (std::size_t index = 0; index < impact_.groups.size(); ++index) {
            std::vector<std::pair<std::string, const GroupTally*>> changed;
            std::size_t width = 0;
            for (const auto& [value, tally] : impact_.groups[index]) {
                if (tally.changed != 0) {
                    changed.emplace_back(value, &tally);
                    width = std::max(width, value.size());
                }
            }
            if (changed.empty()) {
                continue;
            }
            std::stable_sort(changed.begin(), changed.end(), [](const auto& a, const auto& b) {
                return a.second->changed > b.second->changed;
            });
            out_ += bold("by " + spokenName(impact_.shape.by[index])) + '\n';
            for (std::size_t row = 0; row < std::min(changed.size(), kGroupsShown); ++row) {
                const auto& [value, tally] = changed[row];
                out_ += fmt::format("  {}  {} of {} changed, findings {}",
                                    padded(printable(value), width),
                                    grouped(tally->changed),
                                    grouped(tally->records),
                                    plusMinus(tally->gained, tally->lost));
                if (tally->stakeBefore.wide() != tally->stakeAfter.wide()) {
                    out_ += ", at stake " + signedMoney(tally->stakeBefore, tally->stakeAfter, 2);
                }
                for (const auto& [name, change] : tally->money) {
                    if (change.before.sum.wide() != change.after.sum.wide()) {
                        out_ +=
                            ", " + spokenName(name) + " " +
                            signedMoney(change.before.sum, change.after.sum, impact::kMoneyScale);
                    }
                }
                out_ += '\n';
            }
            if (changed.size() > kGroupsShown) {
                out_ += "  and " + grouped(changed.size() - kGroupsShown) + " more\n";
            }
        }
    }

    void records() {
        if (report_.shown.empty()) {
            return;
        }
        out_ += bold("what changed, " + noun_ + " by " + noun_) + '\n';
        for (std::size_t index = 0; index < std::min(report_.shown.size(), kChangedShown);
             ++index) {
            const RecordDifference& record = report_.shown[index].difference;
            std::string parts;
            const auto part = [&](const std::string& text) {
                parts += (parts.empty() ? "" : "; ") + text;
            };
            if (!record.decidedBefore || !record.decidedAfter) {
                part(std::string("decided only by the ") + (record.decidedBefore ? "old" : "new") +
                     " set");
            }
            for (const auto& finding : record.findings) {
                part(std::string(sideName(finding.side)) + " " + finding.known().code);
            }
            for (const auto& decision : record.decisions) {
                part(decision.sameValue() ? spokenName(decision.name) + " by other rules"
                                          : spokenName(decision.name) + " " + decision.before +
                                                " -> " + decision.after);
            }
            for (const auto& row : record.rows) {
                part(std::string(sideName(row.side)) + " " + spokenName(row.list) + " " + row.row);
            }
            for (const auto& entry : record.undetermined) {
                part(std::string(sideName(entry.side)) + " undetermined " + entry.rule);
            }
            if (parts.size() > 160) {
                parts = parts.substr(0, parts.find("; ", 120)) + "; ...";
            }
            out_ += "  " + printable(record.key) + "  " + printable(parts) + '\n';
        }
        if (report_.changedRecords > kChangedShown) {
            out_ += "  and " + grouped(report_.changedRecords - kChangedShown) +
                    " more; --format csv and json list all of them\n";
        }
        // What a reader wants to know the reasons of first.
        const auto first =
            std::find_if(report_.shown.begin(), report_.shown.end(), [](const auto& shown) {
                return !shown.difference.findings.empty();
            });
        const auto& asked = first == report_.shown.end() ? report_.shown.front() : *first;
        out_ += "  why: add --visit " + printable(asked.difference.key) + '\n';
    }

    const DiffReport& report_;
    const Impact& impact_;
    bool colour_;
    std::string noun_;
    std::string out_;
};

}  // namespace

std::string signedMoney(const Total& before, const Total& after, int scale) {
    const Total difference = impact::differenceOf(before, after);
    if (difference.wide() == 0) {
        return "no change";
    }
    return (difference.wide() > 0 ? "+" : "") + moneyText(difference, scale);
}

std::string textPart(const DiffReport& report) {
    std::string text = differencesText(report.texts);
    for (const std::string& pack : report.sameButForm) {
        text += "pack " + pack + ": comments or layout alone differ\n";
    }
    return text.empty() ? "the packs say the same\n" : text;
}

std::string impactText(const DiffReport& report, const Impact& impact, bool colour) {
    return ImpactText(report, impact, colour).text();
}

std::string recordText(const DiffReport& report, const ShownDifference& record) {
    const RecordDifference& difference = record.difference;
    std::string out;
    const auto line = [&](std::size_t indent, const std::string& text) {
        out += std::string(indent, ' ') + printable(text) + '\n';
    };
    line(0, spokenName(report.recordName) + " " + difference.key);
    if (!difference.decidedBefore || !difference.decidedAfter) {
        line(2,
             std::string("decided only by the ") + (difference.decidedBefore ? "old" : "new") +
                 " set; the other rejects it" +
                 (record.rejected.empty() ? "" : ": " + record.rejected));
        return out;
    }
    if (!difference.differs()) {
        line(2, "decided alike by both sets");
        return out;
    }
    for (const auto& finding : difference.findings) {
        const FindingResult& known = finding.known();
        line(2,
             std::string(sideName(finding.side)) + " " + known.code + " on " + known.on + " by " +
                 known.rule);
        const auto said = [&](const char* when, const std::optional<FindingResult>& one) {
            if (one && !one->because.empty()) {
                line(4, std::string(when) + one->because);
            }
        };
        said(finding.side == Side::Changed ? "said: " : "because ", finding.before);
        said(finding.side == Side::Changed ? "says: " : "because ", finding.after);
        const auto stake = [](const std::optional<FindingResult>& one) {
            return one && one->atStake ? formatMoney(*one->atStake, 2) : std::string("nothing");
        };
        if (stake(finding.before) != stake(finding.after)) {
            line(4,
                 "at stake " + (finding.side == Side::Gained ? stake(finding.after)
                                : finding.side == Side::Lost
                                    ? stake(finding.before)
                                    : stake(finding.after) + ", was " + stake(finding.before)));
        }
    }
    for (const auto& decision : difference.decisions) {
        const std::string name =
            spokenName(decision.name) + (decision.on.empty() ? "" : " of " + decision.on);
        const auto bound = [](const std::string& rules) {
            return rules.empty() ? std::string("no rule") : rules;
        };
        line(2,
             decision.sameValue() ? name + " is " + decision.after + " as before"
                                  : name + " is " + decision.after + ", was " + decision.before);
        if (decision.boundBefore != decision.boundAfter) {
            line(4,
                 "bound by " + bound(decision.boundAfter) + ", was by " +
                     bound(decision.boundBefore));
        }
    }
    for (const auto& output : difference.outputs) {
        // Most outputs of one value are decisions, which were told.
        const bool told = std::any_of(
            difference.decisions.begin(), difference.decisions.end(), [&](const auto& decision) {
                return decision.name == output.name && decision.before == output.before &&
                       decision.after == output.after;
            });
        if (told) {
            continue;
        }
        line(2, spokenName(output.name) + ": " + output.after + ", was " + output.before);
    }
    for (const auto& row : difference.rows) {
        std::string fields;
        for (const auto& field : row.fields) {
            fields += (fields.empty() ? "" : ", ") + spokenName(field.name) + " ";
            fields += row.side == Side::Gained ? field.after
                      : row.side == Side::Lost ? field.before
                                               : field.after + " (was " + field.before + ")";
        }
        line(2,
             std::string(sideName(row.side)) + " in " + spokenName(row.list) + ": " +
                 (row.side == Side::Changed ? row.row + ": " : "") + fields);
    }
    const auto trouble = [&](const char* what, const impact::TroubleDifference& entry) {
        line(2,
             std::string(sideName(entry.side)) + " " + what + ": " + entry.rule + " on " +
                 entry.on + " (" + (entry.side == Side::Lost ? entry.before : entry.after) + ")");
    };
    for (const auto& entry : difference.undetermined) {
        trouble("undetermined", entry);
    }
    for (const auto& entry : difference.errors) {
        trouble("error", entry);
    }
    for (const std::string& what : difference.otherwise) {
        line(2, "also differs: " + what);
    }
    if (record.rules) {
        out += "  where the reasons part\n" + impact::ruleDifferencesText(*record.rules, 4);
    }
    return out;
}

}  // namespace proviso::tool
