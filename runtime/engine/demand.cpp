// What is not asked for is not computed: of a conjunction one of whose operands is a no in every
// row the others say nothing, and of rules that do not apply nobody asks what they would say.

#include "runtime/base/check.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"

#include <algorithm>

namespace proviso::engine {

using bytecode::Program;

namespace {

using bytecode::kNone;

/// Whether every row holds the answer that no other operand of the chain can change.
bool isFinal(const ColumnData& column, bool answer) {
    return column.states.empty() &&
           std::all_of(column.values.begin(), column.values.end(), [&](std::int64_t value) {
               return (value != 0) == answer;
           });
}

/// Whether no row lets a contribution in, not even perhaps.
bool isBarred(const ColumnData& guard) {
    for (std::size_t row = 0; row < guard.values.size(); ++row) {
        const Logical answer = logicalAt(guard, row);
        if (answer.yes || answer.state == State::Unknown) {
            return false;
        }
    }
    return true;
}

/// Computes registers with what they need of others, and no more.
class Demand {
  public:
    explicit Demand(Frame& frame)
        : frame_(frame), needs_(frame.lookups->needs), marks_(frame.pending.marks),
          wanted_(frame.wanted) {}

    /// No operation may be under way. A column; it makes no rows, so that nothing can fail.
    void compute(Register number) {
        const std::size_t before = wanted_.size();
        want(number);
        while (wanted_.size() != before) {
            Wanted& top = wanted_.back();
            const Needs::One& one = needs_.of[top.number];
            const std::uint32_t rows = frame_.rowCounts[one.space];
            if (rows == 0) {
                settle(0, 0);
            } else if (one.order == Needs::Order::All) {
                while (top.next != one.end && marks_[needs_.operands[top.next]] == Pending::None) {
                    ++top.next;
                }
                if (top.next == one.end) {
                    run();
                } else {
                    want(needs_.operands[top.next++]);
                }
            } else if (isDecided(one, top.next)) {
                settle(rows, one.order == Needs::Order::UntilYes ? 1 : 0);
            } else if (top.next == one.end) {
                run();
            } else {
                const std::uint32_t at = top.next++;
                if (one.order != Needs::Order::Pairs || (at - one.begin) % 2 == 0 ||
                    !isBarred(column(at - 1))) {
                    want(needs_.operands[at]);
                }
            }
        }
    }

  private:
    void want(Register number) {
        if (marks_[number] == Pending::LeftOut) {
            wanted_.push_back({number, needs_.of[number].begin});
        } else {
            marks_[number] = Pending::None;
        }
    }

    const ColumnData& column(std::uint32_t operand) const {
        return *frame_.registers[needs_.operands[operand]].column;
    }

    /// Whether the operand that was asked for last ends a chain.
    bool isDecided(const Needs::One& one, std::uint32_t asked) const {
        return one.order != Needs::Order::Pairs && asked != one.begin &&
               isFinal(column(asked - 1), one.order == Needs::Order::UntilYes);
    }

    void run() {
        const Register number = wanted_.back().number;
        const Result<void> done = runOne(frame_, number);
        // INVARIANT: only columns are left out, and no column makes rows.
        PROVISO_CHECK(done.has_value(), "a column that was left out can be computed");
        marks_[number] = Pending::None;
        wanted_.pop_back();
    }

    /// The same value in every row.
    void settle(std::size_t rows, std::int64_t value) {
        const Register number = wanted_.back().number;
        RegisterData& data = frame_.registers[number];
        data.column = &data.own;
        data.own.values.assign(rows, value);
        data.own.states.clear();
        data.own.lows.clear();
        data.own.highs.clear();
        marks_[number] = Pending::None;
        wanted_.pop_back();
    }

    Frame& frame_;
    const Needs& needs_;
    std::vector<std::uint8_t>& marks_;
    std::vector<Wanted>& wanted_;
};

}  // namespace

void Frame::catchUp(Register number) const {
    // What is read is not changed by being read for the first time.
    auto& self = const_cast<Frame&>(*this);
    if (pending.readLater != nullptr) {
        (*self.pending.readLater)[number].fetch_add(1, std::memory_order_relaxed);
    }
    Demand(self).compute(number);
}

void Frame::computeOperands(Register number) {
    Demand demand(*this);
    const auto want = [&](Register one) {
        if (one != kNone && pending.concerns(one)) {
            demand.compute(one);
        }
    };
    const Needs::One& needs = lookups->needs.of[number];
    for (std::uint32_t at = needs.begin; at != needs.end; ++at) {
        want(lookups->needs.operands[at]);
    }
    if (running == nullptr || runningOf[number] == kNoIndex) {
        return;
    }
    // A running window looks at what is summed over it.
    for (const RunningFold& fold : (*running)[runningOf[number]].folds) {
        want(fold.value);
        want(fold.more);
    }
}

Asked askedOf(const Program& program, const std::vector<Register>& registers) {
    Asked asked;
    for (const Register number : registers) {
        const Instruction& one = program.code[number];
        (one.type.kind == TypeKind::None ? asked.links : asked.columns).push_back(number);
        if (one.op == Op::Input) {
            asked.inputs.push_back(number);
        }
    }
    return asked;
}

Result<void> runAsked(Frame& frame, const Asked& asked) {
    frame.pending.marks.resize(frame.program.code.size(), Pending::None);
    for (const Register number : asked.columns) {
        frame.pending.marks[number] = Pending::LeftOut;
    }
    for (const Register number : asked.links) {
        frame.computeOperands(number);
        if (Result<void> done = runOne(frame, number); !done.has_value()) {
            return done;
        }
    }
    return {};
}

}  // namespace proviso::engine
