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

bool isChain(Op op) {
    return op == Op::And || op == Op::Or;
}

bool isContributions(Op op) {
    return op == Op::ExactlyOne || op == Op::Lowest || op == Op::Highest;
}

/// Computes registers with what they need of others, and no more.
class Demand {
  public:
    explicit Demand(Frame& frame)
        : frame_(frame), marks_(frame.pending.marks), wanted_(frame.wanted) {}

    /// No operation may be under way. A column; it makes no rows, so that nothing can fail.
    void compute(Register number) {
        const std::size_t before = wanted_.size();
        ask(number);
        while (wanted_.size() != before) {
            Wanted& top = wanted_.back();
            const Instruction& one = frame_.program.code[top.number];
            const std::size_t rows = frame_.rowsOf(one);
            if (rows == 0) {
                settleWith(0, 0);
            } else if (isChain(one.op) && isDecidedBy(one, top.next)) {
                settleWith(rows, one.op == Op::Or);
            } else if (top.next == one.operands.size()) {
                // INVARIANT: only columns are left out, and no column makes rows.
                const Result<void> done = runOne(frame_, top.number);
                PROVISO_CHECK(done.has_value(), "a column that was left out can be computed");
                settle();
            } else {
                const std::size_t at = top.next++;
                // Of a pair of a guard and a value: the value is read where the guard lets it.
                if (!isContributions(one.op) || at % 2 == 0 ||
                    !isBarred(*frame_.registers[one.operands[at - 1]].column)) {
                    ask(one.operands[at]);
                }
            }
        }
    }

  private:
    void ask(Register number) {
        if (marks_[number] == Pending::LeftOut) {
            wanted_.push_back({number, 0});
        }
        if (marks_[number] == Pending::Watched) {
            marks_[number] = Pending::None;
        }
    }

    void settle() {
        marks_[wanted_.back().number] = Pending::None;
        wanted_.pop_back();
    }

    /// The same value in every row.
    void settleWith(std::size_t rows, std::int64_t value) {
        RegisterData& data = frame_.registers[wanted_.back().number];
        data.column = &data.own;
        data.own.values.assign(rows, value);
        data.own.states.clear();
        data.own.lows.clear();
        data.own.highs.clear();
        settle();
    }

    bool isDecidedBy(const Instruction& chain, std::size_t asked) const {
        return asked != 0 &&
               isFinal(*frame_.registers[chain.operands[asked - 1]].column, chain.op == Op::Or);
    }

    Frame& frame_;
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
    const auto want = [&](Register one) {
        if (one != kNone && pending.concerns(one)) {
            Demand(*this).compute(one);
        }
    };
    for (const Register operand : program.code[number].operands) {
        want(operand);
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
