#include "runtime/engine/frame.h"
#include "runtime/engine/instants.h"
#include "runtime/engine/key_hash.h"
#include "runtime/engine/window.h"

namespace proviso::engine {

namespace {

/// Numbers the combinations of keys of the rows in the order first met. A row with a key that is no
/// value leads nowhere.
void numberKeys(Frame& frame,
                const Instruction& instruction,
                RegisterData& data,
                const RegisterData* parent,
                std::size_t firstKey) {
    const std::size_t rows = frame.rowsOf(instruction);
    std::vector<const ColumnData*>& keys = frame.columns;
    keys.clear();
    for (std::size_t index = firstKey; index < instruction.operands.size(); ++index) {
        keys.push_back(&frame.operand(instruction, index));
    }

    // Open addressing; a slot holds the number of a combination, `firsts` the row where it was met
    // first.
    std::size_t capacity = 16;
    while (capacity < rows * 2) {
        capacity *= 2;
    }
    std::vector<std::uint32_t>& slots = frame.words;
    std::vector<std::uint32_t>& firsts = frame.moreWords;
    slots.assign(capacity, kNoIndex);
    firsts.clear();
    data.ownRows.assign(rows, kNoIndex);
    data.states.clear();
    const auto same = [&](std::size_t a, std::size_t b) {
        if (parent != nullptr && parent->rows[a] != parent->rows[b]) {
            return false;
        }
        return std::all_of(keys.begin(), keys.end(), [&](const ColumnData* key) {
            return key->values[a] == key->values[b];
        });
    };
    for (std::size_t row = 0; row < rows; ++row) {
        State state = parent != nullptr ? parent->state(row) : State::Value;
        std::uint64_t hash = parent != nullptr ? mixKey(0, parent->rows[row]) : 0;
        for (const ColumnData* key : keys) {
            state = propagate(state, key->state(row));
            hash = mixKey(hash, static_cast<std::uint64_t>(key->values[row]));
        }
        if (state != State::Value) {
            data.states.resize(rows, State::Value);
            data.states[row] = state;
            continue;
        }
        std::size_t slot = hash & (capacity - 1);
        while (slots[slot] != kNoIndex && !same(firsts[slots[slot]], row)) {
            slot = (slot + 1) & (capacity - 1);
        }
        if (slots[slot] == kNoIndex) {
            slots[slot] = static_cast<std::uint32_t>(firsts.size());
            firsts.push_back(static_cast<std::uint32_t>(row));
        }
        data.ownRows[row] = slots[slot];
    }
    data.rows = data.ownRows;
    frame.rowCounts[instruction.index] = static_cast<std::uint32_t>(firsts.size());
}

bool buildRows(Frame& frame, const Instruction& instruction, RegisterData& data) {
    const std::uint32_t sources = frame.rowCounts[instruction.index];
    data.ownRows.clear();
    data.second.clear();
    data.exists.clear();
    for (std::uint32_t row = 0; row < sources; ++row) {
        for (std::uint32_t branch = 0; branch < instruction.operands.size(); ++branch) {
            const ColumnData& when = frame.operand(instruction, branch);
            const State state = when.state(row);
            if (state == State::NotApplicable || (state == State::Value && when.values[row] == 0)) {
                continue;
            }
            if (data.ownRows.size() >= frame.maximumRows) {
                return false;
            }
            data.ownRows.push_back(row);
            data.second.push_back(branch);
            data.exists.push_back(state);
        }
    }
    return true;
}

/// Each row with each row that leads to the same parent by `others`; not with itself where
/// `distinct`.
bool buildCombinations(Frame& frame,
                       const Instruction& instruction,
                       RegisterData& data,
                       Register others,
                       bool distinct) {
    const RegisterData& link = frame.linkOperand(instruction, 0);
    const Children& children = frame.childrenOf(others);
    data.ownRows.clear();
    data.second.clear();
    for (std::uint32_t row = 0; row < link.rows.size(); ++row) {
        if (link.rows[row] == kNoIndex) {
            continue;
        }
        const std::span<const std::uint32_t> seconds = children.of(link.rows[row]);
        if (data.ownRows.size() + seconds.size() > frame.maximumRows) {
            return false;
        }
        for (const std::uint32_t second : seconds) {
            if (!distinct || second != row) {
                data.ownRows.push_back(row);
                data.second.push_back(second);
            }
        }
    }
    return true;
}

}  // namespace

bool runBuild(Frame& frame, Register number) {
    const Instruction& instruction = frame.program.code[number];
    RegisterData& data = frame.registers[number];
    bool fits = true;
    switch (instruction.op) {
    case Op::GroupBy:
        numberKeys(frame, instruction, data, nullptr, 0);
        return true;
    case Op::BuildKeyed:
        numberKeys(frame, instruction, data, &frame.linkOperand(instruction, 0), 1);
        return true;
    case Op::BuildRows:
        fits = buildRows(frame, instruction, data);
        break;
    case Op::BuildWindow: {
        const RunningSpans* const spans = findSpans(frame, number);
        fits =
            Window(frame, instruction, *frame.windowMemory).build(data, frame.maximumRows, spans);
        break;
    }
    case Op::BuildInstants:
        fits = buildInstants(frame, instruction, data);
        break;
    case Op::BuildCovers:
        fits = buildCovers(frame, instruction, data);
        break;
    case Op::BuildPairs:
        fits = buildCombinations(frame,
                                 instruction,
                                 data,
                                 instruction.operands[0],
                                 /*distinct=*/true);
        break;
    default:
        fits = buildCombinations(frame,
                                 instruction,
                                 data,
                                 instruction.operands[1],
                                 /*distinct=*/false);
        break;
    }
    data.rows = data.ownRows;
    data.states.clear();
    frame.rowCounts[instruction.space] = static_cast<std::uint32_t>(data.ownRows.size());
    return fits;
}

}  // namespace proviso::engine
