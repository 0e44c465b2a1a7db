#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"

#include <algorithm>

namespace proviso::engine {

namespace {

/// How a row of an unknown fold counts.
enum class Counts : std::uint8_t {
    No,
    Perhaps,
    Yes
};

Counts countsAt(const ColumnData& mask, std::size_t row) {
    const Logical one = logicalAt(mask, row);
    return one.yes ? Counts::Yes : one.state == State::Unknown ? Counts::Perhaps : Counts::No;
}

/// One side of a sum; lost where an addend has no bound on it.
struct Side {
    Int128 sum = 0;
    bool lost = false;

    void add(bool has, std::int64_t bound) {
        lost = lost || !has;
        sum += has ? bound : 0;
    }
    Checked checked() const { return lost ? Checked{0, EvaluationError::Overflow} : narrow(sum); }
};

/// The rows that lead to one row of an unknown fold.
struct FoldedRows {
    std::span<const std::uint32_t> rows;
    const ColumnData& mask;
    const ColumnData& value;
    bool open;  ///< rows may be missing
};

Bounds boundTotal(const FoldedRows& in, bool neverBelow) {
    Side low;
    Side high;
    for (const std::uint32_t row : in.rows) {
        const Counts counts = countsAt(in.mask, row);
        if (counts == Counts::No || in.value.state(row) == State::NotApplicable) {
            continue;
        }
        const Bounds value = boundsAt(in.value, row);
        if (counts == Counts::Yes) {
            low.add(value.hasLow || (neverBelow && !value.any()), value.hasLow ? value.low : 0);
            high.add(value.hasHigh, value.high);
        } else {
            low.add(value.hasLow || neverBelow,
                    neverBelow ? 0 : std::min<std::int64_t>(0, value.low));
            high.add(value.hasHigh, std::max<std::int64_t>(0, value.high));
        }
    }
    low.lost = low.lost || (in.open && !neverBelow);
    high.lost = high.lost || in.open;
    Bounds out;
    out.setLow(low.checked());
    out.setHigh(high.checked());
    return out;
}

Bounds boundCount(const FoldedRows& in) {
    std::int64_t certain = 0;
    std::int64_t possible = 0;
    for (const std::uint32_t row : in.rows) {
        const Counts counts = countsAt(in.mask, row);
        certain += counts == Counts::Yes ? 1 : 0;
        possible += counts == Counts::Perhaps ? 1 : 0;
    }
    Bounds out;
    out.setLow(certain);
    if (!in.open) {
        out.setHigh(certain + possible);
    }
    return out;
}

std::int64_t distinct(std::vector<std::int64_t>& values) {
    std::sort(values.begin(), values.end());
    return std::unique(values.begin(), values.end()) - values.begin();
}

Bounds boundDistinct(Frame& frame, const FoldedRows& in) {
    std::vector<std::int64_t>& certain = frame.numbers;
    std::vector<std::int64_t>& possible = frame.moreNumbers;
    certain.clear();
    possible.clear();
    std::int64_t others = 0;
    for (const std::uint32_t row : in.rows) {
        const Counts counts = countsAt(in.mask, row);
        const State state = in.value.state(row);
        if (counts == Counts::No || state == State::NotApplicable) {
            continue;
        }
        if (state != State::Value) {
            ++others;
            continue;
        }
        possible.push_back(in.value.values[row]);
        if (counts == Counts::Yes) {
            certain.push_back(in.value.values[row]);
        }
    }
    Bounds out;
    out.setLow(distinct(certain));
    if (!in.open) {
        out.setHigh(distinct(possible) + others);
    }
    return out;
}

/// The sides are those of the highest; those of the lowest are its mirror image.
Bounds boundHighest(const FoldedRows& in, bool lowest) {
    bool any = false;
    bool lost = in.open;
    Bounds out;
    for (const std::uint32_t row : in.rows) {
        const Counts counts = countsAt(in.mask, row);
        if (counts == Counts::No || in.value.state(row) == State::NotApplicable) {
            continue;
        }
        const Bounds value = boundsAt(in.value, row);
        lost = lost || !(lowest ? value.hasLow : value.hasHigh);
        if (lowest && value.hasLow) {
            out.setLow(out.hasLow ? std::min(out.low, value.low) : value.low);
        } else if (!lowest && value.hasHigh) {
            out.setHigh(out.hasHigh ? std::max(out.high, value.high) : value.high);
        }
        if (counts != Counts::Yes) {
            continue;
        }
        any = any || value.any();
        if (lowest && value.hasHigh) {
            out.setHigh(out.hasHigh ? std::min(out.high, value.high) : value.high);
        } else if (!lowest && value.hasLow) {
            out.setLow(out.hasLow ? std::max(out.low, value.low) : value.low);
        }
    }
    if (!any) {
        return {};
    }
    (lowest ? out.hasLow : out.hasHigh) = (lowest ? out.hasLow : out.hasHigh) && !lost;
    return out;
}

}  // namespace

void boundFold(Frame& frame, const Instruction& instruction, ColumnData& out) {
    if (!carriesBounds(instruction.type) ||
        std::find(out.states.begin(), out.states.end(), State::Unknown) == out.states.end()) {
        return;
    }
    const Children& children = frame.childrenOf(instruction.operands[0]);
    const ColumnData& mask = frame.operand(instruction, 1);
    const ColumnData& value = frame.operand(instruction, instruction.op == Op::FoldCount ? 1 : 2);
    const ColumnData* const more = foldMore(frame, instruction);
    for (std::uint32_t row = 0; row < out.values.size(); ++row) {
        if (out.states[row] != State::Unknown) {
            continue;
        }
        const bool open = more != nullptr && more->state(row) == State::Unknown;
        const FoldedRows in{children.of(row), mask, value, open};
        switch (instruction.op) {
        case Op::FoldTotal:
            setBounds(out, row, boundTotal(in, instruction.immediate == 1));
            break;
        case Op::FoldCount:
            setBounds(out, row, boundCount(in));
            break;
        case Op::FoldDistinct:
            setBounds(out, row, boundDistinct(frame, in));
            break;
        default:
            setBounds(out, row, boundHighest(in, instruction.op == Op::FoldLowest));
            break;
        }
    }
}

}  // namespace proviso::engine
