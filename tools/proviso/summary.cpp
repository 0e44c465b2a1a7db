#include "tools/proviso/summary.h"

#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "runtime/values/decimal.h"
#include "tools/proviso/console.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace proviso::tool {

namespace {

constexpr std::size_t kGapsShown = 12;

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) {
        text.append(width - text.size(), ' ');
    }
    return text;
}

std::string rightAligned(const std::string& text, std::size_t width) {
    return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string moneyText(const Total& cents) {
    const Checked sum = cents.checked();
    return sum.ok() ? formatMoney(sum.value, 2) : "more than can be counted";
}

/// What is missing, in words where it is no field of a record.
std::string gapText(std::string_view field) {
    std::string text = printable(field);
    if (field.starts_with("law:")) {
        text += ": no rule of these packs says";
    } else if (field.starts_with("table:")) {
        text += ": the table leaves it open";
    } else if (field.starts_with("incomplete:")) {
        text += ": not all of it was handed in";
    } else if (field.starts_with("rejected:")) {
        text += ": a rejected record may belong to it";
    } else if (field.starts_with("order:")) {
        text += ": which comes first is not on record";
    }
    return text;
}

/// `, key: [{...}, ...]`
template <typename Map, typename Write>
void appendList(std::string& out, std::string_view key, const Map& map, Write write) {
    out += ", ";
    appendJsonText(out, key);
    out += ": [";
    bool first = true;
    for (const auto& [name, value] : map) {
        out += first ? "{" : ", {";
        first = false;
        write(name, value);
        out += '}';
    }
    out += ']';
}

void appendNumber(std::string& out, std::string_view key, std::uint64_t number) {
    out += ", ";
    appendJsonText(out, key);
    out += ": " + std::to_string(number);
}

}  // namespace

std::string fieldOfPlace(std::string_view place) {
    // `law:LAYER`, `table:NAME`, `order:FIELD`, `incomplete:GROUPING` and `rejected:GROUPING` are
    // no fields of a record.
    const std::size_t colon = place.rfind(':');
    if (colon != std::string_view::npos) {
        // A key in front may hold colons itself.
        const std::size_t before = place.rfind(':', colon == 0 ? 0 : colon - 1);
        const std::size_t begin =
            before == std::string_view::npos || before == colon ? 0 : before + 1;
        const std::string_view kind = place.substr(begin, colon - begin);
        if (kind == "law" || kind == "table" || kind == "order" || kind == "incomplete" ||
            kind == "rejected") {
            return std::string(place.substr(begin));
        }
        place.remove_prefix(colon + 1);
    }
    std::string field;
    bool inside = false;
    for (const char letter : place) {
        if (letter == '[') {
            inside = true;
        } else if (letter == ']') {
            inside = false;
        } else if (!inside) {
            field += letter;
        }
    }
    return field;
}

Summary::Gap& Summary::gapOf(std::string_view place) {
    constexpr std::size_t kMostPlaces = 10'000;
    if (const auto known = gaps_.find(place); known != gaps_.end()) {
        return *known->second;
    }
    Gap& gap = missing_[fieldOfPlace(place)];
    if (gaps_.size() < kMostPlaces) {
        gaps_.emplace(place, &gap);
    }
    return gap;
}

void Summary::countMissing(const RecordView& result) {
    for (const UndeterminedView& entry : result.undetermined) {
        ++answers_;
        for (const std::string_view place : entry.missing) {
            Gap& gap = gapOf(place);
            gap.answers += std::exchange(gap.lastAnswer, answers_) != answers_ ? 1 : 0;
            gap.records += std::exchange(gap.lastRecord, records_) != records_ ? 1 : 0;
        }
    }
}

