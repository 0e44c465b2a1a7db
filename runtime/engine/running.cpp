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
/// window is one after another: by parent, by what must be equal, by rank. A parent where rows tie,
/// may be anywhere, or do not go with the order is left to the pairs, and so is a window in which
/// anything else is not known.
class SpanFinder : private WindowOperands {
  public:
    SpanFinder(const Frame& frame, const RunningWindow& window, RunningSpans& spans)
        : WindowOperands(frame, frame.program.code[window.window], *frame.windowMemory),
          folds_(window.folds), spans_(spans), order_(spans.order),
          plain_(frame.windowMemory->sorted), first_(frame.windowMemory->offsets),
          ranks_(frame.windowMemory->ranks), buckets_(frame.windowMemory->buckets),
          placeOf_(frame.windowMemory->places), marked_(frame.windowMemory->candidates),
          open_(frame.windowMemory->open), rising_(frame.windowMemory->rising) {
        rising_.clear();
        equals_ = static_cast<std::size_t>(
            std::find_if(comparisons_.begin(),
                         comparisons_.end(),
                         [](const Comparison& one) { return one.mode != 0; }) -
            comparisons_.begin());
        for (std::size_t index = equals_; index < comparisons_.size(); ++index) {
            // Dates are compared at both ends.
            const ColumnData* const column = comparisons_[index].c;
            if (rising_.empty() || rising_.back() != column) {
                rising_.push_back(column);
            }
        }
    }

    void find() {
        const std::uint32_t asking = frame_.rowCounts[instruction_.index];
        spans_.isSpan.assign(asking, 0);
        spans_.begins.assign(asking, 0);
        spans_.ends.assign(asking, 0);
        spans_.all = false;
        if (!columnsFit()) {
            return;
        }
        bringTogether();
        countOpen();
        if (info_.since) {
            noteMarked();
        }
        addUp();
        std::uint32_t found = 0;
        for (std::uint32_t a = 0; a < asking; ++a) {
            spans_.isSpan[a] = spanOf(a) ? 1 : 0;
            found += spans_.isSpan[a];
        }
        spans_.all = found == asking;
    }

  private:
    using Order = std::vector<std::uint32_t>::const_iterator;

    std::uint32_t rows() const { return static_cast<std::uint32_t>(looked_.rows.size()); }

    /// Another run than the one that computes a value may have made other rows.
    bool columnsFit() const {
        const auto fits = [&](Register number) {
            return frame_.column(number).values.size() == rows();
        };
        return std::all_of(folds_.begin(), folds_.end(), [&](const RunningFold& fold) {
            return (fold.value == kNone || fits(fold.value)) &&
                   std::all_of(fold.keep.begin(), fold.keep.end(), fits);
        });
    }

    /// Whether later rows end a window, so that each row has to have its own place in the order.
    bool countsFromTheEnd() const { return info_.since || info_.lastRows > 0; }

    // ---- rows looked through -------------------------------------------------------------------

    void bringTogether() {
        const std::uint32_t parents = frame_.targetRows(instruction_.operands[1]);
        plain_.assign(parents, 1);
        for (const Comparison& one : comparisons_) {
            leaveOut(one.c->states);
        }
        for (const Level& level : levels_) {
            leaveOut(level.rank->states);
            leaveOut(level.link->states);
        }
        if (!orderByRank(parents)) {
            orderByParent(parents);
        }
        for (std::uint32_t parent = 0; parent < parents; ++parent) {
            if (plain_[parent] != 0 && (isTooLarge(parent) || !sort(parent))) {
                plain_[parent] = 0;
            }
        }
    }

    /// Leaves those parents to the pairs of which a row may be anywhere.
    template <class States>
    void leaveOut(const States& states) {
        for (std::uint32_t c = 0; c < states.size(); ++c) {
            if (states[c] != State::Value && isCandidate(c)) {
                plain_[looked_.rows[c]] = 0;
            }
        }
    }

