#include "runtime/engine/running.h"

#include "runtime/engine/frame.h"
#include "runtime/engine/window.h"

#include <algorithm>
#include <numeric>

namespace proviso::engine {

namespace {

using bytecode::kNone;
using bytecode::WindowInfo;

/// Finds the stretches of one window. Rows looked through are put into an order in which each
/// window is one after another: by parent, by what must be equal, by rank. A parent where anything
/// is not known, ties, or does not go with the order is left to the pairs.
class SpanFinder : private WindowOperands {
  public:
    SpanFinder(const Frame& frame, const RunningWindow& window, RunningSpans& spans)
        : WindowOperands(frame, frame.program.code[window.window], *frame.windowMemory),
          folds_(window.folds), spans_(spans), plain_(frame.windowMemory->sorted),
          first_(frame.windowMemory->offsets), order_(frame.windowMemory->candidates) {}

    void find() {
        const std::uint32_t asking = frame_.rowCounts[instruction_.index];
        spans_.isSpan.assign(asking, 0);
        spans_.begins.assign(asking, 0);
        spans_.ends.assign(asking, 0);
        spans_.all = false;
        if (!sumsFit()) {
            return;
        }
        bringTogether();
        std::uint32_t found = 0;
        for (std::uint32_t a = 0; a < asking; ++a) {
            spans_.isSpan[a] = spanOf(a) ? 1 : 0;
            found += spans_.isSpan[a];
        }
        spans_.all = found == asking;
    }

  private:
    std::uint32_t rows() const { return static_cast<std::uint32_t>(looked_.rows.size()); }

    /// Another run than the one that computes a value may have made other rows.
    bool sumsFit() const {
        return std::all_of(folds_.begin(), folds_.end(), [&](const RunningFold& fold) {
            return fold.value == kNone || frame_.column(fold.value).values.size() == rows();
        });
    }

    // ---- rows looked through -------------------------------------------------------------------

    void bringTogether() {
        const std::uint32_t parents = frame_.targetRows(instruction_.operands[1]);
        plain_.assign(parents, 1);
        const auto note = [&](const auto& states) {
            for (std::uint32_t c = 0; c < states.size(); ++c) {
                if (states[c] != State::Value && looked_.rows[c] != kNoIndex) {
                    plain_[looked_.rows[c]] = 0;
                }
            }
        };
        // INVARIANT: a row that leads to no parent is in no window.
        if (mask_ != nullptr) {
            note(mask_->states);
        }
        for (const Comparison& one : comparisons_) {
            note(one.c->states);
        }
        for (std::size_t level = 0; level < asking_.size(); ++level) {
            note(levels_[level].rank->states);
            note(levels_[level].link->states);
        }
        for (const RunningFold& fold : folds_) {
            if (fold.value != kNone) {
                note(frame_.column(fold.value).states);
            }
        }
        const auto isCandidate = [&](std::uint32_t c) {
            return looked_.rows[c] != kNoIndex && (mask_ == nullptr || mask_->values[c] != 0);
        };
        first_.assign(std::size_t{parents} + 2, 0);
        for (std::uint32_t c = 0; c < rows(); ++c) {
            if (isCandidate(c)) {
                ++first_[std::size_t{looked_.rows[c]} + 2];
            }
        }
        for (std::size_t parent = 2; parent < first_.size(); ++parent) {
            first_[parent] += first_[parent - 1];
        }
        order_.resize(first_.back());
        for (std::uint32_t c = 0; c < rows(); ++c) {
            if (isCandidate(c)) {
                order_[first_[std::size_t{looked_.rows[c]} + 1]++] = c;
            }
        }
        first_.pop_back();
        for (std::uint32_t parent = 0; parent < parents; ++parent) {
            if (plain_[parent] != 0 && (isTooLarge(parent) || !sort(parent))) {
                plain_[parent] = 0;
            }
        }
        addUp();
    }

