#include "runtime/engine/dated_choice.h"

#include "runtime/base/wide.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/day_span.h"

#include <algorithm>
#include <span>

namespace proviso::engine {

namespace {

/// What a period's choice says from a day on. Called with those days ascending, it is what each
/// row's day says that is left.
void replaceFrom(std::int64_t from,
                 std::int64_t* __restrict values,
                 const std::int64_t* __restrict dates,
                 const std::int64_t* __restrict chosen,
                 std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        values[row] = dates[row] >= from ? chosen[row] : values[row];
    }
}

void replaceFrom(std::int64_t from,
                 std::int64_t* __restrict values,
                 const std::int64_t* __restrict dates,
                 std::int64_t chosen,
                 std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        values[row] = dates[row] >= from ? chosen : values[row];
    }
}

using Segments = std::span<const DateIndex::Segment>;

/// The few segments that all days of a column lie in; none where they are many, or one of them has
/// no choice, or not all rows have a day.
Segments fewSegments(const DateIndex& index, const ColumnData& dates) {
    constexpr std::size_t kFew = 8;
    if (!dates.states.empty() || dates.values.empty()) {
        return {};
    }
    const DaySpan days = daySpanOf(dates);
    const Segments segments = index.segmentsOf(days.first, days.last);
    const bool isFew = segments.size() <= kFew;
    return isFew &&
                   std::all_of(segments.begin(),
                               segments.end(),
                               [](const DateIndex::Segment& one) { return one.choice != kNoIndex; })
               ? segments
               : Segments{};
}

/// Where all days lie in one period or, of columns of values only, in a few. False where it is
/// otherwise.
PROVISO_WIDE bool
selectBySegments(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const ColumnData& dates = frame.operand(instruction, 0);
    const Segments segments = fewSegments(frame.dated.datedLists[instruction.index], dates);
    const auto chosenBy = [&](const DateIndex::Segment& one) -> const ColumnData& {
        return frame.operand(instruction, std::size_t{one.choice} + 1);
    };
    const bool isPlain =
        std::all_of(segments.begin(), segments.end(), [&](const DateIndex::Segment& one) {
            return chosenBy(one).states.empty();
        });
    if (segments.empty() || (segments.size() > 1 && !isPlain)) {
        return false;
    }
    const ColumnData& first = chosenBy(segments.front());
    const std::size_t rows = frame.rowsOf(instruction);
    out.values.assign(first.values.begin(), first.values.end());
    for (const DateIndex::Segment& one : segments.subspan(1)) {
        replaceFrom(
            one.from, out.values.data(), dates.values.data(), chosenBy(one).values.data(), rows);
    }
    out.states.assign(first.states.begin(), first.states.end());
    settle(out);
    for (std::size_t row = 0; first.bounded() && row < rows; ++row) {
        takeBounds(out, row, first, row);
    }
    return true;
}

void selectByRow(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const DateIndex& index = frame.dated.datedLists[instruction.index];
    const ColumnData& dates = frame.operand(instruction, 0);
    const std::size_t rows = frame.rowsOf(instruction);
    out.values.resize(rows);
    out.states.resize(rows);
    std::size_t segment = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        State state = dates.state(row);
        out.values[row] = 0;
        if (state == State::Value) {
            const std::uint32_t alternative = index.find(dates.values[row], segment);
            if (alternative == kNoIndex) {
                state = State::Error;
            } else {
                const ColumnData& chosen = frame.operand(instruction, std::size_t{alternative} + 1);
                state = chosen.state(row);
                out.values[row] = chosen.values[row];
            }
        }
        out.states[row] = state;
    }
    settle(out);
    for (std::size_t row = 0; row < rows; ++row) {
        if (out.state(row) != State::Unknown || dates.state(row) != State::Value) {
            continue;
        }
        const std::uint32_t alternative = index.find(dates.values[row], segment);
        takeBounds(out, row, frame.operand(instruction, std::size_t{alternative} + 1), row);
    }
}

PROVISO_WIDE bool
parameterBySegments(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const ColumnData& dates = frame.operand(instruction, 0);
    const Segments segments = fewSegments(frame.dated.parameters[instruction.index], dates);
    if (segments.empty()) {
        return false;
    }
    const std::vector<bytecode::DatedValue>& values =
        frame.program.parameters[instruction.index].values;
    const std::size_t rows = frame.rowsOf(instruction);
    out.states.clear();
    out.values.assign(rows, values[segments.front().choice].value);
    for (const DateIndex::Segment& one : segments.subspan(1)) {
        replaceFrom(
            one.from, out.values.data(), dates.values.data(), values[one.choice].value, rows);
    }
    return true;
}

void parameterByRow(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const DateIndex& index = frame.dated.parameters[instruction.index];
    const bytecode::Parameter& parameter = frame.program.parameters[instruction.index];
    std::size_t segment = 0;
    mapRows(
        out,
        frame.rowsOf(instruction),
        [&](std::int64_t& result, std::int64_t date) {
            const std::uint32_t value = index.find(date, segment);
            if (value == kNoIndex) {
                result = 0;
                return true;
            }
            result = parameter.values[value].value;
            return false;
        },
        frame.operand(instruction, 0));
}

}  // namespace

void runDatedSelect(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    if (!selectBySegments(frame, instruction, out)) {
        selectByRow(frame, instruction, out);
    }
}

void runParameter(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    if (!parameterBySegments(frame, instruction, out)) {
        parameterByRow(frame, instruction, out);
    }
}

}  // namespace proviso::engine
