#include "runtime/input/record_selector.h"

#include "runtime/base/wide.h"
#include "runtime/input/record_store.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace proviso {

namespace {

using Rows = RowRun;

/// How many runs ahead memory is asked for: rows lie here and there.
constexpr std::size_t kAhead = 16;
/// Cells that are copied at once. Most records have fewer rows of a list: what is too much is
/// written over by the next.
constexpr std::size_t kAtOnce = 8;
using AtOnce = std::integral_constant<std::size_t, kAtOnce>;

/// Calls `copy(to, from, count)`, with a count that is known here if it can be, until all rows of
/// the runs are copied. `to` has kAtOnce cells more than there are rows; `from`
/// has `size`.
template <class To, class From, class Copy>
void copyEach(
    To* to, const From* from, std::size_t size, const std::vector<Rows>& runs, const Copy& copy) {
    for (std::size_t index = 0; index < runs.size(); ++index) {
        __builtin_prefetch(from + runs[std::min(index + kAhead, runs.size() - 1)].first);
        std::size_t row = runs[index].first;
        const std::size_t end = runs[index].second;
        for (; row + kAtOnce < end; row += kAtOnce) {
            copy(to, from + row, AtOnce());
            to += kAtOnce;
        }
        if (row + kAtOnce <= size) {
            copy(to, from + row, AtOnce());
        } else {
            copy(to, from + row, end - row);
        }
        to += end - row;
    }
}

template <class To, class From>
PROVISO_WIDE void widen(const From* from, std::size_t count, To* to) {
    std::copy_n(from, count, to);
}

PROVISO_WIDE void shiftBack(const std::uint32_t* __restrict from,
                            std::size_t rows,
                            std::uint32_t shift,
                            std::uint32_t* __restrict to) {
    for (std::size_t row = 0; row < rows; ++row) {
        to[row] = from[row] - shift;
    }
}

/// `from` has `size` cells, as large as those they are copied to or smaller.
template <class To, class From>
void copyRuns(Cells<To>& to,
              const From* from,
              std::size_t size,
              const std::vector<Rows>& runs,
              std::size_t rows) {
    if constexpr (std::is_same_v<To, From>) {
        if (runs.size() == 1) {
            to = Cells<To>::lent({from + runs[0].first, rows});
            return;
        }
    }
    if (to.isLent()) {
        to.clear();
    }
    to.resize(rows + kAtOnce);
    To* const cells = to.data();
    if (runs.size() == 1) {
        widen(from + runs[0].first, rows, cells);
    } else if (runs.size() == rows) {
        for (std::size_t row = 0; row < rows; ++row) {
            __builtin_prefetch(from + runs[std::min(row + kAhead, rows - 1)].first);
            // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number of one byte
            cells[row] = from[runs[row].first];
        }
    } else {
        copyEach(cells, from, size, runs, [](To* into, const From* first, auto count) {
            if constexpr (std::is_same_v<To, From>) {
                std::memcpy(into, first, count * sizeof(To));
            } else {
                std::copy_n(first, static_cast<std::size_t>(count), into);
            }
        });
    }
    to.resize(rows);
}

}  // namespace

RecordSelector::RecordSelector(const RecordStore& store, const ReadOfRecords* read)
    : store_(store), read_(read), selected_(store.rows().spaces.size()) {
    batch_.dictionary = store.rows().dictionary;
    for (const Batch::Space& from : store.rows().spaces) {
        batch_.spaces.emplace_back().columns.resize(from.columns.size());
    }
}

Batch& RecordSelector::select(std::span<const std::uint32_t> records) {
    areNeighbours_ = true;
    for (std::size_t index = 1; index < records.size() && areNeighbours_; ++index) {
        areNeighbours_ = records[index] == records[index - 1] + 1;
    }
    for (std::uint32_t space = 0; space < selected_.size(); ++space) {
        if (!isRead(space)) {
            continue;
        }
        findRows(space, records);
        if (space != 0) {
            findParents(space, records);
        }
        if (read_ == nullptr) {
            for (std::uint32_t field = 0; field < batch_.spaces[space].columns.size(); ++field) {
                copyColumn(space, field);
            }
            continue;
        }
        for (const std::uint32_t field : read_->fields[space]) {
            copyColumn(space, field);
        }
    }
    return batch_;
}

