#pragma once

#include "runtime/bytecode/batch.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace proviso {

class RecordStore;

/// Selects records of a store again and again, as RecordStore::select does, in the same memory. One
/// thread at a time; several selectors may share a store.
class RecordSelector {
  public:
    /// Both must outlive the selector. `read`: what is selected of records; nullptr: everything.
    /// `lendsPacked`: what neighbours in the store say in smaller cells is lent, too
    /// (Batch::Space::packed).
    RecordSelector(const RecordStore& store, const ReadOfRecords* read, bool lendsPacked = false);

    /// Good until the next call.
    Batch& select(std::span<const std::uint32_t> records);

  private:
    /// Of a space of the store: the first, and the one after the last.
    using Rows = std::pair<std::uint32_t, std::uint32_t>;
    /// What is selected of a space.
    struct Selected {
        std::vector<Rows> byRecord;  ///< not of neighbours
        std::vector<Rows> runs;  ///< the same, without those that are empty, adjacent ones as one
    };

    bool isRead(std::uint32_t space) const { return read_ == nullptr || read_->rows[space] != 0; }
    void findRows(std::uint32_t space, std::span<const std::uint32_t> records);
    void findParents(std::uint32_t space, std::span<const std::uint32_t> records);
    void moveParents(std::uint32_t space,
                     std::span<const std::uint32_t> records,
                     const std::vector<std::uint32_t>& from);
    void copyColumn(std::uint32_t space, std::uint32_t field);

    const RecordStore& store_;
    const ReadOfRecords* read_;
    const bool lendsPacked_;
    bool areNeighbours_ = false;      ///< the records, in the store
    std::vector<Selected> selected_;  ///< by space
    Batch batch_;
};

}  // namespace proviso
