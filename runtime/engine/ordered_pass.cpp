#include "runtime/engine/ordered_pass.h"

#include "runtime/engine/in_turn.h"
#include "runtime/engine/window.h"
#include "runtime/engine/window_cells.h"
#include "runtime/engine/window_stream.h"

#include <algorithm>
#include <numeric>
#include <ranges>

namespace proviso::engine {

namespace {

using bytecode::WindowInfo;

/// Records set by set, ascending within each.
struct Members {
    explicit Members(const Sets& sets)
        : begins(std::size_t{sets.count} + 1, 0), records(sets.of.size()) {
        std::partial_sum(sets.sizes.begin(), sets.sizes.end(), begins.begin() + 1);
        std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
        for (std::uint32_t record = 0; record < sets.of.size(); ++record) {
            records[next[sets.of[record]]++] = record;
        }
    }

    std::vector<std::uint32_t> begins;  ///< by set, and of one more
    std::vector<std::uint32_t> records;
};

/// One thread's work for one window, set by set. Places are those of a set's records, in the
/// window's order.
class SetPass {
  public:
    SetPass(const OrderedTable& table, std::uint64_t mostLooked, bool anyOpen)
        : window_(table.window()), table_(table), cells_(table), mostLooked_(mostLooked),
          anyOpen_(anyOpen), sums_(window_.folds.size()) {}

    /// Of the records of a set, which come shortly before `others`. `results`: by fold, by record.
    /// False where they have to be brought together.
    bool take(std::span<const std::uint32_t> records,
              std::span<const std::uint32_t> others,
              std::span<std::int64_t* const> results) {
        for (const std::uint32_t record : others) {
            cells_.prefetch(record);
        }
        records_ = records;
        if (!areKnown() || !sort() || !addUp()) {
            return false;
        }
        from_.resize(records.size());
        until_.resize(records.size());
        for (std::size_t first = 0; first < records.size();) {
            const std::size_t last = endOfRun(first);
            if (!takeRun(first, last, results)) {
                return false;
            }
            first = last;
        }
        return true;
    }

  private:
    std::int64_t cell(std::size_t place, std::size_t column) const {
        return cells_.cellOf(records_[place], column);
    }

    bool areKnown() const {
        if (anyOpen_ && std::any_of(records_.begin(), records_.end(), [&](std::uint32_t record) {
                return table_.isOpen()[record] != 0;
            })) {
            return false;
        }
        const std::uint64_t asking = records_.size();
        if (areFewPairs(mostLooked_, asking)) {
            return true;
        }
        std::uint64_t looked = 0;
        for (const std::uint32_t record : records_) {
            looked += table_.lookedOf(record);
        }
        return looked * asking <= kMostPairs;
    }

    /// Whether what the order asks first settles it: numbers that rise, of records that are in one
    /// run.
    bool risesOutermost() const {
        const std::vector<WindowCells::Key>& order = cells_.order;
        if (order.empty() || !order[0].column || order[0].order.isOfTexts() ||
            !cells_.equals.empty()) {
            return false;
        }
        bool rises = true;
        std::int64_t before = INT64_MIN;
        for (const std::uint32_t record : records_) {
            const std::int64_t here = cells_.cellOf(record, *order[0].column);
            rises &= before < here;
            before = here;
        }
        return rises;
    }

    /// False where some tie that may not. Records mostly come in the order that is asked for.
    bool sort() {
        const int most = window_.upTo == WindowInfo::UpTo::None ? 0 : -1;
        const auto isNotBefore = [&](std::uint32_t a, std::uint32_t b) {
            return cells_.compare(a, b) > most;
        };
        const auto isInOrder = [&] {
            return std::adjacent_find(records_.begin(), records_.end(), isNotBefore) ==
                   records_.end();
        };
        if (risesOutermost() || isInOrder()) {
            return true;
        }
        sorted_.assign(records_.begin(), records_.end());
        std::sort(sorted_.begin(), sorted_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return cells_.compare(a, b) < 0;
        });
        records_ = sorted_;
        return isInOrder();
    }

    /// False where sums of all records before do not fit.
    bool addUp() {
        bool overflows = false;
        for (std::size_t fold = 0; fold < sums_.size(); ++fold) {
            std::vector<std::int64_t>& sums = sums_[fold];
            const std::size_t column = cells_.adds[fold];
            sums.resize(records_.size() + 1);
            std::int64_t* const out = sums.data();
            std::int64_t sum = 0;
            out[0] = sum;
            for (std::size_t place = 0; place < records_.size(); ++place) {
                overflows |= __builtin_add_overflow(sum, cell(place, column), &sum);
                out[place + 1] = sum;
            }
        }
        return !overflows;
    }

    /// Of records that are equal in what they have to be.
    std::size_t endOfRun(std::size_t first) const {
        if (cells_.equals.empty()) {
            return records_.size();
        }
        std::size_t last = first + 1;
        while (last < records_.size() &&
               cells_.compareEquals(records_[first], records_[last]) == 0) {
            ++last;
        }
        return last;
    }

    /// The windows of such records.
    bool takeRun(std::size_t first, std::size_t last, std::span<std::int64_t* const> results) {
        const bool isOpenEnded = window_.upTo == WindowInfo::UpTo::None;
        const std::size_t own = window_.upTo == WindowInfo::UpTo::Inclusive ? 1 : 0;
        for (std::size_t place = first; place < last; ++place) {
            from_[place] = first;
            until_[place] = isOpenEnded ? last : place + own;
        }
        for (const WindowCells::Comparison& one : cells_.comparisons) {
            if (!cut(one, first, last)) {
                return false;
            }
        }
        bool fits = true;
        for (std::size_t fold = 0; fold < sums_.size(); ++fold) {
            const std::int64_t* const sums = sums_[fold].data();
            std::int64_t* const out = results[fold];
            for (std::size_t place = first; place < last; ++place) {
                std::int64_t sum = 0;
                fits &= !__builtin_sub_overflow(sums[until_[place]], sums[from_[place]], &sum);
                out[records_[place]] = cells_.told(records_[place], fold, sum);
            }
        }
        return fits;
    }

