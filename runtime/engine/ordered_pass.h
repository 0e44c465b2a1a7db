#pragma once

#include "runtime/base/large_blocks.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/ordered_windows.h"
#include "runtime/engine/sets.h"
#include "runtime/input/record_store.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace proviso::engine {

/// What windows over an order came to, by record in the order of keys.
struct OrderedResults {
    std::vector<bytecode::Register> folds;
    std::vector<CarriedColumn> columns;  ///< parallel; void for records of sets that are not plain
    /// By set: all that any window reads is known of its records, and no two of them tie. What is
    /// not has to be found out by bringing the set together.
    std::vector<std::uint8_t> isPlain;
};

/// What one window reads of records and what each of them adds to it: all of one record lies
/// together. What is given must outlive it.
class OrderedTable {
  public:
    /// Of records in the order of keys: `numbers` are those that they have in the `store`.
    OrderedTable(const bytecode::Program& program,
                 const OrderedWindow& window,
                 const RecordStore& store,
                 std::span<const std::uint32_t> numbers);

    /// Takes what some records say, by number in the order of keys; each record once. Fields are in
    /// the store; everything else is in `found`, columns of these records, parallel to `registers`,
    /// which are ascending. From several threads for different records.
    void fill(std::span<const std::uint32_t> records,
              std::span<const bytecode::Register> registers,
              std::span<const CarriedColumn> found);

    const bytecode::Program& program() const { return program_; }
    const OrderedWindow& window() const { return window_; }
    const RecordStore& store() const { return store_; }
    /// What a record says, and for each fold what it adds. There are `width` cells a record.
    const std::int64_t* cells() const { return cells_.get(); }
    std::size_t width() const { return width_; }
    /// The place of a register in a record's cells; nothing if it is a field that is looked up in
    /// the store where it is needed, which is seldom.
    std::optional<std::size_t> columnOf(bytecode::Register number) const;
    std::size_t addsOf(std::size_t fold) const { return registers_.size() + fold; }
    /// Of a field of records.
    std::int64_t lookUp(bytecode::Register field, std::uint32_t record) const {
        return store_.values(0, program_.code[field].index)[numbers_[record]];
    }
    /// How many rows are looked through of it.
    std::uint32_t lookedOf(std::uint32_t record) const {
        const auto [first, last] = store_.rowsOf(window_.space, numbers_[record]);
        return last - first;
    }
    /// By record: something that the window reads is not known of it.
    std::span<const std::uint8_t> isOpen() const { return isOpen_; }

  private:
    class Filling;
    struct Free {
        std::size_t count;
        void operator()(std::int64_t* cells) const noexcept {
            LargeBlocks<std::int64_t>().deallocate(cells, count);
        }
    };

    const bytecode::Program& program_;
    const OrderedWindow& window_;
    const RecordStore& store_;
    std::span<const std::uint32_t> numbers_;
    std::vector<bytecode::Register> registers_;  ///< what has cells; ascending
    std::vector<bytecode::Register> others_;     ///< what has none, but has to be known; likewise
    std::size_t width_;
    std::unique_ptr<std::int64_t[], Free> cells_;  ///< void until they are filled
    std::vector<std::uint8_t> isOpen_;             ///< by record
};

/// Takes windows one after the other, each in one pass over all records as they come, and then over
/// each set of records with equal keys for which that does not do.
OrderedResults
takeInOrder(const Sets& sets, std::span<const OrderedTable> tables, unsigned threads);

}  // namespace proviso::engine
