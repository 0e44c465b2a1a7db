#include "runtime/engine/ordered_pass.h"

#include "runtime/engine/frame.h"
#include "runtime/engine/in_turn.h"
#include "runtime/engine/window.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::kNone;
using bytecode::WindowInfo;

/// Where each record stands when records stand set by set.
struct Places {
    explicit Places(const Sets& sets) : begins(std::size_t{sets.count} + 1, 0) {
        std::partial_sum(sets.sizes.begin(), sets.sizes.end(), begins.begin() + 1);
        std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
        of.reserve(sets.of.size());
        for (const std::uint32_t set : sets.of) {
            of.push_back(next[set]++);
        }
    }

    std::vector<std::uint32_t> begins;  ///< by set, and of one more
    std::vector<std::uint32_t> of;      ///< by record
};

/// The cells of a register, wherever they lie: fields in the store, everything else in pieces.
class Source {
  public:
    Source(const OrderedPassInput& input, Register number)
        : store_(input.store), records_(input.records), space_(input.program.code[number].space) {
        const Instruction& one = input.program.code[number];
        if (one.op == Op::Input) {
            field_ = &store_.batch().spaces[space_].columns[one.index];
        } else {
            pieces_ = input.carriedOf(number);
        }
    }

    /// Calls `visit(record, column, first cell, the one after the last)`.
    template <class Visit>
    void forEach(std::uint32_t begin, std::uint32_t end, Visit visit) const {
        if (field_ == nullptr) {
            for (std::uint32_t record = begin; record < end; ++record) {
                const CarriedColumn& piece = *pieces_.columns[pieces_.piece[record]];
                const auto [first, last] = piece.cellsOf(pieces_.row[record]);
                visit(record, piece.cells, first, last);
            }
        } else if (space_ == 0) {
            for (std::uint32_t record = begin; record < end; ++record) {
                visit(record, *field_, records_[record], records_[record] + 1);
            }
        } else {
            for (std::uint32_t record = begin; record < end; ++record) {
                const auto [first, last] = store_.rowsOf(space_, records_[record]);
                visit(record, *field_, first, last);
            }
        }
    }

  private:
    const RecordStore& store_;
    std::span<const std::uint32_t> records_;
    std::uint32_t space_;
    const ColumnData* field_ = nullptr;
    CarriedPieces pieces_;
};

/// What a window reads of records and what each of them adds, set by set: all of one record lies
/// together.
class Table {
  public:
    Table(const OrderedPassInput& input, const OrderedWindow& window, const Places& places)
        : input_(input), window_(window), registers_(window.ofRecords()), places_(places),
          width_(registers_.size() + window.folds.size()), cells_(width_ * input.records.size()),
          records_(input.records.size()), looked_(input.records.size(), 1),
          isOpen_(input.records.size(), 0) {
        // A part's cells stay in the cache from column to column.
        constexpr std::size_t kAtOnce = 1024;
        InTurn<bool>((input.records.size() + kAtOnce - 1) / kAtOnce, input.threads)
            .run(
                [&] {
                    return [this, sources = Sources(*this)](std::size_t part) mutable {
                        const std::size_t end =
                            std::min(input_.records.size(), (part + 1) * kAtOnce);
                        fill(sources,
                             static_cast<std::uint32_t>(part * kAtOnce),
                             static_cast<std::uint32_t>(end));
                        return true;
                    };
                },
                [](std::size_t /*part*/, bool /*done*/) { return true; });
    }

    std::span<const std::int64_t> cells() const { return cells_; }
    std::size_t width() const { return width_; }
    /// In a record's cells.
    std::size_t columnOf(Register number) const {
        return static_cast<std::size_t>(
            std::lower_bound(registers_.begin(), registers_.end(), number) - registers_.begin());
    }
    std::size_t addsOf(std::size_t fold) const { return registers_.size() + fold; }
    std::uint32_t recordAt(std::size_t place) const { return records_[place]; }
    /// How many rows are looked through of it.
    std::uint32_t lookedAt(std::size_t place) const { return looked_[place]; }
    bool isOpenAt(std::size_t place) const { return isOpen_[place] != 0; }

