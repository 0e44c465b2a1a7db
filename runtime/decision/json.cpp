#include "runtime/decision/json.h"

#include "runtime/decision/json_buffer.h"
#include "runtime/decision/text.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace proviso {

namespace {

/// Writes `"name": value, ...` with the commas between.
class ObjectWriter {
  public:
    explicit ObjectWriter(JsonBuffer& out) : out_(out) { out_ += '{'; }

    /// The name and its colon; the caller appends the value.
    JsonBuffer& name(std::string_view text) {
        begin();
        out_.quote(text);
        out_ += ": ";
        return out_;
    }
    /// A name of two parts.
    JsonBuffer& name(std::string_view text, std::string_view ending) {
        begin();
        out_.quote(text);
        out_.dropLast();
        out_ += ending;
        out_ += "\": ";
        return out_;
    }

    /// The same for a name of ours, given as it is written: `"on": `.
    JsonBuffer& written(std::string_view nameAndColon) {
        begin();
        out_ += nameAndColon;
        return out_;
    }

    void text(std::string_view key, std::string_view value) { name(key).quote(value); }

    void close() { out_ += '}'; }

  private:
    void begin() {
        if (!first_) {
            out_ += ", ";
        }
        first_ = false;
    }

    JsonBuffer& out_;
    bool first_ = true;
};

template <typename List, typename Write>
void appendList(JsonBuffer& out, const List& list, Write write) {
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

void appendTexts(JsonBuffer& out, TextList texts) {
    appendList(out, texts, [&](std::string_view text) { out.quote(text); });
}

/// `[places]`, and `name + moreEnding: n` where some are left out. The caller wrote the name.
void appendPlaces(ObjectWriter& object,
                  JsonBuffer& out,
                  std::string_view name,
                  std::string_view moreEnding,
                  TextList places) {
    const std::size_t shown = std::min(places.size(), kMissingPlacesShown);
    out += '[';
    for (std::size_t index = 0; index < shown; ++index) {
        if (index != 0) {
            out += ", ";
        }
        out.quote(places[index]);
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

void appendValue(JsonBuffer& out, const ValueView& value) {
    switch (value.state) {
    case State::NotApplicable:
        out += "null";
        return;
    case State::Error: {
        ObjectWriter object(out);
        object.written(R"("error": )");
        appendTexts(out, value.more().errors);
        object.close();
        return;
    }
    case State::Unknown:
        // A set shows what is certain in any case: a member that is missing must never read as a
        // member that is not due.
        if (!hasOpenMembers(value)) {
            ObjectWriter object(out);
            object.written(R"("unknown": )");
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
        out.quote(value.text());
        break;
    case ShownValue::Kind::Number:
        out += value.text();
        break;
    case ShownValue::Kind::YesNo:
        out += std::string_view(value.text() == "yes" ? "true" : "false");
        break;
    case ShownValue::Kind::Set:
        appendTexts(out, value.more().members);
        break;
    }
}

/// A value under its name; for a set that is not closed also the members that are possible and what
/// is missing.
void appendNamedValue(ObjectWriter& object,
                      JsonBuffer& out,
                      std::string_view name,
                      const ValueView& value) {
    appendValue(object.name(name), value);
    if (hasOpenMembers(value)) {
        object.name(name, "_open");
        appendTexts(out, value.more().open);
        if (!value.more().missing.empty()) {
            object.name(name, "_missing");
            appendPlaces(object, out, name, "_missing_more", value.more().missing);
        }
    }
}

void appendRow(JsonBuffer& out, const RowView& row, TextList columns) {
    ObjectWriter object(out);
    for (std::size_t index = 0; index < columns.size(); ++index) {
        appendNamedValue(object, out, columns[index], row.values[index]);
    }
    if (!row.certain) {
        object.written(R"("certain": )") += "false";
    }
    object.close();
}

void appendRows(JsonBuffer& out, RowList rows, TextList columns) {
    appendList(out, rows, [&](const RowView& row) { appendRow(out, row, columns); });
}

/// Lists of rows and values, each under its own name. What belongs to one list in particular is
/// `choices` and `claimed_with`; a second list that has them too carries its name in front.
void appendOutputs(ObjectWriter& object, JsonBuffer& out, std::span<const OutputView> outputs) {
    for (const OutputView& output : outputs) {
        const std::string_view name = output.name->text;
        if (output.name->isList) {
            appendRows(object.name(name), output.list->rows, output.list->columns);
        } else {
            appendNamedValue(object, out, name, output.value);
        }
    }
    std::string_view claimedWith;
    for (const OutputView& output : outputs) {
        if (!output.name->isList || output.claimedWith().empty() ||
            claimedWith == output.claimedWith()) {
            continue;
        }
        if (claimedWith.empty()) {
            object.written(R"("claimed_with": )").quote(output.claimedWith());
            claimedWith = output.claimedWith();
        } else {
            object.name(output.name->text, "_claimed_with").quote(output.claimedWith());
        }
    }
    bool first = true;
    for (const OutputView& output : outputs) {
        if (!output.name->isList || output.list->choices.empty()) {
            continue;
        }
        if (first) {
            object.written(R"("choices": )");
        } else {
            object.name(output.name->text, "_choices");
        }
        first = false;
        appendList(out, output.list->choices, [&](RowList rows) {
            appendRows(out, rows, output.list->columns);
        });
    }
}

void appendFinding(JsonBuffer& out, const FindingView& finding) {
    ObjectWriter object(out);
    object.written(R"("code": )").quote(finding.code);
    object.written(R"("severity": )").quote(findingSeverityName(finding.severity));
    object.written(R"("on": )").quote(finding.on);
    object.written(R"("because": )").quote(finding.because);
    object.written(R"("rule": )").quote(finding.rule);
    appendTexts(object.written(R"("sources": )"), finding.sources);
    if (!finding.remedy.empty()) {
        object.written(R"("remedy": )").quote(finding.remedy);
    }
    if (!finding.slots.empty()) {
        object.written(R"("with": )");
        ObjectWriter slots(out);
        for (const auto& [name, value] : finding.slots) {
            appendNamedValue(slots, out, name, value);
        }
        slots.close();
    }
    if (finding.atStake) {
        object.written(R"("at_stake": )").quote(formatDecimal(*finding.atStake, 2));
    }
    if (finding.shared) {
        object.written(R"("shared": )") += "true";
    }
    object.close();
}

void appendDecided(JsonBuffer& out, const DecidedView& decided) {
    ObjectWriter object(out);
    if (!decided.name->on.empty()) {
        object.written(R"("on": )").quote(decided.name->on);
    }
    appendNamedValue(object, out, "value", decided.value);
    if (!decided.boundBy.empty()) {
        object.written(R"("bound_by": )").quote(decided.firstBoundBy());
    }
    if (!decided.alsoBoundBy().empty()) {
        appendTexts(object.written(R"("also_bound_by": )"), decided.alsoBoundBy());
    }
    object.close();
}

/// By decision: an object, or a list of them where several rows of one record are decided about.
/// What is not about the record itself says where.
void appendDecisions(ObjectWriter& object, JsonBuffer& out, std::span<const DecidedView> all) {
    object.written(R"("decided": )");
    ObjectWriter decisions(out);
    for (std::size_t begin = 0; begin < all.size();) {
        std::size_t end = begin;
        while (end < all.size() && all[end].name->text == all[begin].name->text) {
            ++end;
        }
        decisions.name(all[begin].name->text);
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

void appendRecord(JsonBuffer& out, const RecordView& result, const RunStamp& stamp) {
    ObjectWriter object(out);
    object.text(stamp.keyName, result.key);
    appendOutputs(object, out, result.outputs);
    appendList(object.written(R"("findings": )"), result.findings, [&](const FindingView& finding) {
        appendFinding(out, finding);
    });
    appendList(object.written(R"("undetermined": )"),
               result.undetermined,
               [&](const UndeterminedView& entry) {
                   ObjectWriter undetermined(out);
                   undetermined.written(R"("rule": )").quote(entry.rule);
                   undetermined.written(R"("on": )").quote(entry.on);
                   undetermined.written(R"("missing": )");
                   appendPlaces(undetermined, out, "more", "", entry.missing);
                   undetermined.close();
               });
    appendList(object.written(R"("errors": )"), result.errors, [&](const ErrorView& entry) {
        ObjectWriter error(out);
        error.written(R"("rule": )").quote(entry.rule);
        error.written(R"("on": )").quote(entry.on);
        error.written(R"("code": )").quote(entry.code);
        error.written(R"("message": )").quote(entry.message);
        error.close();
    });
    appendDecisions(object, out, result.decided);
    if (result.besideRejected) {
        object.written(R"("beside_rejected": )") += "true";
    }
    object.written(R"("packs": )").quote(stamp.packs);
    if (stamp.knownAsOf) {
        object.written(R"("known_as_of": )").quote(formatDate({*stamp.knownAsOf}));
    } else {
        object.written(R"("known_as_of": )") += "null";
    }
    if (stamp.unsignedPacks) {
        object.written(R"("unsigned": )") += "true";
    }
    object.close();
}

/// One for each thread, so that none is made for each decision.
JsonBuffer& emptyBuffer() {
    static thread_local JsonBuffer buffer;
    buffer.clear();
    return buffer;
}

}  // namespace

void appendJsonText(std::string& out, std::string_view text) {
    JsonBuffer& buffer = emptyBuffer();
    buffer.quote(text);
    out += buffer.text();
}

void appendJsonValue(std::string& out, const ValueView& value) {
    JsonBuffer& buffer = emptyBuffer();
    appendValue(buffer, value);
    out += buffer.text();
}

void appendJsonValue(std::string& out, const ShownValue& value) {
    Arena arena;
    appendJsonValue(out, viewOf(value, arena));
}

void appendJson(std::string& out, const RecordView& result, const RunStamp& stamp) {
    JsonBuffer& buffer = emptyBuffer();
    appendRecord(buffer, result, stamp);
    out += buffer.text();
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
