#include "runtime/engine/window_stream.h"

#include "runtime/engine/window.h"

#include <algorithm>
#include <array>

namespace proviso::engine {

namespace {

using bytecode::WindowInfo;

constexpr std::int64_t kNobodyYet = -1;
constexpr std::size_t kMostOfAKind = 4;

}  // namespace

/// One thread's work. What the loop over all records needs is in the object itself, so that it can
/// be a local of that loop and nothing that is written can change it.
template <bool isInclusive>
class WindowStream::SomeSets {
  public:
    SomeSets(const WindowStream& stream,
             std::uint32_t begin,
             std::uint32_t end,
             std::span<std::int64_t* const> results)
        : cells_(stream.cells_), first_(stream.cells_.cellsOf(0)),
          cellsWidth_(stream.table_.width()), order_(cells_.order[0].column.value_or(0)),
          isOfRecords_(cells_.order[0].isOfRecords), hasBegin_(!stream.begins_.empty()) {
        for (const std::size_t column : stream.rising_) {
            rising_.add(column);
        }
        const auto looked = [&](const WindowCells::Comparison& one) {
            const auto place = std::find(stream.rising_.begin(), stream.rising_.end(), one.looked);
            const auto kept = static_cast<std::size_t>(place - stream.rising_.begin());
            return Looked{one, place == stream.rising_.end() ? kOrder : kRising + kept};
        };
        if (hasBegin_) {
            begin_ = looked(stream.begins_[0]);
        }
        for (const WindowCells::Comparison& one : stream.ends_) {
            ends_.add(looked(one));
        }
        for (std::size_t fold = 0; fold < results.size(); ++fold) {
            const bool isSum = cells_.isAny[fold] == 0 && cells_.allow[fold].empty();
            folds_.add({cells_.adds[fold], results[fold], isSum});
        }
        asked_ = kRising + rising_.size();
        width_ = asked_ + 1 + 2 * folds_.size();
        memory_.assign(width_ * (end - begin), 0);
        for (std::size_t set = 0; set < end - begin; ++set) {
            memory_[set * width_] = kNobodyYet;
        }
        reached_ = memory_.data();
    }

    /// Sets are counted from the first of these.
    void prefetch(std::uint32_t set) const { __builtin_prefetch(reached_ + set * width_); }

    /// The window of the next record of a set. False: it cannot be told from the records before.
    bool follow(std::uint32_t set, std::uint32_t record) const {
        std::int64_t* const reached = reached_ + set * width_;
        const std::int64_t* const cells = first_ + record * cellsWidth_;
        const bool isFirst = reached[kLast] == kNobodyYet;
        if (!isFirst && !rises(reached, cells, record)) {
            return false;
        }
        if (isInclusive || !isFirst) {
            // What is looked at rises, so that the last record of a window stands for all.
            for (const Looked& one : ends_) {
                const std::int64_t last = isInclusive ? cells[one.how.looked] : reached[one.place];
                if (!one.how.isBefore(last, cells[one.how.asking])) {
                    return false;
                }
            }
        }
        bool beginsHere = false;  // at this record, or after it
        bool isBefore = false;    // after it
        if (hasBegin_) {
            const std::int64_t asked = cells[begin_.how.asking];
            beginsHere = isFirst || begin_.how.isBefore(reached[begin_.place], asked);
            if (!beginsHere && asked != reached[asked_]) {
                return false;
            }
            isBefore = begin_.how.isBefore(cells[begin_.how.looked], asked);
            reached[asked_] = asked;
        }
        const bool isEmpty = beginsHere && (isBefore || !isInclusive);
        std::int64_t* sums = reached + asked_ + 1;
        for (const Fold& fold : folds_) {
            const std::int64_t before = sums[0];
            std::int64_t after = 0;
            std::int64_t found = 0;
            bool overflows = __builtin_add_overflow(before, cells[fold.adds], &after);
            const std::int64_t from = !beginsHere ? sums[1] : isBefore ? after : before;
            overflows |= __builtin_sub_overflow(isInclusive ? after : before, from, &found);
            if (overflows) {
                return false;
            }
            sums[0] = after;
            sums[1] = from;
            found = isEmpty ? 0 : found;
            if (!fold.isSum) {
                const auto number = static_cast<std::size_t>(&fold - folds_.begin());
                found = cells_.told(record, number, found);
            }
            fold.results[record] = found;
            sums += 2;
        }
        reached[kLast] = record;
        reached[kOrder] = cells[order_];
        std::int64_t* kept = reached + kRising;
        for (const std::size_t column : rising_) {
            *kept++ = cells[column];
        }
        return true;
    }

  private:
    // What is kept of a set: the last record, what the order asks of it first, and what else
    // rises; where the last window began, as it was asked, and for each fold the sum of all
    // records and of those before that window.
    static constexpr std::size_t kLast = 0;
    static constexpr std::size_t kOrder = 1;
    static constexpr std::size_t kRising = 2;