    /// Counts the rows that leave a window open in which they are: what they say is not known.
    void countOpen() {
        open_.clear();
        const auto note = [&](const auto& states, bool exceptNotApplicable) {
            for (std::uint32_t place = 0; place < order_.size() && !states.empty(); ++place) {
                const State state = states[order_[place]];
                if (state == State::Value ||
                    (exceptNotApplicable && state == State::NotApplicable)) {
                    continue;
                }
                open_.resize(order_.size() + 1);
                open_[std::size_t{place} + 1] = 1;
            }
        };
        if (mask_ != nullptr) {
            note(mask_->states, false);
        }
        if (marker_ != nullptr) {
            note(marker_->states, false);
        }
        for (const RunningFold& fold : folds_) {
            const bool isAny = frame_.program.code[fold.fold].op == Op::FoldAny;
            if (fold.value != kNone) {
                note(frame_.column(fold.value).states, true);
            }
            for (const Register each : fold.keep) {
                // What is not applicable does not count, but makes `any` not applicable.
                note(frame_.column(each).states, !isAny);
            }
        }
        std::partial_sum(open_.begin(), open_.end(), open_.begin());
    }

    bool isOpen(std::uint32_t first, std::uint32_t last) const {
        return !open_.empty() && open_[first] != open_[last];
    }

    /// INVARIANT: a row that leads to no parent is in no window.
    bool isCandidate(std::uint32_t c) const {
        return looked_.rows[c] != kNoIndex &&
               (mask_ == nullptr || mask_->values[c] != 0 || mask_->state(c) != State::Value);
    }

    /// Ranks are positions, mostly, so that rows need no comparing: there is a place for each rank
    /// of each parent. False where they are anything else.
    bool orderByRank(std::uint32_t parents) {
        buckets_.clear();
        if (levels_.empty()) {
            return false;
        }
        const std::int64_t* const ranks = levels_[0].rank->values.data();
        const std::uint32_t* const parentOf = looked_.rows.data();
        ranks_.assign(std::size_t{parents} + 1, 0);
        std::int64_t lowest = 0;
        std::int64_t highest = 0;
        for (std::uint32_t c = 0; c < rows(); ++c) {
            if (isCandidate(c)) {
                lowest = std::min(lowest, ranks[c]);
                highest = std::max(highest, ranks[c]);
                std::uint32_t& count = ranks_[std::size_t{parentOf[c]} + 1];
                count = std::max(count, static_cast<std::uint32_t>(ranks[c]) + 1);
            }
        }
        if (lowest < 0 || highest >= kMostRanks) {
            return false;
        }
        std::uint64_t places = 0;
        for (std::uint32_t parent = 0; parent < parents; ++parent) {
            places += ranks_[std::size_t{parent} + 1];
            if (places > std::uint64_t{4} * rows() + kMostRanks) {
                return false;
            }
            ranks_[std::size_t{parent} + 1] = static_cast<std::uint32_t>(places);
        }
        sortInto(buckets_, places, [&](std::uint32_t c) {
            return ranks_[parentOf[c]] + static_cast<std::uint32_t>(ranks[c]);
        });
        first_.resize(std::size_t{parents} + 1);
        for (std::uint32_t parent = 0; parent <= parents; ++parent) {
            first_[parent] = buckets_[ranks_[parent]];
        }
        return true;
    }

    void orderByParent(std::uint32_t parents) {
        buckets_.clear();
        sortInto(first_, parents, [&](std::uint32_t c) { return looked_.rows[c]; });
    }

    /// By counting: `starts` says where the rows of each place begin, and of one more.
    template <class PlaceOf>
    void sortInto(std::vector<std::uint32_t>& starts, std::uint64_t places, PlaceOf placeOf) {
        starts.assign(places + 2, 0);
        placeOf_.resize(rows());
        std::uint32_t* const next = starts.data() + 1;
        for (std::uint32_t c = 0; c < rows(); ++c) {
            placeOf_[c] = isCandidate(c) ? placeOf(c) : kNoIndex;
            if (placeOf_[c] != kNoIndex) {
                ++next[std::size_t{placeOf_[c]} + 1];
            }
        }
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        order_.resize(starts.back());
        for (std::uint32_t c = 0; c < rows(); ++c) {
            if (placeOf_[c] != kNoIndex) {
                order_[next[placeOf_[c]]++] = c;
            }
        }
        starts.pop_back();
    }