void Summary::add(const RecordView& result) {
    const auto at = [](auto& map, const auto& key) -> auto& {
        const auto place = map.find(key);
        return place != map.end() ? place->second
                                  : map[typename std::decay_t<decltype(map)>::key_type(key)];
    };
    // A finding about a group stands in each member; its first member counts it, once a rule.
    std::set<std::tuple<std::string_view, std::string_view, std::uint32_t>> shared;
    ++records_;
    recordsWithFindings_ += result.findings.empty() ? 0 : 1;
    recordsUndetermined_ += result.undetermined.empty() ? 0 : 1;
    recordsWithErrors_ += result.errors.empty() ? 0 : 1;
    besideRejected_ += result.besideRejected ? 1 : 0;
    for (const FindingView& finding : result.findings) {
        if (finding.shared &&
            (!finding.counted ||
             !shared.emplace(finding.code, finding.rule, finding.sharedRow).second)) {
            continue;
        }
        ++findingCount_;
        Tally& tally = at(findings_, std::pair(finding.severity, finding.code));
        ++tally.count;
        if (!tally.rules.contains(finding.rule)) {
            tally.rules.emplace(finding.rule);
        }
        if (finding.atStake) {
            tally.atStake.add(*finding.atStake);
            atStake_.add(*finding.atStake);
        }
    }
    for (const ErrorView& error : result.errors) {
        ++at(errors_, std::pair(error.code, error.rule));
        at(errorMessages_, error.code) = error.message;
    }
    bool hasChoices = false;
    for (const OutputView& output : result.outputs) {
        if (output.name->isList) {
            at(rows_, output.name->text) += output.list->rows.size();
            hasChoices = hasChoices || !output.list->choices.empty();
        }
    }
    recordsWithChoices_ += hasChoices ? 1 : 0;
    countMissing(result);
}

void Summary::add(std::span<const RecordView> block) {
    for (const RecordView& result : block) {
        add(result);
    }
}

void Summary::add(const std::vector<RecordResult>& block) {
    for (const RecordResult& result : block) {
        Arena arena;
        add(viewOf(result, arena));
    }
}

void Summary::add(const DecodedRecords& decoded) {
    for (const Rejection& rejection : decoded.rejections) {
        ++rejectedCount_;
        ++rejections_[{rejectionCode(rejection.reason), rejectionMessage(rejection.reason)}];
    }
    counts_ = decoded.counts;
}

std::string Summary::text(std::string_view recordName, bool colour) const {
    const std::string noun = spokenName(recordName.empty() ? "record" : recordName);
    const auto bold = [&](const std::string& words) {
        return colour ? "\x1b[1m" + words + "\x1b[0m" : words;
    };
    std::string out = bold(counted(records_, noun));
    for (const auto& [name, count] : rows_) {
        out += ", " + grouped(count) + " " + spokenName(name);
    }
    out += '\n';

    out +=
        "findings: " +
        (findingCount_ == 0
             ? std::string("none")
             : grouped(findingCount_) + " in " + counted(recordsWithFindings_, noun)) +
        (rejectedCount_ == 0 ? std::string()
                             : "; " + counted(rejectedCount_, "record") + " could not be decided") +
        '\n';
    std::size_t codeWidth = 0;
    std::size_t countWidth = 0;
    std::size_t stakeWidth = 0;
    for (const auto& [key, tally] : findings_) {
        codeWidth = std::max(codeWidth, key.second.size());
        countWidth = std::max(countWidth, grouped(tally.count).size());
        if (tally.atStake.wide() != 0) {
            stakeWidth = std::max(stakeWidth, moneyText(tally.atStake).size());
        }
    }
    for (const auto& [key, tally] : findings_) {
        std::string line = "  " + padded(std::string(findingSeverityName(key.first)), 9) + "  " +
                           rightAligned(grouped(tally.count), countWidth) + "  " +
                           padded(key.second, codeWidth);
        if (stakeWidth != 0) {
            line += "  " + rightAligned(tally.atStake.wide() != 0 ? moneyText(tally.atStake) : "",
                                        stakeWidth);
        }
        for (const std::string& rule : tally.rules) {
            line += (rule == *tally.rules.begin() ? "  by " : ", ") + rule;
        }
        out += line + '\n';
    }
    if (atStake_.wide() != 0) {
        out += bold("at stake: " + moneyText(atStake_)) + '\n';
    }

    if (recordsUndetermined_ != 0) {
        out += "cannot determine: something in " + counted(recordsUndetermined_, noun) +
               " (`--all` shows each), for want of\n";
        std::vector<std::pair<std::string, Gap>> gaps(missing_.begin(), missing_.end());
        std::stable_sort(gaps.begin(), gaps.end(), [](const auto& a, const auto& b) {
            return a.second.records > b.second.records;
        });
        for (std::size_t index = 0; index < std::min(gaps.size(), kGapsShown); ++index) {
            out += "  " + rightAligned(grouped(gaps[index].second.records), 6) + "  " +
                   gapText(gaps[index].first) + "  (" +
                   counted(gaps[index].second.answers, "answer") + ")\n";
        }
        if (gaps.size() > kGapsShown) {
            out += "  and " + counted(gaps.size() - kGapsShown, "more field") + '\n';
        }
    }
    if (!errors_.empty()) {
        out += "rules that could not be worked out in " + counted(recordsWithErrors_, noun) + ":\n";
        for (const auto& [key, count] : errors_) {
            out += "  " + rightAligned(grouped(count), 6) + "  " + key.first + " " + key.second +
                   ": " + errorMessages_.at(key.first) + '\n';
        }
    }
    if (recordsWithChoices_ != 0) {
        out += "more than one right answer: " + counted(recordsWithChoices_, noun) + '\n';
    }
    if (rejectedCount_ != 0) {
        out += bold("rejected: " + counted(rejectedCount_, "record")) + '\n';
        for (const auto& [key, count] : rejections_) {
            out +=
                "  " + rightAligned(grouped(count), 6) + "  " + key.first + " " + key.second + '\n';
        }
    }
    if (besideRejected_ != 0) {
        out += "sums may be too low: " + counted(besideRejected_, noun) +
               " may share a group with a rejected record\n";
    }
    const std::uint64_t replaced = counts_.superseded + counts_.identical;
    if (replaced + counts_.voided + counts_.notYetKnown != 0) {
        out += "not counted: " + grouped(replaced) + " replaced, " + grouped(counts_.voided) +
               " void, " + grouped(counts_.notYetKnown) + " not yet known\n";
    }
    if (notLogged_.value_or(0) != 0) {
        out += bold("not logged: " + counted(*notLogged_, "decision")) + '\n';
    }
    return out;
}

