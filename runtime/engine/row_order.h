#pragma once

#include "runtime/engine/frame.h"
#include "runtime/values/evaluation_error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace proviso::engine {

/// Where an explanation of a state goes: to registers' rows that may have the state, and to places
/// of its own.
class Trail {
  public:
    virtual ~Trail() = default;
    virtual void visit(Register number, std::uint32_t row) = 0;
    virtual void place(const std::string& text) = 0;
    virtual void error(EvaluationError code) = 0;
};

/// One level of an order of rows: to which row of the level a row belongs, and its rank.
struct Level {
    Register rankRegister = 0;
    Register linkRegister = 0;
    const ColumnData* rank = nullptr;
    const RegisterData* link = nullptr;
};

/// How two rows compare at the first level where they are not the same row.
struct Compared {
    State state = State::Value;      ///< no value: of a rank or of a link
    int order = 0;                   ///< below, equal or above zero; of a value
    std::uint32_t level = kNoIndex;  ///< kNoIndex: the same row at all levels

    bool same() const { return level == kNoIndex; }
    bool tie() const { return !same() && state == State::Value && order == 0; }

    /// Whether the first comes after the second. Different rows of equal rank: unknown.
    Logical after() const {
        return state != State::Value ? Logical{state, false}
               : tie()               ? kUnknown
                                     : Logical{State::Value, order > 0};
    }
    Logical before() const {
        return state != State::Value ? Logical{state, false}
               : tie()               ? kUnknown
                                     : Logical{State::Value, order < 0};
    }
};

/// Compares by the first `levels` levels of both, outermost first.
inline Compared compareRanks(const std::vector<Level>& first,
                             std::uint32_t firstRow,
                             const std::vector<Level>& second,
                             std::uint32_t secondRow,
                             std::size_t levels) {
    for (std::size_t index = 0; index < levels; ++index) {
        const Level& a = first[index];
        const Level& b = second[index];
        const auto level = static_cast<std::uint32_t>(index);
        State state = propagate(a.link->state(firstRow), b.link->state(secondRow));
        if (state != State::Value) {
            return {state, 0, level};
        }
        if (a.link->rows[firstRow] == b.link->rows[secondRow]) {
            continue;
        }
        state = propagate(a.rank->state(firstRow), b.rank->state(secondRow));
        if (state != State::Value) {
            return {state, 0, level};
        }
        const std::int64_t rankA = a.rank->values[firstRow];
        const std::int64_t rankB = b.rank->values[secondRow];
        return {State::Value, rankA < rankB ? -1 : rankA > rankB ? 1 : 0, level};
    }
    return {};
}

/// Reads the (rank, link) pairs that begin at an operand.
inline Level levelAt(const Frame& frame, const Instruction& instruction, std::size_t operand) {
    const Register rank = instruction.operands[operand];
    const Register link = instruction.operands[operand + 1];
    return {rank, link, &frame.column(rank), &frame.registers[link]};
}

}  // namespace proviso::engine