    /// False where rows tie, or dates do not go with the order.
    bool sort(std::uint32_t parent) {
        const auto begin = order_.begin() + first_[parent];
        const auto end = order_.begin() + first_[parent + 1];
        const bool isSorted = !buckets_.empty() && equals_ == 0 && levels_.size() == 1;
        if (isSorted && !countsFromTheEnd() && rising_.size() <= 1) {
            return goesWithRanks(begin, end);
        }
        const auto before = [&](std::uint32_t x, std::uint32_t y) { return compareRows(x, y) < 0; };
        if (!isSorted && !std::is_sorted(begin, end, before)) {
            std::stable_sort(begin, end, before);
        }
        return std::adjacent_find(begin, end, [&](std::uint32_t x, std::uint32_t y) {
                   return !isInOrder(x, y);
               }) == end;
    }

    /// The same for most windows: rows lie in the order of their ranks, and a date may be compared.
    bool goesWithRanks(Order begin, Order end) const {
        const std::uint32_t* const links = levels_[0].link->rows.data();
        const std::int64_t* const ranks = levels_[0].rank->values.data();
        const std::int64_t* const dates = rising_.empty() ? ranks : rising_[0]->values.data();
        std::uint32_t link = kNoIndex;
        std::int64_t rank = -1;
        std::int64_t date = INT64_MIN;
        bool goes = true;
        for (auto place = begin; place != end; ++place) {
            const std::uint32_t c = *place;
            goes &= (links[c] == link) == (ranks[c] == rank) && date <= dates[c];
            link = links[c];
            rank = ranks[c];
            date = dates[c];
        }
        return goes;
    }

    std::int64_t compareEquals(std::uint32_t x, std::uint32_t y) const {
        for (std::size_t index = 0; index < equals_; ++index) {
            const Cells<std::int64_t>& values = comparisons_[index].c->values;
            if (values[x] != values[y]) {
                return values[x] < values[y] ? -1 : 1;
            }
        }
        return 0;
    }

    /// By what must be equal, then level by level; rows of one row of every level are equal.
    std::int64_t compareRows(std::uint32_t x, std::uint32_t y) const {
        if (const std::int64_t equals = compareEquals(x, y); equals != 0) {
            return equals;
        }
        for (const Level& level : levels_) {
            const std::int64_t rankX = level.rank->values[x];
            const std::int64_t rankY = level.rank->values[y];
            if (rankX != rankY) {
                return rankX < rankY ? -1 : 1;
            }
            const std::uint32_t linkX = level.link->rows[x];
            const std::uint32_t linkY = level.link->rows[y];
            if (linkX != linkY) {
                return linkX < linkY ? -1 : 1;
            }
        }
        return 0;
    }

    /// Of neighbours: one rank is one row of its level and the other way round, and the later has
    /// no earlier date, or whatever else is compared.
    bool isInOrder(std::uint32_t x, std::uint32_t y) const {
        if (compareEquals(x, y) != 0) {
            return true;
        }
        bool isSame = true;
        for (std::size_t level = 0; level < levels_.size() && isSame; ++level) {
            isSame = levels_[level].link->rows[x] == levels_[level].link->rows[y];
            if (isSame != (levels_[level].rank->values[x] == levels_[level].rank->values[y])) {
                return false;
            }
        }
        if (isSame && countsFromTheEnd()) {
            return false;
        }
        return std::all_of(rising_.begin(), rising_.end(), [&](const ColumnData* column) {
            return column->values[x] <= column->values[y];
        });
    }

    /// By place in the order: one more than the place of the latest marked row up to it.
    void noteMarked() {
        marked_.resize(order_.size());
        std::uint32_t after = 0;
        for (std::uint32_t place = 0; place < order_.size(); ++place) {
            if (marker_->values[order_[place]] != 0) {
                after = place + 1;
            }
            marked_[place] = after;
        }
    }

