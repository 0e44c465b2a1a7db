#include "runtime/input/record_rows.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <utility>

namespace proviso {

static constexpr std::uint32_t kRowsAhead = 1024;

RecordRows::RecordRows(const Schema& schema, Dictionary& dictionary)
    : schema_(schema), ready_(schema.spaces.size()), firstRows_(schema.spaces.size()) {
    batch_.dictionary = &dictionary;
    batch_.spaces.resize(schema.spaces.size());
    for (std::size_t space = 0; space < schema.spaces.size(); ++space) {
        batch_.spaces[space].columns.resize(schema.spaces[space].fields.size());
    }
}

void RecordRows::beginRecord() {
    for (std::size_t space = 0; space < batch_.spaces.size(); ++space) {
        firstRows_[space] = batch_.spaces[space].rows;
    }
}

void RecordRows::takeBack() {
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        Batch::Space& rows = batch_.spaces[space];
        clearRows(space, firstRows_[space], rows.rows);
        rows.rows = firstRows_[space];
    }
}

// Writes into rows what absence means.
void RecordRows::clearRows(std::uint32_t space, std::uint32_t from, std::uint32_t to) {
    const std::vector<SchemaField>& fields = schema_.spaces[space].fields;
    for (std::size_t field = 0; field < fields.size(); ++field) {
        const std::optional<std::int64_t>& absent = fields[field].absentMeans;
        ColumnData& column = batch_.spaces[space].columns[field];
        std::fill(column.values.begin() + from, column.values.begin() + to, absent.value_or(0));
        std::fill(column.states.begin() + from,
                  column.states.begin() + to,
                  absent ? State::Value : State::Unknown);
    }
}

void RecordRows::makeReady(std::uint32_t space) {
    PROVISO_CHECK(ready_[space] <= UINT32_MAX - kRowsAhead, "more rows than a batch holds");
    const std::uint32_t from = ready_[space];
    const std::uint32_t to = from + kRowsAhead;
    Batch::Space& rows = batch_.spaces[space];
    for (ColumnData& column : rows.columns) {
        column.values.resize(to);
        column.states.resize(to);
    }
    if (space > 0) {
        rows.parent.resize(to);
        rows.position.resize(to);
    }
    clearRows(space, from, to);
    ready_[space] = to;
}

Batch RecordRows::finish() {
    for (Batch::Space& rows : batch_.spaces) {
        for (ColumnData& column : rows.columns) {
            column.values.resize(rows.rows);
            column.states.resize(rows.rows);
        }
        if (!rows.parent.empty()) {
            rows.parent.resize(rows.rows);
            rows.position.resize(rows.rows);
        }
    }
    return std::move(batch_);
}

}  // namespace proviso
