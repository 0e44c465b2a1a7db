#include "runtime/base/wide.h"
#include "runtime/engine/answers.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/constants.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/packed.h"

#include <algorithm>
#include <utility>

namespace proviso::engine {

namespace {

/// All bits where it holds: compilers take many rows a step of that, and one of a conditional.
std::uint8_t maskOf(bool holds) {
    return static_cast<std::uint8_t>(-static_cast<int>(holds));
}

// Answers and states as numbers of which the highest wins, as in values/logic.h: 0 for the value
// that gives way to everything, 4 for the one that nothing outweighs.
constexpr std::uint8_t kFinal = 4;

template <bool isConjunction>
std::uint8_t rankOf(std::int64_t value) {
    const auto yes = static_cast<std::uint8_t>(value);
    return static_cast<std::uint8_t>((isConjunction ? yes ^ 1U : yes) * kFinal);
}

template <bool isConjunction>
void raiseByValues(std::uint8_t* __restrict ranks,
                   const std::int64_t* __restrict values,
                   std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        ranks[row] = std::max(ranks[row], rankOf<isConjunction>(values[row]));
    }
}

template <bool isConjunction>
void raiseByStates(std::uint8_t* __restrict ranks,
                   const std::int64_t* __restrict values,
                   const State* __restrict states,
                   std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        const auto state = static_cast<std::uint8_t>(states[row]);
        const std::uint8_t rank = maskOf(state == 0) & rankOf<isConjunction>(values[row]);
        ranks[row] = std::max<std::uint8_t>(ranks[row], state | rank);
    }
}

/// Raises the ranks of a chain to those of one more operand. Values are 0 or 1.
template <bool isConjunction>
void raiseRanks(std::vector<std::uint8_t>& ranks, const ColumnData& column) {
    if (column.states.empty()) {
        raiseByValues<isConjunction>(ranks.data(), column.values.data(), ranks.size());
    } else {
        raiseByStates<isConjunction>(
            ranks.data(), column.values.data(), column.states.data(), ranks.size());
    }
}

void storeRanks(ColumnData& out, const std::vector<std::uint8_t>& ranks, bool conjunction) {
    const std::size_t rows = ranks.size();
    const std::uint8_t* const from = ranks.data();
    out.values.resize(rows);
    out.states.resize(rows);
    State* const states = out.states.data();
    for (std::size_t row = 0; row < rows; ++row) {
        states[row] = static_cast<State>(from[row] % kFinal);
    }
    if (!anyButValues(out.states)) {
        out.states.clear();
    }
    std::int64_t* const values = out.values.data();
    const std::uint8_t yes = conjunction ? 0 : kFinal;
    for (std::size_t row = 0; row < rows; ++row) {
        values[row] = from[row] == yes ? 1 : 0;
    }
}

template <class Cell>
void combine(std::uint8_t* __restrict result,
             const Cell* __restrict other,
             std::size_t rows,
             bool conjunction) {
    if (conjunction) {
        for (std::size_t row = 0; row < rows; ++row) {
            result[row] &= static_cast<std::uint8_t>(other[row] & 1);
        }
    } else {
        for (std::size_t row = 0; row < rows; ++row) {
            result[row] |= static_cast<std::uint8_t>(other[row] & 1);
        }
    }
}

/// Where every row of every operand has a value.
void chainAnswers(const Frame& frame,
                  const Instruction& instruction,
                  std::uint8_t* result,
                  bool conjunction) {
    const std::size_t rows = frame.rowsOf(instruction);
    std::fill_n(result, rows, conjunction ? std::uint8_t{1} : std::uint8_t{0});
    for (const Register operand : instruction.operands) {
        const std::span<const std::uint8_t> answers = answersOf(frame, operand);
        if (answers.empty()) {
            combine(result, frame.column(operand).values.data(), rows, conjunction);
        } else {
            combine(result, answers.data(), rows, conjunction);
        }
    }
}

