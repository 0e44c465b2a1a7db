#pragma once

#include "runtime/base/check.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/ordered_pass.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace proviso::engine {

/// What one window over an order reads of each record, by the places of an OrderedTable's cells.
/// The table must outlive it.
class WindowCells {
  public:
    struct Comparison {
        std::size_t looked = 0;
        std::size_t asking = 0;
        std::uint8_t mode = 0;

        /// Whether the records that compare as it wants are those before some other, not those
        /// from it on.
        bool isEnd() const { return mode == 2 || mode == 3; }
        /// Whether what `there` says comes before where the window of `asked` begins, or ends.
        bool isBefore(std::int64_t there, std::int64_t asked) const {
            const bool isEqualBefore = mode == 3 || mode == 4;
            return there < asked || (isEqualBefore && there == asked);
        }
    };
    struct Key {
        bool isOfRecords;  ///< the key of records, in whose order they are numbered
        bytecode::Register number;
        std::optional<std::size_t> column;  ///< nothing: it is looked up
        ValueOrder order;
    };

    explicit WindowCells(const OrderedTable& table)
        : table_(table), cells_(table.cells()), width_(table.width()) {
        const OrderedWindow& window = table.window();
        const bytecode::Program& program = table.program();
        for (const bytecode::Register each : window.equals) {
            equals.push_back(placeOf(each));
        }
        for (const bytecode::Register each : window.order) {
            const bytecode::Instruction& one = program.code[each];
            order.push_back({one.op == bytecode::Op::Input && one.index == program.schema.keyField,
                             each,
                             table.columnOf(each),
                             ValueOrder(table.store().rows(), one.type)});
        }
        for (const OrderedWindow::Comparison& one : window.comparisons) {
            comparisons.push_back({placeOf(one.looked), placeOf(one.asking), one.mode});
        }
        for (std::size_t fold = 0; fold < window.folds.size(); ++fold) {
            std::vector<std::size_t>& some = allow.emplace_back();
            for (const bytecode::Register each : window.folds[fold].allow) {
                some.push_back(placeOf(each));
            }
            adds.push_back(table.addsOf(fold));
            isAny.push_back(program.code[window.folds[fold].fold].op == bytecode::Op::FoldAny);
        }
    }

    const std::int64_t* cellsOf(std::uint32_t record) const { return cells_ + record * width_; }
    std::int64_t cellOf(std::uint32_t record, std::size_t column) const {
        return cellsOf(record)[column];
    }
    void prefetch(std::uint32_t record) const {
        __builtin_prefetch(cellsOf(record));
        __builtin_prefetch(cellsOf(record) + width_ - 1);
    }

    int compareEquals(std::uint32_t a, std::uint32_t b) const {
        for (const std::size_t column : equals) {
            if (cellOf(a, column) != cellOf(b, column)) {
                return cellOf(a, column) < cellOf(b, column) ? -1 : 1;
            }
        }
        return 0;
    }
    /// Where two records stand to each other in the order that sums go through.
    int compare(std::uint32_t a, std::uint32_t b) const {
        int compared = compareEquals(a, b);
        for (std::size_t index = 0; compared == 0 && index < order.size(); ++index) {
            const Key& key = order[index];
            if (key.isOfRecords) {
                return a < b ? -1 : 1;
            }
            compared =
                key.column
                    ? key.order.compare(cellOf(a, *key.column), cellOf(b, *key.column))
                    : key.order.compare(table_.lookUp(key.number, a), table_.lookUp(key.number, b));
        }
        return compared;
    }

    /// What a fold comes to of the window of a record that adds up to `sum`.
    std::int64_t told(std::uint32_t record, std::size_t fold, std::int64_t sum) const {
        for (const std::size_t column : allow[fold]) {
            if (cellOf(record, column) == 0) {
                return 0;
            }
        }
        return isAny[fold] != 0 ? (sum != 0 ? 1 : 0) : sum;
    }

    std::vector<std::size_t> equals;  ///< columns of the table, as all of these
    std::vector<Key> order;
    std::vector<Comparison> comparisons;
    std::vector<std::vector<std::size_t>> allow;  ///< by fold
    std::vector<std::size_t> adds;                ///< likewise
    std::vector<std::uint8_t> isAny;              ///< likewise

  private:
    std::size_t placeOf(bytecode::Register number) const {
        const std::optional<std::size_t> column = table_.columnOf(number);
        PROVISO_CHECK(column.has_value(), "what a window compares has cells");
        return *column;
    }

    const OrderedTable& table_;
    const std::int64_t* cells_;
    std::size_t width_;
};

}  // namespace proviso::engine
