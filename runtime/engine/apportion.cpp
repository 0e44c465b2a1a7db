#include "runtime/engine/frame.h"

namespace proviso::engine {

namespace {

/// How many outcomes are told apart.
constexpr std::int64_t kMostOutcomes = 16;

struct Columns {
    const RegisterData& link;
    const ColumnData& total;
    const ColumnData& mask;
    const ColumnData& by;
    const ColumnData& each;
    const ColumnData& rank;
    const ColumnData& choice;

    Columns(const Frame& frame, const Instruction& instruction)
        : link(frame.linkOperand(instruction, 0)), total(frame.operand(instruction, 1)),
          mask(frame.operand(instruction, 2)), by(frame.operand(instruction, 3)),
          each(frame.operand(instruction, 4)), rank(frame.operand(instruction, 5)),
          choice(frame.operand(instruction, 6)) {}
};

/// One parent's rows. Reused from parent to parent.
struct Pool {
    explicit Pool(std::vector<Share>& memory) : shares(memory) {}

    State state = State::Value;
    EvaluationError error = EvaluationError::None;
    std::int64_t outcomes = 1;
    std::vector<Share>&
        shares;  ///< of the rows that take part; units are right where state is Value

    void share(const Columns& columns, std::span<const std::uint32_t> rows, std::uint32_t parent);

  private:
    void fail(EvaluationError why) {
        state = State::Error;
        error = why;
    }
    bool collect(const Columns& columns, std::span<const std::uint32_t> rows);
    void distribute(std::int64_t left, std::int64_t choice);
};

/// C(n, k), but no more than kMostOutcomes.
std::int64_t combinations(std::int64_t n, std::int64_t k) {
    k = std::min(k, n - k);
    std::int64_t count = 1;
    for (std::int64_t step = 1; step <= k; ++step) {
        // Exact: a product of `step` neighbours is divisible by step!. Growing only, so that the
        // cap may end it.
        count = count * (n - k + step) / step;
        if (count >= kMostOutcomes) {
            return kMostOutcomes;
        }
    }
    return count;
}

/// Adds 1 to the units of the `which`-th subset of k of the tied shares, in lexicographic order.
void chooseSubset(std::span<Share> tied, std::int64_t k, std::int64_t which) {
    auto left = static_cast<std::int64_t>(tied.size());
    for (Share& share : tied) {
        if (k == 0) {
            return;
        }
        // The subsets with this share come first. A capped count is above every `which`.
        const std::int64_t with = combinations(left - 1, k - 1);
        if (which < with) {
            share.units += 1;
            --k;
        } else {
            which -= with;
        }
        --left;
    }
}

bool Pool::collect(const Columns& columns, std::span<const std::uint32_t> rows) {
    for (const std::uint32_t row : rows) {
        const State mask = columns.mask.state(row);
        if (mask == State::NotApplicable) {
            continue;
        }
        if (mask != State::Value) {
            state = propagate(state, mask);
            continue;
        }
        if (columns.mask.values[row] == 0) {
            continue;
        }
        state = propagate(state, columns.by.state(row), columns.each.state(row));
        const bool ranked = columns.rank.state(row) == State::Value;
        shares.push_back({row, 0, 0, ranked ? columns.rank.values[row] : 0, ranked});
    }
    return state == State::Value;
}

void Pool::distribute(std::int64_t left, std::int64_t choice) {
    std::sort(shares.begin(), shares.end(), [](const Share& a, const Share& b) {
        if (a.remainder != b.remainder) {
            return a.remainder > b.remainder;
        }
        if (a.ranked != b.ranked) {
            return a.ranked;
        }
        return a.rank != b.rank ? a.rank < b.rank : a.row < b.row;
    });
    if (left == 0) {
        return;
    }
    const auto count = static_cast<std::size_t>(left);
    const std::int64_t cut = shares[count - 1].remainder;
    std::size_t begin = 0;
    while (shares[begin].remainder != cut) {
        shares[begin++].units += 1;
    }
    std::size_t end = begin;
    while (end < shares.size() && shares[end].remainder == cut) {
        ++end;
    }
    const auto tied = static_cast<std::int64_t>(end - begin);
    const std::int64_t chosen = left - static_cast<std::int64_t>(begin);
    outcomes = combinations(tied, chosen);
    chooseSubset({shares.data() + begin, end - begin}, chosen, floorMod(choice, outcomes).value);
}

void Pool::share(const Columns& columns,
                 std::span<const std::uint32_t> rows,
                 std::uint32_t parent) {
    state = propagate(columns.total.state(parent), columns.choice.state(parent));
    error = EvaluationError::None;
    outcomes = 1;
    shares.clear();
    if (!collect(columns, rows)) {
        return;
    }
    Int128 given = 0;
    for (Share& one : shares) {
        const std::int64_t by = columns.by.values[one.row];
        const std::int64_t each = columns.each.values[one.row];
        if (each <= 0) {
            return fail(EvaluationError::DivisionByZero);
        }
        if (by < 0) {
            return fail(EvaluationError::PoolDoesNotFit);
        }
        one.units = by / each;
        one.remainder = by % each;
        given += one.units;
    }
    const Int128 left = columns.total.values[parent] - given;
    if (left < 0 || left > static_cast<Int128>(shares.size())) {
        return fail(EvaluationError::PoolDoesNotFit);
    }
    distribute(static_cast<std::int64_t>(left), columns.choice.values[parent]);
}

}  // namespace

void runApportion(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const Columns columns(frame, instruction);
    const Children& children = frame.childrenOf(instruction.operands[0]);
    ColumnData& out = frame.registers[number].own;
    const std::size_t rows = frame.rowsOf(instruction);
    out.values.assign(rows, 0);
    out.states.assign(rows, State::NotApplicable);
    Pool pool(frame.shares);
    for (std::uint32_t parent = 0; parent < frame.targetRows(instruction.operands[0]); ++parent) {
        const std::span<const std::uint32_t> members = children.of(parent);
        pool.share(columns, members, parent);
        for (const Share& share : pool.shares) {
            out.values[share.row] = share.units;
            out.states[share.row] = pool.state;
        }
        if (pool.state != State::Value) {
            // Rows that may or may not take part share the pool's state.
            for (const std::uint32_t row : members) {
                const State mask = columns.mask.state(row);
                if (mask == State::Unknown || mask == State::Error) {
                    out.states[row] = pool.state;
                }
            }
        }
    }
    settle(out);
}

void runApportionOutcomes(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    const Columns columns(frame, instruction);
    const Children& children = frame.childrenOf(instruction.operands[0]);
    ColumnData& out = frame.registers[number].own;
    out.states.clear();
    out.values.resize(frame.rowsOf(instruction));
    Pool pool(frame.shares);
    for (std::uint32_t parent = 0; parent < out.values.size(); ++parent) {
        pool.share(columns, children.of(parent), parent);
        out.values[parent] = pool.outcomes;
    }
}

EvaluationError apportionError(const Frame& frame, Register number, std::uint32_t row) {
    const Instruction& instruction = frame.program.code[number];
    const Columns columns(frame, instruction);
    const std::uint32_t parent = columns.link.rows[row];
    if (parent == kNoIndex) {
        return EvaluationError::None;
    }
    std::vector<Share> shares;
    Pool pool(shares);
    pool.share(columns, frame.childrenOf(instruction.operands[0]).of(parent), parent);
    return pool.error;
}

}  // namespace proviso::engine
