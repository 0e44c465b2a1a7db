#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/input/packed_cells.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proviso {

/// Where a record was read.
struct RecordOrigin {
    std::uint32_t source = 0;  ///< index into RecordStore::sources
    std::uint64_t line = 0;
};

/// What rows of one space say, in cells of as few bytes as they need. A batch's columns have no
/// values then, but states, and its rows no parents.
struct PackedRows {
    std::vector<PackedCells> values;  ///< by field
    /// Of lists in lists, by row of what they lie in: how many rows there are. Of others nothing:
    /// that is said by where records begin.
    PackedCells counts;
};

/// Decoded records as columns: one row space for the records and one for every list inside them.
/// The rows of one record lie together in every space. Reading from many threads is safe.
class RecordStore {
  public:
    RecordStore() = default;

    /// What a store is made of, and gives back.
    struct Memory {
        /// Has the spaces of the schema and rows of lists contiguous by parent.
        Batch batch;
        /// By space; empty: the batch has all.
        std::vector<PackedRows> packed;
        /// By space, by record, and one more at the end, the first row of the record.
        std::vector<std::vector<std::uint32_t>> firstRows;
        std::vector<RecordOrigin> origins;
        std::vector<std::string> sources;
        std::vector<std::uint32_t> parents;  ///< memory alone
    };
    RecordStore(const Schema& schema, Memory memory);
    /// The same, for who does not know where records begin.
    RecordStore(const Schema& schema,
                Batch batch,
                std::vector<RecordOrigin> origins,
                std::vector<std::string> sources);

    /// All records, in the order in which they were read. What was not kept (DecodeOptions::read)
    /// is empty. Not of packed records: of these ask for `rows` and `values`.
    const Batch& batch() const {
        PROVISO_CHECK(packed_.empty(), "packed records are no batch");
        return batch_;
    }
    /// The same, but of packed records neither values nor parents.
    const Batch& rows() const noexcept { return batch_; }
    /// Of a column; empty where it was not kept.
    StoredValues values(std::uint32_t space, std::uint32_t field) const {
        const Cells<std::int64_t>& wide = batch_.spaces[space].columns[field].values;
        return packed_.empty() ? StoredValues(wide.data(), wide.size())
                               : packed_[space].values[field].view();
    }
    /// Empty where every row has a value.
    const Cells<State>& states(std::uint32_t space, std::uint32_t field) const {
        return batch_.spaces[space].columns[field].states;
    }
    State state(std::uint32_t space, std::uint32_t field, std::uint32_t row) const {
        return batch_.spaces[space].columns[field].state(row);
    }

    /// To be used again; the store holds nothing any more.
    Memory release();

    /// Tells which records were rejected: Batch::holes. Copies by `select` do not have them.
    void setHoles(Batch::Space holes) { batch_.holes = std::move(holes); }

    std::uint32_t recordCount() const noexcept {
        return batch_.spaces.empty() ? 0 : batch_.spaces[0].rows;
    }

    /// The rows of `space` that belong to `record`: the first, and the one after the last.
    std::pair<std::uint32_t, std::uint32_t> rowsOf(std::uint32_t space,
                                                   std::uint32_t record) const {
        return {firstRows_[space][record], firstRows_[space][record + 1]};
    }

    /// How many rows of `space` each of the records has.
    std::vector<std::uint32_t> rowCounts(std::uint32_t space,
                                         std::span<const std::uint32_t> records) const;

    /// The most that any record has.
    std::uint32_t mostRows(std::uint32_t space) const;

    const RecordOrigin& origin(std::uint32_t record) const { return origins_[record]; }
    const std::vector<std::string>& sources() const noexcept { return sources_; }

    /// Whether two records say the same in every field and list, whatever their origin.
    bool sayTheSame(std::uint32_t a, std::uint32_t b) const;

    /// The given records, in the given order, with everything in their lists. Its rows
    /// know nothing of the others, so that the engine can run over a block of whole groups.
    /// Columns that are not `read` stay empty, and lists that are not, without rows; nullptr: all
    /// are. What neighbours in the store say in cells of eight bytes is lent, not copied: the store
    /// must outlive the batch.
    Batch select(std::span<const std::uint32_t> records, const ReadOfRecords* read = nullptr) const;

    /// Lets go of all records but these, which ascend, in the memory that there is.
    void keepOnly(std::span<const std::uint32_t> records);

  private:
    friend class RecordSelector;

    /// Whether the rows of two records, of which they have as many, lie in the same of their lists.
    bool lieAlike(std::uint32_t space, std::uint32_t a, std::uint32_t b) const;

    std::vector<std::uint32_t> parents_;  ///< by space: the space its rows are lists in
    Batch batch_;
    std::vector<PackedRows> packed_;  ///< Memory::packed
    std::vector<std::vector<std::uint32_t>>
        firstRows_;  ///< by space, by record; one more at the end
    std::vector<RecordOrigin> origins_;
    std::vector<std::string> sources_;
};

/// The given records of `store`, in the given order: RecordStore::select.
Batch selectRecords(const RecordStore& store, std::span<const std::uint32_t> records);

/// Whether no row is anything but a value; also of no rows.
bool isValueEverywhere(std::span<const State> states);
/// Drops the states of columns where every row has a value, which is how a Batch says so.
void dropPlainStates(Batch& batch);
void dropPlainStates(ColumnData& column);

}  // namespace proviso