    /// False where rows tie, or dates do not go with the order.
    bool sort(std::uint32_t parent) {
        const auto begin = order_.begin() + first_[parent];
        const auto end = order_.begin() + first_[parent + 1];
        const auto before = [&](std::uint32_t x, std::uint32_t y) { return compareRows(x, y) < 0; };
        if (!std::is_sorted(begin, end, before)) {
            std::stable_sort(begin, end, before);
        }
        return std::adjacent_find(begin, end, [&](std::uint32_t x, std::uint32_t y) {
                   return !isInOrder(x, y);
               }) == end;
    }

    std::int64_t compareEquals(std::uint32_t x, std::uint32_t y) const {
        for (const Comparison& one : comparisons_) {
            if (one.mode == 0 && one.c->values[x] != one.c->values[y]) {
                return one.c->values[x] < one.c->values[y] ? -1 : 1;
            }
        }
        return 0;
    }

    /// By what must be equal, then level by level; rows of one row of every level are equal.
    std::int64_t compareRows(std::uint32_t x, std::uint32_t y) const {
        if (const std::int64_t equals = compareEquals(x, y); equals != 0) {
            return equals;
        }
        for (std::size_t level = 0; level < asking_.size(); ++level) {
            const std::int64_t rankX = levels_[level].rank->values[x];
            const std::int64_t rankY = levels_[level].rank->values[y];
            if (rankX != rankY) {
                return rankX < rankY ? -1 : 1;
            }
            const std::uint32_t linkX = levels_[level].link->rows[x];
            const std::uint32_t linkY = levels_[level].link->rows[y];
            if (linkX != linkY) {
                return linkX < linkY ? -1 : 1;
            }
        }
        return 0;
    }

    /// Of neighbours: one rank is one row of its level and the other way round, and the later has
    /// no earlier date.
    bool isInOrder(std::uint32_t x, std::uint32_t y) const {
        if (compareEquals(x, y) != 0) {
            return true;
        }
        for (std::size_t level = 0; level < asking_.size(); ++level) {
            const bool sameRank = levels_[level].rank->values[x] == levels_[level].rank->values[y];
            const bool sameRow = levels_[level].link->rows[x] == levels_[level].link->rows[y];
            if (sameRank != sameRow) {
                return false;
            }
            if (!sameRow) {
                break;
            }
        }
        return date_ == nullptr || date_->values[x] <= date_->values[y];
    }

    void addUp() {
        spans_.sums.resize(folds_.size());
        for (std::size_t fold = 0; fold < folds_.size(); ++fold) {
            std::vector<std::int64_t>& sums = spans_.sums[fold];
            sums.clear();
            if (folds_[fold].value == kNone) {
                continue;
            }
            const Cells<std::int64_t>& values = frame_.column(folds_[fold].value).values;
            sums.resize(order_.size() + 1, 0);
            std::int64_t sum = 0;
            bool overflows = false;
            for (std::size_t index = 0; index < order_.size(); ++index) {
                overflows |= __builtin_add_overflow(sum, values[order_[index]], &sum);
                sums[index + 1] = sum;
            }
            if (overflows) {
                std::fill(plain_.begin(), plain_.end(), 0);
            }
        }
    }

    // ---- rows that ask -------------------------------------------------------------------------

    bool isKnown(const ColumnData* column, std::uint32_t a) const {
        return column == nullptr || column->state(a) == State::Value;
    }

    bool spanOf(std::uint32_t a) {
        const std::uint32_t parent = toParent_.rows[a];
        if (parent == kNoIndex || plain_[parent] == 0 || !isKnown(from_, a) ||
            !isKnown(through_, a)) {
            return false;
        }
        for (const RunningFold& fold : folds_) {
            if (fold.more != kNone) {
                const ColumnData& more = frame_.column(fold.more);
                if (more.state(a) != State::Value || more.values[a] != 0) {
                    return false;
                }
            }
        }
        begin_ = order_.data() + first_[parent];
        end_ = order_.data() + first_[parent + 1];
        for (const Comparison& one : comparisons_) {
            if (one.mode == 0) {
                if (!isKnown(one.a, a)) {
                    return false;
                }
                narrow(*one.c, one.a->values[a]);
            }
        }
        const std::uint32_t* const start = begin_;
        if (info_.upTo != WindowInfo::UpTo::None && !goUpTo(a)) {
            return false;
        }
        const std::uint32_t* first = start;
        const std::uint32_t* last = end_;
        if (date_ != nullptr) {
            first = std::partition_point(
                first, last, [&](std::uint32_t c) { return date_->values[c] < from_->values[a]; });
            last = std::partition_point(first, last, [&](std::uint32_t c) {
                return date_->values[c] <= through_->values[a];
            });
        }
        spans_.begins[a] = static_cast<std::uint32_t>(first - order_.data());
        spans_.ends[a] = static_cast<std::uint32_t>(last - order_.data());
        return differencesFit(spans_.begins[a], spans_.ends[a]);
    }

