#include "runtime/engine/instants.h"

#include <algorithm>

namespace proviso::engine {

namespace {

State existsOf(Stretch::Kind kind) {
    switch (kind) {
    case Stretch::Kind::Wrong:
        return State::Error;
    case Stretch::Kind::Possible:
        return State::Unknown;
    case Stretch::Kind::Nothing:
    case Stretch::Kind::Certain:
        break;
    }
    return State::Value;
}

/// The stretches between neighbouring ends of one parent's rows.
class Timeline {
  public:
    explicit Timeline(InstantMemory& memory)
        : stretches_(memory.stretches), ends_(memory.ends), certain_(memory.certain),
          possible_(memory.possible) {}

    void clear() {
        stretches_.clear();
        ends_.clear();
    }

    void add(const Stretch& stretch) {
        stretches_.push_back(stretch);
        if (stretch.ends) {
            ends_.push_back(stretch.from);
            ends_.push_back(stretch.to);
        }
    }

    /// Calls `make(start, finish, certain)` for each stretch that something covers, then says
    /// what the row of unknown time is: a value where there is none.
    template <class Make>
    State finish(Make make) {
        std::sort(ends_.begin(), ends_.end());
        ends_.erase(std::unique(ends_.begin(), ends_.end()), ends_.end());
        State open = State::Value;
        // How many more rows cover a stretch than the one before it.
        certain_.assign(ends_.size() + 1, 0);
        possible_.assign(ends_.size() + 1, 0);
        for (const Stretch& stretch : stretches_) {
            open = std::max(open, existsOf(stretch.kind));
            const bool isCertain = stretch.kind == Stretch::Kind::Certain;
            if (!isCertain && stretch.kind != Stretch::Kind::Possible) {
                continue;
            }
            // The first stretch that ends after `from`, and the first that begins at `to` or later.
            const auto first = std::upper_bound(ends_.begin(), ends_.end(), stretch.from);
            const auto last = std::lower_bound(ends_.begin(), ends_.end(), stretch.to);
            const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(first - ends_.begin() - 1, 0);
            const std::ptrdiff_t end = last - ends_.begin();
            if (begin < end) {
                std::vector<std::int64_t>& changes = isCertain ? certain_ : possible_;
                ++changes[static_cast<std::size_t>(begin)];
                --changes[static_cast<std::size_t>(end)];
            }
        }
        std::int64_t certain = 0;
        std::int64_t possible = 0;
        for (std::size_t index = 0; index + 1 < ends_.size(); ++index) {
            certain += certain_[index];
            possible += possible_[index];
            if (certain > 0 || possible > 0) {
                make(ends_[index], ends_[index + 1], certain > 0);
            }
        }
        return open;
    }

  private:
    std::vector<Stretch>& stretches_;
    std::vector<std::int64_t>& ends_;
    std::vector<std::int64_t>& certain_;
    std::vector<std::int64_t>& possible_;
};

}  // namespace

Stretch stretchOf(const ColumnData& from, const ColumnData& to, std::uint32_t row) {
    const State first = from.state(row);
    const State second = to.state(row);
    Stretch stretch;
    if (first == State::Error || second == State::Error) {
        stretch.kind = Stretch::Kind::Wrong;
        return stretch;
    }
    if (first == State::NotApplicable || second == State::NotApplicable) {
        return stretch;
    }
    stretch.from = first == State::Value ? from.values[row] : INT64_MIN;
    stretch.to = second == State::Value ? to.values[row] : INT64_MAX;
    if (first == State::Unknown || second == State::Unknown) {
        stretch.kind = Stretch::Kind::Possible;
        return stretch;
    }
    if (stretch.to < stretch.from) {
        stretch.kind = Stretch::Kind::Wrong;
        return stretch;
    }
    stretch.ends = true;
    stretch.kind = stretch.from == stretch.to ? Stretch::Kind::Nothing : Stretch::Kind::Certain;
    return stretch;
}

bool buildInstants(Frame& frame, const Instruction& instruction, RegisterData& data) {
    const Children& children = frame.childrenOf(instruction.operands[0]);
    const ColumnData& from = frame.operand(instruction, 1);
    const ColumnData& to = frame.operand(instruction, 2);
    data.ownRows.clear();
    data.second.clear();
    data.exists.clear();
    data.starts.clear();
    data.finishes.clear();
    const std::uint32_t parents = frame.targetRows(instruction.operands[0]);
    Timeline timeline(*frame.instantMemory);
    for (std::uint32_t parent = 0; parent < parents; ++parent) {
        timeline.clear();
        for (const std::uint32_t row : children.of(parent)) {
            timeline.add(stretchOf(from, to, row));
        }
        const auto make = [&](std::int64_t start, std::int64_t finish, State exists, bool open) {
            data.ownRows.push_back(parent);
            data.second.push_back(open ? 1 : 0);
            data.exists.push_back(exists);
            data.starts.push_back(start);
            data.finishes.push_back(finish);
        };
        const State open =
            timeline.finish([&](std::int64_t start, std::int64_t finish, bool certain) {
                make(start, finish, certain ? State::Value : State::Unknown, /*open=*/false);
            });
        if (open != State::Value) {
            make(0, 0, open, /*open=*/true);
        }
        if (data.ownRows.size() > frame.maximumRows) {
            return false;
        }
    }
    return true;
}

bool buildCovers(Frame& frame, const Instruction& instruction, RegisterData& data) {
    const Register made = instruction.operands[0];
    const RegisterData& instants = frame.registers[made];
    const Instruction& build = frame.program.code[made];
    const Children& children = frame.childrenOf(build.operands[0]);
    const ColumnData& from = frame.operand(build, 1);
    const ColumnData& to = frame.operand(build, 2);
    std::vector<Stretch>& stretches = frame.instantMemory->stretches;
    stretches.clear();
    const std::uint32_t sources = frame.rowCounts[frame.program.code[build.operands[0]].space];
    stretches.reserve(sources);
    for (std::uint32_t row = 0; row < sources; ++row) {
        stretches.push_back(stretchOf(from, to, row));
    }
    data.ownRows.clear();
    data.second.clear();
    data.exists.clear();
    for (std::uint32_t instant = 0; instant < instants.rows.size(); ++instant) {
        const bool open = instants.second[instant] != 0;
        for (const std::uint32_t row : children.of(instants.rows[instant])) {
            const Stretch& stretch = stretches[row];
            const State exists = existsOf(stretch.kind);
            const bool covers =
                open ? exists != State::Value
                     : stretch.covers(instants.starts[instant], instants.finishes[instant]);
            if (!covers) {
                continue;
            }
            if (data.ownRows.size() >= frame.maximumRows) {
                return false;
            }
            data.ownRows.push_back(instant);
            data.second.push_back(row);
            data.exists.push_back(exists);
        }
    }
    return true;
}

}  // namespace proviso::engine
