#include "runtime/engine/bounds.h"
#include "runtime/engine/each_child.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/plain_folds.h"

#include <utility>

namespace proviso::engine {

namespace {

/// What a child row does to a fold: it counts, or it makes the fold's state worse, or neither.
struct Part {
    bool counts = false;
    State state = State::Value;
};

Part partOf(const ColumnData& mask, std::size_t row) {
    const State state = mask.state(row);
    if (state == State::Unknown || state == State::Error) {
        return {false, state};
    }
    return {state == State::Value && mask.values[row] != 0, State::Value};
}

Part partOf(const ColumnData& mask, const ColumnData& value, std::size_t row) {
    const Part part = partOf(mask, row);
    if (!part.counts || value.state(row) == State::Value) {
        return part;
    }
    const State state = value.state(row);
    return {false, state == State::NotApplicable ? State::Value : state};
}

/// Calls `count(child, parent)` for the rows that count and keeps the states in frame.worst, which
/// stays empty where nothing can be but a value.
template <class Count>
void foldRows(Frame& frame,
              const Instruction& instruction,
              std::size_t parents,
              bool withValue,
              Count count) {
    const RegisterData& link = frame.linkOperand(instruction, 0);
    const ColumnData& mask = frame.operand(instruction, 1);
    const ColumnData& value = frame.operand(instruction, withValue ? 2 : 1);
    const ColumnData* const more = foldMore(frame, instruction);
    frame.worst.clear();
    if (more != nullptr && !more->states.empty()) {
        frame.worst.assign(parents, State::Value);
        for (std::size_t parent = 0; parent < parents; ++parent) {
            const State state = more->states[parent];
            frame.worst[parent] = state == State::NotApplicable ? State::Value : state;
        }
    }
    if (mask.states.empty() && value.states.empty()) {
        forEachChild(link, [&](std::size_t row, std::uint32_t parent) {
            if (mask.values[row] != 0) {
                count(row, parent);
            }
        });
        return;
    }
    frame.worst.resize(parents, State::Value);
    forEachChild(link, [&](std::size_t row, std::uint32_t parent) {
        const Part part = withValue ? partOf(mask, value, row) : partOf(mask, row);
        if (part.counts) {
            count(row, parent);
        } else {
            frame.worst[parent] = propagate(frame.worst[parent], part.state);
        }
    });
}

/// The states of a finished fold: those of the parts and, where these allow a value, `own`.
template <class Own>
void finishFold(const Frame& frame, ColumnData& out, Own own) {
    const std::size_t rows = out.values.size();
    out.states.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const State worst = frame.worst.empty() ? State::Value : frame.worst[row];
        out.states[row] = worst == State::Value ? own(row) : worst;
    }
    settle(out);
}

void finishFold(const Frame& frame, ColumnData& out) {
    out.states.assign(frame.worst.begin(), frame.worst.end());
    settle(out);
}

void foldTotal(Frame& frame, const Instruction& instruction, ColumnData& out) {
    if (addPlainly(frame, instruction, out)) {
        return;
    }
    const std::size_t parents = frame.rowsOf(instruction);
    const Cells<std::int64_t>& values = frame.operand(instruction, 2).values;
    std::vector<Int128>& sums = frame.wide;
    sums.assign(parents, 0);
    foldRows(frame,
             instruction,
             parents,
             /*withValue=*/true,
             [&](std::size_t row, std::uint32_t parent) { sums[parent] += values[row]; });
    out.values.resize(parents);
    bool fits = true;
    for (std::size_t parent = 0; parent < parents; ++parent) {
        const Checked sum = narrow(sums[parent]);
        out.values[parent] = sum.value;
        fits = fits && sum.ok();
    }
    if (fits) {
        finishFold(frame, out);
    } else {
        finishFold(frame, out, [&](std::size_t parent) {
            return narrow(sums[parent]).ok() ? State::Value : State::Error;
        });
    }
}

void foldCount(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t parents = frame.rowsOf(instruction);
    out.values.assign(parents, 0);
    foldRows(
        frame, instruction, parents, /*withValue=*/false, [&](std::size_t, std::uint32_t parent) {
            ++out.values[parent];
        });
    finishFold(frame, out);
}

void foldDistinct(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t parents = frame.rowsOf(instruction);
    const Cells<std::int64_t>& values = frame.operand(instruction, 2).values;
    std::vector<std::pair<std::uint32_t, std::int64_t>>& met = frame.pairs;
    met.clear();
    foldRows(frame,
             instruction,
             parents,
             /*withValue=*/true,
             [&](std::size_t row, std::uint32_t parent) { met.emplace_back(parent, values[row]); });
    std::sort(met.begin(), met.end());
    met.erase(std::unique(met.begin(), met.end()), met.end());
    out.values.assign(parents, 0);
    for (const auto& [parent, value] : met) {
        ++out.values[parent];
    }
    finishFold(frame, out);
}

void foldExtreme(Frame& frame, const Instruction& instruction, ColumnData& out, bool highest) {
    const std::size_t parents = frame.rowsOf(instruction);
    const Cells<std::int64_t>& values = frame.operand(instruction, 2).values;
    std::vector<std::uint8_t>& any = frame.bytes;
    any.assign(parents, 0);
    out.values.assign(parents, 0);
    foldRows(frame,
             instruction,
             parents,
             /*withValue=*/true,
             [&](std::size_t row, std::uint32_t parent) {
                 const bool better =
                     highest ? values[row] > out.values[parent] : values[row] < out.values[parent];
                 if (any[parent] == 0 || better) {
                     out.values[parent] = values[row];
                     any[parent] = 1;
                 }
             });
    finishFold(frame, out, [&](std::size_t parent) {
        return any[parent] != 0 ? State::Value : State::NotApplicable;
    });
}

// Over the rows' ranks, of which the highest wins; see values/logic.h.
void foldLogic(Frame& frame, Register number, ColumnData& out, bool every) {
    const Instruction& instruction = frame.program.code[number];
    const std::size_t parents = frame.rowsOf(instruction);
    const RegisterData& link = frame.linkOperand(instruction, 0);
    const ColumnData* const more = foldMore(frame, instruction);
    if (more == nullptr && combinePlainly(frame, number, every)) {
        return;
    }
    const ColumnData& column = frame.operand(instruction, 1);
    std::vector<std::uint8_t>& ranks = frame.bytes;
    ranks.assign(parents, 0);
    forEachChild(link, [&](std::size_t row, std::uint32_t parent) {
        const State state = column.state(row);
        const Logical one{state, state == State::Value && column.values[row] != 0};
        const std::uint8_t rank = every ? logic_detail::andRank(one) : logic_detail::orRank(one);
        ranks[parent] = std::max(ranks[parent], rank);
    });
    for (std::size_t parent = 0; more != nullptr && parent < parents; ++parent) {
        // A row that may be missing may hold for Any, and may not for Every.
        const Logical missing = logicalAt(*more, parent);
        ranks[parent] = std::max(ranks[parent],
                                 every ? logic_detail::andRank(logicalNot(missing))
                                       : logic_detail::orRank(missing));
    }
    out.values.resize(parents);
    out.states.resize(parents);
    for (std::size_t parent = 0; parent < parents; ++parent) {
        const std::uint8_t rank = ranks[parent];
        const bool value = rank == 0 || rank == 4;
        out.states[parent] = value ? State::Value : static_cast<State>(rank);
        out.values[parent] = value && (rank == 0) == every ? 1 : 0;
    }
    settle(out);
}

void foldOnly(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t parents = frame.rowsOf(instruction);
    std::vector<std::uint32_t>& counts = frame.words;
    counts.assign(parents, 0);
    out.values.assign(parents, 0);
    foldRows(frame,
             instruction,
             parents,
             /*withValue=*/false,
             [&](std::size_t row, std::uint32_t parent) {
                 ++counts[parent];
                 out.values[parent] = static_cast<std::int64_t>(row);
             });
    finishFold(frame, out, [&](std::size_t parent) {
        return counts[parent] == 1   ? State::Value
               : counts[parent] == 0 ? State::NotApplicable
                                     : State::Error;
    });
}

void foldFirst(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t parents = frame.rowsOf(instruction);
    const Cells<std::int64_t>& values = frame.operand(instruction, 2).values;
    const ValueOrder order(*frame.batch, frame.program.code[instruction.operands[2]].type);
    const bool highest = instruction.mode == 1;
    std::vector<std::uint32_t>& best = frame.words;
    best.assign(parents, kNoIndex);
    foldRows(frame,
             instruction,
             parents,
             /*withValue=*/true,
             [&](std::size_t row, std::uint32_t parent) {
                 if (best[parent] != kNoIndex) {
                     const int compared = order.compare(values[row], values[best[parent]]);
                     if (highest ? compared <= 0 : compared >= 0) {
                         return;
                     }
                 }
                 best[parent] = static_cast<std::uint32_t>(row);
             });
    out.values.resize(parents);
    for (std::size_t parent = 0; parent < parents; ++parent) {
        out.values[parent] = best[parent];
    }
    finishFold(frame, out, [&](std::size_t parent) {
        return best[parent] != kNoIndex ? State::Value : State::NotApplicable;
    });
}

}  // namespace

void runFold(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    ColumnData& out = frame.registers[number].own;
    switch (instruction.op) {
    case Op::FoldTotal:
        foldTotal(frame, instruction, out);
        break;
    case Op::FoldCount:
        foldCount(frame, instruction, out);
        break;
    case Op::FoldDistinct:
        foldDistinct(frame, instruction, out);
        break;
    case Op::FoldHighest:
    case Op::FoldLowest:
        foldExtreme(frame, instruction, out, instruction.op == Op::FoldHighest);
        break;
    case Op::FoldAny:
    case Op::FoldEvery:
        foldLogic(frame, number, out, instruction.op == Op::FoldEvery);
        break;
    case Op::FoldOnly:
        foldOnly(frame, instruction, out);
        break;
    case Op::FoldLatest:
        foldLatest(frame, instruction, out);
        break;
    default:
        foldFirst(frame, instruction, out);
        break;
    }
    if (instruction.op == Op::FoldTotal || instruction.op == Op::FoldCount ||
        instruction.op == Op::FoldDistinct || instruction.op == Op::FoldHighest ||
        instruction.op == Op::FoldLowest) {
        boundFold(frame, instruction, out);
    }
}

}  // namespace proviso::engine