PROVISO_WIDE void runChain(Frame& frame, Register number, ColumnData& out, bool conjunction) {
    const Instruction& instruction = frame.program.code[number];
    const std::size_t rows = frame.rowsOf(instruction);
    bool plain = true;
    for (const Register operand : instruction.operands) {
        plain = plain && isPlain(frame, operand);
    }
    if (plain) {
        if (mayBeAnswers(frame, rows)) {
            chainAnswers(frame, instruction, beginAnswers(frame, number, rows), conjunction);
            return;
        }
        out.states.clear();
        out.values.resize(rows);
        std::int64_t* const result = out.values.data();
        const std::int64_t* before = frame.operand(instruction, 0).values.data();
        // Of one operand it is that operand and itself.
        const std::size_t second = instruction.operands.size() > 1 ? 1 : 0;
        for (std::size_t index = second; index < instruction.operands.size(); ++index) {
            const std::int64_t* const other = frame.operand(instruction, index).values.data();
            if (conjunction) {
                for (std::size_t row = 0; row < rows; ++row) {
                    result[row] = before[row] & other[row];
                }
            } else {
                for (std::size_t row = 0; row < rows; ++row) {
                    result[row] = before[row] | other[row];
                }
            }
            before = result;
        }
        return;
    }
    std::vector<std::uint8_t>& ranks = frame.bytes;
    ranks.assign(rows, 0);
    for (const Register operand : instruction.operands) {
        const ColumnData& column = frame.column(operand);
        if (conjunction) {
            raiseRanks<true>(ranks, column);
        } else {
            raiseRanks<false>(ranks, column);
        }
    }
    storeRanks(out, ranks, conjunction);
}

/// With a constant, in the cells of the column where it fits into one: many more are compared a
/// step then.
template <class Holds, class Column>
void compareWith(
    Frame& frame, Register number, Holds holds, const Column& column, std::int64_t value) {
    if constexpr (requires { typename Column::Cell; }) {
        using Cell = typename Column::Cell;
        if (std::in_range<Cell>(value)) {
            mapYesNo(
                frame, number, holds, column, ConstantColumn<Cell>{{static_cast<Cell>(value)}, {}});
            return;
        }
    }
    mapYesNo(frame, number, holds, column, ConstantColumn<>{{value}, {}});
}

template <class Test>
void compareRows(Frame& frame, Register number, Test test) {
    const Instruction& instruction = frame.program.code[number];
    const auto holds = [test](auto left, auto right) -> std::uint8_t {
        return test(left, right) ? 1 : 0;
    };
    if (const std::int64_t* const value = constantOperand(frame, instruction, 1)) {
        withCells(frame, instruction.operands[0], [&](const auto& first) {
            compareWith(frame, number, holds, first, *value);
        });
    } else {
        mapYesNo(
            frame, number, holds, frame.operand(instruction, 0), frame.operand(instruction, 1));
    }
}

/// What is unknown, but decided by what is known of the operands. Rare, so that no loop over rows
/// brings it along.
[[gnu::noinline]] void
compareUnknown(ColumnData& out, const ColumnData& a, const ColumnData& b, std::uint8_t mode) {
    bool any = false;
    for (std::size_t row = 0; row < out.states.size(); ++row) {
        if (std::as_const(out.states)[row] != State::Unknown) {
            continue;
        }
        const Logical one = compareAt(a, row, b, row, mode);
        if (one.state == State::Value) {
            out.values[row] = one.yes ? 1 : 0;
            out.states[row] = State::Value;
            any = true;
        }
    }
    if (any) {
        settle(out);
    }
}

