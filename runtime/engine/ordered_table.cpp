#include "runtime/base/check.h"
#include "runtime/engine/ordered_pass.h"

#include <algorithm>
#include <iterator>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;

/// Of some records.
class OrderedTable::Filling {
  public:
    Filling(OrderedTable& table,
            std::span<const std::uint32_t> records,
            std::span<const Register> registers,
            std::span<const CarriedColumn> found)
        : table_(table), store_(table.store_), records_(records), known_(registers), found_(found) {
    }

    void run() {
        for (std::size_t index = 0; index < table_.registers_.size(); ++index) {
            const Register number = table_.registers_[index];
            std::int64_t* const cells = table_.cells_.get() + index;
            ofRecords(number, [&](std::uint32_t record, std::int64_t value) {
                cells[record * table_.width_] = value;
            });
            noteUnknown(number);
        }
        for (const Register number : table_.others_) {
            noteUnknown(number);
        }
        const std::vector<OrderedFold>& folds = table_.window_.folds;
        for (std::size_t fold = 0; fold < folds.size(); ++fold) {
            findCounting(folds[fold]);
            addUp(folds[fold], table_.addsOf(fold));
        }
    }

  private:
    bool isField(Register number) const { return at(number).op == Op::Input; }
    const Instruction& at(Register number) const { return table_.program_.code[number]; }

    const CarriedColumn& foundOf(Register number) const {
        const auto place = std::lower_bound(known_.begin(), known_.end(), number);
        PROVISO_CHECK(place != known_.end() && *place == number,
                      "what a window reads was found for it");
        return found_[static_cast<std::size_t>(place - known_.begin())];
    }

    /// Of the store, or found.
    const Cells<State>& statesOf(Register number) const {
        return isField(number) ? store_.states(at(number).space, at(number).index)
                               : foundOf(number).cells.states;
    }

    /// Calls `visit(record, value)`; of what has a cell a record.
    template <class Visit>
    void ofRecords(Register number, Visit visit) const {
        if (isField(number)) {
            store_.values(0, at(number).index).visit([&](const auto* values) {
                for (const std::uint32_t record : records_) {
                    visit(record, values[table_.numbers_[record]]);
                }
            });
            return;
        }
        const std::int64_t* const values = std::as_const(foundOf(number).cells.values).data();
        for (std::size_t row = 0; row < records_.size(); ++row) {
            visit(records_[row], values[row]);
        }
    }

    /// What a record says itself has to be a value, wherever it is read.
    void noteUnknown(Register number) {
        const Cells<State>& states = statesOf(number);
        if (states.empty()) {
            return;
        }
        for (std::size_t row = 0; row < records_.size(); ++row) {
            const std::uint32_t record = records_[row];
            if (states[isField(number) ? table_.numbers_[record] : row] != State::Value) {
                table_.isOpen_[record] = 1;
            }
        }
    }

    /// Calls `visit(record, values, first cell, the one after the last)`; of what has a cell for
    /// each row that is looked through.
    template <class Visit>
    void ofRows(Register number, Visit visit) const {
        if (isField(number)) {
            const std::uint32_t space = at(number).space;
            store_.values(space, at(number).index).visit([&](const auto* values) {
                for (const std::uint32_t record : records_) {
                    const auto [first, last] = store_.rowsOf(space, table_.numbers_[record]);
                    visit(record, values, std::size_t{first}, std::size_t{last});
                }
            });
            return;
        }
        const CarriedColumn& column = foundOf(number);
        const std::int64_t* const values = column.cells.values.data();
        for (std::uint32_t row = 0; row < records_.size(); ++row) {
            const auto [first, last] = column.cellsOf(row);
            visit(records_[row], values, std::size_t{first}, std::size_t{last});
        }
    }

    /// Which rows count; nothing is said where all do.
    void findCounting(const OrderedFold& fold) {
        counts_.clear();
        const bool isAny = at(fold.fold).op == Op::FoldAny;
        for (const Register each : fold.keep) {
            const Cells<State>& states = statesOf(each);
            std::size_t next = 0;
            ofRows(each, [&](std::uint32_t record, const auto* values, auto first, auto last) {
                // What is not applicable does not count, but makes `any` not applicable.
                noteStates(record, states, first, last, !isAny);
                if (each == fold.keep[0]) {
                    counts_.resize(next + (last - first), 1);
                }
                for (auto cell = first; cell < last; ++cell, ++next) {
                    if (values[cell] == 0) {
                        counts_[next] = 0;
                    }
                }
            });
        }
    }

