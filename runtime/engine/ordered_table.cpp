#include "runtime/base/check.h"
#include "runtime/engine/ordered_pass.h"

#include <algorithm>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Register;

/// Of some records.
class OrderedTable::Filling {
  public:
    Filling(OrderedTable& table,
            const RecordStore& store,
            std::span<const std::uint32_t> numbers,
            std::span<const std::uint32_t> records,
            std::span<const Register> registers,
            std::span<const CarriedColumn> found)
        : table_(table), store_(store), numbers_(numbers), records_(records), known_(registers),
          found_(found) {}

    void run() {
        for (std::size_t index = 0; index < table_.registers_.size(); ++index) {
            std::int64_t* const cells = table_.cells_.data() + index;
            forEach(table_.registers_[index],
                    [&](std::uint32_t record, const auto& column, std::size_t cell, auto) {
                        // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number of one byte
                        cells[record * table_.width_] = column.values[cell];
                        // What a record says itself has to be a value, wherever it is read.
                        if (!column.states.empty() && column.states[cell] != State::Value) {
                            table_.isOpen_[record] = 1;
                        }
                    });
        }
        const std::vector<OrderedFold>& folds = table_.window_.folds;
        for (std::size_t fold = 0; fold < folds.size(); ++fold) {
            findCounting(folds[fold]);
            addUp(folds[fold], table_.addsOf(fold));
        }
    }

  private:
    /// Of the store's, which may be smaller, or found.
    template <class Cell>
    struct Column {
        const Cell* values;
        const Cells<State>& states;
    };

    /// Calls `visit(record, column, first cell, the one after the last)`.
    template <class Visit>
    void forEach(Register number, Visit visit) const {
        const Instruction& one = table_.program_.code[number];
        if (one.op == Op::Input) {
            const Cells<State>& states = store_.states(one.space, one.index);
            store_.values(one.space, one.index).visit([&]<class Cell>(const Cell* values) {
                for (const std::uint32_t record : records_) {
                    const std::uint32_t own = numbers_[record];
                    const auto [first, last] =
                        one.space == 0 ? std::pair{own, own + 1} : store_.rowsOf(one.space, own);
                    visit(record,
                          Column<Cell>{values, states},
                          std::size_t{first},
                          std::size_t{last});
                }
            });
            return;
        }
        const auto place = std::lower_bound(known_.begin(), known_.end(), number);
        PROVISO_CHECK(place != known_.end() && *place == number,
                      "what a window reads was found for it");
        const CarriedColumn& column = found_[static_cast<std::size_t>(place - known_.begin())];
        for (std::uint32_t row = 0; row < records_.size(); ++row) {
            const auto [first, last] = column.cellsOf(row);
            visit(records_[row],
                  Column<std::int64_t>{column.cells.values.data(), column.cells.states},
                  std::size_t{first},
                  std::size_t{last});
        }
    }

    /// Which rows count; nothing is said where all do.
    void findCounting(const OrderedFold& fold) {
        counts_.clear();
        const bool isAny = table_.program_.code[fold.fold].op == Op::FoldAny;
        for (const Register each : fold.keep) {
            std::size_t next = 0;
            forEach(each, [&](std::uint32_t record, const auto& column, auto first, auto last) {
                // What is not applicable does not count, but makes `any` not applicable.
                noteStates(record, column.states, first, last, !isAny);
                if (each == fold.keep[0]) {
                    counts_.resize(next + (last - first), 1);
                }
                for (auto cell = first; cell < last; ++cell, ++next) {
                    if (column.values[cell] == 0) {
                        counts_[next] = 0;
                    }
                }
            });
        }
    }

    void addUp(const OrderedFold& fold, std::size_t index) {
        std::int64_t* const sums = table_.cells_.data() + index;
        const bool all = fold.keep.empty();
        const bool hasValue = fold.value != kNone;
        if (all && !hasValue) {
            for (const std::uint32_t record : records_) {
                sums[record * table_.width_] = 1;
            }
            return;
        }
        std::size_t next = 0;
        forEach(hasValue ? fold.value : fold.keep[0],
                [&](std::uint32_t record, const auto& column, auto first, auto last) {
                    if (hasValue) {
                        // INVARIANT: where there is no value, the value is nought.
                        noteStates(
                            record, column.states, first, last, /*exceptNotApplicable=*/true);
                    }
                    std::int64_t sum = 0;
                    bool overflows = false;
                    for (auto cell = first; cell < last; ++cell) {
                        const std::int64_t value = hasValue ? column.values[cell] : 1;
                        const bool counts = all || counts_[next++] != 0;
                        overflows |= __builtin_add_overflow(sum, counts ? value : 0, &sum);
                    }
                    sums[record * table_.width_] = sum;
                    table_.looked_[record] = static_cast<std::uint32_t>(last - first);
                    if (overflows) {
                        table_.isOpen_[record] = 1;
                    }
                });
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
    std::span<const std::uint32_t> numbers_;
    std::span<const std::uint32_t> records_;
    std::span<const Register> known_;
    std::span<const CarriedColumn> found_;
    std::vector<std::uint8_t> counts_;  ///< by row, record after record
};

OrderedTable::OrderedTable(const bytecode::Program& program,
                           const OrderedWindow& window,
                           std::size_t records)
    : program_(program), window_(window), registers_(window.ofRecords()),
      width_(registers_.size() + window.folds.size()), cells_(width_ * records),
      looked_(records, 1), isOpen_(records, 0) {}

void OrderedTable::fill(const RecordStore& store,
                        std::span<const std::uint32_t> numbers,
                        std::span<const std::uint32_t> records,
                        std::span<const Register> registers,
                        std::span<const CarriedColumn> found) {
    Filling(*this, store, numbers, records, registers, found).run();
}

std::size_t OrderedTable::columnOf(Register number) const {
    return static_cast<std::size_t>(std::lower_bound(registers_.begin(), registers_.end(), number) -
                                    registers_.begin());
}

}  // namespace proviso::engine