PROVISO_WIDE void runCompare(Frame& frame, Register number, ColumnData& out) {
    const Instruction& instruction = frame.program.code[number];
    switch (instruction.mode) {
    case 0:
        compareRows(frame, number, [](auto x, auto y) { return x == y; });
        break;
    case 1:
        compareRows(frame, number, [](auto x, auto y) { return x != y; });
        break;
    case 2:
        compareRows(frame, number, [](auto x, auto y) { return x < y; });
        break;
    case 3:
        compareRows(frame, number, [](auto x, auto y) { return x <= y; });
        break;
    case 4:
        compareRows(frame, number, [](auto x, auto y) { return x > y; });
        break;
    default:
        compareRows(frame, number, [](auto x, auto y) { return x >= y; });
        break;
    }
    if (isPlain(frame, instruction.operands[0]) && isPlain(frame, instruction.operands[1])) {
        return;
    }
    const ColumnData& a = frame.operand(instruction, 0);
    const ColumnData& b = frame.operand(instruction, 1);
    if (a.bounded() || b.bounded()) {
        compareUnknown(out, a, b, instruction.mode);
    }
}

State take(const ColumnData& column, std::size_t row, std::int64_t& value) {
    value = column.values[row];
    return column.state(row);
}

void selectStates(State* __restrict states,
                  const std::uint8_t* __restrict isThen,
                  const State* __restrict tested,
                  const State* __restrict then,
                  const State* __restrict otherwise,
                  std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        const auto test = static_cast<std::uint8_t>(tested[row]);
        const auto ifYes = static_cast<std::uint8_t>(then[row]);
        const auto ifNo = static_cast<std::uint8_t>(otherwise[row]);
        const std::uint8_t yes = maskOf(isThen[row] != 0);
        const auto taken = static_cast<std::uint8_t>((ifYes & yes) | (ifNo & ~yes));
        const std::uint8_t open = maskOf((test & 2U) != 0);  // unknown or error
        states[row] = static_cast<State>((test & open) | (taken & ~open));
    }
}

void selectValues(std::int64_t* __restrict values,
                  const std::uint8_t* __restrict isThen,
                  const std::int64_t* __restrict then,
                  const std::int64_t* __restrict otherwise,
                  std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        const std::int64_t mask = -static_cast<std::int64_t>(isThen[row]);
        values[row] = (then[row] & mask) | (otherwise[row] & ~mask);
    }
}

/// The same where there are values only.
template <class Cell>
void chooseValues(std::int64_t* __restrict values,
                  const Cell* __restrict tested,
                  const std::int64_t* __restrict then,
                  const std::int64_t* __restrict otherwise,
                  std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        const std::int64_t mask = -static_cast<std::int64_t>(tested[row] != 0);
        values[row] = (then[row] & mask) | (otherwise[row] & ~mask);
    }
}

/// The states of a column that may have none.
const State* statesOr(const ColumnData& column, const std::vector<State>& none) {
    return column.states.empty() ? none.data() : column.states.data();
}

PROVISO_WIDE void runSelect(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t rows = frame.rowsOf(instruction);
    const ColumnData& then = frame.operand(instruction, 1);
    const ColumnData& otherwise = frame.operand(instruction, 2);
    const std::span<const std::uint8_t> answered = answersOf(frame, instruction.operands[0]);
    if (!answered.empty() && then.states.empty() && otherwise.states.empty()) {
        out.states.clear();
        out.values.resize(rows);
        chooseValues(
            out.values.data(), answered.data(), then.values.data(), otherwise.values.data(), rows);
        return;
    }
    const ColumnData& test = frame.operand(instruction, 0);
    if (test.states.empty() && then.states.empty() && otherwise.states.empty()) {
        out.states.clear();
        out.values.resize(rows);
        chooseValues(out.values.data(),
                     test.values.data(),
                     then.values.data(),
                     otherwise.values.data(),
                     rows);
        return;
    }
    frame.worst.assign(rows, State::Value);
    const State* const tested = statesOr(test, frame.worst);
    frame.bytes.resize(rows);
    std::uint8_t* const isThen = frame.bytes.data();
    const std::int64_t* const answers = test.values.data();
    for (std::size_t row = 0; row < rows; ++row) {
        // Yes is 1; whatever else a damaged store may say, no value is mixed of two.
        const auto yes = static_cast<std::uint8_t>(answers[row] & 1);
        isThen[row] = tested[row] == State::Value ? yes : 0;
    }
    out.states.resize(rows);
    selectStates(out.states.data(),
                 isThen,
                 tested,
                 statesOr(then, frame.worst),
                 statesOr(otherwise, frame.worst),
                 rows);
    out.values.resize(rows);
    selectValues(out.values.data(), isThen, then.values.data(), otherwise.values.data(), rows);
    settle(out);
    if (!then.bounded() && !otherwise.bounded()) {
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        const Logical answer = logicalAt(test, row);
        if (answer.state == State::Value || answer.state == State::NotApplicable) {
            takeBounds(out, row, answer.yes ? then : otherwise, row);
        }
    }
}

