#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/packed_cells.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <span>
#include <vector>

namespace proviso {

/// Records that were read some at a time (RecordRows), all of them one after the other. Not
/// thread-safe.
class CollectedRows {
  public:
    /// `schema` must outlive this. `isPacked`: in cells of as few bytes as values need, and not
    /// eight.
    CollectedRows(const Schema& schema, bool isPacked);

    /// What one RecordRows gave, of `firstRows`, `finish` and `takeDigests`. `ids`: what the ids of
    /// its dictionary are here; empty: they are the same.
    void append(const Batch& records,
                std::span<const std::vector<std::uint32_t>> firstRows,
                std::span<const std::uint64_t> digests,
                std::span<const std::uint32_t> ids);

    /// Makes room for as many records and rows as there are now, times `factor`, so that columns
    /// need not move while they grow.
    void reserve(double factor);

    /// Batch, first rows and packed cells; nothing is left here.
    RecordStore::Memory take();
    std::vector<std::uint64_t> takeDigests();

  private:
    struct Column {
        PackedCells values;
        Cells<State> states;  ///< empty as long as every row has a value
        bool isText = false;  ///< an id of the dictionary
    };

    void appendParents(std::uint32_t space,
                       const Batch& records,
                       std::span<const std::vector<std::uint32_t>> firstRows);
    void appendColumn(Column& column,
                      std::uint32_t before,
                      const ColumnData& from,
                      std::uint32_t rows,
                      std::span<const std::uint32_t> ids);

    const Schema& schema_;
    bool isPacked_;
    std::vector<std::uint32_t> rows_;                    ///< by space
    std::vector<std::vector<std::uint32_t>> parents_;    ///< by space, of lists; not packed
    std::vector<PackedCells> counts_;                    ///< PackedRows::counts, by space
    std::vector<std::vector<std::uint32_t>> firstRows_;  ///< by space: of each record
    std::vector<std::vector<Column>> columns_;           ///< by space and field
    std::vector<std::uint64_t> digests_;
    std::vector<std::int64_t> numbers_;  ///< memory alone
};

}  // namespace proviso
