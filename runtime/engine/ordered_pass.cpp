#include "runtime/engine/ordered_pass.h"

#include "runtime/engine/frame.h"
#include "runtime/engine/in_turn.h"
#include "runtime/engine/window.h"

#include <algorithm>
#include <numeric>

namespace proviso::engine {

namespace {

using bytecode::Program;
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

/// One thread's work for one window, set by set. Rows are records of a set.
class SetPass {
  public:
    SetPass(const Program& program, const Batch& batch, const OrderedTable& table)
        : window_(table.window()), table_(table), width_(table.width()) {
        const OrderedWindow& window = window_;
        for (const Register each : window.equals) {
            equals_.push_back(table.columnOf(each));
        }
        for (const Register each : window.order) {
            order_.push_back({table.columnOf(each), ValueOrder(batch, program.code[each].type)});
        }
        for (const OrderedWindow::Comparison& one : window.comparisons) {
            comparisons_.push_back(
                {table.columnOf(one.looked), table.columnOf(one.asking), one.mode});
        }
        for (const OrderedFold& fold : window.folds) {
            std::vector<std::size_t>& allow = allow_.emplace_back();
            for (const Register each : fold.allow) {
                allow.push_back(table.columnOf(each));
            }
            isAny_.push_back(program.code[fold.fold].op == Op::FoldAny);
        }
        sums_.resize(window.folds.size());
    }

    /// Of the records of a set, which come before `others`. `results`: by fold, by record. False
    /// where they have to be brought together.
    bool take(std::span<const std::uint32_t> records,
              std::span<const std::uint32_t> others,
              std::span<std::int64_t* const> results) {
        records_ = records;
        cells_.resize(records.size() * width_);
        std::int64_t* next = cells_.data();
        for (const std::uint32_t record : records) {
            const std::span<const std::int64_t> cells = table_.cellsOf(record);
            next = std::copy(cells.begin(), cells.end(), next);
        }
        for (const std::uint32_t record : others) {
            const std::span<const std::int64_t> cells = table_.cellsOf(record);
            __builtin_prefetch(cells.data());
            __builtin_prefetch(cells.data() + cells.size() - 1);
        }
        rows_.resize(records.size());
        std::iota(rows_.begin(), rows_.end(), 0U);
        if (!areKnown() || !sort() || !addUp()) {
            return false;
        }
        for (std::size_t first = 0; first < rows_.size();) {
            std::size_t last = first + 1;
            while (last < rows_.size() && compareEquals(rows_[first], rows_[last]) == 0) {
                ++last;
            }
            if (!rises(first, last) || !takeRun(first, last, results)) {
                return false;
            }
            first = last;
        }
        return true;
    }

  private:
    struct Key {
        std::size_t column;
        ValueOrder order;
    };
    struct Comparison {
        std::size_t looked;
        std::size_t asking;
        std::uint8_t mode;
    };

    std::int64_t cell(std::uint32_t row, std::size_t column) const {
        return cells_[row * width_ + column];
    }

    bool areKnown() const {
        std::uint64_t looked = 0;
        for (const std::uint32_t record : records_) {
            if (table_.isOpen(record)) {
                return false;
            }
            looked += table_.lookedOf(record);
        }
        return looked * rows_.size() <= kMostPairs;
    }

    int compareEquals(std::uint32_t a, std::uint32_t b) const {
        for (const std::size_t column : equals_) {
            if (cell(a, column) != cell(b, column)) {
                return cell(a, column) < cell(b, column) ? -1 : 1;
            }
        }
        return 0;
    }
    int compare(std::uint32_t a, std::uint32_t b) const {
        int compared = compareEquals(a, b);
        for (std::size_t index = 0; compared == 0 && index < order_.size(); ++index) {
            const Key& key = order_[index];
            compared = key.order.compare(cell(a, key.column), cell(b, key.column));
        }
        return compared;
    }

    /// False where some tie that may not. Records mostly come in the order that is asked for.
    bool sort() {
        const int most = window_.upTo == WindowInfo::UpTo::None ? 0 : -1;
        const auto isNotBefore = [&](std::uint32_t a, std::uint32_t b) {
            return compare(a, b) > most;
        };
        const auto isInOrder = [&] {
            return std::adjacent_find(rows_.begin(), rows_.end(), isNotBefore) == rows_.end();
        };
        if (isInOrder()) {
            return true;
        }
        std::sort(rows_.begin(), rows_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return compare(a, b) < 0;
        });
        return isInOrder();
    }

    /// False where sums of all rows before do not fit.
    bool addUp() {
        bool fits = true;
        for (std::size_t fold = 0; fold < sums_.size(); ++fold) {
            std::vector<std::int64_t>& sums = sums_[fold];
            const std::size_t column = table_.addsOf(fold);
            sums.resize(rows_.size() + 1);
            std::int64_t sum = 0;
            sums[0] = sum;
            for (std::size_t place = 0; place < rows_.size(); ++place) {
                fits &= !__builtin_add_overflow(sum, cell(rows_[place], column), &sum);
                sums[place + 1] = sum;
            }
        }
        return fits;
    }

    bool rises(std::size_t first, std::size_t last) const {
        return std::all_of(comparisons_.begin(), comparisons_.end(), [&](const Comparison& one) {
            bool rises = true;
            for (std::size_t place = first + 1; place < last; ++place) {
                rises &= cell(rows_[place - 1], one.looked) <= cell(rows_[place], one.looked);
            }
            return rises;
        });
    }

