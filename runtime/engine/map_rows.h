#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/values/state.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

/// Loops over the cells of columns, without branches where they can be, so that the compiler takes
/// many rows a step, states sixteen at a time.
namespace proviso::engine {

/// Whether some row is anything but a value.
inline bool anyButValues(std::span<const State> states) {
    std::uint8_t any = 0;
    for (const State state : states) {
        any = static_cast<std::uint8_t>(any | static_cast<std::uint8_t>(state));
    }
    return any != 0;
}

/// No value where there is none. The column has states.
inline void clearNonValues(ColumnData& column) {
    const std::size_t rows = column.values.size();
    const State* const states = std::as_const(column.states).data();
    std::int64_t* const values = column.values.data();
    for (std::size_t row = 0; row < rows; ++row) {
        values[row] &= -static_cast<std::int64_t>(states[row] == State::Value);
    }
}

/// Ends a column whose states were written: no value where there is none, no states where all are
/// values.
inline void settle(ColumnData& column) {
    if (anyButValues(column.states)) {
        clearNonValues(column);
    } else {
        column.states.clear();
    }
}

/// Makes the states of one more column part of `worst`, which has none yet where `isFirst`.
inline void
mergeStates(Cells<State>& worst, std::size_t rows, const Cells<State>& more, bool isFirst) {
    const State* const from = more.data();
    if (isFirst) {
        worst.assign(from, from + rows);
        return;
    }
    State* const result = worst.data();
    for (std::size_t row = 0; row < rows; ++row) {
        result[row] = propagate(result[row], from[row]);
    }
}

/// The state of everything that needs all of these columns, row by row; `out` is empty where all
/// are values. Returns whether some are not.
template <class... Columns>
bool statesOfAll(Cells<State>& out, std::size_t rows, const Columns&... in) {
    bool isFirst = true;
    const auto merge = [&](const Cells<State>& states) {
        if (!states.empty()) {
            mergeStates(out, rows, states, isFirst);
            isFirst = false;
        }
    };
    (merge(in.states), ...);
    if (isFirst || !anyButValues(out)) {
        out.clear();
        return false;
    }
    return true;
}

/// Computes a column row by row. `kernel(result, operands...)` returns whether it failed, which
/// makes an error of the row; it is called only for rows whose operands are values.
template <class Kernel, class... Columns>
void mapRows(ColumnData& out, std::size_t rows, Kernel kernel, const Columns&... in) {
    out.values.resize(rows);
    std::int64_t* const result = out.values.data();
    // Mostly there are no states, and single records have no time to find that out elsewhere.
    const bool plain = (in.states.empty() && ...);
    if (plain) {
        out.states.clear();
    }
    if (plain || !statesOfAll(out.states, rows, in...)) {
        const auto fails = [&](const auto*... cells) {
            bool failed = false;
            for (std::size_t row = 0; row < rows; ++row) {
                failed |= kernel(result[row], cells[row]...);
            }
            return failed;
        };
        if (!fails(in.values.data()...)) {
            return;
        }
        out.states.assign(rows, State::Value);
    }
    State* const states = out.states.data();
    for (std::size_t row = 0; row < rows; ++row) {
        if (states[row] == State::Value && kernel(result[row], in.values.data()[row]...)) {
            states[row] = State::Error;
        }
    }
    settle(out);
}

/// The states of a column whose values were computed as if all operands were values. Apart, so
/// that loops of many kinds do not each bring it along.
template <class... Columns>
[[gnu::noinline]] void finishRows(ColumnData& out, std::size_t rows, const Columns&... in) {
    if (statesOfAll(out.states, rows, in...)) {
        clearNonValues(out);
    }
}

/// The same of a kernel that cannot fail whatever it is called with: `kernel(operands...)` returns
/// the result, and is called for every row.
template <class Kernel, class... Columns>
void mapEveryRow(ColumnData& out, std::size_t rows, Kernel kernel, const Columns&... in) {
    out.values.resize(rows);
    std::int64_t* const result = out.values.data();
    const auto map = [&](const auto... cells) {
        for (std::size_t row = 0; row < rows; ++row) {
            result[row] = kernel(cells[row]...);
        }
    };
    map(in.values.data()...);
    if ((in.states.empty() && ...)) {
        out.states.clear();
    } else {
        finishRows(out, rows, in...);
    }
}

/// The same of a kernel that fails seldom: `kernel(result, operands...)` returns a number below
/// zero where its result may be wrong. It is called for every row, whatever that holds. False
/// where it may be wrong for some row: then the column is nothing yet.
template <class Kernel, class... Columns>
bool mapSureRows(ColumnData& out, std::size_t rows, Kernel kernel, const Columns&... in) {
    out.values.resize(rows);
    std::int64_t* const result = out.values.data();
    const auto doubtOf = [&](const auto... cells) {
        std::int64_t doubt = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            doubt |= kernel(result[row], cells[row]...);
        }
        return doubt;
    };
    if (doubtOf(in.values.data()...) < 0) {
        return false;
    }
    if ((in.states.empty() && ...)) {
        out.states.clear();
    } else {
        finishRows(out, rows, in...);
    }
    return true;
}

/// Computes each row, state included: `kernel(row, value)` returns the state.
template <class Kernel>
void mapStates(ColumnData& out, std::size_t rows, Kernel kernel) {
    out.values.resize(rows);
    out.states.resize(rows);
    std::int64_t* const values = out.values.data();
    State* const states = out.states.data();
    for (std::size_t row = 0; row < rows; ++row) {
        values[row] = 0;
        states[row] = kernel(row, values[row]);
    }
    settle(out);
}

}  // namespace proviso::engine
