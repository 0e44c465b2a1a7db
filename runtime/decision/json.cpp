#include "runtime/decision/json.h"

#include "runtime/decision/text.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace proviso {

namespace {

/// How many bytes from the first on stand in a JSON text as they are.
std::size_t plainBytes(std::string_view text) {
    constexpr std::uint64_t kOnes = 0x0101010101010101U;
    constexpr std::uint64_t kHighs = 0x8080808080808080U;
    const auto anyBelow = [](std::uint64_t bytes, std::uint64_t limit) {
        return (bytes - kOnes * limit) & ~bytes & kHighs;
    };
    std::size_t index = 0;
    for (; index + sizeof(std::uint64_t) <= text.size(); index += sizeof(std::uint64_t)) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + index, sizeof bytes);
        // A byte above a small one may be taken for small, too; then they are looked at one by one.
        if ((anyBelow(bytes, 0x20) | anyBelow(bytes ^ (kOnes * '"'), 1) |
             anyBelow(bytes ^ (kOnes * '\\'), 1)) != 0) {
            break;
        }
    }
    while (index < text.size()) {
        const auto byte = static_cast<unsigned char>(text[index]);
        if (byte < 0x20 || byte == '"' || byte == '\\') {
            break;
        }
        ++index;
    }
    return index;
}

/// Writes `"name": value, ...` with the commas between.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

    /// The name and its colon; the caller appends the value.
    std::string& name(std::string_view text) {
        begin();
        appendJsonText(out_, text);
        out_ += ": ";
        return out_;
    }
    /// A name of two parts.
    std::string& name(std::string_view text, std::string_view ending) {
        begin();
        appendJsonText(out_, text);
        out_.pop_back();
        out_ += ending;
        out_ += "\": ";
        return out_;
    }

    void text(std::string_view key, std::string_view value) { appendJsonText(name(key), value); }

    void close() { out_ += '}'; }

  private:
    void begin() {
        if (!first_) {
            out_ += ", ";
        }
        first_ = false;
    }

    std::string& out_;
    bool first_ = true;
};

template <typename List, typename Write>
void appendList(std::string& out, const List& list, Write write) {
    out += '[';
    bool first = true;
    for (const auto& element : list) {
        if (!first) {
            out += ", ";
        }
        first = false;
        write(element);
    }
    out += ']';
}

void appendTexts(std::string& out, TextList texts) {
    appendList(out, texts, [&](std::string_view text) { appendJsonText(out, text); });
}

/// `[places]`, and `name + moreEnding: n` where some are left out. The caller wrote the name.
void appendPlaces(ObjectWriter& object,
                  std::string& out,
                  std::string_view name,
                  std::string_view moreEnding,
                  TextList places) {
    const std::size_t shown = std::min(places.size(), kMissingPlacesShown);
    out += '[';
    for (std::size_t index = 0; index < shown; ++index) {
        if (index != 0) {
            out += ", ";
        }
        appendJsonText(out, places[index]);
    }
    out += ']';
    if (shown < places.size()) {
        object.name(name, moreEnding) += std::to_string(places.size() - shown);
    }
}

/// A bound of an unknown value, written as the value will be.
void appendBound(ObjectWriter& object,
                 const ValueView& value,
                 std::string_view key,
                 std::string_view bound) {
    if (bound.empty()) {
        return;
    }
    if (value.kind == ShownValue::Kind::Number) {
        object.name(key) += bound;
    } else {
        object.text(key, bound);
    }
}

bool hasOpenMembers(const ValueView& value) {
    return value.kind == ShownValue::Kind::Set && value.state != State::Error &&
           value.state != State::NotApplicable && !value.more().open.empty();
}

/// A value under its name; for a set that is not closed also the members that are possible and what
/// is missing.
void appendNamedValue(ObjectWriter& object,
                      std::string& out,
                      std::string_view name,
                      const ValueView& value) {
    appendJsonValue(object.name(name), value);
    if (hasOpenMembers(value)) {
        object.name(name, "_open");
        appendTexts(out, value.more().open);
        if (!value.more().missing.empty()) {
            object.name(name, "_missing");
            appendPlaces(object, out, name, "_missing_more", value.more().missing);
        }
    }
}

