#include "runtime/input/record_store.h"

#include "runtime/base/check.h"
#include "runtime/input/record_selector.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

namespace proviso {

namespace {

constexpr std::size_t kManyRows = std::size_t{64} << 10U;

using Rows = RowRun;

/// What was not kept, has no values, is the same.
bool areEqual(const StoredValues& values, const Cells<State>& states, Rows a, Rows b) {
    const auto rowsAreEqual = [&](const auto* cells) {
        return std::equal(cells + a.first, cells + a.second, cells + b.first);
    };
    return values.empty() ||
           (values.visit(rowsAreEqual) && (states.empty() || rowsAreEqual(states.data())));
}

std::vector<std::vector<std::uint32_t>> firstRowsOf(const Schema& schema, const Batch& batch) {
    const std::size_t count = batch.spaces.empty() ? 0 : batch.spaces[0].rows;
    std::vector<std::vector<std::uint32_t>> firstRows;
    std::vector<std::vector<std::uint32_t>> recordOf(batch.spaces.size());
    for (std::size_t space = 0; space < batch.spaces.size(); ++space) {
        const Batch::Space& rows = batch.spaces[space];
        std::vector<std::uint32_t>& first = firstRows.emplace_back(count + 1, 0U);
        recordOf[space].resize(rows.rows);
        for (std::uint32_t row = 0; row < rows.rows; ++row) {
            const std::uint32_t record =
                space == 0 ? row : recordOf[schema.spaces[space].parent][rows.parent[row]];
            PROVISO_CHECK(row == 0 || recordOf[space][row - 1] <= record,
                          "rows of a list are not in the order of their records");
            recordOf[space][row] = record;
            first[record + 1] += 1;
        }
        for (std::size_t record = 0; record < count; ++record) {
            first[record + 1] += first[record];
        }
    }
    return firstRows;
}

}  // namespace

RecordStore::RecordStore(const Schema& schema, Memory memory)
    : parents_(std::move(memory.parents)), batch_(std::move(memory.batch)),
      packed_(std::move(memory.packed)), firstRows_(std::move(memory.firstRows)),
      origins_(std::move(memory.origins)), sources_(std::move(memory.sources)) {
    PROVISO_CHECK(batch_.spaces.size() == schema.spaces.size(), "the batch is not of this schema");
    PROVISO_CHECK(origins_.size() == recordCount(), "every record has an origin");
    parents_.clear();
    for (const SchemaSpace& space : schema.spaces) {
        parents_.push_back(space.parent);
    }

    PROVISO_CHECK(firstRows_.size() == batch_.spaces.size(), "every space has its first rows");
    for (std::size_t space = 0; space < batch_.spaces.size(); ++space) {
        // INVARIANT: the rows of a record lie together, because rows are contiguous by parent.
        PROVISO_CHECK(firstRows_[space].size() == recordCount() + std::size_t{1} &&
                          firstRows_[space].back() == batch_.spaces[space].rows,
                      "every record has its rows");
    }
}

RecordStore::RecordStore(const Schema& schema,
                         Batch batch,
                         std::vector<RecordOrigin> origins,
                         std::vector<std::string> sources) {
    std::vector<std::vector<std::uint32_t>> firstRows = firstRowsOf(schema, batch);
    *this = RecordStore(
        schema,
        {std::move(batch), {}, std::move(firstRows), std::move(origins), std::move(sources), {}});
}

RecordStore::Memory RecordStore::release() {
    Memory memory{std::move(batch_),
                  std::move(packed_),
                  std::move(firstRows_),
                  std::move(origins_),
                  std::move(sources_),
                  std::move(parents_)};
    *this = {};
    return memory;
}

std::vector<std::uint32_t> RecordStore::rowCounts(std::uint32_t space,
                                                  std::span<const std::uint32_t> records) const {
    std::vector<std::uint32_t> counts;
    counts.reserve(records.size());
    for (const std::uint32_t record : records) {
        const auto [first, end] = rowsOf(space, record);
        counts.push_back(end - first);
    }
    return counts;
}

std::uint32_t RecordStore::mostRows(std::uint32_t space) const {
    const std::vector<std::uint32_t>& first = firstRows_[space];
    std::uint32_t most = 0;
    for (std::size_t record = 0; record + 1 < first.size(); ++record) {
        most = std::max(most, first[record + 1] - first[record]);
    }
    return most;
}

bool RecordStore::sayTheSame(std::uint32_t a, std::uint32_t b) const {
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        const Batch::Space& rows = batch_.spaces[space];
        const Rows ofA = rowsOf(space, a);
        const Rows ofB = rowsOf(space, b);
        if (ofA.second - ofA.first != ofB.second - ofB.first) {
            return false;
        }
        for (std::uint32_t field = 0; field < rows.columns.size(); ++field) {
            if (!areEqual(values(space, field), states(space, field), ofA, ofB)) {
                return false;
            }
        }
        // The same elements in other lists of the same record are another record.
        if (space != 0 && parents_[space] != 0 && !lieAlike(space, a, b)) {
            return false;
        }
    }
    return true;
}

