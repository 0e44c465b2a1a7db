#include "runtime/decision/json.h"

#include "runtime/decision/text.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <cstddef>

namespace proviso {

namespace {

/// Writes `"name": value, ...` with the commas between.
class ObjectWriter {
  public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

    /// The name and its colon; the caller appends the value.
    std::string& name(std::string_view text) {
        if (!first_) {
            out_ += ", ";
        }
        first_ = false;
        appendJsonText(out_, text);
        out_ += ": ";
        return out_;
    }

    void text(std::string_view key, std::string_view value) { appendJsonText(name(key), value); }

    void close() { out_ += '}'; }

  private:
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

void appendTexts(std::string& out, const std::vector<std::string>& texts) {
    appendList(out, texts, [&](const std::string& text) { appendJsonText(out, text); });
}

/// `key: [places]`, and `moreKey: n` where some are left out.
void appendPlaces(ObjectWriter& object,
                  std::string& out,
                  std::string_view key,
                  std::string_view moreKey,
                  const std::vector<std::string>& places) {
    object.name(key);
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
        object.name(moreKey) += std::to_string(places.size() - shown);
    }
}

/// A bound of an unknown value, written as the value will be.
void appendBound(ObjectWriter& object,
                 const ShownValue& value,
                 std::string_view key,
                 const std::string& bound) {
    if (bound.empty()) {
        return;
    }
    if (value.kind == ShownValue::Kind::Number) {
        object.name(key) += bound;
    } else {
        object.text(key, bound);
    }
}

bool hasOpenMembers(const ShownValue& value) {
    return value.kind == ShownValue::Kind::Set && value.state != State::Error &&
           value.state != State::NotApplicable && !value.open.empty();
}

/// A value under its name; for a set that is not closed also the members that are possible and what
/// is missing.
void appendNamedValue(ObjectWriter& object,
                      std::string& out,
                      const std::string& name,
                      const ShownValue& value) {
    appendJsonValue(object.name(name), value);
    if (hasOpenMembers(value)) {
        appendTexts(object.name(name + "_open"), value.open);
        if (!value.missing.empty()) {
            appendPlaces(object, out, name + "_missing", name + "_missing_more", value.missing);
        }
    }
}

void appendRow(std::string& out, const OutputRow& row) {
    ObjectWriter object(out);
    for (const auto& [name, value] : row.fields) {
        appendNamedValue(object, out, name, value);
    }
    if (!row.certain) {
        object.name("certain") += "false";
    }
    object.close();
}

void appendRows(std::string& out, const std::vector<OutputRow>& rows) {
    appendList(out, rows, [&](const OutputRow& row) { appendRow(out, row); });
}

/// Lists of rows and values, each under its own name. What belongs to one list in particular is
/// `choices` and `claimed_with`; a second list that has them too carries its name in front.
void appendOutputs(ObjectWriter& object,
                   std::string& out,
                   const std::vector<OutputValue>& outputs) {
    for (const OutputValue& output : outputs) {
        if (output.list) {
            appendRows(object.name(output.name), output.rows);
        } else {
            appendNamedValue(object, out, output.name, output.value);
        }
    }
    const std::string* claimedWith = nullptr;
    for (const OutputValue& output : outputs) {
        if (!output.list || output.claimedWith.empty() ||
            (claimedWith != nullptr && *claimedWith == output.claimedWith)) {
            continue;
        }
        const std::string name =
            claimedWith == nullptr ? "claimed_with" : output.name + "_claimed_with";
        object.text(name, output.claimedWith);
        claimedWith = claimedWith == nullptr ? &output.claimedWith : claimedWith;
    }
    bool first = true;
    for (const OutputValue& output : outputs) {
        if (output.choices.empty()) {
            continue;
        }
        object.name(first ? std::string("choices") : output.name + "_choices");
        first = false;
        appendList(out, output.choices, [&](const std::vector<OutputRow>& rows) {
            appendRows(out, rows);
        });
    }
}

void appendFinding(std::string& out, const FindingResult& finding) {
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

void appendDecided(std::string& out, const DecidedResult& decided) {
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
void appendDecisions(ObjectWriter& object,
                     std::string& out,
                     const std::vector<DecidedResult>& all) {
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
    out += '"';
    std::size_t plain = 0;
    for (std::size_t index = 0; index < text.size(); ++index) {
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

void appendJsonValue(std::string& out, const ShownValue& value) {
    switch (value.state) {
    case State::NotApplicable:
        out += "null";
        return;
    case State::Error: {
        ObjectWriter object(out);
        appendTexts(object.name("error"), value.errors);
        object.close();
        return;
    }
    case State::Unknown:
        // A set shows what is certain in any case: a member that is missing must never read as a
        // member that is not due.
        if (!hasOpenMembers(value)) {
            ObjectWriter object(out);
            appendPlaces(object, out, "unknown", "more", value.missing);
            appendBound(object, value, "at_least", value.atLeast);
            appendBound(object, value, "at_most", value.atMost);
            object.close();
            return;
        }
        break;
    case State::Value:
        break;
    }
    switch (value.kind) {
    case ShownValue::Kind::Text:
        appendJsonText(out, value.text);
        break;
    case ShownValue::Kind::Number:
        out += value.text;
        break;
    case ShownValue::Kind::YesNo:
        out += value.text == "yes" ? "true" : "false";
        break;
    case ShownValue::Kind::Set:
        appendTexts(out, value.members);
        break;
    }
}

void appendJson(std::string& out, const RecordResult& result, const RunStamp& stamp) {
    ObjectWriter object(out);
    object.text(stamp.keyName, result.key);
    appendOutputs(object, out, result.outputs);
    appendList(object.name("findings"), result.findings, [&](const FindingResult& finding) {
        appendFinding(out, finding);
    });
    appendList(
        object.name("undetermined"), result.undetermined, [&](const UndeterminedResult& entry) {
            ObjectWriter undetermined(out);
            undetermined.text("rule", entry.rule);
            undetermined.text("on", entry.on);
            appendPlaces(undetermined, out, "missing", "more", entry.missing);
            undetermined.close();
        });
    appendList(object.name("errors"), result.errors, [&](const ErrorResult& entry) {
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

std::string toJson(const RecordResult& result, const RunStamp& stamp) {
    std::string out;
    appendJson(out, result, stamp);
    return out;
}

}  // namespace proviso
