#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/values/decimal.h"
#include "runtime/values/logic.h"
#include "runtime/values/type.h"

#include <algorithm>
#include <cstdint>

/// What is known of values that are not known: see ColumnData.
namespace proviso::engine {

/// Types whose unknown values may have bounds.
inline bool carriesBounds(const Type& type) {
    switch (type.kind) {
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
    case TypeKind::Date:
        return true;
    default:
        return false;
    }
}

/// The bounds of one value, which for a known value are the value itself. A bound that is not there
/// reads as the extreme.
struct Bounds {
    std::int64_t low = kNoLow;
    std::int64_t high = kNoHigh;
    bool hasLow = false;
    bool hasHigh = false;

    bool any() const { return hasLow || hasHigh; }

    static Bounds of(std::int64_t value) { return {value, value, true, true}; }

    void setLow(std::int64_t bound) {
        low = bound;
        hasLow = true;
    }
    void setHigh(std::int64_t bound) {
        high = bound;
        hasHigh = true;
    }
    /// Sets the bound where it could be computed.
    void setLow(Checked bound) {
        if (bound.ok()) {
            setLow(bound.value);
        }
    }
    void setHigh(Checked bound) {
        if (bound.ok()) {
            setHigh(bound.value);
        }
    }
};

/// Of a value both bounds, of an unknown those it has, of the others none.
inline Bounds boundsAt(const ColumnData& column, std::size_t row) {
    const State state = column.state(row);
    if (state == State::Value) {
        return Bounds::of(column.values[row]);
    }
    if (state != State::Unknown || !column.bounded()) {
        return {};
    }
    const std::int64_t low = column.lows[row];
    const std::int64_t high = column.highs[row];
    return {low, high, low != kNoLow, high != kNoHigh};
}

/// Gives an unknown row its bounds. The column must have its final number of values.
inline void setBounds(ColumnData& out, std::size_t row, const Bounds& bounds) {
    if (!bounds.any()) {
        return;
    }
    if (!out.bounded()) {
        out.lows.assign(out.values.size(), kNoLow);
        out.highs.assign(out.values.size(), kNoHigh);
    }
    out.lows[row] = bounds.hasLow ? bounds.low : kNoLow;
    out.highs[row] = bounds.hasHigh ? bounds.high : kNoHigh;
}

/// Takes over the bounds of the row that was taken.
inline void takeBounds(ColumnData& out, std::size_t row, const ColumnData& from, std::size_t at) {
    if (from.bounded() && from.state(at) == State::Unknown) {
        setBounds(out, row, boundsAt(from, at));
    }
}

/// Ends a column: bounds stand only beside unknown rows, and not at all where there is none.
inline void settleBounds(ColumnData& column) {
    if (!column.bounded()) {
        return;
    }
    bool any = false;
    for (std::size_t row = 0; row < column.values.size(); ++row) {
        const State state = column.state(row);
        if (state == State::Unknown) {
            any = any || column.lows[row] != kNoLow || column.highs[row] != kNoHigh;
        } else {
            column.lows[row] = state == State::Value ? column.values[row] : kNoLow;
            column.highs[row] = state == State::Value ? column.values[row] : kNoHigh;
        }
    }
    if (!any) {
        column.lows.clear();
        column.highs.clear();
    }
}

inline bool compares(std::int64_t a, std::int64_t b, std::uint8_t mode) {
    switch (mode) {
    case 0:
        return a == b;
    case 1:
        return a != b;
    case 2:
        return a < b;
    case 3:
        return a <= b;
    case 4:
        return a > b;
    default:
        return a >= b;
    }
}

/// The answer that all values within the bounds agree on; unknown where they do not.
inline Logical compareBounds(const Bounds& a, const Bounds& b, std::uint8_t mode) {
    if (!a.any() || !b.any()) {
        return kUnknown;
    }
    const auto answer = [](bool yes) { return Logical{State::Value, yes}; };
    const bool below = a.high < b.low;
    const bool above = a.low > b.high;
    switch (mode) {
    case 0:
    case 1:
        if (below || above) {
            return answer(mode == 1);
        }
        return a.low == a.high && b.low == b.high && a.low == b.low ? answer(mode == 0) : kUnknown;
    case 2:
        return below ? kYes : a.low >= b.high ? kNo : kUnknown;
    case 3:
        return a.high <= b.low ? kYes : above ? kNo : kUnknown;
    case 4:
        return above ? kYes : a.high <= b.low ? kNo : kUnknown;
    default:
        return a.low >= b.high ? kYes : below ? kNo : kUnknown;
    }
}

/// One row of a comparison, as the operation Compare says.
inline Logical compareAt(const ColumnData& a,
                         std::size_t rowA,
                         const ColumnData& b,
                         std::size_t rowB,
                         std::uint8_t mode) {
    const State stateA = a.state(rowA);
    const State stateB = b.state(rowB);
    const State state = propagate(stateA, stateB);
    if (state == State::Value) {
        return {State::Value, compares(a.values[rowA], b.values[rowB], mode)};
    }
    if (state == State::Unknown && stateA != State::NotApplicable &&
        stateB != State::NotApplicable) {
        return compareBounds(boundsAt(a, rowA), boundsAt(b, rowB), mode);
    }
    return {state, false};
}

inline Logical logicalAt(const ColumnData& column, std::size_t row) {
    const State state = column.state(row);
    return {state, state == State::Value && column.values[row] != 0};
}

}  // namespace proviso::engine
