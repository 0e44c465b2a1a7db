#include "runtime/input/record_rows.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <utility>

namespace proviso {

// Few for those who read one record, and never more than stay in the nearest cache until they are
// used.
static constexpr std::uint32_t kFirstRowsAhead = 8;
static constexpr std::uint32_t kRowsAhead = 256;

RecordRows::RecordRows(const Schema& schema, Dictionary& dictionary)
    : schema_(schema), dictionary_(dictionary) {
    reuse({}, {});
    for (std::size_t space = 0; space < schema.spaces.size(); ++space) {
        const std::size_t fields = schema.spaces[space].fields.size();
        firstColumns_.push_back(static_cast<std::uint32_t>(columns_.size()));
        columns_.resize(columns_.size() + fields);
    }
}

void RecordRows::beginRecord() {
    for (std::size_t space = 0; space < batch_.spaces.size(); ++space) {
        firstRows_[space].push_back(batch_.spaces[space].rows);
    }
}

void RecordRows::takeBack() {
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        Batch::Space& rows = batch_.spaces[space];
        clearRows(space, firstRows_[space].back(), rows.rows);
        rows.rows = firstRows_[space].back();
        firstRows_[space].pop_back();
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
    const std::uint32_t to = from + std::clamp(from, kFirstRowsAhead, kRowsAhead);
    Batch::Space& rows = batch_.spaces[space];
    for (std::uint32_t field = 0; field < rows.columns.size(); ++field) {
        ColumnData& column = rows.columns[field];
        const std::optional<std::int64_t>& absent = schema_.spaces[space].fields[field].absentMeans;
        column.values.resize(to, absent.value_or(0));
        column.states.resize(to, absent ? State::Value : State::Unknown);
        columns_[columnOf(space, field)] = {column.values.data(), column.states.data()};
    }
    if (space > 0) {
        rows.parent.resize(to);
        rows.position.resize(to);
    }
    ready_[space] = to;
}

void RecordRows::reserve(double factor) {
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        Batch::Space& rows = batch_.spaces[space];
        const auto wanted = [&](std::size_t now) {
            return static_cast<std::size_t>(static_cast<double>(now) * factor) + kRowsAhead;
        };
        for (std::uint32_t field = 0; field < rows.columns.size(); ++field) {
            ColumnData& column = rows.columns[field];
            column.values.reserve(wanted(rows.rows));
            column.states.reserve(wanted(rows.rows));
            columns_[columnOf(space, field)] = {column.values.data(), column.states.data()};
        }
        if (space > 0) {
            rows.parent.reserve(wanted(rows.rows));
            rows.position.reserve(wanted(rows.rows));
        }
        firstRows_[space].reserve(wanted(firstRows_[space].size()));
    }
}

void RecordRows::reuse(Batch batch, std::vector<std::vector<std::uint32_t>> firstRows) {
    batch_ = std::move(batch);
    batch_.dictionary = &dictionary_;
    batch_.spaces.resize(schema_.spaces.size());
    for (std::size_t space = 0; space < batch_.spaces.size(); ++space) {
        Batch::Space& rows = batch_.spaces[space];
        rows.rows = 0;
        rows.parent.clear();
        rows.position.clear();
        rows.columns.resize(schema_.spaces[space].fields.size());
        for (ColumnData& column : rows.columns) {
            column.values.clear();
            column.states.clear();
        }
    }
    batch_.holes = {};
    ready_.assign(batch_.spaces.size(), 0);
    firstRows_ = std::move(firstRows);
    firstRows_.resize(batch_.spaces.size());
    for (std::vector<std::uint32_t>& first : firstRows_) {
        first.clear();
    }
}

std::vector<std::vector<std::uint32_t>> RecordRows::firstRows() {
    beginRecord();
    return std::move(firstRows_);
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
