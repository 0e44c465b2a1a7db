// What is not asked for is not computed: of a conjunction one of whose operands is a no in every
// row the others say nothing, and of rules that do not apply nobody asks what they would say.

#include "runtime/base/check.h"
#include "runtime/base/wide.h"
#include "runtime/engine/answers.h"
#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/packed.h"

#include <algorithm>

namespace proviso::engine {

using bytecode::Program;

PROVISO_WIDE void widen(const StoredValues& from, ColumnData& to) {
    to.values.resize(from.size());
    std::int64_t* const values = to.values.data();
    from.visit([&](const auto* cells) { std::copy_n(cells, from.size(), values); });
    to.states.clear();
    to.lows.clear();
    to.highs.clear();
}

namespace {

/// Whether every row holds the answer that no other operand of the chain can change.
bool isFinal(const ColumnData& column, bool answer) {
    if (!column.states.empty()) {
        return false;
    }
    const std::int64_t* const values = column.values.data();
    const std::size_t rows = column.values.size();
    // Nearly always the first row tells; vectors of a few rows are not worth their beginning.
    std::size_t row = 0;
    for (; row < std::min<std::size_t>(rows, 4); ++row) {
        if ((values[row] != 0) != answer) {
            return false;
        }
    }
    return std::all_of(
        values + row, values + rows, [&](std::int64_t value) { return (value != 0) == answer; });
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

/// Of answers.
PROVISO_WIDE void makeColumn(RegisterData& data) {
    const std::size_t rows = data.answers.size();
    data.own.values.resize(rows);
    std::int64_t* const values = data.own.values.data();
    const std::uint8_t* const answers = data.answers.data();
    for (std::size_t row = 0; row < rows; ++row) {
        values[row] = answers[row];
    }
}

/// Of what is computed, but no column yet.
void makeColumnOf(Frame& frame, Register number) {
    RegisterData& data = frame.registers[number];
    if (frame.pending.isPacked(number)) {
        widen(packedOf(frame, number), data.own);
        data.column = &data.own;
    } else {
        makeColumn(data);
    }
    frame.pending.marks[number] = Pending::None;
}

/// Computes registers with what they need of others, and no more.
class Demand {
  public:
    explicit Demand(Frame& frame)
        : frame_(frame), of_(frame.lookups->needs.of.data()),
          operands_(frame.lookups->needs.operands.data()), marks_(frame.pending.marks.data()),
          wanted_(frame.wanted) {}

    /// No operation may be under way. Nothing can fail: see run.
    void compute(Register number) {
        Wanted top;
        if (isComputed(number, top)) {
            return;
        }
        // `top` is gone on with; below it lie those that wait for it.
        const std::size_t before = wanted_.size();
        while (true) {
            if (goOn(top)) {
                if (wanted_.size() == before) {
                    return;
                }
                top = wanted_.back();
                wanted_.pop_back();
            }
        }
    }

  private:
    /// Most of what is wanted has all that it needs, and is computed at once. `rest`: where to go
    /// on with what has not.
    bool isComputed(Register number, Wanted& rest) {
        if (marks_[number] == Pending::RowsFirst) [[unlikely]] {
            const RunningWindow& window = windowOf(number);
            if (marks_[window.window] != Pending::None) {
                rest = {number, of_[number].begin};
                return false;
            }
            marks_[number] = Pending::LeftOut;
        } else if (marks_[number] != Pending::LeftOut) {
            if (marks_[number] == Pending::Watched) {
                marks_[number] = Pending::None;
            }
            return true;
        }
        const Needs::One& one = of_[number];
        if (frame_.rowCounts[one.space] == 0) {
            settle(number, 0);
            return true;
        }
        std::uint32_t next = one.begin;
        if (one.order == Needs::Order::All) {
            next = firstLeftOut(one, next);
            if (next == one.end) {
                run(number);
                return true;
            }
        }
        rest = {number, next};
        return false;
    }

    /// Goes on until `top` is computed, or something that it needs has to come before it: that is
    /// `top` then.
    bool goOn(Wanted& top) {
        if (marks_[top.number] != Pending::LeftOut) [[unlikely]] {
            return goOnWithRows(top);
        }
        const Needs::One& one = of_[top.number];
        return one.order == Needs::Order::All ? computeAll(top, one) : computeInTurn(top, one);
    }

    /// The same of a running window whose rows were left out, and of what needs its rows first.
    bool goOnWithRows(Wanted& top) {
        if (Pending::isReady(marks_[top.number])) {
            return true;  // was made together with the window
        }
        const RunningWindow& window = windowOf(top.number);
        if (top.number == window.window) {
            return makeRows(top, window);
        }
        if (marks_[window.window] == Pending::None) {
            return isComputed(top.number, top);
        }
        wanted_.push_back(top);
        top = {window.window, of_[window.window].begin};
        return false;
    }

    /// A window waits for its operands, and for what is folded over it.
    bool makeRows(Wanted& top, const RunningWindow& window) {
        const Needs::One& one = of_[top.number];
        for (; top.next != one.end + window.folded.size(); ++top.next) {
            const Register needed =
                top.next < one.end ? operands_[top.next] : window.folded[top.next - one.end];
            if (!Pending::isReady(marks_[needed]) && waitsFor(needed, top)) {
                return false;
            }
        }
        run(window.window);
        std::for_each(
            window.seconds.begin(), window.seconds.end(), [&](Register each) { run(each); });
        return true;
    }

    const RunningWindow& windowOf(Register number) const { return *frame_.runningWindow(number); }

    bool computeAll(Wanted& top, const Needs::One& one) {
        while ((top.next = firstLeftOut(one, top.next)) != one.end) {
            if (waitsFor(operands_[top.next], top)) {
                return false;
            }
        }
        run(top.number);
        return true;
    }

    /// The same of what needs its operands only one after the other.
    bool computeInTurn(Wanted& top, const Needs::One& one) {
        const bool isChain = one.order != Needs::Order::Pairs;
        const bool answer = one.order == Needs::Order::UntilYes;
        while (true) {
            if (isChain && top.next != one.begin && isFinalAt(top.next - 1, answer)) {
                settle(top.number, answer ? 1 : 0);
                return true;
            }
            if (top.next == one.end) {
                run(top.number);
                return true;
            }
            const std::uint32_t at = top.next++;
            const bool isAsked = isChain || (at - one.begin) % 2 == 0 || !isBarredAt(at - 1);
            if (isAsked && !Pending::isReady(marks_[operands_[at]]) &&
                waitsFor(operands_[at], top)) {
                return false;
            }
        }
    }

    bool waitsFor(Register operand, Wanted& top) {
        Wanted rest;
        if (isComputed(operand, rest)) {
            return false;
        }
        wanted_.push_back(top);
        top = rest;
        return true;
    }

    std::uint32_t firstLeftOut(const Needs::One& one, std::uint32_t at) const {
        while (at != one.end && Pending::isReady(marks_[operands_[at]])) {
            ++at;
        }
        return at;
    }

    bool isFinalAt(std::uint32_t operand, bool answer) const {
        const Register number = operands_[operand];
        return marks_[number] == Pending::Answers ? areAll(frame_.registers[number].answers, answer)
                                                  : isFinal(column(number), answer);
    }
    bool isBarredAt(std::uint32_t operand) const {
        const Register number = operands_[operand];
        return marks_[number] == Pending::Answers
                   ? areAll(frame_.registers[number].answers, /*answer=*/false)
                   : isBarred(column(number));
    }
    /// Of what is computed, and no answers.
    const ColumnData& column(Register number) const {
        if (marks_[number] == Pending::Packed) [[unlikely]] {
            makeColumnOf(frame_, number);
        }
        return *frame_.registers[number].column;
    }

    void run(Register number) {
        const bool done = runInstruction(frame_, number);
        // INVARIANT: only columns are left out, which make no rows, and windows whose rows fit.
        PROVISO_CHECK(done, "a column that was left out can be computed");
        if (!Pending::isReady(marks_[number])) {
            marks_[number] = Pending::None;
        }
    }

    /// The same value in every row; of some rows, the answer of a chain.
    void settle(Register number, std::int64_t value) {
        const std::size_t rows = frame_.rowCounts[of_[number].space];
        if (mayBeAnswers(frame_, rows)) {
            std::fill_n(beginAnswers(frame_, number, rows), rows, static_cast<std::uint8_t>(value));
            return;
        }
        RegisterData& data = frame_.registers[number];
        data.column = &data.own;
        data.own.values.assign(rows, value);
        data.own.states.clear();
        if (data.own.bounded()) {
            data.own.lows.clear();
            data.own.highs.clear();
        }
        marks_[number] = Pending::None;
    }

    Frame& frame_;
    const Needs::One* of_;
    const Register* operands_;
    std::uint8_t* marks_;
    std::vector<Wanted>& wanted_;
};

}  // namespace

void Frame::catchUp(Register number) const {
    compute(number);
    if (pending.areAnswers(number) || pending.isPacked(number)) {
        // What is read is not changed by being read for the first time.
        makeColumnOf(const_cast<Frame&>(*this), number);
    }
}

void Frame::compute(Register number) const {
    if (pending.marks.empty() || Pending::isReady(pending.marks[number])) {
        return;
    }
    auto& self = const_cast<Frame&>(*this);
    if (pending.readLater != nullptr) {
        (*self.pending.readLater)[number].fetch_add(1, std::memory_order_relaxed);
    }
    Demand(self).compute(number);
}

void Frame::computeOperands(Register number) {
    Demand demand(*this);
    const auto want = [&](Register one) {
        if (!pending.marks.empty() && !Pending::isReady(pending.marks[one])) {
            demand.compute(one);
        }
    };
    const Needs::One& needs = lookups->needs.of[number];
    for (std::uint32_t at = needs.begin; at != needs.end; ++at) {
        want(lookups->needs.operands[at]);
    }
    // A running window looks at what is folded over it.
    const RunningWindow* const window = runningWindow(number);
    if (window != nullptr && window->window == number) {
        std::for_each(window->folded.begin(), window->folded.end(), want);
    }
}

Asked askedOf(const Program& program, const std::vector<Register>& registers) {
    Asked asked;
    asked.marks.resize(program.code.size(), Pending::None);
    for (const Register number : registers) {
        const Instruction& one = program.code[number];
        if (one.type.kind != TypeKind::None) {
            asked.marks[number] = Pending::LeftOut;
        }
        (one.type.kind == TypeKind::None ? asked.links : asked.columns).push_back(number);
        if (one.op == Op::Input) {
            asked.inputs.push_back({number, one.space, one.index});
        } else if (one.op == Op::Constant && one.space < program.schema.spaces.size()) {
            asked.constants.push_back({number, one.space, 0});
        }
    }
    return asked;
}

void noteRowsFirst(Frame& frame) {
    for (const Register number : frame.inRunning) {
        if (std::uint8_t& mark = frame.pending.marks[number]; mark == Pending::LeftOut) {
            mark = Pending::RowsFirst;
        }
    }
}

void leaveOut(Frame& frame, const Asked& asked) {
    std::vector<std::uint8_t>& marks = frame.pending.marks;
    marks = asked.marks;
    noteRowsFirst(frame);
    for (const Asked::OfBatch& one : asked.inputs) {
        const Batch::Space& space = frame.batch->spaces[one.space];
        if (space.columns[one.field].states.empty()) {
            takeInput(frame, one.number, space, one.field);
        }
    }
    for (const Asked::OfBatch& one : asked.constants) {
        // What a former run left is the same constant.
        if (frame.registers[one.number].own.values.size() == frame.rowCounts[one.space]) {
            marks[one.number] = Pending::None;
        }
    }
}

static void markWindow(Frame& frame, const RunningWindow& window, Pending::Mark mark) {
    frame.pending.marks[window.window] = mark;
    for (const Register each : window.seconds) {
        frame.pending.marks[each] = mark;
    }
}

/// Whether a window can stay left out for now: its rows, however many, will not be too many.
static bool fits(const Frame& frame, const RunningWindow& window) {
    const Instruction& one = frame.program.code[window.window];
    const std::uint64_t asking = frame.rowCounts[one.index];
    return asking * frame.registers[one.operands[1]].rows.size() <= frame.maximumRows;
}

Result<void> runLinks(Frame& frame, const std::vector<Register>& links) {
    for (const Register number : links) {
        const RunningWindow* const window = frame.runningWindow(number);
        if (window != nullptr && window->window == number) {
            markWindow(frame, *window, fits(frame, *window) ? Pending::RowsFirst : Pending::None);
            // How many is not known yet; nobody but its folds asks.
            frame.rowCounts[frame.program.code[number].space] = kNoIndex;
        }
        if (frame.pending.marks[number] == Pending::RowsFirst) {
            continue;
        }
        frame.computeOperands(number);
        if (!runInstruction(frame, number)) {
            return tooManyRows(frame, number);
        }
    }
    return {};
}

}  // namespace proviso::engine