void runBranchSelect(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const ColumnData& branch = frame.operand(instruction, 0);
    mapStates(out, frame.rowsOf(instruction), [&](std::size_t row, std::int64_t& value) {
        const State state = branch.state(row);
        if (state != State::Value) {
            return state;
        }
        const std::int64_t which = branch.values[row];
        if (which < 0 || static_cast<std::uint64_t>(which) + 1 >= instruction.operands.size()) {
            return State::Error;
        }
        return take(frame.operand(instruction, static_cast<std::size_t>(which) + 1), row, value);
    });
    for (std::size_t row = 0; row < out.values.size(); ++row) {
        if (out.state(row) == State::Unknown && branch.state(row) == State::Value) {
            const auto which = static_cast<std::size_t>(branch.values[row]);
            takeBounds(out, row, frame.operand(instruction, which + 1), row);
        }
    }
}

PROVISO_WIDE void runNot(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const std::size_t rows = frame.rowsOf(instruction);
    const std::span<const std::uint8_t> answers = answersOf(frame, instruction.operands[0]);
    if (!answers.empty()) {
        std::uint8_t* __restrict const out = beginAnswers(frame, number, rows);
        for (std::size_t row = 0; row < rows; ++row) {
            out[row] = answers[row] ^ 1U;
        }
        return;
    }
    mapYesNo(
        frame,
        number,
        [](std::int64_t value) -> std::int64_t { return value == 0 ? 1 : 0; },
        frame.operand(instruction, 0));
}

/// `yes(state)` is the answer for a row, `after(state)` the answer's own state.
template <class Yes, class After>
void answerByState(
    ColumnData& out, std::size_t rows, const ColumnData& column, Yes yes, After after) {
    if (column.states.empty()) {
        out.states.clear();
        out.values.assign(rows, yes(State::Value) ? 1 : 0);
        return;
    }
    out.values.resize(rows);
    out.states.resize(rows);
    const State* const from = column.states.data();
    State* const states = out.states.data();
    for (std::size_t row = 0; row < rows; ++row) {
        states[row] = after(from[row]);
    }
    std::int64_t* const values = out.values.data();
    for (std::size_t row = 0; row < rows; ++row) {
        values[row] = yes(from[row]) ? 1 : 0;
    }
    settle(out);
}

PROVISO_WIDE void runIsKnown(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    answerByState(
        out,
        frame.rowsOf(instruction),
        frame.operand(instruction, 0),
        [](State state) { return state <= State::NotApplicable; },
        [](State state) { return state == State::Error ? state : State::Value; });
}

PROVISO_WIDE void
runIsApplicable(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const ColumnData& column = frame.operand(instruction, 0);
    answerByState(
        out,
        frame.rowsOf(instruction),
        column,
        [](State state) { return state == State::Value; },
        [](State state) { return state >= State::Unknown ? state : State::Value; });
    if (!column.bounded() || out.states.empty()) {
        return;
    }
    for (std::size_t row = 0; row < out.values.size(); ++row) {
        if (column.state(row) == State::Unknown && boundsAt(column, row).any()) {
            // Whatever it is, it is a value.
            out.states[row] = State::Value;
            out.values[row] = 1;
        }
    }
    settle(out);
}

