#pragma once

#include "runtime/engine/frame.h"

namespace proviso::engine {

/// What an operand says in every row, where that is written in the program; nullptr where it is
/// not.
inline const std::int64_t*
constantOperand(const Frame& frame, const Instruction& instruction, std::size_t index) {
    const Instruction& operand = frame.program.code[instruction.operands[index]];
    return operand.op == Op::Constant ? &operand.immediate : nullptr;
}

/// A column of one value for the loops of map_rows.h, which are spared reading it.
template <class Cell = std::int64_t>
struct ConstantColumn {
    struct Values {
        Cell value = 0;

        Values data() const { return *this; }
        Cell operator[](std::size_t) const { return value; }
    };
    Values values;
    Cells<State> states;  ///< none
};

/// Calls `apply(column)` with an operand, or what stands for it where it is constant.
template <class Apply>
auto withOperand(const Frame& frame,
                 const Instruction& instruction,
                 std::size_t index,
                 Apply apply) {
    if (const std::int64_t* const value = constantOperand(frame, instruction, index)) {
        return apply(ConstantColumn<>{{*value}, {}});
    }
    return apply(frame.operand(instruction, index));
}

}  // namespace proviso::engine
