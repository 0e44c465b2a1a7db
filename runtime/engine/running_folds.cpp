// What is folded over stretches of an order, where running.cpp found such.

#include "runtime/engine/bounds.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/running.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::kNone;

class StretchFold {
  public:
    StretchFold(Frame& frame, const RunningFold& fold, const RunningSpans& spans, std::size_t index)
        : frame_(frame), fold_(fold), instruction_(frame.program.code[fold.fold]), spans_(spans),
          sums_(spans.sums[index]),
          value_(fold.value == kNone ? nullptr : &frame.column(fold.value)),
          more_(fold.more == kNone ? nullptr : &frame.column(fold.more)),
          out_(frame.registers[fold.fold].own) {}

    void run() {
        if (spans_.all) {
            out_.states.clear();
            out_.values.assign(spans_.isSpan.size(), 0);
        } else {
            // Into a column, which stretches are written into.
            const bool keeps = std::exchange(frame_.keepsAnswers, false);
            runFold(frame_, fold_.fold);
            frame_.keepsAnswers = keeps;
        }
        for (std::uint32_t a = 0; a < spans_.isSpan.size(); ++a) {
            if (spans_.isSpan[a] != 0) {
                foldAt(a);
            }
        }
    }

  private:
    void foldAt(std::uint32_t a) {
        const std::optional<std::int64_t> found = resultOf(a);
        // INVARIANT: where rows may be missing the stretch is of a sum or a count.
        const bool isOpen = more_ != nullptr && more_->state(a) == State::Unknown;
        const State state = isOpen ? State::Unknown : found ? State::Value : State::NotApplicable;
        if (state != State::Value && out_.states.empty()) {
            out_.states.assign(out_.values.size(), State::Value);
        }
        if (!out_.states.empty()) {
            out_.states[a] = state;
        }
        out_.values[a] = state == State::Value ? *found : 0;
        const bool neverBelow = instruction_.op == Op::FoldCount || instruction_.immediate == 1;
        if (isOpen && neverBelow && carriesBounds(instruction_.type)) {
            Bounds bounds;
            bounds.setLow(*found);
            setBounds(out_, a, bounds);
        }
    }

    /// Nothing where it is not applicable.
    std::optional<std::int64_t> resultOf(std::uint32_t a) {
        const bool isAllowed = allYes(frame_, fold_.allow, a);
        switch (instruction_.op) {
        case Op::FoldTotal:
            return isAllowed ? sumOf(a) : 0;
        case Op::FoldCount:
            return isAllowed ? countOf(a) : 0;
        case Op::FoldAny:
            return isAllowed && countOf(a) != 0 ? 1 : 0;
        case Op::FoldDistinct:
            return isAllowed ? distinctOf(a) : 0;
        default:
            return isAllowed ? extremeOf(a) : std::nullopt;
        }
    }

    std::int64_t sumOf(std::uint32_t a) const {
        return sums_[spans_.ends[a]] - sums_[spans_.begins[a]];
    }
    std::int64_t countOf(std::uint32_t a) const {
        return sums_.empty() ? std::int64_t{spans_.ends[a]} - spans_.begins[a] : sumOf(a);
    }

    /// Calls `visit` with the value of each row that counts and has one.
    template <class Visit>
    void forEachValue(std::uint32_t a, Visit visit) const {
        for (std::uint32_t place = spans_.begins[a]; place < spans_.ends[a]; ++place) {
            const std::uint32_t c = spans_.order[place];
            if (allYes(frame_, fold_.keep, c) && value_->state(c) == State::Value) {
                visit(value_->values[c]);
            }
        }
    }

    std::optional<std::int64_t> extremeOf(std::uint32_t a) const {
        std::optional<std::int64_t> best;
        const bool highest = instruction_.op == Op::FoldHighest;
        forEachValue(a, [&](std::int64_t value) {
            if (!best || (highest ? value > *best : value < *best)) {
                best = value;
            }
        });
        return best;
    }

    std::int64_t distinctOf(std::uint32_t a) const {
        std::vector<std::int64_t>& values = frame_.numbers;
        values.clear();
        // What is counted by the order's own days comes in their order.
        forEachValue(a, [&](std::int64_t value) {
            if (values.empty() || values.back() != value) {
                values.push_back(value);
            }
        });
        if (!std::is_sorted(values.begin(), values.end())) {
            std::sort(values.begin(), values.end());
            return std::unique(values.begin(), values.end()) - values.begin();
        }
        return static_cast<std::int64_t>(values.size());
    }

    Frame& frame_;
    const RunningFold& fold_;
    const Instruction& instruction_;
    const RunningSpans& spans_;
    const std::vector<std::int64_t>& sums_;
    const ColumnData* value_;
    const ColumnData* more_;
    ColumnData& out_;
};

}  // namespace

bool runRunningFold(Frame& frame, Register number) {
    const RunningWindow* const window = frame.runningWindow(number);
    if (window == nullptr) {
        return false;
    }
    const std::vector<RunningFold>& folds = window->folds;
    const auto fold = std::find_if(
        folds.begin(), folds.end(), [&](const RunningFold& one) { return one.fold == number; });
    StretchFold(frame,
                *fold,
                frame.spans[frame.runningOf[number]],
                static_cast<std::size_t>(fold - folds.begin()))
        .run();
    return true;
}

}  // namespace proviso::engine