/// The record or group that a row hangs under; kNoIndex where there is none. The links were made
/// with the spaces.
std::uint32_t rootRow(const Frame& frame, std::uint32_t space, std::uint32_t row) {
    const std::uint32_t root = rootOf(frame.program, space);
    while (space != root && row != kNoIndex) {
        const bool input = space < frame.program.schema.spaces.size();
        const std::span<const std::uint32_t> parents =
            input ? std::span<const std::uint32_t>(frame.batch->spaces[space].parent)
                  : frame.registers[frame.program.spaces[space].toParent].rows;
        // A link below this instruction still stands as the run before left it.
        row = row < parents.size() ? parents[row] : kNoIndex;
        space = frame.program.spaces[space].parent;
    }
    return row;
}

/// Costs nothing as long as no rule is over its budget.
void runGuard(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    RegisterData& data = frame.registers[number];
    const bool isWithin =
        instruction.index >= frame.overBudget.size() || frame.overBudget[instruction.index].empty();
    const std::span<const std::uint8_t> answers = answersOf(frame, instruction.operands[0]);
    if (isWithin && !answers.empty()) {
        std::copy(answers.begin(), answers.end(), beginAnswers(frame, number, answers.size()));
        return;
    }
    const ColumnData& guard = frame.operand(instruction, 0);
    if (isWithin) {
        data.column = &guard;
        return;
    }
    const std::vector<std::uint8_t>& over = frame.overBudget[instruction.index];
    data.column = &data.own;
    mapStates(data.own, frame.rowsOf(instruction), [&](std::size_t row, std::int64_t& value) {
        const std::uint32_t root =
            rootRow(frame, instruction.space, static_cast<std::uint32_t>(row));
        return root < over.size() && over[root] != 0 ? State::Error : take(guard, row, value);
    });
}

}  // namespace

void runLogic(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    ColumnData& out = frame.registers[number].own;
    const std::size_t rows = frame.rowsOf(instruction);
    switch (instruction.op) {
    case Op::Compare:
        runCompare(frame, number, out);
        break;
    case Op::And:
        runChain(frame, number, out, /*conjunction=*/true);
        break;
    case Op::Or:
        runChain(frame, number, out, /*conjunction=*/false);
        break;
    case Op::Not:
        runNot(frame, number);
        break;
    case Op::Select:
        runSelect(frame, instruction, out);
        break;
    case Op::OrElse: {
        const ColumnData& first = frame.operand(instruction, 0);
        const ColumnData& second = frame.operand(instruction, 1);
        mapStates(out, rows, [&](std::size_t row, std::int64_t& value) {
            return take(first.state(row) == State::NotApplicable ? second : first, row, value);
        });
        for (std::size_t row = 0; row < rows && (first.bounded() || second.bounded()); ++row) {
            takeBounds(out, row, first.state(row) == State::NotApplicable ? second : first, row);
        }
        break;
    }
    case Op::IsKnown:
        runIsKnown(frame, instruction, out);
        break;
    case Op::IsApplicable:
        runIsApplicable(frame, instruction, out);
        break;
    case Op::UnknownIf: {
        const ColumnData& column = frame.operand(instruction, 0);
        mapStates(out, rows, [&](std::size_t row, std::int64_t&) {
            const State state = column.state(row);
            return state == State::Value && column.values[row] != 0 ? State::Unknown : state;
        });
        break;
    }
    case Op::Guard:
        runGuard(frame, number);
        break;
    default:
        runBranchSelect(frame, instruction, out);
        break;
    }
}

}  // namespace proviso::engine