void appendRow(std::string& out, const RowView& row) {
    ObjectWriter object(out);
    for (const auto& [name, value] : row.fields) {
        appendNamedValue(object, out, name, value);
    }
    if (!row.certain) {
        object.name("certain") += "false";
    }
    object.close();
}

void appendRows(std::string& out, RowList rows) {
    appendList(out, rows, [&](const RowView& row) { appendRow(out, row); });
}

/// Lists of rows and values, each under its own name. What belongs to one list in particular is
/// `choices` and `claimed_with`; a second list that has them too carries its name in front.
void appendOutputs(ObjectWriter& object, std::string& out, std::span<const OutputView> outputs) {
    for (const OutputView& output : outputs) {
        if (output.isList) {
            appendRows(object.name(output.name), output.list->rows);
        } else {
            appendNamedValue(object, out, output.name, output.value);
        }
    }
    std::string_view claimedWith;
    for (const OutputView& output : outputs) {
        if (!output.isList || output.claimedWith().empty() || claimedWith == output.claimedWith()) {
            continue;
        }
        if (claimedWith.empty()) {
            object.text("claimed_with", output.claimedWith());
            claimedWith = output.claimedWith();
        } else {
            appendJsonText(object.name(output.name, "_claimed_with"), output.claimedWith());
        }
    }
    bool first = true;
    for (const OutputView& output : outputs) {
        if (!output.isList || output.list->choices.empty()) {
            continue;
        }
        if (first) {
            object.name("choices");
        } else {
            object.name(output.name, "_choices");
        }
        first = false;
        appendList(out, output.list->choices, [&](RowList rows) { appendRows(out, rows); });
    }
}

void appendFinding(std::string& out, const FindingView& finding) {
    ObjectWriter object(out);
    object.text("code", finding.code);
    object.text("severity", findingSeverityName(finding.severity));
    object.text("on", finding.on);
    object.text("because", finding.because);
    object.text("rule", finding.rule);
    appendTexts(object.name("sources"), finding.sources);
    if (!finding.remedy.empty()) {
        object.text("remedy", finding.remedy);
    }
    if (!finding.slots.empty()) {
        object.name("with");
        ObjectWriter slots(out);
        for (const auto& [name, value] : finding.slots) {
            appendNamedValue(slots, out, name, value);
        }
        slots.close();
    }
    if (finding.atStake) {
        object.text("at_stake", formatDecimal(*finding.atStake, 2));
    }
    if (finding.shared) {
        object.name("shared") += "true";
    }
    object.close();
}

void appendDecided(std::string& out, const DecidedView& decided) {
    ObjectWriter object(out);
    if (!decided.on.empty()) {
        object.text("on", decided.on);
    }
    appendNamedValue(object, out, "value", decided.value);
    if (!decided.boundBy.empty()) {
        object.text("bound_by", decided.boundBy);
    }
    if (!decided.alsoBoundBy.empty()) {
        appendTexts(object.name("also_bound_by"), decided.alsoBoundBy);
    }
    object.close();
}

/// By decision: an object, or a list of them where several rows of one record are decided about.
/// What is not about the record itself says where.
void appendDecisions(ObjectWriter& object, std::string& out, std::span<const DecidedView> all) {
    object.name("decided");
    ObjectWriter decisions(out);
    for (std::size_t begin = 0; begin < all.size();) {
        std::size_t end = begin;
        while (end < all.size() && all[end].decision == all[begin].decision) {
            ++end;
        }
        decisions.name(all[begin].decision);
        if (end - begin == 1) {
            appendDecided(out, all[begin]);
        } else {
            out += '[';
            for (std::size_t index = begin; index < end; ++index) {
                if (index != begin) {
                    out += ", ";
                }
                appendDecided(out, all[index]);
            }
            out += ']';
        }
        begin = end;
    }
    decisions.close();
}

}  // namespace