    /// The windows of rows that are equal in what they have to be.
    bool takeRun(std::size_t first, std::size_t last, std::span<std::int64_t* const> results) {
        for (std::size_t place = first; place < last; ++place) {
            const std::uint32_t row = rows_[place];
            from_ = first;
            until_ = window_.upTo == WindowInfo::UpTo::None        ? last
                     : window_.upTo == WindowInfo::UpTo::Inclusive ? place + 1
                                                                   : place;
            for (const Comparison& one : comparisons_) {
                cut(one, cell(row, one.asking));
            }
            const std::uint32_t record = records_[row];
            for (std::size_t fold = 0; fold < sums_.size(); ++fold) {
                std::int64_t sum = 0;
                if (__builtin_sub_overflow(sums_[fold][until_], sums_[fold][from_], &sum)) {
                    return false;
                }
                const bool isAllowed =
                    std::all_of(allow_[fold].begin(), allow_[fold].end(), [&](std::size_t column) {
                        return cell(row, column) != 0;
                    });
                const std::int64_t found = isAny_[fold] ? (sum != 0 ? 1 : 0) : sum;
                results[fold][record] = isAllowed ? found : 0;
            }
        }
        return true;
    }

    /// Leaves the rows that compare with `value` as the window wants it.
    void cut(const Comparison& one, std::int64_t value) {
        switch (one.mode) {
        case 2:
            until_ = firstWhere(one.looked, [&](std::int64_t looked) { return looked >= value; });
            break;
        case 3:
            until_ = firstWhere(one.looked, [&](std::int64_t looked) { return looked > value; });
            break;
        case 4:
            from_ = firstWhere(one.looked, [&](std::int64_t looked) { return looked > value; });
            break;
        default:
            from_ = firstWhere(one.looked, [&](std::int64_t looked) { return looked >= value; });
            break;
        }
    }

    /// Of a column that rises from `from_` to `until_`. Mostly all rows lie on one side.
    template <class Test>
    std::size_t firstWhere(std::size_t column, Test test) const {
        if (from_ == until_ || test(cell(rows_[from_], column))) {
            return from_;
        }
        if (!test(cell(rows_[until_ - 1], column))) {
            return until_;
        }
        const auto at = [&](std::size_t place) {
            return rows_.begin() + static_cast<std::ptrdiff_t>(place);
        };
        return static_cast<std::size_t>(
            std::partition_point(at(from_),
                                 at(until_),
                                 [&](std::uint32_t row) { return !test(cell(row, column)); }) -
            rows_.begin());
    }

    const OrderedWindow& window_;
    const OrderedTable& table_;
    std::size_t width_;
    std::vector<std::size_t> equals_;  ///< columns of the table, as all of these
    std::vector<Key> order_;
    std::vector<Comparison> comparisons_;
    std::vector<std::vector<std::size_t>> allow_;  ///< by fold
    std::vector<bool> isAny_;                      ///< likewise

    std::span<const std::uint32_t> records_;       ///< of the set
    std::vector<std::int64_t> cells_;              ///< theirs, row by row
    std::vector<std::uint32_t> rows_;              ///< of the set, in the window's order
    std::vector<std::vector<std::int64_t>> sums_;  ///< by fold: of all rows before
    std::size_t from_ = 0;                         ///< of the window, in `rows_`
    std::size_t until_ = 0;
};

}  // namespace

OrderedResults takeInOrder(const Program& program,
                           const Batch& batch,
                           const Sets& sets,
                           std::span<const OrderedTable> tables,
                           unsigned threads) {
    const std::size_t records = sets.of.size();
    const Members members(sets);
    OrderedResults results;
    results.isPlain.assign(sets.count, 1);
    results.piece.assign(records, 0);
    results.row.resize(records);
    std::iota(results.row.begin(), results.row.end(), 0U);
    const auto of = [&](std::uint32_t set) {
        return std::span(members.records.data() + members.begins[set],
                         members.records.data() + members.begins[set + 1]);
    };
    for (const OrderedTable& table : tables) {
        std::vector<std::int64_t*> out;  // by fold
        for (const OrderedFold& fold : table.window().folds) {
            results.folds.push_back(fold.fold);
            Cells<std::int64_t>& cells = results.columns.emplace_back().cells.values;
            cells.resize(records);
            out.push_back(cells.data());
        }
        constexpr std::uint32_t kAtOnce = 512;
        InTurn<bool>((sets.count + kAtOnce - 1) / kAtOnce, threads)
            .run(
                [&] {
                    return [&, pass = SetPass(program, batch, table)](std::size_t part) mutable {
                        const auto begin = static_cast<std::uint32_t>(part) * kAtOnce;
                        const std::uint32_t end = std::min(sets.count, begin + kAtOnce);
                        for (std::uint32_t set = begin; set < end; ++set) {
                            const auto others = set + 1 < end ? of(set + 1) : of(set).subspan(0, 0);
                            if (!pass.take(of(set), others, out)) {
                                results.isPlain[set] = 0;
                            }
                        }
                        return true;
                    };
                },
                [](std::size_t /*part*/, bool /*done*/) { return true; });
    }
    return results;
}

}  // namespace proviso::engine