void RecordSelector::findRows(std::uint32_t space, std::span<const std::uint32_t> records) {
    Selected& selected = selected_[space];
    std::uint32_t& count = batch_.spaces[space].rows;
    selected.byRecord.clear();
    selected.runs.clear();
    count = 0;
    if (records.empty()) {
        return;
    }
    const std::uint32_t* const first = store_.firstRows_[space].data();
    if (areNeighbours_) {
        const Rows all{first[records.front()], first[records.back() + std::size_t{1}]};
        count = all.second - all.first;
        if (count != 0) {
            selected.runs.push_back(all);
        }
        return;
    }
    for (std::size_t index = 0; index < records.size(); ++index) {
        __builtin_prefetch(first + records[std::min(index + kAhead, records.size() - 1)]);
        const Rows rows{first[records[index]], first[records[index] + std::size_t{1}]};
        selected.byRecord.push_back(rows);
        count += rows.second - rows.first;
        if (!selected.runs.empty() && selected.runs.back().second == rows.first) {
            selected.runs.back().second = rows.second;
        } else if (rows.first != rows.second) {
            selected.runs.push_back(rows);
        }
    }
}

/// The lists' rows in the selection.
void RecordSelector::findParents(std::uint32_t space, std::span<const std::uint32_t> records) {
    std::vector<std::uint32_t>& to = batch_.spaces[space].parent;
    const std::size_t rows = batch_.spaces[space].rows;
    to.resize(rows + kAtOnce);
    const std::uint32_t above = store_.parents_[space];
    const std::vector<std::uint32_t>& wide = store_.rows().spaces[space].parent;
    if (areNeighbours_ && store_.packed_.empty()) {
        const auto firstOf = [&](std::uint32_t of) {
            return records.empty() ? 0 : store_.firstRows_[of][records.front()];
        };
        shiftBack(wide.data() + firstOf(space), rows, firstOf(above), to.data());
    } else if (above == 0) {
        const std::uint32_t* const first = store_.firstRows_[space].data();
        std::uint32_t* next = to.data();
        for (std::uint32_t index = 0; index < records.size(); ++index) {
            const std::uint32_t record = records[index];
            std::uint32_t* const last = next + (first[record + std::size_t{1}] - first[record]);
            do {
                std::fill_n(next, kAtOnce, index);
                next += kAtOnce;
            } while (next < last);
            next = last;
        }
    } else if (store_.packed_.empty()) {
        moveParents(space, records, wide.data(), wide.size(), /*areOfRecords=*/false);
    } else {
        const StoredValues parents = store_.packed_[space].parents.view();
        parents.visit([&](const auto* cells) {
            moveParents(space, records, cells, parents.size(), /*areOfRecords=*/true);
        });
    }
    to.resize(rows);
}

/// `areOfRecords`: counted from the record's first, not from the store's.
template <class Cell>
void RecordSelector::moveParents(std::uint32_t space,
                                 std::span<const std::uint32_t> records,
                                 const Cell* from,
                                 std::size_t size,
                                 bool areOfRecords) {
    // INVARIANT: with a list, the lists it lies in are read.
    const std::uint32_t* const first = store_.firstRows_[space].data();
    const std::uint32_t* const firstAbove = store_.firstRows_[store_.parents_[space]].data();
    std::uint32_t* next = batch_.spaces[space].parent.data();
    std::uint32_t before = 0;
    for (std::size_t index = 0; index < records.size(); ++index) {
        __builtin_prefetch(from + first[records[std::min(index + kAhead, records.size() - 1)]]);
        const std::size_t record = records[index];
        const std::uint32_t shift = before - (areOfRecords ? 0 : firstAbove[record]);
        before += firstAbove[record + 1] - firstAbove[record];
        const auto move = [&](std::size_t row, auto count) {
            for (std::size_t step = 0; step < count; ++step) {
                next[step] = static_cast<std::uint32_t>(from[row + step]) + shift;
            }
            next += count;
        };
        std::size_t row = first[record];
        const std::size_t end = first[record + 1];
        for (; row + kAtOnce < end; row += kAtOnce) {
            move(row, AtOnce());
        }
        if (row + kAtOnce <= size) {
            move(row, AtOnce());
            next -= kAtOnce - (end - row);
        } else {
            move(row, end - row);
        }
    }
}

void RecordSelector::copyColumn(std::uint32_t space, std::uint32_t field) {
    const StoredValues values = store_.values(space, field);
    if (values.empty()) {
        return;  // not kept
    }
    const std::vector<Rows>& runs = selected_[space].runs;
    const std::size_t rows = batch_.spaces[space].rows;
    ColumnData& to = batch_.spaces[space].columns[field];
    values.visit([&](const auto* cells) { copyRuns(to.values, cells, values.size(), runs, rows); });
    const Cells<State>& states = store_.states(space, field);
    if (!states.empty()) {
        copyRuns(to.states, states.data(), states.size(), runs, rows);
        dropPlainStates(to);
    }
}

}  // namespace proviso
