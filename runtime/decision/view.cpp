#include "runtime/decision/view.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace proviso {

namespace {

TextList viewOf(const std::vector<std::string>& texts, Arena& arena) {
    const std::span<std::string_view> views = arena.list<std::string_view>(texts.size());
    std::copy(texts.begin(), texts.end(), views.begin());
    return views;
}

ReasonList viewOf(const PlaceReasons& reasons, Arena& arena) {
    std::size_t count = 0;
    for (const auto& [place, texts] : reasons) {
        count += texts.size();
    }
    const std::span<ReasonView> views = arena.list<ReasonView>(count);
    auto next = views.begin();
    for (const auto& [place, texts] : reasons) {
        for (const std::string& why : texts) {
            *next++ = {place, why};
        }
    }
    return views;
}

std::span<const FieldView> viewOf(const std::vector<std::pair<std::string, ShownValue>>& fields,
                                  Arena& arena) {
    const std::span<FieldView> views = arena.list<FieldView>(fields.size());
    for (std::size_t index = 0; index < fields.size(); ++index) {
        views[index] = {fields[index].first, proviso::viewOf(fields[index].second, arena)};
    }
    return views;
}

/// All rows of a list have the same columns, those of other outcomes too.
TextList columnsOf(const OutputValue& output, Arena& arena) {
    const OutputRow* first = output.rows.empty() ? nullptr : output.rows.data();
    for (const std::vector<OutputRow>& choice : output.choices) {
        if (first == nullptr && !choice.empty()) {
            first = choice.data();
        }
    }
    const std::span<std::string_view> columns =
        arena.list<std::string_view>(first == nullptr ? 0 : first->fields.size());
    for (std::size_t index = 0; index < columns.size(); ++index) {
        columns[index] = first->fields[index].first;
    }
    return columns;
}

RowList viewOf(const std::vector<OutputRow>& rows, TextList columns, Arena& arena) {
    const std::span<RowView> views = arena.list<RowView>(rows.size());
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const auto& fields = rows[index].fields;
        PROVISO_CHECK(fields.size() == columns.size(), "all rows of a list have the same columns");
        const std::span<ValueView> values = arena.list<ValueView>(columns.size());
        for (std::size_t field = 0; field < columns.size(); ++field) {
            values[field] = proviso::viewOf(fields[field].second, arena);
        }
        views[index] = {values, rows[index].certain};
    }
    return views;
}

ListView* listOf(const OutputValue& output, Arena& arena) {
    const TextList columns = columnsOf(output, arena);
    const std::span<RowList> choices = arena.list<RowList>(output.choices.size());
    for (std::size_t index = 0; index < choices.size(); ++index) {
        choices[index] = viewOf(output.choices[index], columns, arena);
    }
    return arena.one(
        ListView{columns, viewOf(output.rows, columns, arena), choices, output.claimedWith});
}

std::vector<std::string> own(TextList texts) {
    return {texts.begin(), texts.end()};
}

PlaceReasons own(ReasonList reasons) {
    PlaceReasons owned;
    for (const ReasonView& reason : reasons) {
        owned[std::string(reason.place)].emplace(reason.why);
    }
    return owned;
}

std::vector<std::pair<std::string, ShownValue>> own(std::span<const FieldView> fields) {
    std::vector<std::pair<std::string, ShownValue>> owned;
    owned.reserve(fields.size());
    for (const FieldView& field : fields) {
        owned.emplace_back(field.name, proviso::own(field.value));
    }
    return owned;
}

OutputValue own(const OutputView& view) {
    OutputValue owned;
    owned.name = view.name->text;
    owned.list = view.name->isList;
    owned.value = proviso::own(view.value);
    if (view.list != nullptr) {
        owned.rows = proviso::own(view.list->rows, view.list->columns);
        for (const RowList& choice : view.list->choices) {
            owned.choices.push_back(proviso::own(choice, view.list->columns));
        }
    }
    owned.claimedWith = view.claimedWith();
    return owned;
}

FindingResult own(const FindingView& view) {
    FindingResult owned;
    owned.code = view.code;
    owned.severity = view.severity;
    owned.on = view.on;
    owned.because = view.because;
    owned.rule = view.rule;
    owned.sources = own(view.sources);
    owned.remedy = view.remedy;
    owned.slots = own(view.slots);
    owned.atStake = view.atStake;
    owned.shared = view.shared;
    owned.sharedRow = view.sharedRow;
    owned.counted = view.counted;
    return owned;
}

}  // namespace

ValueView viewOf(const ShownValue& value, Arena& arena) {
    ValueView view{value.kind, value.state, value.text};
    const bool isPlain = value.members.empty() && value.open.empty() && value.missing.empty() &&
                         value.errors.empty() && value.atLeast.empty() && value.atMost.empty() &&
                         value.reasons.empty();
    if (!isPlain) {
        view.setOpen(arena.one(OpenView{value.text,
                                        viewOf(value.members, arena),
                                        viewOf(value.open, arena),
                                        viewOf(value.missing, arena),
                                        viewOf(value.errors, arena),
                                        value.atLeast,
                                        value.atMost,
                                        viewOf(value.reasons, arena)}));
    }
    return view;
}