    /// Leaves of each window the records that compare as it wants. False where what is looked at
    /// does not rise. What is asked mostly rises with it, so that where one window begins or ends
    /// is near where that of the record before does.
    bool cut(const WindowCells::Comparison& one, std::size_t first, std::size_t last) {
        constexpr std::size_t kNear = 4;
        std::size_t reached = first;
        std::int64_t asked = INT64_MIN;
        std::int64_t before = INT64_MIN;
        bool rises = true;
        for (std::size_t place = first; place < last; ++place) {
            const std::int64_t looked = cell(place, one.looked);
            rises &= before <= looked;
            before = looked;
            const std::int64_t value = cell(place, one.asking);
            const auto isBefore = [&](std::size_t at) {
                return one.isBefore(cell(at, one.looked), value);
            };
            if (value < asked) {
                reached = first;
            }
            asked = value;
            std::size_t steps = 0;
            while (reached < last && isBefore(reached) && ++steps <= kNear) {
                ++reached;
            }
            if (steps > kNear) {
                reached = *std::ranges::partition_point(std::views::iota(reached, last), isBefore);
            }
            std::size_t& bound = one.isEnd() ? until_[place] : from_[place];
            bound = std::clamp(reached, from_[place], until_[place]);
        }
        return rises;
    }

    const OrderedWindow& window_;
    const OrderedTable& table_;
    WindowCells cells_;
    std::uint64_t mostLooked_;  ///< of any record
    bool anyOpen_;              ///< of all records

    std::span<const std::uint32_t> records_;       ///< of the set, by place
    std::vector<std::uint32_t> sorted_;            ///< those, where they did not come so
    std::vector<std::vector<std::int64_t>> sums_;  ///< by fold: of all places before
    std::vector<std::size_t> from_;                ///< by place: where its window begins
    std::vector<std::size_t> until_;               ///< and ends
};

/// Calls `make()(part)` for all parts, of which each thread makes its own.
template <class Make>
void inParts(std::size_t parts, unsigned threads, Make make) {
    InTurn<bool>(parts, threads)
        .run(
            [&] {
                return [work = make()](std::size_t part) mutable {
                    work(part);
                    return true;
                };
            },
            [](std::size_t /*part*/, bool /*done*/) { return true; });
}

/// Sets that no stream followed, in one pass over the records of each. `isLeft` and `isPlain`: by
/// set.
void takeLeft(const Sets& sets,
              const OrderedTable& table,
              std::uint64_t mostLooked,
              std::span<std::int64_t* const> results,
              const std::vector<std::uint8_t>& isLeft,
              unsigned threads,
              std::vector<std::uint8_t>& isPlain) {
    const Members members(sets);
    const auto of = [&](std::uint32_t set) {
        return std::span(members.records.data() + members.begins[set],
                         members.records.data() + members.begins[set + 1]);
    };
    const std::span<const std::uint8_t> isOpen = table.isOpen();
    const bool anyOpen = std::find(isOpen.begin(), isOpen.end(), 1) != isOpen.end();
    constexpr std::uint32_t kAtOnce = 512;
    inParts((sets.count + kAtOnce - 1) / kAtOnce, threads, [&] {
        return [&, pass = SetPass(table, mostLooked, anyOpen)](std::size_t part) mutable {
            const auto begin = static_cast<std::uint32_t>(part) * kAtOnce;
            const std::uint32_t end = std::min(sets.count, begin + kAtOnce);
            for (std::uint32_t set = begin; set < end; ++set) {
                const auto others = set + 1 < end ? of(set + 1) : of(set).subspan(0, 0);
                if (isLeft[set] != 0 && !pass.take(of(set), others, results)) {
                    isPlain[set] = 0;
                }
            }
        };
    });
}

}  // namespace

OrderedResults
takeInOrder(const Sets& sets, std::span<const OrderedTable> tables, unsigned threads) {
    OrderedResults results;
    results.isPlain.assign(sets.count, 1);
    for (const OrderedTable& table : tables) {
        std::vector<std::int64_t*> out;  // by fold
        for (const OrderedFold& fold : table.window().folds) {
            results.folds.push_back(fold.fold);
            Cells<std::int64_t>& cells = results.columns.emplace_back().cells.values;
            cells.resize(sets.of.size());
            out.push_back(cells.data());
        }
        std::vector<std::uint8_t> isLeft(sets.count, 1);
        const std::uint64_t mostLooked = table.store().mostRows(table.window().space);
        const WindowStream stream(table, sets, mostLooked);
        if (stream.isPossible()) {
            const std::size_t parts = std::max(1U, threads);
            const auto beginOf = [&](std::size_t part) {
                return static_cast<std::uint32_t>(std::size_t{sets.count} * part / parts);
            };
            inParts(parts, threads, [&] {
                return [&](std::size_t part) {
                    stream.take(beginOf(part), beginOf(part + 1), out, isLeft);
                };
            });
        }
        if (std::find(isLeft.begin(), isLeft.end(), 1) != isLeft.end()) {
            takeLeft(sets, table, mostLooked, out, isLeft, threads, results.isPlain);
        }
    }
    return results;
}

}  // namespace proviso::engine
