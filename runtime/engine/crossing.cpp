#include "runtime/engine/answers.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/sort_few.h"

#include <numeric>

namespace proviso::engine {

namespace {

/// The cells behind a link without gaps.
template <class Cell>
void follow(Cells<Cell>& out, const Cells<Cell>& from, std::span<const std::uint32_t> links) {
    out.resize(links.size());
    Cell* const result = out.data();
    const Cell* const cells = from.data();
    for (std::size_t row = 0; row < links.size(); ++row) {
        result[row] = cells[links[row]];
    }
}

void runSpread(Frame& frame, Register number, ColumnData& out) {
    const Instruction& instruction = frame.program.code[number];
    const RegisterData& link = frame.linkOperand(instruction, 1);
    const std::size_t rows = link.rows.size();
    const std::span<const std::uint8_t> answers = answersOf(frame, instruction.operands[0]);
    if (!answers.empty() && link.states.empty() && mayBeAnswers(frame, rows)) {
        std::uint8_t* __restrict const result = beginAnswers(frame, number, rows);
        for (std::size_t row = 0; row < rows; ++row) {
            result[row] = answers[link.rows[row]];
        }
        return;
    }
    const ColumnData& from = frame.operand(instruction, 0);
    if (link.states.empty()) {
        follow(out.values, from.values, link.rows);
        if (from.states.empty()) {
            out.states.clear();
            return;
        }
        follow(out.states, from.states, link.rows);
    } else {
        out.values.resize(rows);
        out.states.resize(rows);
        for (std::size_t row = 0; row < rows; ++row) {
            const std::uint32_t at = link.rows[row];
            out.values[row] = at == kNoIndex ? 0 : from.values[at];
            out.states[row] = at == kNoIndex ? link.states[row] : from.state(at);
        }
    }
    settle(out);
    if (!from.bounded() || out.states.empty()) {
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        if (link.rows[row] != kNoIndex) {
            takeBounds(out, row, from, link.rows[row]);
        }
    }
}

void runGather(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const ColumnData& from = frame.operand(instruction, 0);
    const ColumnData& named = frame.operand(instruction, 1);
    const std::size_t rows = frame.rowsOf(instruction);
    out.values.resize(rows);
    out.states.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        State state = named.state(row);
        std::int64_t value = 0;
        if (state == State::Value) {
            const auto at = static_cast<std::uint64_t>(named.values[row]);
            state = at < from.values.size() ? from.state(at) : State::Error;
            value = at < from.values.size() ? from.values[at] : 0;
        }
        out.values[row] = value;
        out.states[row] = state;
    }
    settle(out);
    if (!from.bounded()) {
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        const auto at = static_cast<std::uint64_t>(named.values[row]);
        if (named.state(row) == State::Value && at < from.values.size()) {
            takeBounds(out, row, from, at);
        }
    }
}

/// Marks the rows that lead nowhere; `missing(row)` is called for those only.
template <class Missing>
void finishLink(RegisterData& data, Missing missing) {
    data.rows = data.ownRows;
    data.states.clear();
    for (std::size_t row = 0; row < data.ownRows.size(); ++row) {
        if (data.ownRows[row] == kNoIndex) {
            data.states.resize(data.ownRows.size(), State::Value);
            data.states[row] = missing(row);
        }
    }
}

void runCompose(Frame& frame, const Instruction& instruction, RegisterData& data) {
    const RegisterData& first = frame.linkOperand(instruction, 0);
    const RegisterData& second = frame.linkOperand(instruction, 1);
    data.ownRows.resize(first.rows.size());
    for (std::size_t row = 0; row < first.rows.size(); ++row) {
        const std::uint32_t middle = first.rows[row];
        data.ownRows[row] = middle == kNoIndex ? kNoIndex : second.rows[middle];
    }
    finishLink(data, [&](std::size_t row) {
        const std::uint32_t middle = first.rows[row];
        return middle == kNoIndex ? first.states[row] : second.states[middle];
    });
}

void runFirstRow(const Frame& frame, const Instruction& instruction, RegisterData& data) {
    const RegisterData& link = frame.linkOperand(instruction, 0);
    data.ownRows.assign(frame.rowsOf(instruction), kNoIndex);
    for (std::size_t row = link.rows.size(); row-- > 0;) {
        if (link.rows[row] != kNoIndex) {
            data.ownRows[link.rows[row]] = static_cast<std::uint32_t>(row);
        }
    }
    finishLink(data, [](std::size_t) { return State::NotApplicable; });
}

void runIdentity(RegisterData& data, std::size_t rows) {
    data.ownRows.resize(rows);
    std::iota(data.ownRows.begin(), data.ownRows.end(), 0U);
    data.rows = data.ownRows;
}

void runLinkOfRow(const Frame& frame, const Instruction& instruction, RegisterData& data) {
    const ColumnData& named = frame.operand(instruction, 0);
    const std::uint32_t targets = frame.rowCounts[instruction.target];
    const std::size_t rows = frame.rowsOf(instruction);
    data.ownRows.assign(rows, kNoIndex);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto at = static_cast<std::uint64_t>(named.values[row]);
        if (named.state(row) == State::Value && at < targets) {
            data.ownRows[row] = static_cast<std::uint32_t>(at);
        }
    }
    finishLink(data, [&](std::size_t row) {
        return named.state(row) == State::Value ? State::Error : named.state(row);
    });
}