    /// Sums from the start may fit where what lies between two of them does not: that is left to
    /// the pairs, which say so.
    bool differencesFit(std::uint32_t begin, std::uint32_t end) const {
        return std::all_of(spans_.sums.begin(), spans_.sums.end(), [&](const auto& sums) {
            std::int64_t difference = 0;
            return sums.empty() || !__builtin_sub_overflow(sums[end], sums[begin], &difference);
        });
    }

    void narrow(const ColumnData& column, std::int64_t value) {
        begin_ = std::partition_point(
            begin_, end_, [&](std::uint32_t c) { return column.values[c] < value; });
        end_ = std::partition_point(
            begin_, end_, [&](std::uint32_t c) { return column.values[c] <= value; });
    }

    /// Ends the stretch where the row that asks stands; false where it ties with another.
    bool goUpTo(std::uint32_t a) {
        for (std::size_t level = 0; level < asking_.size(); ++level) {
            const Level& own = asking_[level];
            if (own.link->state(a) != State::Value || own.rank->state(a) != State::Value) {
                return false;
            }
            narrow(*levels_[level].rank, own.rank->values[a]);
            if (begin_ == end_) {
                return true;  // Between two others: the stretch ends before the later one.
            }
            if (levels_[level].link->rows[*begin_] != own.link->rows[a]) {
                return false;
            }
        }
        if (info_.upTo == WindowInfo::UpTo::Exclusive) {
            end_ = begin_;
        }
        return true;
    }

    const std::vector<RunningFold>& folds_;
    RunningSpans& spans_;
    std::vector<std::uint8_t>& plain_;  ///< by parent
    std::vector<std::uint32_t>& first_;
    std::vector<std::uint32_t>& order_;
    const std::uint32_t* begin_ = nullptr;
    const std::uint32_t* end_ = nullptr;
};

}  // namespace

const RunningSpans* findSpans(Frame& frame, Register window) {
    if (frame.running == nullptr || frame.runningOf[window] == kNoIndex) {
        return nullptr;
    }
    const std::uint32_t number = frame.runningOf[window];
    RunningSpans& spans = frame.spans[number];
    SpanFinder(frame, (*frame.running)[number], spans).find();
    return &spans;
}

bool runRunningFold(Frame& frame, Register number) {
    if (frame.running == nullptr || frame.runningOf[number] == kNoIndex) {
        return false;
    }
    const RunningWindow& window = (*frame.running)[frame.runningOf[number]];
    const RunningSpans& spans = frame.spans[frame.runningOf[number]];
    const std::size_t fold = static_cast<std::size_t>(
        std::find_if(window.folds.begin(),
                     window.folds.end(),
                     [&](const RunningFold& one) { return one.fold == number; }) -
        window.folds.begin());
    ColumnData& out = frame.registers[number].own;
    if (spans.all) {
        out.states.clear();
        out.values.assign(spans.isSpan.size(), 0);
    } else {
        runFold(frame, number);
    }
    const bool isCount = window.folds[fold].value == kNone;
    for (std::size_t a = 0; a < spans.isSpan.size(); ++a) {
        if (spans.isSpan[a] == 0) {
            continue;
        }
        if (isCount) {
            out.values[a] = spans.ends[a] - spans.begins[a];
        } else {
            const std::vector<std::int64_t>& sums = spans.sums[fold];
            out.values[a] = sums[spans.ends[a]] - sums[spans.begins[a]];
        }
    }
    return true;
}

}  // namespace proviso::engine