    /// A list without memory of its own.
    template <class Thing>
    class Few {
      public:
        void add(const Thing& thing) { things_[size_++] = thing; }
        std::size_t size() const { return size_; }
        const Thing* begin() const { return things_.data(); }
        const Thing* end() const { return things_.data() + size_; }

      private:
        std::array<Thing, kMostOfAKind> things_{};
        std::size_t size_ = 0;
    };
    struct Looked {
        WindowCells::Comparison how{};
        std::size_t place = 0;  ///< where what the last record says is kept
    };
    struct Fold {
        std::size_t adds = 0;
        std::int64_t* results = nullptr;
        bool isSum = true;  ///< and nothing else is asked
    };

    bool rises(const std::int64_t* reached, const std::int64_t* cells, std::uint32_t record) const {
        if (!isOfRecords_ && cells[order_] <= reached[kOrder]) {
            const bool ties = cells[order_] == reached[kOrder];
            if (!ties || cells_.compare(static_cast<std::uint32_t>(reached[kLast]), record) >= 0) {
                return false;
            }
        }
        const std::int64_t* kept = reached + kRising;
        for (const std::size_t column : rising_) {
            if (cells[column] < *kept++) {
                return false;
            }
        }
        return true;
    }

    const WindowCells& cells_;
    const std::int64_t* first_;  ///< of all cells
    std::size_t cellsWidth_;
    std::size_t order_;  ///< the column that the order asks first
    bool isOfRecords_;   ///< it is the order that records have
    bool hasBegin_;      ///< or it is at the first record
    Looked begin_;
    Few<Looked> ends_;
    Few<std::size_t> rising_;
    Few<Fold> folds_;
    std::size_t asked_ = 0;  ///< a place in what is kept of a set
    std::size_t width_ = 0;
    std::int64_t* reached_ = nullptr;
    std::vector<std::int64_t> memory_;
};

WindowStream::WindowStream(const OrderedTable& table, const Sets& sets, std::uint64_t mostLooked)
    : table_(table), sets_(sets), mostLooked_(mostLooked), cells_(table) {
    for (const WindowCells::Comparison& one : cells_.comparisons) {
        (one.isEnd() ? ends_ : begins_).push_back(one);
    }
    isPossible_ = table.window().upTo != WindowInfo::UpTo::None && cells_.equals.empty() &&
                  begins_.size() <= 1 && ends_.size() <= kMostOfAKind && !cells_.order.empty() &&
                  table.window().folds.size() <= kMostOfAKind;
    if (!isPossible_) {
        return;
    }
    const WindowCells::Key& first = cells_.order[0];
    isPossible_ = first.isOfRecords || (first.column && !first.order.isOfTexts());
    for (const WindowCells::Comparison& one : cells_.comparisons) {
        const bool isFirst = !first.isOfRecords && one.looked == first.column;
        if (!isFirst && std::find(rising_.begin(), rising_.end(), one.looked) == rising_.end()) {
            rising_.push_back(one.looked);
        }
    }
    isPossible_ = isPossible_ && rising_.size() <= kMostOfAKind;
}

void WindowStream::take(std::uint32_t begin,
                        std::uint32_t end,
                        std::span<std::int64_t* const> results,
                        std::vector<std::uint8_t>& isLeft) const {
    for (std::uint32_t set = begin; set < end; ++set) {
        isLeft[set] = areFewPairs(mostLooked_, sets_.sizes[set]) ? 0 : 1;
    }
    if (table_.window().upTo == WindowInfo::UpTo::Inclusive) {
        takeAll<true>(begin, end, results, isLeft);
    } else {
        takeAll<false>(begin, end, results, isLeft);
    }
}

template <bool isInclusive>
void WindowStream::takeAll(std::uint32_t begin,
                           std::uint32_t end,
                           std::span<std::int64_t* const> results,
                           std::vector<std::uint8_t>& isLeft) const {
    const SomeSets<isInclusive> some(*this, begin, end, results);
    const std::uint32_t* const setOf = sets_.of.data();
    const std::uint8_t* const isOpen = table_.isOpen().data();
    std::uint8_t* const isLeftOf = isLeft.data() + begin;
    const std::uint32_t count = end - begin;
    const auto records = static_cast<std::uint32_t>(sets_.of.size());
    constexpr std::uint32_t kAhead = 8;
    for (std::uint32_t record = 0; record < records; ++record) {
        // Beyond the last of these sets where it comes before the first.
        const std::uint32_t set = setOf[record] - begin;
        if (set >= count || isLeftOf[set] != 0) {
            continue;
        }
        const std::uint32_t later = setOf[std::min(record + kAhead, records - 1)] - begin;
        if (later < count) {
            some.prefetch(later);
        }
        if (isOpen[record] != 0 || !some.follow(set, record)) {
            isLeftOf[set] = 1;
        }
    }
}

}  // namespace proviso::engine