/// When an instant is; of the one of unknown time its own state.
void runInstantTime(const RegisterData& instants,
                    const std::vector<std::int64_t>& times,
                    ColumnData& out) {
    out.values.assign(times.begin(), times.end());
    out.states.resize(times.size());
    for (std::size_t row = 0; row < times.size(); ++row) {
        out.states[row] = instants.second[row] != 0 ? instants.exists[row] : State::Value;
    }
    settle(out);
}

void runRowOfLink(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const RegisterData& link = frame.linkOperand(instruction, 0);
    out.values.assign(link.rows.begin(), link.rows.end());
    out.states.assign(link.states.begin(), link.states.end());
    settle(out);
}

}  // namespace

void runCrossing(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    RegisterData& data = frame.registers[number];
    const std::size_t rows = frame.rowsOf(instruction);
    switch (instruction.op) {
    case Op::Spread:
        runSpread(frame, number, data.own);
        break;
    case Op::Gather:
        runGather(frame, instruction, data.own);
        break;
    case Op::Compose:
        runCompose(frame, instruction, data);
        break;
    case Op::FirstRow:
        runFirstRow(frame, instruction, data);
        break;
    case Op::RowOfLink:
        runRowOfLink(frame, instruction, data.own);
        break;
    case Op::BranchOf: {
        const std::vector<std::uint32_t>& branches = frame.linkOperand(instruction, 0).second;
        data.own.values.assign(branches.begin(), branches.end());
        break;
    }
    case Op::Identity:
        runIdentity(data, rows);
        break;
    case Op::LinkOfRow:
        runLinkOfRow(frame, instruction, data);
        break;
    case Op::InstantStart:
    case Op::InstantEnd: {
        const RegisterData& instants = frame.linkOperand(instruction, 0);
        runInstantTime(instants,
                       instruction.op == Op::InstantStart ? instants.starts : instants.finishes,
                       data.own);
        break;
    }
    case Op::SecondExists:
    case Op::RowExists: {
        const std::vector<State>& exists = frame.linkOperand(instruction, 0).exists;
        data.own.states.assign(exists.begin(), exists.end());
        data.own.values.assign(rows, 1);
        settle(data.own);
        break;
    }
    default:
        data.ownRows = frame.linkOperand(instruction, 0).second;
        finishLink(data, [](std::size_t) { return State::NotApplicable; });
        break;
    }
}