  private:
    struct Sources {
        explicit Sources(const Table& table) {
            for (const Register each : table.registers_) {
                ofRecords.emplace_back(table.input_, each);
            }
            for (const OrderedFold& fold : table.window_.folds) {
                std::vector<Source>& some = kept.emplace_back();
                for (const Register each : fold.keep) {
                    some.emplace_back(table.input_, each);
                }
                values.push_back(fold.value == kNone
                                     ? std::nullopt
                                     : std::optional(Source(table.input_, fold.value)));
            }
        }

        std::vector<Source> ofRecords;
        std::vector<std::optional<Source>> values;  ///< by fold
        std::vector<std::vector<Source>> kept;      ///< likewise
        std::vector<std::uint8_t> counts;  ///< of the records of a part, one after the other, by
                                           ///< row: whether it counts
    };

    void fill(Sources& sources, std::uint32_t begin, std::uint32_t end) {
        for (std::uint32_t record = begin; record < end; ++record) {
            records_[places_.of[record]] = record;
        }
        for (std::size_t index = 0; index < sources.ofRecords.size(); ++index) {
            std::int64_t* const cells = cells_.data() + index;
            sources.ofRecords[index].forEach(
                begin,
                end,
                [&](std::uint32_t record, const ColumnData& column, std::uint32_t cell, auto) {
                    const std::uint32_t place = places_.of[record];
                    cells[place * width_] = column.values.data()[cell];
                    // What a record says itself has to be a value, wherever it is read.
                    if (!column.states.empty() && column.states[cell] != State::Value) {
                        isOpen_[place] = 1;
                    }
                });
        }
        for (std::size_t fold = 0; fold < window_.folds.size(); ++fold) {
            findCounting(sources, fold, begin, end);
            addUp(sources, fold, begin, end);
        }
    }

    /// Which rows count; none of them is said where all do.
    void findCounting(Sources& sources, std::size_t fold, std::uint32_t begin, std::uint32_t end) {
        std::vector<std::uint8_t>& counts = sources.counts;
        counts.clear();
        const bool isAny = input_.program.code[window_.folds[fold].fold].op == Op::FoldAny;
        for (const Source& source : sources.kept[fold]) {
            const bool isFirst = &source == &sources.kept[fold].front();
            std::size_t next = 0;
            source.forEach(
                begin,
                end,
                [&](std::uint32_t record, const ColumnData& column, auto first, auto last) {
                    // What is not applicable does not count, but makes `any` not applicable.
                    noteStates(record, column, first, last, !isAny);
                    if (isFirst) {
                        counts.resize(next + (last - first), 1);
                    }
                    for (auto cell = first; cell < last; ++cell, ++next) {
                        if (column.values[cell] == 0) {
                            counts[next] = 0;
                        }
                    }
                });
        }
    }

    void addUp(Sources& sources, std::size_t fold, std::uint32_t begin, std::uint32_t end) {
        std::int64_t* const sums = cells_.data() + addsOf(fold);
        const bool all = sources.kept[fold].empty();
        const bool hasValue = sources.values[fold].has_value();
        if (all && !hasValue) {
            for (std::uint32_t record = begin; record < end; ++record) {
                sums[places_.of[record] * width_] = 1;
            }
            return;
        }
        const Source& source = hasValue ? *sources.values[fold] : sources.kept[fold].front();
        std::size_t next = 0;
        source.forEach(
            begin, end, [&](std::uint32_t record, const ColumnData& column, auto first, auto last) {
                // INVARIANT: where there is no value, the value is nought.
                noteStates(record, column, first, last, hasValue);
                std::int64_t sum = 0;
                bool overflows = false;
                for (auto cell = first; cell < last; ++cell) {
                    const std::int64_t value = hasValue ? column.values.data()[cell] : 1;
                    const bool counts = all || sources.counts[next++] != 0;
                    overflows |= __builtin_add_overflow(sum, counts ? value : 0, &sum);
                }
                const std::uint32_t place = places_.of[record];
                sums[place * width_] = sum;
                looked_[place] = last - first;
                if (overflows) {
                    isOpen_[place] = 1;
                }
            });
    }