std::string Summary::json() const {
    std::string out = "{\"records\": " + std::to_string(records_);
    appendList(out, "lists", rows_, [&](const std::string& name, std::uint64_t count) {
        out += "\"list\": ";
        appendJsonText(out, name);
        appendNumber(out, "rows", count);
    });
    appendNumber(out, "findings", findingCount_);
    appendList(out, "by_code", findings_, [&](const auto& key, const Tally& tally) {
        out += "\"severity\": ";
        appendJsonText(out, findingSeverityName(key.first));
        out += ", \"code\": ";
        appendJsonText(out, key.second);
        appendNumber(out, "count", tally.count);
        out += ", \"at_stake\": ";
        appendJsonText(out, formatDecimal(tally.atStake.checked().value, 2));
        out += ", \"rules\": [";
        for (const std::string& rule : tally.rules) {
            out += rule == *tally.rules.begin() ? "" : ", ";
            appendJsonText(out, rule);
        }
        out += ']';
    });
    out += ", \"at_stake\": ";
    appendJsonText(out, formatDecimal(atStake_.checked().value, 2));
    appendNumber(out, "records_undetermined", recordsUndetermined_);
    appendList(out, "missing", missing_, [&](const std::string& field, const Gap& gap) {
        out += "\"field\": ";
        appendJsonText(out, field);
        appendNumber(out, "records", gap.records);
        appendNumber(out, "answers", gap.answers);
    });
    appendList(out, "errors", errors_, [&](const auto& key, std::uint64_t count) {
        out += "\"code\": ";
        appendJsonText(out, key.first);
        out += ", \"rule\": ";
        appendJsonText(out, key.second);
        appendNumber(out, "count", count);
    });
    appendNumber(out, "records_with_choices", recordsWithChoices_);
    appendNumber(out, "rejected", rejectedCount_);
    appendNumber(out, "records_beside_rejected", besideRejected_);
    appendList(out, "rejected_by_reason", rejections_, [&](const auto& key, std::uint64_t count) {
        out += "\"code\": ";
        appendJsonText(out, key.first);
        appendNumber(out, "count", count);
    });
    if (notLogged_) {
        appendNumber(out, "not_logged", *notLogged_);
    }
    return out + "}";
}

}  // namespace proviso::tool
