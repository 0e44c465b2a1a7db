#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"

namespace proviso::engine {

namespace {

void storeRanks(ColumnData& out, const std::vector<std::uint8_t>& ranks, bool conjunction) {
    const std::size_t rows = ranks.size();
    out.values.resize(rows);
    out.states.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::uint8_t rank = ranks[row];
        // 0 is the value that gives way to everything, 4 the one that nothing outweighs.
        const bool value = rank == 0 || rank == 4;
        out.states[row] = value ? State::Value : static_cast<State>(rank);
        out.values[row] = value && (rank == 0) == conjunction ? 1 : 0;
    }
    settle(out);
}

void runChain(Frame& frame, const Instruction& instruction, ColumnData& out, bool conjunction) {
    const std::size_t rows = frame.rowsOf(instruction);
    bool plain = true;
    for (const Register operand : instruction.operands) {
        plain = plain && frame.column(operand).states.empty();
    }
    if (plain) {
        out.states.clear();
        out.values = frame.operand(instruction, 0).values;
        std::int64_t* const result = out.values.data();
        for (std::size_t index = 1; index < instruction.operands.size(); ++index) {
            const std::int64_t* const other = frame.operand(instruction, index).values.data();
            if (conjunction) {
                for (std::size_t row = 0; row < rows; ++row) {
                    result[row] &= other[row];
                }
            } else {
                for (std::size_t row = 0; row < rows; ++row) {
                    result[row] |= other[row];
                }
            }
        }
        return;
    }
    // Answers and states as numbers of which the highest wins, as in values/logic.h: 4 for what
    // nothing can undo.
    constexpr std::uint8_t kFinal = 4;
    std::vector<std::uint8_t>& ranks = frame.bytes;
    ranks.assign(rows, 0);
    for (const Register operand : instruction.operands) {
        const ColumnData& column = frame.column(operand);
        const std::int64_t* const values = column.values.data();
        const State* const states = column.states.empty() ? nullptr : column.states.data();
        for (std::size_t row = 0; row < rows; ++row) {
            const bool isFinal = (values[row] != 0) != conjunction;
            std::uint8_t rank = isFinal ? kFinal : 0;
            if (states != nullptr && states[row] != State::Value) {
                rank = static_cast<std::uint8_t>(states[row]);
            }
            ranks[row] = std::max(ranks[row], rank);
        }
    }
    storeRanks(out, ranks, conjunction);
}

/// Computes each row, state included: `kernel(row, value)` returns the state.
template <class Kernel>
void mapStates(ColumnData& out, std::size_t rows, Kernel kernel) {
    out.values.resize(rows);
    out.states.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        out.values[row] = 0;
        out.states[row] = kernel(row, out.values[row]);
    }
    settle(out);
}

template <class Test>
void compareRows(
    ColumnData& out, std::size_t rows, const ColumnData& a, const ColumnData& b, Test test) {
    mapRows(
        out,
        rows,
        [test](std::int64_t& result, std::int64_t left, std::int64_t right) {
            result = test(left, right) ? 1 : 0;
            return false;
        },
        a,
        b);
}

void runCompare(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t rows = frame.rowsOf(instruction);
    const ColumnData& a = frame.operand(instruction, 0);
    const ColumnData& b = frame.operand(instruction, 1);
    if (a.bounded() || b.bounded()) {
        mapStates(out, rows, [&](std::size_t row, std::int64_t& value) {
            const Logical one = compareAt(a, row, b, row, instruction.mode);
            value = one.yes ? 1 : 0;
            return one.state;
        });
        return;
    }
    switch (instruction.mode) {
    case 0:
        compareRows(out, rows, a, b, [](auto x, auto y) { return x == y; });
        break;
    case 1:
        compareRows(out, rows, a, b, [](auto x, auto y) { return x != y; });
        break;
    case 2:
        compareRows(out, rows, a, b, [](auto x, auto y) { return x < y; });
        break;
    case 3:
        compareRows(out, rows, a, b, [](auto x, auto y) { return x <= y; });
        break;
    case 4:
        compareRows(out, rows, a, b, [](auto x, auto y) { return x > y; });
        break;
    default:
        compareRows(out, rows, a, b, [](auto x, auto y) { return x >= y; });
        break;
    }
}