void appendJsonText(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    const std::size_t first = plainBytes(text);
    if (first == text.size()) {
        const std::size_t before = out.size();
        out.resize(before + text.size() + 2);
        char* const to = out.data() + before;
        to[0] = '"';
        text.copy(to + 1, text.size());
        to[text.size() + 1] = '"';
        return;
    }
    out += '"';
    std::size_t plain = 0;
    for (std::size_t index = first; index < text.size(); ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        out.append(text, plain, index - plain);
        plain = index + 1;
        switch (byte) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            out += "\\u00";
            out += kHex[byte >> 4U];
            out += kHex[byte & 0x0FU];
            break;
        }
    }
    out.append(text, plain, text.size() - plain);
    out += '"';
}

void appendJsonValue(std::string& out, const ValueView& value) {
    switch (value.state) {
    case State::NotApplicable:
        out += "null";
        return;
    case State::Error: {
        ObjectWriter object(out);
        object.name("error");
        appendTexts(out, value.more().errors);
        object.close();
        return;
    }
    case State::Unknown:
        // A set shows what is certain in any case: a member that is missing must never read as a
        // member that is not due.
        if (!hasOpenMembers(value)) {
            ObjectWriter object(out);
            object.name("unknown");
            appendPlaces(object, out, "more", "", value.more().missing);
            appendBound(object, value, "at_least", value.more().atLeast);
            appendBound(object, value, "at_most", value.more().atMost);
            object.close();
            return;
        }
        break;
    case State::Value:
        break;
    }
    switch (value.kind) {
    case ShownValue::Kind::Text:
        appendJsonText(out, value.text());
        break;
    case ShownValue::Kind::Number:
        out += value.text();
        break;
    case ShownValue::Kind::YesNo:
        out += value.text() == "yes" ? "true" : "false";
        break;
    case ShownValue::Kind::Set:
        appendTexts(out, value.more().members);
        break;
    }
}

void appendJsonValue(std::string& out, const ShownValue& value) {
    Arena arena;
    appendJsonValue(out, viewOf(value, arena));
}

void appendJson(std::string& out, const RecordView& result, const RunStamp& stamp) {
    ObjectWriter object(out);
    object.text(stamp.keyName, result.key);
    appendOutputs(object, out, result.outputs);
    appendList(object.name("findings"), result.findings, [&](const FindingView& finding) {
        appendFinding(out, finding);
    });
    appendList(
        object.name("undetermined"), result.undetermined, [&](const UndeterminedView& entry) {
            ObjectWriter undetermined(out);
            undetermined.text("rule", entry.rule);
            undetermined.text("on", entry.on);
            undetermined.name("missing");
            appendPlaces(undetermined, out, "more", "", entry.missing);
            undetermined.close();
        });
    appendList(object.name("errors"), result.errors, [&](const ErrorView& entry) {
        ObjectWriter error(out);
        error.text("rule", entry.rule);
        error.text("on", entry.on);
        error.text("code", entry.code);
        error.text("message", entry.message);
        error.close();
    });
    appendDecisions(object, out, result.decided);
    if (result.besideRejected) {
        object.name("beside_rejected") += "true";
    }
    object.text("packs", stamp.packs);
    if (stamp.knownAsOf) {
        object.text("known_as_of", formatDate({*stamp.knownAsOf}));
    } else {
        object.name("known_as_of") += "null";
    }
    if (stamp.unsignedPacks) {
        object.name("unsigned") += "true";
    }
    object.close();
}

void appendJson(std::string& out, const RecordResult& result, const RunStamp& stamp) {
    Arena arena;
    appendJson(out, viewOf(result, arena), stamp);
}

std::string toJson(const RecordResult& result, const RunStamp& stamp) {
    std::string out;
    appendJson(out, result, stamp);
    return out;
}

}  // namespace proviso
