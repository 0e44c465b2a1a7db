#pragma once

#include "runtime/engine/frame.h"

#include <cstdint>
#include <cstring>
#include <span>

/// Columns of yes and no in which every row has a value, as bytes: what a block asks is mostly
/// that, and an eighth of the memory is looked through so. Operations that know of it write and
/// read bytes; for all others the column is made of them when it is first read (Pending::Answers).
namespace proviso::engine {

/// The bytes of a column that has nothing else yet; empty where it is a column.
inline std::span<const std::uint8_t> answersOf(const Frame& frame, Register number) {
    return frame.pending.areAnswers(number)
               ? std::span<const std::uint8_t>(frame.registers[number].answers)
               : std::span<const std::uint8_t>();
}

/// Whether a column may be written as bytes. Not worth it for a few rows.
inline bool mayBeAnswers(const Frame& frame, std::size_t rows) {
    constexpr std::size_t kFew = 16;
    return frame.keepsAnswers && rows >= kFew;
}

/// Room for the bytes of a column that is being computed, each 0 or 1. All are to be written.
inline std::uint8_t* beginAnswers(Frame& frame, Register number, std::size_t rows) {
    RegisterData& data = frame.registers[number];
    data.answers.resize(rows);
    data.own.states.clear();
    data.column = &data.own;
    frame.pending.marks[number] = Pending::Answers;
    return data.answers.data();
}

/// Whether all of some bytes say the same.
inline bool areAll(std::span<const std::uint8_t> answers, bool answer) {
    return std::memchr(answers.data(), answer ? 0 : 1, answers.size()) == nullptr;
}

/// Whether every row of an operand has a value.
inline bool isPlain(const Frame& frame, Register number) {
    return frame.pending.areAnswers(number) || frame.pending.isPacked(number) ||
           frame.column(number).states.empty();
}

/// Computes a column of yes and no row by row, by a kernel that returns 0 or 1, as bytes. False
/// where it cannot be: then nothing was done.
template <class Kernel, class... Columns>
bool mapAnswers(
    Frame& frame, Register number, std::size_t rows, Kernel kernel, const Columns&... in) {
    if (!mayBeAnswers(frame, rows) || !(in.states.empty() && ...)) {
        return false;
    }
    std::uint8_t* __restrict const out = beginAnswers(frame, number, rows);
    const auto map = [&](const auto... cells) {
        for (std::size_t row = 0; row < rows; ++row) {
            out[row] = static_cast<std::uint8_t>(kernel(cells[row]...));
        }
    };
    map(in.values.data()...);
    return true;
}

/// The same, or a column where it cannot be.
template <class Kernel, class... Columns>
void mapYesNo(Frame& frame, Register number, Kernel kernel, const Columns&... in) {
    const std::size_t rows = frame.rowsOf(frame.program.code[number]);
    if (!mapAnswers(frame, number, rows, kernel, in...)) {
        mapEveryRow(frame.registers[number].own, rows, kernel, in...);
    }
}

}  // namespace proviso::engine