State take(const ColumnData& column, std::size_t row, std::int64_t& value) {
    value = column.values[row];
    return column.state(row);
}

void runSelect(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t rows = frame.rowsOf(instruction);
    const ColumnData& test = frame.operand(instruction, 0);
    const ColumnData& then = frame.operand(instruction, 1);
    const ColumnData& otherwise = frame.operand(instruction, 2);
    if (test.states.empty() && then.states.empty() && otherwise.states.empty()) {
        out.states.clear();
        out.values.resize(rows);
        for (std::size_t row = 0; row < rows; ++row) {
            out.values[row] = test.values[row] != 0 ? then.values[row] : otherwise.values[row];
        }
        return;
    }
    mapStates(out, rows, [&](std::size_t row, std::int64_t& value) {
        const State state = test.state(row);
        if (state == State::Unknown || state == State::Error) {
            return state;
        }
        const bool yes = state == State::Value && test.values[row] != 0;
        return take(yes ? then : otherwise, row, value);
    });
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

void runNot(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    mapRows(
        out,
        frame.rowsOf(instruction),
        [](std::int64_t& result, std::int64_t value) {
            result = value == 0 ? 1 : 0;
            return false;
        },
        frame.operand(instruction, 0));
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
void runGuard(Frame& frame, const Instruction& instruction, RegisterData& data) {
    const ColumnData& guard = frame.operand(instruction, 0);
    if (instruction.index >= frame.overBudget.size() ||
        frame.overBudget[instruction.index].empty()) {
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
        runCompare(frame, instruction, out);
        break;
    case Op::And:
        runChain(frame, instruction, out, /*conjunction=*/true);
        break;
    case Op::Or:
        runChain(frame, instruction, out, /*conjunction=*/false);
        break;
    case Op::Not:
        runNot(frame, instruction, out);
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
    case Op::IsKnown: {
        const ColumnData& column = frame.operand(instruction, 0);
        mapStates(out, rows, [&](std::size_t row, std::int64_t& value) {
            const State state = column.state(row);
            value = state == State::Value || state == State::NotApplicable ? 1 : 0;
            return state == State::Error ? state : State::Value;
        });
        break;
    }
    case Op::IsApplicable: {
        const ColumnData& column = frame.operand(instruction, 0);
        mapStates(out, rows, [&](std::size_t row, std::int64_t& value) {
            State state = column.state(row);
            if (state == State::Unknown && boundsAt(column, row).any()) {
                // Whatever it is, it is a value.
                state = State::Value;
            }
            value = state == State::Value ? 1 : 0;
            return state == State::NotApplicable ? State::Value : state;
        });
        break;
    }
    case Op::UnknownIf: {
        const ColumnData& column = frame.operand(instruction, 0);
        mapStates(out, rows, [&](std::size_t row, std::int64_t&) {
            const State state = column.state(row);
            return state == State::Value && column.values[row] != 0 ? State::Unknown : state;
        });
        break;
    }
    case Op::Guard:
        runGuard(frame, instruction, frame.registers[number]);
        break;
    default:
        runBranchSelect(frame, instruction, out);
        break;
    }
}

namespace {

/// A need that may not be met: its layer may say anything.
bool mayBeUnmet(const Frame& frame,
                const Instruction& instruction,
                std::size_t index,
                std::size_t row) {
    return frame.operand(instruction, index).state(row) == State::Unknown &&
           frame.program.code[instruction.operands[index + 1]].op == Op::NotApplicable;
}

/// Of an unknown ExactlyOne: those of the one value that applies, if it is certain which.
Bounds boundsOfOne(const Frame& frame, const Instruction& instruction, std::size_t row) {
    Bounds out;
    bool any = false;
    for (std::size_t index = 0; index < instruction.operands.size(); index += 2) {
        const Logical guard = logicalAt(frame.operand(instruction, index), row);
        if (guard.state == State::Unknown || (guard.yes && any)) {
            return {};
        }
        if (guard.yes) {
            any = true;
            out = boundsAt(frame.operand(instruction, index + 1), row);
        }
    }
    return out;
}

/// Of an unknown Lowest. What applies for certain bounds it on the side that it is combined to,
/// what may apply on the other.
Bounds boundsOfLowest(const Frame& frame, const Instruction& instruction, std::size_t row) {
    const bool lowest = instruction.op == Op::Lowest;
    bool any = false;
    bool lost = false;
    Bounds out;
    for (std::size_t index = 0; index < instruction.operands.size(); index += 2) {
        const Logical guard = logicalAt(frame.operand(instruction, index), row);
        if (mayBeUnmet(frame, instruction, index, row)) {
            return {};
        }
        if (!guard.yes && guard.state != State::Unknown) {
            continue;  // a value that no row lets in was not computed
        }
        const ColumnData& column = frame.operand(instruction, index + 1);
        const Bounds value = boundsAt(column, row);
        if (column.state(row) == State::NotApplicable) {
            continue;
        }
        const bool certain = guard.yes && value.any();
        if (lowest) {
            lost = lost || !value.hasLow;
            out.setLow(out.hasLow ? std::min(out.low, value.low) : value.low);
            if (certain && value.hasHigh) {
                out.setHigh(out.hasHigh ? std::min(out.high, value.high) : value.high);
            }
        } else {
            lost = lost || !value.hasHigh;
            out.setHigh(out.hasHigh ? std::max(out.high, value.high) : value.high);
            if (certain && value.hasLow) {
                out.setLow(out.hasLow ? std::max(out.low, value.low) : value.low);
            }
        }
        any = any || certain;
    }
    if (!any) {
        return {};
    }
    (lowest ? out.hasLow : out.hasHigh) = !lost;
    return out;
}

}  // namespace

// Operands are pairs of a guard and a value.
void runContributions(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    ColumnData& out = frame.registers[number].own;
    const Op op = instruction.op;
    mapStates(out, frame.rowsOf(instruction), [&](std::size_t row, std::int64_t& value) {
        State worst = State::Value;
        bool any = false;
        bool applicable = false;
        bool conflict = false;
        for (std::size_t index = 0; index < instruction.operands.size(); index += 2) {
            const Logical guard = logicalAt(frame.operand(instruction, index), row);
            if (guard.state == State::Unknown || guard.state == State::Error) {
                worst = propagate(worst, guard.state);
            }
            if (!guard.yes) {
                continue;
            }
            any = true;
            const ColumnData& column = frame.operand(instruction, index + 1);
            const State state = column.state(row);
            if (state != State::Value) {
                worst = propagate(worst, state == State::NotApplicable ? State::Value : state);
                continue;
            }
            const std::int64_t candidate = column.values[row];
            if (!applicable) {
                value = candidate;
            } else if (op == Op::ExactlyOne) {
                conflict = conflict || value != candidate;
            } else {
                value = op == Op::Lowest ? std::min(value, candidate) : std::max(value, candidate);
            }
            applicable = true;
        }
        if (conflict || worst == State::Error) {
            return State::Error;
        }
        if (worst == State::Unknown || (op == Op::ExactlyOne && !any)) {
            return State::Unknown;
        }
        return applicable ? State::Value : State::NotApplicable;
    });
    const bool bounded =
        carriesBounds(instruction.type) && !out.states.empty() &&
        std::find(out.states.begin(), out.states.end(), State::Unknown) != out.states.end();
    for (std::size_t row = 0; bounded && row < out.values.size(); ++row) {
        if (out.states[row] == State::Unknown) {
            setBounds(out,
                      row,
                      op == Op::ExactlyOne ? boundsOfOne(frame, instruction, row)
                                           : boundsOfLowest(frame, instruction, row));
        }
    }
}

}  // namespace proviso::engine
