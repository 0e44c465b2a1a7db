#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"

#include <algorithm>

namespace proviso::engine {

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
