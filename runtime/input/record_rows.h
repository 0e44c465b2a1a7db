#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"

#include <cstdint>
#include <vector>

namespace proviso {

/// The columns of records while they are read. Every column holds a value and a state for each row,
/// and for some rows ahead, which say already what absence means: so a new row costs nothing but a
/// number, and only what a record says is written. Not thread-safe.
class RecordRows {
  public:
    /// Both must outlive the rows.
    RecordRows(const Schema& schema, Dictionary& dictionary);

    /// Begins another record: what follows can be taken back.
    void beginRecord();

    /// Removes the rows of the record begun last.
    void takeBack();

    /// A row of a space, all fields absent. `parent` and `position` are of rows in lists.
    std::uint32_t append(std::uint32_t space, std::uint32_t parent, std::uint32_t position) {
        Batch::Space& rows = batch_.spaces[space];
        if (rows.rows == ready_[space]) {
            makeReady(space);
        }
        if (space > 0) {
            rows.parent[rows.rows] = parent;
            rows.position[rows.rows] = position;
        }
        return rows.rows++;
    }

    /// The number of the space's last row.
    std::uint32_t last(std::uint32_t space) const { return batch_.spaces[space].rows - 1; }

    /// Of the space's last row.
    State state(std::uint32_t space, std::uint32_t field) const {
        return batch_.spaces[space].columns[field].states[last(space)];
    }
    std::int64_t value(std::uint32_t space, std::uint32_t field) const {
        return batch_.spaces[space].columns[field].values[last(space)];
    }
    void set(std::uint32_t space,
             std::uint32_t field,
             std::uint32_t row,
             std::int64_t value,
             State state) {
        ColumnData& column = batch_.spaces[space].columns[field];
        column.values[row] = value;
        column.states[row] = state;
    }

    /// A number for a field's column; fields of one space follow one another.
    std::uint32_t columnOf(std::uint32_t space, std::uint32_t field) const {
        return firstColumns_[space] + field;
    }
    /// As `set`, of a value that is there.
    void setValue(std::uint32_t column, std::uint32_t row, std::int64_t value) {
        columns_[column].values[row] = value;
        columns_[column].states[row] = State::Value;
    }

    /// Vectors may be longer than there are rows.
    const Batch& batch() const noexcept { return batch_; }

    /// Makes room for as many records and rows as there are now, times `factor`, so that columns
    /// need not move while they grow.
    void reserve(double factor);

    /// Takes the memory of what `finish` gave, to fill it again; all that was appended is
    /// forgotten.
    void reuse(Batch batch, std::vector<std::vector<std::uint32_t>> firstRows);

    /// By space, by record, and one more at the end: its first row. Ends the use of this, until
    /// `reuse`.
    std::vector<std::vector<std::uint32_t>> firstRows();

    /// All rows, as a batch in which vectors are as long as there are rows. Ends the use of this,
    /// until `reuse`.
    Batch finish();

  private:
    void makeReady(std::uint32_t space);
    void clearRows(std::uint32_t space, std::uint32_t from, std::uint32_t to);

    const Schema& schema_;
    Dictionary& dictionary_;
    Batch batch_;
    struct Column {
        std::int64_t* values = nullptr;
        State* states = nullptr;
    };
    std::vector<Column> columns_;              ///< of all spaces: where they lie
    std::vector<std::uint32_t> firstColumns_;  ///< by space: into `columns_`
    std::vector<std::uint32_t> ready_;         ///< by space: rows that are there to be used
    std::vector<std::vector<std::uint32_t>> firstRows_;  ///< by space: of each record begun
};

}  // namespace proviso
