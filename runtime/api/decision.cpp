#include "runtime/api/session_state.h"

#include <algorithm>
#include <proviso/decision.hpp>

namespace proviso {

namespace {

ValueKind kindOf(ShownValue::Kind kind) {
    switch (kind) {
    case ShownValue::Kind::Text:
        return ValueKind::Text;
    case ShownValue::Kind::Number:
        return ValueKind::Number;
    case ShownValue::Kind::YesNo:
        return ValueKind::YesNo;
    case ShownValue::Kind::Set:
        return ValueKind::Set;
    }
    return ValueKind::Text;
}

ValueState stateOf(State state) {
    switch (state) {
    case State::Value:
        return ValueState::Known;
    case State::NotApplicable:
        return ValueState::NotApplicable;
    case State::Unknown:
        return ValueState::Unknown;
    case State::Error:
        return ValueState::Error;
    }
    return ValueState::Error;
}

FindingSeverity severityOf(std::uint8_t severity) {
    switch (severity) {
    case 0:
        return FindingSeverity::Violation;
    case 1:
        return FindingSeverity::Warning;
    default:
        return FindingSeverity::Notice;
    }
}

Value valueOf(const ValueView& value) {
    const OpenView& more = value.more();
    return {.kind = kindOf(value.kind),
            .state = stateOf(value.state),
            .text = value.text(),
            .members = more.members,
            .open = more.open,
            .missing = more.missing,
            .errors = more.errors,
            .atLeast = more.atLeast,
            .atMost = more.atMost};
}

DecidedValue valueOf(const DecidedView& decided) {
    return {decided.name->text,
            decided.name->on,
            valueOf(decided.value),
            decided.firstBoundBy(),
            decided.alsoBoundBy()};
}

template <class T>
const T* at(std::span<const T> list, std::size_t index) {
    return index < list.size() ? &list[index] : nullptr;
}

const RowView* rowOf(const RecordView& result, std::size_t output, std::size_t row) {
    const OutputView* const value = at(result.outputs, output);
    return value == nullptr || value->list == nullptr ? nullptr : at(value->list->rows, row);
}

}  // namespace

std::string_view Decision::key() const noexcept {
    return data_->result.key;
}

std::string_view Decision::packSetDigest() const noexcept {
    return data_->session->stamp.packs;
}

std::uint64_t Decision::revision() const noexcept {
    return data_->session->revision;
}

bool Decision::isUnsigned() const noexcept {
    return data_->session->stamp.unsignedPacks;
}

std::size_t Decision::findingCount() const noexcept {
    return data_->result.findings.size();
}

Finding Decision::finding(std::size_t index) const noexcept {
    const FindingView* const finding = at(data_->result.findings, index);
    if (finding == nullptr) {
        return {};
    }
    return {.code = finding->code,
            .severity = severityOf(finding->severity),
            .on = finding->on,
            .because = finding->because,
            .rule = finding->rule,
            .remedy = finding->remedy,
            .sources = finding->sources,
            .atStakeCents = finding->atStake,
            .shared = finding->shared,
            .counted = finding->counted};
}

std::size_t Decision::undeterminedCount() const noexcept {
    return data_->result.undetermined.size();
}

Undetermined Decision::undetermined(std::size_t index) const noexcept {
    const UndeterminedView* const one = at(data_->result.undetermined, index);
    return one == nullptr ? Undetermined() : Undetermined{one->rule, one->on, one->missing};
}

std::size_t Decision::errorCount() const noexcept {
    return data_->result.errors.size();
}

RuleError Decision::error(std::size_t index) const noexcept {
    const ErrorView* const one = at(data_->result.errors, index);
    return one == nullptr ? RuleError() : RuleError{one->rule, one->on, one->code, one->message};
}

std::size_t Decision::decidedCount() const noexcept {
    return data_->result.decided.size();
}

DecidedValue Decision::decided(std::size_t index) const noexcept {
    const DecidedView* const one = at(data_->result.decided, index);
    return one == nullptr ? DecidedValue() : valueOf(*one);
}

std::optional<DecidedValue> Decision::decided(std::string_view name,
                                              std::string_view on) const noexcept {
    for (const DecidedView& one : data_->result.decided) {
        if (one.name->text == name && one.name->on == on) {
            return valueOf(one);
        }
    }
    return std::nullopt;
}

std::size_t Decision::outputCount() const noexcept {
    return data_->result.outputs.size();
}

Output Decision::output(std::size_t index) const noexcept {
    const OutputView* const output = at(data_->result.outputs, index);
    if (output == nullptr) {
        return {};
    }
    static constexpr ListView kNoList;
    const ListView& list = output->list == nullptr ? kNoList : *output->list;
    return {.name = output->name->text,
            .isList = output->name->isList,
            .value = valueOf(output->value),
            .rowCount = list.rows.size(),
            .choiceCount = list.choices.size(),
            .claimedWith = list.claimedWith};
}

bool Decision::rowIsCertain(std::size_t output, std::size_t row) const noexcept {
    const RowView* const found = rowOf(data_->result, output, row);
    return found != nullptr && found->certain;
}

std::size_t Decision::fieldCount(std::size_t output, std::size_t row) const noexcept {
    const RowView* const found = rowOf(data_->result, output, row);
    return found == nullptr ? 0 : found->values.size();
}

OutputField Decision::field(std::size_t output, std::size_t row, std::size_t field) const noexcept {
    const RowView* const found = rowOf(data_->result, output, row);
    const auto* const one = found == nullptr ? nullptr : at(found->values, field);
    return one == nullptr
               ? OutputField()
               : OutputField{data_->result.outputs[output].list->columns[field], valueOf(*one)};
}

bool Decision::isBesideRejected() const noexcept {
    return data_->result.besideRejected;
}

std::int64_t Decision::budgetSpent() const noexcept {
    return data_->result.budgetSpent;
}

std::string_view Decision::json() const noexcept {
    if (data_->json.empty()) {
        try {
            appendJson(data_->json, data_->result, data_->session->stamp);
        } catch (...) {
            // Half a decision must not be taken for one.
            data_->json.clear();
        }
    }
    return data_->json;
}

std::size_t Decisions::size() const noexcept {
    return state_->decisions.size();
}

Decision Decisions::operator[](std::size_t index) const noexcept {
    return Decision(&state_->decisions[index]);
}

std::optional<Decision> Decisions::find(std::string_view key) const noexcept {
    const auto found = std::lower_bound(
        state_->decisions.begin(),
        state_->decisions.end(),
        key,
        [](const DecisionData& data, std::string_view wanted) { return data.result.key < wanted; });
    if (found == state_->decisions.end() || found->result.key != key) {
        return std::nullopt;
    }
    return Decision(&*found);
}

std::size_t Decisions::rejectedCount() const noexcept {
    return state_->decoded.rejections.size();
}

RejectedRecord Decisions::rejected(std::size_t index) const noexcept {
    if (index >= state_->decoded.rejections.size()) {
        return {};
    }
    return viewOf(state_->decoded.rejections[index], state_->rejections[index]);
}

const RecordCounts& Decisions::counts() const noexcept {
    return state_->counts;
}

std::span<const IgnoredField> Decisions::ignoredFields() const noexcept {
    return state_->ignoredFields;
}

RejectedRecord viewOf(const Rejection& rejection, const std::string& written) {
    return {.line = rejection.line,
            .code = rejectionCode(rejection.reason),
            .field = rejection.field,
            .message = rejection.message,
            .key = rejection.recordKey,
            .text = written};
}

}  // namespace proviso
