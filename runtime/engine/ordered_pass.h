#pragma once

#include "runtime/bytecode/cells.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/ordered_windows.h"
#include "runtime/engine/sets.h"
#include "runtime/input/record_store.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace proviso::engine {

/// What windows over an order came to, by record in the order of keys.
struct OrderedResults {
    std::vector<bytecode::Register> folds;
    std::vector<CarriedColumn> columns;  ///< parallel; void for records of sets that are not plain
    std::vector<std::uint32_t> piece;    ///< as of CarriedPieces: all are one piece
    std::vector<std::uint32_t> row;
    /// By set: all that any window reads is known of its records, and no two of them tie. What is
    /// not has to be found out by bringing the set together.
    std::vector<std::uint8_t> isPlain;
};

/// What one window reads of records and what each of them adds to it: all of one record lies
/// together.
class OrderedTable {
  public:
    OrderedTable(const bytecode::Program& program,
                 const OrderedWindow& window,
                 std::size_t records);

    /// Takes what some records say, by number in the order of keys. Fields are in the `store`,
    /// where the records have other `numbers`; everything else is in `found`, columns of these
    /// records, parallel to `registers`, which are ascending. From several threads for different
    /// records.
    void fill(const RecordStore& store,
              std::span<const std::uint32_t> numbers,
              std::span<const std::uint32_t> records,
              std::span<const bytecode::Register> registers,
              std::span<const CarriedColumn> found);

    const OrderedWindow& window() const { return window_; }
    /// A record's cells: what it says, and for each fold what it adds.
    std::span<const std::int64_t> cellsOf(std::uint32_t record) const {
        return {cells_.data() + record * width_, width_};
    }
    std::size_t columnOf(bytecode::Register number) const;
    std::size_t addsOf(std::size_t fold) const { return registers_.size() + fold; }
    std::size_t width() const { return width_; }
    /// How many rows are looked through of it.
    std::uint32_t lookedOf(std::uint32_t record) const { return looked_[record]; }
    /// Something that the window reads is not known of it.
    bool isOpen(std::uint32_t record) const { return isOpen_[record] != 0; }

  private:
    class Filling;

    const bytecode::Program& program_;
    const OrderedWindow& window_;
    std::vector<bytecode::Register> registers_;  ///< OrderedWindow::ofRecords
    std::size_t width_;
    std::vector<std::int64_t, LargeBlocks<std::int64_t>> cells_;
    std::vector<std::uint32_t> looked_;  ///< by record
    std::vector<std::uint8_t> isOpen_;   ///< likewise
};

/// Takes windows one after the other, each in one pass over sets of records with equal keys.
/// `batch`: of whose dictionary texts are.
OrderedResults takeInOrder(const bytecode::Program& program,
                           const Batch& batch,
                           const Sets& sets,
                           std::span<const OrderedTable> tables,
                           unsigned threads);

}  // namespace proviso::engine