    /// As most do: without a branch for each record, of which nobody could foresee how many rows it
    /// has. False where the sums of all rows before do not fit.
    bool addUpAll(Register value, std::size_t index) {
        std::int64_t* const sums = table_.cells_.get() + index;
        const CarriedColumn& column = foundOf(value);
        const std::int64_t* const values = column.cells.values.data();
        const std::size_t cells = column.cells.values.size();
        before_.resize(cells + 1);
        std::int64_t* const before = before_.data();
        std::int64_t sum = 0;
        before[0] = sum;
        bool overflows = false;
        for (std::size_t cell = 0; cell < cells; ++cell) {
            overflows |= __builtin_add_overflow(sum, values[cell], &sum);
            before[cell + 1] = sum;
        }
        for (std::uint32_t row = 0; row < records_.size(); ++row) {
            const auto [first, last] = column.cellsOf(row);
            overflows |= __builtin_sub_overflow(
                before[last], before[first], &sums[records_[row] * table_.width_]);
        }
        return !overflows;
    }

    void addUp(const OrderedFold& fold, std::size_t index) {
        std::int64_t* const sums = table_.cells_.get() + index;
        if (fold.value == kNone && fold.keep.empty()) {
            for (const std::uint32_t record : records_) {
                sums[record * table_.width_] = 1;
            }
            return;
        }
        std::size_t next = 0;
        const auto addRows = [&](auto valueOf, auto counts) {
            return [&, valueOf, counts](
                       std::uint32_t record, const auto* values, auto first, auto last) {
                std::int64_t sum = 0;
                bool overflows = false;
                for (auto cell = first; cell < last; ++cell) {
                    const std::int64_t value = valueOf(values, cell);
                    overflows |= __builtin_add_overflow(sum, counts(next++) ? value : 0, &sum);
                }
                sums[record * table_.width_] = sum;
                if (overflows) {
                    table_.isOpen_[record] = 1;
                }
            };
        };
        const auto value = [](const auto* values, std::size_t cell) {
            return std::int64_t{values[cell]};
        };
        const auto isCounted = [&](std::size_t row) { return counts_[row] != 0; };
        if (fold.value == kNone) {
            ofRows(fold.keep[0], addRows([](const auto*, std::size_t) { return 1; }, isCounted));
            return;
        }
        if (fold.keep.empty() && !isField(fold.value) && addUpAll(fold.value, index)) {
            // They are there.
        } else if (fold.keep.empty()) {
            ofRows(fold.value, addRows(value, [](std::size_t) { return true; }));
        } else {
            ofRows(fold.value, addRows(value, isCounted));
        }
        // INVARIANT: where there is no value, the value is nought.
        const Cells<State>& states = statesOf(fold.value);
        if (!states.empty()) {
            ofRows(fold.value, [&](std::uint32_t record, const auto*, auto first, auto last) {
                noteStates(record, states, first, last, /*exceptNotApplicable=*/true);
            });
        }
    }

    void noteStates(std::uint32_t record,
                    const Cells<State>& states,
                    std::size_t first,
                    std::size_t last,
                    bool exceptNotApplicable) {
        if (states.empty()) {
            return;
        }
        for (std::size_t cell = first; cell < last; ++cell) {
            const State state = states[cell];
            const bool isFine =
                state == State::Value || (exceptNotApplicable && state == State::NotApplicable);
            if (!isFine) {
                table_.isOpen_[record] = 1;
            }
        }
    }

    OrderedTable& table_;
    const RecordStore& store_;
    std::span<const std::uint32_t> records_;
    std::span<const Register> known_;
    std::span<const CarriedColumn> found_;
    std::vector<std::uint8_t> counts_;  ///< by row, record after record
    std::vector<std::int64_t> before_;  ///< by cell: the sum of those before
};

namespace {

/// What each record's place in the window depends on. Sets tell of the keys, and fields that decide
/// only where what comes before them ties are asked for then.
std::vector<Register> readOfAll(const Program& program, const OrderedWindow& window) {
    OrderedWindow some = window;
    some.keys.clear();
    some.order.clear();
    for (const Register each : window.order) {
        if (some.order.empty() || program.code[each].op != Op::Input) {
            some.order.push_back(each);
        }
    }
    return some.ofRecords();
}

}  // namespace

OrderedTable::OrderedTable(const Program& program,
                           const OrderedWindow& window,
                           const RecordStore& store,
                           std::span<const std::uint32_t> numbers)
    : program_(program), window_(window), store_(store), numbers_(numbers),
      registers_(readOfAll(program, window)), width_(registers_.size() + window.folds.size()),
      cells_(LargeBlocks<std::int64_t>().allocate(width_ * numbers.size()),
             Free{width_ * numbers.size()}),
      isOpen_(numbers.size(), 0) {
    const std::vector<Register> all = window.ofRecords();
    std::set_difference(
        all.begin(), all.end(), registers_.begin(), registers_.end(), std::back_inserter(others_));
}

void OrderedTable::fill(std::span<const std::uint32_t> records,
                        std::span<const Register> registers,
                        std::span<const CarriedColumn> found) {
    Filling(*this, records, registers, found).run();
}

std::optional<std::size_t> OrderedTable::columnOf(Register number) const {
    const auto place = std::lower_bound(registers_.begin(), registers_.end(), number);
    if (place == registers_.end() || *place != number) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(place - registers_.begin());
}

}  // namespace proviso::engine