    void addUp() {
        spans_.sums.resize(folds_.size());
        for (std::size_t index = 0; index < folds_.size(); ++index) {
            const RunningFold& fold = folds_[index];
            std::vector<std::int64_t>& sums = spans_.sums[index];
            sums.clear();
            const Op op = frame_.program.code[fold.fold].op;
            if (op == Op::FoldTotal) {
                // INVARIANT: where there is no value, the value is nought.
                const std::int64_t* const values = frame_.column(fold.value).values.data();
                addUp(sums, fold, [&](std::uint32_t c) { return values[c]; });
            } else if (!fold.keep.empty() && (op == Op::FoldCount || op == Op::FoldAny)) {
                addUp(sums, fold, [](std::uint32_t /*c*/) { return 1; });
            }
        }
    }

    template <class ValueOf>
    void addUp(std::vector<std::int64_t>& sums, const RunningFold& fold, ValueOf valueOf) {
        sums.resize(order_.size() + 1);
        std::int64_t sum = 0;
        sums[0] = sum;
        bool overflows = false;
        // Rows that leave their windows open are added up, too, and no such sum is asked for.
        for (std::size_t index = 0; index < order_.size(); ++index) {
            if (allYes(frame_, fold.keep, order_[index])) {
                overflows |= __builtin_add_overflow(sum, valueOf(order_[index]), &sum);
            }
            sums[index + 1] = sum;
        }
        if (overflows) {
            std::fill(plain_.begin(), plain_.end(), 0);
        }
    }

    // ---- rows that ask -------------------------------------------------------------------------

    /// Whether what the row that asks says is known wherever it is compared and folded.
    bool isKnown(std::uint32_t a) const {
        const auto isValue = [&](const ColumnData& column) {
            return column.state(a) == State::Value;
        };
        return std::all_of(comparisons_.begin(),
                           comparisons_.end(),
                           [&](const Comparison& one) { return isValue(*one.a); }) &&
               std::all_of(folds_.begin(), folds_.end(), [&](const RunningFold& fold) {
                   return isOpenRightly(fold, a) &&
                          std::all_of(fold.allow.begin(), fold.allow.end(), [&](Register each) {
                              return isValue(frame_.column(each));
                          });
               });
    }

    /// Whether no row may be missing, or it is known what follows from that.
    bool isOpenRightly(const RunningFold& fold, std::uint32_t a) const {
        if (fold.more == kNone) {
            return true;
        }
        const ColumnData& more = frame_.column(fold.more);
        const Op op = frame_.program.code[fold.fold].op;
        return more.state(a) == State::Value ? more.values[a] == 0
                                             : more.state(a) == State::Unknown &&
                                                   (op == Op::FoldTotal || op == Op::FoldCount);
    }

    bool spanOf(std::uint32_t a) {
        const std::uint32_t parent = toParent_.rows[a];
        if (parent == kNoIndex || plain_[parent] == 0 || !isKnown(a)) {
            return false;
        }
        begin_ = order_.data() + first_[parent];
        end_ = order_.data() + first_[parent + 1];
        for (std::size_t index = 0; index < equals_; ++index) {
            narrow(*comparisons_[index].c, comparisons_[index].a->values[a]);
        }
        const std::uint32_t* const start = begin_;
        if (info_.upTo != WindowInfo::UpTo::None && !goUpTo(a, parent)) {
            return false;
        }
        begin_ = start;
        for (std::size_t index = equals_; index < comparisons_.size(); ++index) {
            cut(comparisons_[index], comparisons_[index].a->values[a]);
        }
        auto first = static_cast<std::uint32_t>(begin_ - order_.data());
        const auto last = static_cast<std::uint32_t>(end_ - order_.data());
        if (isOpen(first, last)) {
            return false;
        }
        if (info_.since && first != last) {
            first = std::max(first, marked_[last - 1]);
        }
        if (info_.lastRows > 0 && last - first > info_.lastRows) {
            first = last - static_cast<std::uint32_t>(info_.lastRows);
        }
        spans_.begins[a] = first;
        spans_.ends[a] = last;
        return differencesFit(first, last);
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
        begin_ = firstFrom(column, value);
        end_ = firstAfter(column, value);
    }