RecordView viewOf(const RecordResult& result, Arena& arena) {
    RecordView view;
    view.key = result.key;
    const std::span<OutputView> outputs = arena.list<OutputView>(result.outputs.size());
    for (std::size_t index = 0; index < outputs.size(); ++index) {
        const OutputValue& output = result.outputs[index];
        outputs[index] = {arena.one(OutputName{output.name, 0, output.list}),
                          viewOf(output.value, arena),
                          output.list || !output.claimedWith.empty() ? listOf(output, arena)
                                                                     : nullptr};
    }
    view.outputs = outputs;
    const std::span<FindingView> findings = arena.list<FindingView>(result.findings.size());
    for (std::size_t index = 0; index < findings.size(); ++index) {
        const FindingResult& finding = result.findings[index];
        findings[index] = {finding.code,
                           finding.on,
                           finding.because,
                           finding.rule,
                           viewOf(finding.sources, arena),
                           finding.remedy,
                           viewOf(finding.slots, arena),
                           finding.atStake,
                           finding.sharedRow,
                           finding.severity,
                           finding.shared,
                           finding.counted};
    }
    view.findings = findings;
    const std::span<UndeterminedView> undetermined =
        arena.list<UndeterminedView>(result.undetermined.size());
    for (std::size_t index = 0; index < undetermined.size(); ++index) {
        const UndeterminedResult& entry = result.undetermined[index];
        undetermined[index] = {
            entry.rule, entry.on, viewOf(entry.missing, arena), viewOf(entry.reasons, arena)};
    }
    view.undetermined = undetermined;
    const std::span<ErrorView> errors = arena.list<ErrorView>(result.errors.size());
    for (std::size_t index = 0; index < errors.size(); ++index) {
        const ErrorResult& entry = result.errors[index];
        errors[index] = {entry.rule, entry.on, entry.code, entry.message};
    }
    view.errors = errors;
    const std::span<DecidedView> decided = arena.list<DecidedView>(result.decided.size());
    for (std::size_t index = 0; index < decided.size(); ++index) {
        const DecidedResult& entry = result.decided[index];
        decided[index] = {arena.one(DecisionName{entry.decision, entry.on, 0}),
                          viewOf(entry.value, arena),
                          boundBy(entry.boundBy, viewOf(entry.alsoBoundBy, arena), arena)};
    }
    view.decided = decided;
    view.budgetSpent = result.budgetSpent;
    view.besideRejected = result.besideRejected;
    return view;
}

TextList boundBy(std::string_view first, TextList also, Arena& arena) {
    if (first.empty()) {
        return {};
    }
    const std::span<std::string_view> all = arena.list<std::string_view>(1 + also.size());
    all[0] = first;
    std::copy(also.begin(), also.end(), all.begin() + 1);
    return all;
}

ShownValue own(const ValueView& view) {
    ShownValue owned;
    owned.kind = view.kind;
    owned.state = view.state;
    owned.text = view.text();
    const OpenView& more = view.more();
    owned.members = own(more.members);
    owned.open = own(more.open);
    owned.missing = own(more.missing);
    owned.errors = own(more.errors);
    owned.atLeast = more.atLeast;
    owned.atMost = more.atMost;
    owned.reasons = own(more.reasons);
    return owned;
}

std::vector<OutputRow> own(RowList rows, TextList columns) {
    std::vector<OutputRow> owned;
    owned.reserve(rows.size());
    for (const RowView& row : rows) {
        OutputRow& one = owned.emplace_back();
        one.certain = row.certain;
        one.fields.reserve(columns.size());
        for (std::size_t index = 0; index < columns.size(); ++index) {
            one.fields.emplace_back(columns[index], own(row.values[index]));
        }
    }
    return owned;
}

RecordResult own(const RecordView& view) {
    RecordResult owned;
    owned.key = view.key;
    owned.outputs.reserve(view.outputs.size());
    for (const OutputView& output : view.outputs) {
        owned.outputs.push_back(own(output));
    }
    owned.findings.reserve(view.findings.size());
    for (const FindingView& finding : view.findings) {
        owned.findings.push_back(own(finding));
    }
    owned.undetermined.reserve(view.undetermined.size());
    for (const UndeterminedView& entry : view.undetermined) {
        owned.undetermined.push_back({std::string(entry.rule),
                                      std::string(entry.on),
                                      own(entry.missing),
                                      own(entry.reasons)});
    }
    owned.errors.reserve(view.errors.size());
    for (const ErrorView& entry : view.errors) {
        owned.errors.push_back({std::string(entry.rule),
                                std::string(entry.on),
                                std::string(entry.code),
                                std::string(entry.message)});
    }
    owned.decided.reserve(view.decided.size());
    for (const DecidedView& entry : view.decided) {
        DecidedResult& decided = owned.decided.emplace_back();
        decided.decision = entry.name->text;
        decided.on = entry.name->on;
        decided.value = own(entry.value);
        decided.boundBy = entry.firstBoundBy();
        decided.alsoBoundBy = own(entry.alsoBoundBy());
    }
    owned.budgetSpent = view.budgetSpent;
    owned.besideRejected = view.besideRejected;
    return owned;
}

}  // namespace proviso
