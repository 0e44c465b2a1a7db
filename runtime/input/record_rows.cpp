#include "runtime/input/record_rows.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <random>
#include <utility>

namespace proviso {

// Few for those who read one record, and never more than stay in the nearest cache until they are
// used.
static constexpr std::uint32_t kFirstRowsAhead = 8;
static constexpr std::uint32_t kRowsAhead = 256;

// Another one in each process, so that nobody can write two records whose digests are the same.
static std::uint64_t digestSeed() {
    static const std::uint64_t seed = [] {
        std::random_device device;
        return std::uint64_t{device()} << 32U | device();
    }();
    return seed;
}

RecordRows::RecordRows(const Schema& schema, Dictionary& dictionary, const ReadOfRecords* read)
    : schema_(schema), dictionary_(dictionary), keepsAll_(read == nullptr), seed_(digestSeed()) {
    for (std::uint32_t space = 0; space < schema.spaces.size(); ++space) {
        firstColumns_.push_back(static_cast<std::uint32_t>(fields_.size()));
        isListKept_.push_back(read == nullptr || space == 0 || read->rows[space] != 0 ? 1 : 0);
        for (const SchemaField& declared : schema.spaces[space].fields) {
            Field& field = fields_.emplace_back();
            field.absent = declared.absentMeans;
            field.space = space;
            field.isKept = read == nullptr;
            field.isText =
                declared.type.kind == TypeKind::Text || declared.type.kind == TypeKind::Code;
        }
        if (read != nullptr && isListKept_[space] != 0) {
            for (const std::uint32_t field : read->fields[space]) {
                fields_[columnOf(space, field)].isKept = true;
            }
        }
    }
    columns_.resize(fields_.size());
    reuse({}, {});
}

void RecordRows::beginRecord() {
    for (std::size_t space = 0; space < batch_.spaces.size(); ++space) {
        if (isListKept_[space] == 0) {
            batch_.spaces[space].rows = 0;
        }
        firstRows_[space].push_back(batch_.spaces[space].rows);
    }
    if (!keepsAll_) {
        digests_.push_back(0);
    }
}

void RecordRows::set(std::uint32_t space, std::uint32_t field, std::int64_t value, State state) {
    const std::uint32_t column = columnOf(space, field);
    if (fields_[column].isKept) {
        columns_[column].values[last(space)] = value;
        columns_[column].states[last(space)] = state;
        return;
    }
    fields_[column].last = state;
    // What could not be read is of a record that is taken back.
    if (state == State::Value) {
        digestValue(column,
                    last(space),
                    fields_[column].isText
                        ? digestOf(dictionary_.text(static_cast<std::uint32_t>(value)))
                        : value);
    }
}

// Of a list that is not kept: that there is a row, and in which list.
void RecordRows::digestRow(std::uint32_t space, std::uint32_t row, std::uint32_t parent) {
    const std::uint32_t above = schema_.spaces[space].parent;
    const auto what = static_cast<std::uint32_t>(fields_.size()) + space;
    digests_.back() += mixed(what, row, parent - firstRows_[above].back());
}

std::vector<std::uint64_t> RecordRows::takeDigests() {
    return std::exchange(digests_, {});
}

void RecordRows::takeBack() {
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        Batch::Space& rows = batch_.spaces[space];
        clearRows(space, firstRows_[space].back(), rows.rows);
        rows.rows = firstRows_[space].back();
        firstRows_[space].pop_back();
    }
    if (!keepsAll_) {
        digests_.pop_back();
    }
}

// Writes into rows what absence means.
void RecordRows::clearRows(std::uint32_t space, std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t field = 0; field < batch_.spaces[space].columns.size(); ++field) {
        const Field& of = fields_[columnOf(space, field)];
        if (!of.isKept) {
            continue;
        }
        const std::optional<std::int64_t>& absent = of.absent;
        ColumnData& column = batch_.spaces[space].columns[field];
        std::fill(column.values.begin() + from, column.values.begin() + to, absent.value_or(0));
        std::fill(column.states.begin() + from,
                  column.states.begin() + to,
                  absent ? State::Value : State::Unknown);
    }
}

// At least so many beyond those there are.
void RecordRows::makeReady(std::uint32_t space, std::uint32_t wanted) {
    Batch::Space& rows = batch_.spaces[space];
    const std::uint32_t from = ready_[space];
    const std::uint32_t ahead = std::max(wanted, std::clamp(from, kFirstRowsAhead, kRowsAhead));
    PROVISO_CHECK(rows.rows <= UINT32_MAX - ahead, "more rows than a batch holds");
    const std::uint32_t to = rows.rows + ahead;
    for (std::uint32_t field = 0; field < rows.columns.size(); ++field) {
        const Field& of = fields_[columnOf(space, field)];
        if (!of.isKept) {
            continue;
        }
        const std::optional<std::int64_t>& absent = of.absent;
        ColumnData& column = rows.columns[field];
        column.values.resize(to, absent.value_or(0));
        column.states.resize(to, absent ? State::Value : State::Unknown);
        columns_[columnOf(space, field)] = {column.values.data(), column.states.data()};
    }
    if (space > 0) {
        rows.parent.resize(to);
    }
    ready_[space] = to;
}

void RecordRows::reserve(double factor) {
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        if (isListKept_[space] == 0) {
            firstRows_[space].reserve(static_cast<std::size_t>(
                static_cast<double>(firstRows_[space].size()) * factor + kRowsAhead));
            continue;
        }
        Batch::Space& rows = batch_.spaces[space];
        const auto wanted = [&](std::size_t now) {
            return static_cast<std::size_t>(static_cast<double>(now) * factor) + kRowsAhead;
        };
        for (std::uint32_t field = 0; field < rows.columns.size(); ++field) {
            if (!fields_[columnOf(space, field)].isKept) {
                continue;
            }
            ColumnData& column = rows.columns[field];
            column.values.reserve(wanted(rows.rows));
            column.states.reserve(wanted(rows.rows));
            columns_[columnOf(space, field)] = {column.values.data(), column.states.data()};
        }
        if (space > 0) {
            rows.parent.reserve(wanted(rows.rows));
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
    digests_.clear();
}

std::vector<std::vector<std::uint32_t>> RecordRows::firstRows() {
    beginRecord();
    if (!keepsAll_) {
        digests_.pop_back();
    }
    return std::move(firstRows_);
}

Batch RecordRows::finish() {
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        Batch::Space& rows = batch_.spaces[space];
        for (std::uint32_t field = 0; field < rows.columns.size(); ++field) {
            if (fields_[columnOf(space, field)].isKept) {
                rows.columns[field].values.resize(rows.rows);
                rows.columns[field].states.resize(rows.rows);
            }
        }
        if (!rows.parent.empty()) {
            rows.parent.resize(rows.rows);
        }
    }
    return std::move(batch_);
}

}  // namespace proviso