    /// Of a column that rises from `begin_` to `end_`. Mostly all rows lie on one side.
    const std::uint32_t* firstFrom(const ColumnData& column, std::int64_t value) const {
        const std::int64_t* const values = column.values.data();
        if (begin_ == end_ || values[*begin_] >= value) {
            return begin_;
        }
        return std::partition_point(
            begin_, end_, [&](std::uint32_t c) { return values[c] < value; });
    }
    const std::uint32_t* firstAfter(const ColumnData& column, std::int64_t value) const {
        const std::int64_t* const values = column.values.data();
        if (begin_ == end_ || values[*(end_ - 1)] <= value) {
            return end_;
        }
        return std::partition_point(
            begin_, end_, [&](std::uint32_t c) { return values[c] <= value; });
    }

    /// Leaves the rows that compare with `value` as the window wants it.
    void cut(const Comparison& one, std::int64_t value) {
        switch (one.mode) {
        case 2:
            end_ = firstFrom(*one.c, value);
            break;
        case 3:
            end_ = firstAfter(*one.c, value);
            break;
        case 4:
            begin_ = firstAfter(*one.c, value);
            break;
        default:
            begin_ = firstFrom(*one.c, value);
            break;
        }
    }

    /// Ends the stretch where the row that asks stands; false where it ties with another.
    bool goUpTo(std::uint32_t a, std::uint32_t parent) {
        for (std::size_t level = 0; level < asking_.size(); ++level) {
            const Level& own = asking_[level];
            if (own.link->state(a) != State::Value || own.rank->state(a) != State::Value) {
                return false;
            }
            if (level == 0 && equals_ == 0 && !buckets_.empty()) {
                takeRank(parent, own.rank->values[a]);
            } else {
                narrow(*levels_[level].rank, own.rank->values[a]);
            }
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

    /// Narrows to the rows of one rank, which have a place of their own.
    void takeRank(std::uint32_t parent, std::int64_t rank) {
        const std::int64_t count = ranks_[std::size_t{parent} + 1] - ranks_[parent];
        const std::size_t place =
            ranks_[parent] + static_cast<std::size_t>(std::clamp<std::int64_t>(rank, 0, count));
        begin_ = order_.data() + buckets_[place];
        end_ = rank < 0 || rank >= count ? begin_ : order_.data() + buckets_[place + 1];
    }

    /// Positions are below it; more of them would be looked for by comparing.
    static constexpr std::int64_t kMostRanks = std::int64_t{1} << 16U;

    const std::vector<RunningFold>& folds_;
    RunningSpans& spans_;
    std::vector<std::uint32_t>& order_;
    std::vector<std::uint8_t>& plain_;     ///< by parent
    std::vector<std::uint32_t>& first_;    ///< by parent: in `order_`
    std::vector<std::uint32_t>& ranks_;    ///< by parent: in `buckets_`
    std::vector<std::uint32_t>& buckets_;  ///< by rank of a parent: in `order_`
    std::vector<std::uint32_t>& placeOf_;  ///< by row looked through: its place in `buckets_`
    std::vector<std::uint32_t>& marked_;   ///< see noteMarked
    /// By place in the order, of all before: those that leave a window open; empty: none does.
    std::vector<std::uint32_t>& open_;
    std::vector<const ColumnData*>& rising_;  ///< what must rise with the order
    std::size_t equals_ = 0;                  ///< comparisons that must be equal, which come first
    const std::uint32_t* begin_ = nullptr;
    const std::uint32_t* end_ = nullptr;
};

}  // namespace

const RunningSpans* findSpans(Frame& frame, Register window) {
    const RunningWindow* const running = frame.runningWindow(window);
    if (running == nullptr) {
        return nullptr;
    }
    RunningSpans& spans = frame.spans[frame.runningOf[window]];
    SpanFinder(frame, *running, spans).find();
    return &spans;
}

}  // namespace proviso::engine