bool RecordStore::lieAlike(std::uint32_t space, std::uint32_t a, std::uint32_t b) const {
    const Rows listsOfA = rowsOf(parents_[space], a);
    const Rows listsOfB = rowsOf(parents_[space], b);
    if (!packed_.empty()) {
        return listsOfA.second - listsOfA.first == listsOfB.second - listsOfB.first &&
               areEqual(packed_[space].counts.view(), {}, listsOfA, listsOfB);
    }
    const std::vector<std::uint32_t>& parents = batch_.spaces[space].parent;
    const Rows ofA = rowsOf(space, a);
    return std::equal(parents.begin() + ofA.first,
                      parents.begin() + ofA.second,
                      parents.begin() + rowsOf(space, b).first,
                      [&](std::uint32_t one, std::uint32_t other) {
                          return one - listsOfA.first == other - listsOfB.first;
                      });
}

Batch RecordStore::select(std::span<const std::uint32_t> records, const ReadOfRecords* read) const {
    return std::move(RecordSelector(*this, read).select(records));
}

void RecordStore::keepOnly(std::span<const std::uint32_t> records) {
    // Where rows were is known until the end.
    const auto runsOf = [&](std::uint32_t space) {
        std::vector<Rows> runs;
        for (const std::uint32_t record : records) {
            appendRun(runs, rowsOf(space, record));
        }
        return runs;
    };
    for (std::uint32_t space = 0; space < batch_.spaces.size(); ++space) {
        Batch::Space& rows = batch_.spaces[space];
        const std::vector<Rows> runs = runsOf(space);
        std::uint32_t kept = 0;
        for (const Rows& run : runs) {
            kept += run.second - run.first;
        }
        if (!rows.parent.empty()) {
            auto next = rows.parent.begin();
            std::uint32_t above = 0;
            for (const std::uint32_t record : records) {
                const Rows of = rowsOf(space, record);
                const Rows lists = rowsOf(parents_[space], record);
                const std::uint32_t less = lists.first - above;
                for (std::uint32_t row = of.first; row < of.second; ++row) {
                    *next++ = rows.parent[row] - less;
                }
                above += lists.second - lists.first;
            }
            rows.parent.resize(kept);
            rows.begins.clear();
        }
        for (ColumnData& column : rows.columns) {
            keepRuns(column.values, runs);
            keepRuns(column.states, runs);
            dropPlainStates(column);
        }
        if (!packed_.empty()) {
            for (PackedCells& cells : packed_[space].values) {
                cells.keep(runs);
            }
            if (packed_[space].counts.size() != 0) {
                packed_[space].counts.keep(runsOf(parents_[space]));
            }
        }
        rows.rows = kept;
    }
    std::uint32_t next = 0;
    for (const std::uint32_t record : records) {
        origins_[next++] = origins_[record];
    }
    origins_.resize(records.size());
    for (std::vector<std::uint32_t>& first : firstRows_) {
        std::uint32_t place = 0;
        std::uint32_t before = 0;
        for (const std::uint32_t record : records) {
            const std::uint32_t count = first[record + std::size_t{1}] - first[record];
            first[place++] = before;
            before += count;
        }
        first[place] = before;
        first.resize(records.size() + 1);
    }
}

Batch selectRecords(const RecordStore& store, std::span<const std::uint32_t> records) {
    return store.select(records);
}

bool isValueEverywhere(std::span<const State> states) {
    // Bytes that all equal the one before them equal the first.
    return states.empty() ||
           (states[0] == State::Value &&
            std::memcmp(states.data(), states.data() + 1, states.size() - 1) == 0);
}

void dropPlainStates(ColumnData& column) {
    const std::span<const State> states(std::as_const(column).states.data(), column.states.size());
    if (isValueEverywhere(states)) {
        // Those of many records are worth their memory; those of one are filled again.
        if (states.size() > kManyRows) {
            column.states = {};
        } else {
            column.states.clear();
        }
    }
}

void dropPlainStates(Batch& batch) {
    for (Batch::Space& space : batch.spaces) {
        for (ColumnData& column : space.columns) {
            dropPlainStates(column);
        }
    }
}

}  // namespace proviso
