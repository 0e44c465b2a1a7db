#pragma once

#include "runtime/base/text_hash.h"
#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace proviso {

/// The columns of records while they are read. Every column holds a value and a state for each row,
/// and for some rows ahead, which say already what absence means: so a new row costs nothing but a
/// number, and only what a record says is written. Not thread-safe.
///
/// What nobody reads is not kept: its columns stay empty, and so do lists that are not read. Of it
/// remains a digest a record, so that records that say something else can still be told apart.
class RecordRows {
  public:
    /// Both must outlive the rows. `read`: what is kept; nullptr: all.
    RecordRows(const Schema& schema, Dictionary& dictionary, const ReadOfRecords* read = nullptr);

    /// Begins another record: what follows can be taken back.
    void beginRecord();

    /// Removes the rows of the record begun last.
    void takeBack();

    /// A row of a space, all fields absent. `parent` is of rows in lists.
    std::uint32_t append(std::uint32_t space, std::uint32_t parent) {
        Batch::Space& rows = batch_.spaces[space];
        if (rows.rows == ready_[space]) {
            makeReady(space);
        }
        if (space > 0) {
            rows.parent[rows.rows] = parent;
            if (!isListKept_[space]) {
                digestRow(space, rows.rows, parent);
            }
        }
        return rows.rows++;
    }

    /// As `append`, and `state` tells of fields that are not kept, too.
    std::uint32_t appendCarefully(std::uint32_t space, std::uint32_t parent) {
        for (std::size_t field = 0; field < schema_.spaces[space].fields.size(); ++field) {
            Field& of = fields_[firstColumns_[space] + field];
            of.last = of.absent ? State::Value : State::Unknown;
        }
        return append(space, parent);
    }

    /// The number of the space's last row.
    std::uint32_t last(std::uint32_t space) const { return batch_.spaces[space].rows - 1; }

    /// Of the space's last row, where it was appended carefully.
    State state(std::uint32_t space, std::uint32_t field) const {
        const std::uint32_t column = columnOf(space, field);
        return fields_[column].isKept ? columns_[column].states[last(space)] : fields_[column].last;
    }
    /// Of a field that is kept.
    std::int64_t value(std::uint32_t space, std::uint32_t field) const {
        return batch_.spaces[space].columns[field].values[last(space)];
    }
    /// In the space's last row.
    void set(std::uint32_t space, std::uint32_t field, std::int64_t value, State state);

    /// A number for a field's column; fields of one space follow one another.
    std::uint32_t columnOf(std::uint32_t space, std::uint32_t field) const {
        return firstColumns_[space] + field;
    }
    /// As `set`, of a value that is there.
    void setValue(std::uint32_t column, std::uint32_t row, std::int64_t value) {
        columns_[column].values[row] = value;
        columns_[column].states[row] = State::Value;
    }

    bool isKept(std::uint32_t column) const { return fields_[column].isKept; }
    /// Instead of `setValue`, of a field that is not kept. Of a text, `value` is its digest.
    void digestValue(std::uint32_t column, std::uint32_t row, std::int64_t value) {
        const Field& of = fields_[column];
        const std::uint32_t offset = row - firstRows_[of.space].back();
        digests_.back() += mixed(column, offset, value);
        // What says no more than absence means is the same as absence.
        if (of.absent) {
            digests_.back() -= mixed(column, offset, *of.absent);
        }
    }
    std::int64_t digestOf(std::string_view text) const {
        return static_cast<std::int64_t>(hashText(text, seed_));
    }

    /// By record: equal where all that is not kept is the same, and as good as never otherwise.
    /// Empty: all is kept.
    std::vector<std::uint64_t> takeDigests();

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
    void makeReady(std::uint32_t space, std::uint32_t rows = 1);
    void clearRows(std::uint32_t space, std::uint32_t from, std::uint32_t to);
    void digestRow(std::uint32_t space, std::uint32_t row, std::uint32_t parent);
    std::uint64_t mixed(std::uint32_t what, std::uint32_t where, std::int64_t value) const {
        const std::uint64_t place = std::uint64_t{what} << 32U | where;
        return foldedProduct((static_cast<std::uint64_t>(value) + place * (seed_ | 1U)) ^ seed_,
                             0x9E3779B97F4A7C15U);
    }

    const Schema& schema_;
    Dictionary& dictionary_;
    Batch batch_;
    struct Column {
        std::int64_t* values = nullptr;
        State* states = nullptr;
    };
    struct Field {
        std::optional<std::int64_t> absent;
        std::uint32_t space = 0;
        bool isKept = true;
        bool isText = false;          ///< an id of the dictionary
        State last = State::Unknown;  ///< of what is not kept: in the space's last row
    };
    std::vector<Column> columns_;              ///< of all spaces: where they lie
    std::vector<Field> fields_;                ///< parallel to `columns_`
    std::vector<std::uint32_t> firstColumns_;  ///< by space: into `columns_`
    std::vector<std::uint32_t> ready_;         ///< by space: rows that are there to be used
    std::vector<std::vector<std::uint32_t>> firstRows_;  ///< by space: of each record begun
    bool keepsAll_ = true;
    std::vector<std::uint8_t> isListKept_;  ///< by space; rows of others last as long as the record
    std::vector<std::uint64_t> digests_;    ///< by record begun, unless all is kept
    std::uint64_t seed_ = 0;
};

}  // namespace proviso
