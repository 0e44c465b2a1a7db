#include "runtime/input/collected_rows.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace proviso {

CollectedRows::CollectedRows(const Schema& schema, bool isPacked)
    : schema_(schema), isPacked_(isPacked), rows_(schema.spaces.size()),
      parents_(schema.spaces.size()), counts_(schema.spaces.size()),
      firstRows_(schema.spaces.size()) {
    for (const SchemaSpace& space : schema.spaces) {
        std::vector<Column>& columns = columns_.emplace_back(space.fields.size());
        for (std::size_t field = 0; field < columns.size(); ++field) {
            const TypeKind kind = space.fields[field].type.kind;
            columns[field].isText = kind == TypeKind::Text || kind == TypeKind::Code;
            if (!isPacked) {
                columns[field].values.widen();
            }
        }
    }
}

void CollectedRows::append(const Batch& records,
                           std::span<const std::vector<std::uint32_t>> firstRows,
                           std::span<const std::uint64_t> digests,
                           std::span<const std::uint32_t> ids) {
    const std::vector<std::uint32_t> before = rows_;
    for (std::uint32_t space = 0; space < rows_.size(); ++space) {
        const Batch::Space& from = records.spaces[space];
        PROVISO_CHECK(from.rows <= UINT32_MAX - before[space], "more rows than a batch holds");
        // The last one is where the next record begins.
        std::transform(firstRows[space].begin(),
                       firstRows[space].end() - 1,
                       std::back_inserter(firstRows_[space]),
                       [&](std::uint32_t row) { return row + before[space]; });
        if (space > 0) {
            appendParents(space, records, firstRows);
        }
        for (std::size_t field = 0; field < from.columns.size(); ++field) {
            if (!from.columns[field].values.empty()) {
                appendColumn(
                    columns_[space][field], before[space], from.columns[field], from.rows, ids);
            }
        }
        rows_[space] += from.rows;
    }
    digests_.insert(digests_.end(), digests.begin(), digests.end());
}

void CollectedRows::appendParents(std::uint32_t space,
                                  const Batch& records,
                                  std::span<const std::vector<std::uint32_t>> firstRows) {
    const Batch::Space& from = records.spaces[space];
    const std::uint32_t above = schema_.spaces[space].parent;
    if (!isPacked_) {
        // Those of the lists above were appended before.
        const std::uint32_t shift = rows_[above] - firstRows[above].back();
        std::transform(from.parent.begin(),
                       from.parent.begin() + from.rows,
                       std::back_inserter(parents_[space]),
                       [&](std::uint32_t row) { return row + shift; });
    } else if (above != 0) {
        numbers_.assign(records.spaces[above].rows, 0);
        for (std::uint32_t row = 0; row < from.rows; ++row) {
            ++numbers_[from.parent[row]];
        }
        counts_[space].append(numbers_);
    }
}

void CollectedRows::appendColumn(Column& column,
                                 std::uint32_t before,
                                 const ColumnData& from,
                                 std::uint32_t rows,
                                 std::span<const std::uint32_t> ids) {
    std::span<const std::int64_t> values(from.values.data(), rows);
    if (column.isText && !ids.empty()) {
        numbers_.resize(rows);
        for (std::uint32_t row = 0; row < rows; ++row) {
            const bool isId = from.states[row] == State::Value;
            numbers_[row] = isId ? ids[static_cast<std::size_t>(values[row])] : values[row];
        }
        values = numbers_;
    }
    column.values.append(values);
    if (column.states.empty()) {
        if (isValueEverywhere({from.states.data(), rows})) {
            return;
        }
        column.states.assign(before, State::Value);
    }
    column.states.resize(std::size_t{before} + rows);
    std::copy_n(from.states.begin(), rows, column.states.begin() + before);
}

void CollectedRows::reserve(double factor) {
    constexpr std::size_t kMore = 256;
    const auto wanted = [&](std::size_t now) {
        return static_cast<std::size_t>(static_cast<double>(now) * factor) + kMore;
    };
    for (std::size_t space = 0; space < rows_.size(); ++space) {
        firstRows_[space].reserve(wanted(firstRows_[space].size()));
        parents_[space].reserve(wanted(parents_[space].size()));
        counts_[space].reserve(wanted(counts_[space].size()));
        for (Column& column : columns_[space]) {
            if (column.values.size() != 0) {
                column.values.reserve(wanted(rows_[space]));
            }
            if (!column.states.empty()) {
                column.states.reserve(wanted(rows_[space]));
            }
        }
    }
    if (!digests_.empty()) {
        digests_.reserve(wanted(digests_.size()));
    }
}

RecordStore::Memory CollectedRows::take() {
    RecordStore::Memory memory;
    memory.firstRows = std::exchange(firstRows_, {});
    for (std::size_t space = 0; space < rows_.size(); ++space) {
        memory.firstRows[space].push_back(rows_[space]);
        Batch::Space& rows = memory.batch.spaces.emplace_back();
        rows.rows = rows_[space];
        rows.parent = std::move(parents_[space]);
        PackedRows packed{{}, std::move(counts_[space])};
        for (Column& column : columns_[space]) {
            ColumnData& of = rows.columns.emplace_back();
            of.states = std::move(column.states);
            if (isPacked_) {
                packed.values.push_back(std::move(column.values));
            } else {
                of.values = column.values.takeWide();
            }
        }
        if (isPacked_) {
            memory.packed.push_back(std::move(packed));
        }
    }
    return memory;
}

std::vector<std::uint64_t> CollectedRows::takeDigests() {
    return std::exchange(digests_, {});
}

}  // namespace proviso