namespace {

/// The columns behind the link by which a Rank or DenseRank orders.
const std::vector<OrderKey>& rankKeys(Frame& frame, const Instruction& instruction) {
    std::vector<OrderKey>& keys = frame.orderKeys;
    keys.clear();
    for (std::size_t index = 1; index < instruction.operands.size(); ++index) {
        const Type& type = frame.program.code[instruction.operands[index]].type;
        keys.push_back({&frame.operand(instruction, index), ValueOrder(*frame.batch, type)});
    }
    return keys;
}

}  // namespace

/// Records mostly come in the order that is asked for.
template <class Before>
static void sortUnlessSorted(std::vector<std::uint32_t>& rows, Before before) {
    if (!std::is_sorted(rows.begin(), rows.end(), before)) {
        sortFew(std::span(rows), before);
    }
}

void runDenseRank(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const RegisterData& link = frame.linkOperand(instruction, 0);
    const Children& children = frame.childrenOf(instruction.operands[0]);
    ColumnData& out = frame.registers[number].own;
    const std::size_t rows = frame.rowsOf(instruction);
    const std::vector<OrderKey>& keys = rankKeys(frame, instruction);
    out.values.assign(rows, 0);
    out.states.resize(rows);
    for (std::uint32_t row = 0; row < rows; ++row) {
        State state = link.state(row);
        for (const OrderKey& key : keys) {
            state = propagate(state, key.column->state(row));
        }
        out.states[row] = state;
    }
    const auto order = [&](std::uint32_t a, std::uint32_t b) {
        for (const OrderKey& key : keys) {
            const int compared = key.order.compare(key.column->values[a], key.column->values[b]);
            if (compared != 0) {
                return compared;
            }
        }
        return 0;
    };
    std::vector<std::uint32_t>& sorted = frame.words;
    for (std::uint32_t parent = 0; parent < frame.targetRows(instruction.operands[0]); ++parent) {
        sorted.clear();
        for (const std::uint32_t row : children.of(parent)) {
            if (out.states[row] == State::Value) {
                sorted.push_back(row);
            }
        }
        sortUnlessSorted(sorted, [&](std::uint32_t a, std::uint32_t b) { return order(a, b) < 0; });
        std::int64_t position = 0;
        for (std::size_t index = 0; index < sorted.size(); ++index) {
            if (index > 0 && order(sorted[index], sorted[index - 1]) != 0) {
                ++position;
            }
            out.values[sorted[index]] = position;
        }
    }
    settle(out);
}

void runRank(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const Children& children = frame.childrenOf(instruction.operands[0]);
    ColumnData& out = frame.registers[number].own;
    const std::vector<OrderKey>& keys = rankKeys(frame, instruction);
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        for (const OrderKey& key : keys) {
            const bool aIsValue = key.column->state(a) == State::Value;
            const bool bIsValue = key.column->state(b) == State::Value;
            if (aIsValue != bIsValue) {
                return aIsValue;
            }
            if (!aIsValue) {
                continue;
            }
            const int order = key.order.compare(key.column->values[a], key.column->values[b]);
            if (order != 0) {
                return order < 0;
            }
        }
        return a < b;
    };
    out.values.assign(frame.rowsOf(instruction), 0);
    const std::vector<State>& states = frame.linkOperand(instruction, 0).states;
    out.states.assign(states.begin(), states.end());
    std::vector<std::uint32_t>& sorted = frame.words;
    for (std::uint32_t parent = 0; parent < frame.targetRows(instruction.operands[0]); ++parent) {
        const std::span<const std::uint32_t> rows = children.of(parent);
        sorted.assign(rows.begin(), rows.end());
        if (!keys.empty()) {
            sortUnlessSorted(sorted, before);
        }
        for (std::size_t index = 0; index < sorted.size(); ++index) {
            out.values[sorted[index]] = static_cast<std::int64_t>(index);
        }
    }
    settle(out);
}

}  // namespace proviso::engine