    void noteStates(std::uint32_t record,
                    const ColumnData& column,
                    std::uint32_t first,
                    std::uint32_t last,
                    bool exceptNotApplicable) {
        if (column.states.empty()) {
            return;
        }
        for (std::uint32_t cell = first; cell < last; ++cell) {
            const State state = column.states[cell];
            if (state != State::Value && !(exceptNotApplicable && state == State::NotApplicable)) {
                isOpen_[places_.of[record]] = 1;
            }
        }
    }

    const OrderedPassInput& input_;
    const OrderedWindow& window_;
    const std::vector<Register> registers_;
    const Places& places_;
    std::size_t width_;
    std::vector<std::int64_t, LargeBlocks<std::int64_t>> cells_;  ///< as all of this: by place
    std::vector<std::uint32_t> records_;
    std::vector<std::uint32_t> looked_;
    std::vector<std::uint8_t> isOpen_;
};

/// One thread's work for one window, set by set. Rows are records of a set.
class SetPass {
  public:
    SetPass(const OrderedPassInput& input, const OrderedWindow& window, const Table& table)
        : window_(window), table_(table), width_(table.width()) {
        for (const Register each : window.equals) {
            equals_.push_back(table.columnOf(each));
        }
        for (const Register each : window.order) {
            order_.push_back({table.columnOf(each),
                              ValueOrder(input.store.batch(), input.program.code[each].type)});
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
            isAny_.push_back(input.program.code[fold.fold].op == Op::FoldAny);
        }
        sums_.resize(window.folds.size());
    }

    /// Of the records that stand from `begin` to `end`. `results`: by fold, by record. False where
    /// the records have to be brought together.
    bool take(std::uint32_t begin, std::uint32_t end, std::span<std::int64_t* const> results) {
        begin_ = begin;
        cells_ = table_.cells().data() + begin * width_;
        rows_.resize(end - begin);
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
        for (const std::uint32_t row : rows_) {
            if (table_.isOpenAt(begin_ + std::size_t{row})) {
                return false;
            }
            looked += table_.lookedAt(begin_ + std::size_t{row});
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
            const std::uint32_t record = table_.recordAt(begin_ + std::size_t{row});
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
    const Table& table_;
    std::size_t width_;
    std::vector<std::size_t> equals_;  ///< columns of the table, as all of these
    std::vector<Key> order_;
    std::vector<Comparison> comparisons_;
    std::vector<std::vector<std::size_t>> allow_;  ///< by fold
    std::vector<bool> isAny_;                      ///< likewise

    std::uint32_t begin_ = 0;                      ///< of the set in the table
    const std::int64_t* cells_ = nullptr;          ///< of the set
    std::vector<std::uint32_t> rows_;              ///< of the set, in the window's order
    std::vector<std::vector<std::int64_t>> sums_;  ///< by fold: of all rows before
    std::size_t from_ = 0;                         ///< of the window, in `rows_`
    std::size_t until_ = 0;
};

}  // namespace

OrderedResults takeInOrder(const OrderedPassInput& input,
                           const std::vector<OrderedWindow>& windows) {
    const std::size_t records = input.records.size();
    const Places places(input.sets);
    OrderedResults results;
    results.isPlain.assign(input.sets.count, 1);
    results.piece.assign(records, 0);
    results.row.resize(records);
    std::iota(results.row.begin(), results.row.end(), 0U);
    for (const OrderedWindow& window : windows) {
        const Table table(input, window, places);
        std::vector<std::int64_t*> out;  // by fold
        results.columns.reserve(results.columns.size() + window.folds.size());
        for (const OrderedFold& fold : window.folds) {
            results.folds.push_back(fold.fold);
            Cells<std::int64_t>& cells = results.columns.emplace_back().cells.values;
            cells.resize(records);
            out.push_back(cells.data());
        }
        constexpr std::uint32_t kAtOnce = 512;
        InTurn<bool>((input.sets.count + kAtOnce - 1) / kAtOnce, input.threads)
            .run(
                [&] {
                    return [&, pass = SetPass(input, window, table)](std::size_t part) mutable {
                        const auto begin = static_cast<std::uint32_t>(part) * kAtOnce;
                        const std::uint32_t end = std::min(input.sets.count, begin + kAtOnce);
                        for (std::uint32_t set = begin; set < end; ++set) {
                            if (!pass.take(places.begins[set], places.begins[set + 1], out)) {
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
