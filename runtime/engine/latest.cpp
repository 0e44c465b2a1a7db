#include "runtime/engine/latest.h"

#include <algorithm>

namespace proviso::engine {

LatestRows::LatestRows(const Frame& frame, const Instruction& instruction)
    : frame_(frame), instruction_(instruction), mask_(frame.operand(instruction, 1)),
      earliest_(instruction.mode == 1) {
    for (std::size_t next = 2; next + 1 < instruction.operands.size(); next += 2) {
        levels_.push_back(levelAt(frame, instruction, next));
    }
}

void LatestRows::gather(std::uint32_t parent) {
    candidates_.clear();
    maskIsWrong_ = false;
    for (const std::uint32_t row : frame_.childrenOf(instruction_.operands[0]).of(parent)) {
        const Logical mask = logicalAt(mask_, row);
        maskIsWrong_ = maskIsWrong_ || mask.state == State::Error;
        if (mask.yes || mask.state == State::Unknown) {
            candidates_.push_back(row);
        }
    }
}

bool LatestRows::anyWrong() const {
    const bool hasErrors = std::any_of(candidates_.begin(), candidates_.end(), [&](auto row) {
        return std::any_of(levels_.begin(), levels_.end(), [&](const Level& level) {
            return level.link->state(row) == State::Error || level.rank->state(row) == State::Error;
        });
    });
    if (!hasErrors) {
        return false;
    }
    // Only a rank that decides between two rows matters.
    for (std::size_t a = 0; a < candidates_.size(); ++a) {
        for (std::size_t b = a + 1; b < candidates_.size(); ++b) {
            if (compare(candidates_[a], candidates_[b]).state == State::Error) {
                return true;
            }
        }
    }
    return false;
}

std::uint32_t LatestRows::winner() const {
    // Whoever stands in front of all others beats the row that stands last in this walk, or is it.
    std::uint32_t best = candidates_.front();
    for (const std::uint32_t row : candidates_) {
        if (row != best && !isAhead(best, row)) {
            best = row;
        }
    }
    const bool ahead = std::all_of(candidates_.begin(), candidates_.end(), [&](auto row) {
        return row == best || isAhead(best, row);
    });
    return ahead && logicalAt(mask_, best).yes ? best : kNoIndex;
}

State LatestRows::state(std::uint32_t parent, State more, std::uint32_t& row) {
    gather(parent);
    if (maskIsWrong_ || more == State::Error || anyWrong()) {
        return State::Error;
    }
    if (more == State::Unknown) {
        return State::Unknown;
    }
    if (candidates_.empty()) {
        return State::NotApplicable;
    }
    row = winner();
    return row != kNoIndex ? State::Value : State::Unknown;
}

void LatestRows::explain(std::uint32_t parent, State wanted, Trail& trail) {
    gather(parent);
    for (const std::uint32_t row : frame_.childrenOf(instruction_.operands[0]).of(parent)) {
        trail.visit(instruction_.operands[1], row);
    }
    const std::vector<std::string>& places = frame_.program.windows[instruction_.index].orders;
    for (std::size_t a = 0; a < candidates_.size(); ++a) {
        for (std::size_t b = a + 1; b < candidates_.size(); ++b) {
            const Compared compared = compare(candidates_[a], candidates_[b]);
            const bool ties =
                compared.same() || compared.tie() || compared.state == State::NotApplicable;
            if (ties && wanted == State::Unknown) {
                trail.place(compared.same() ? places.back() : places[compared.level]);
            } else if (!ties && compared.state == wanted) {
                for (const std::uint32_t row : {candidates_[a], candidates_[b]}) {
                    trail.visit(levels_[compared.level].linkRegister, row);
                    trail.visit(levels_[compared.level].rankRegister, row);
                }
            }
        }
    }
}

void foldLatest(Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t parents = frame.rowsOf(instruction);
    const ColumnData* const more = foldMore(frame, instruction);
    LatestRows rows(frame, instruction);
    out.values.assign(parents, 0);
    out.states.assign(parents, State::Value);
    for (std::uint32_t parent = 0; parent < parents; ++parent) {
        std::uint32_t row = 0;
        const State open = more == nullptr ? State::Value : more->state(parent);
        out.states[parent] = rows.state(parent, open, row);
        out.values[parent] = row;
    }
    settle(out);
}

}  // namespace proviso::engine
