#include "runtime/input/record_selector.h"

#include "runtime/input/record_store.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace proviso {

namespace {

using Rows = std::pair<std::uint32_t, std::uint32_t>;

/// How many runs ahead memory is asked for: rows lie here and there.
constexpr std::size_t kAhead = 16;
/// Cells that are copied at once. Most records have fewer rows of a list: what is too much is
/// written over by the next.
constexpr std::size_t kAtOnce = 8;
using AtOnce = std::integral_constant<std::size_t, kAtOnce>;

/// Calls `copy(to, from, count, index of the run)`, with a count that is known here if it can be,
/// until all rows of the runs are copied. `to` has kAtOnce cells more than there are rows; `from`
/// has `size`.
template <class T, class Copy>
void copyEach(
    T* to, const T* from, std::size_t size, const std::vector<Rows>& runs, const Copy& copy) {
    for (std::size_t index = 0; index < runs.size(); ++index) {
        __builtin_prefetch(from + runs[std::min(index + kAhead, runs.size() - 1)].first);
        std::size_t row = runs[index].first;
        const std::size_t end = runs[index].second;
        for (; row + kAtOnce < end; row += kAtOnce) {
            copy(to, from + row, AtOnce(), index);
            to += kAtOnce;
        }
        if (row + kAtOnce <= size) {
            copy(to, from + row, AtOnce(), index);
        } else {
            copy(to, from + row, end - row, index);
        }
        to += end - row;
    }
}

template <class T>
void copyRuns(Cells<T>& to, const Cells<T>& from, const std::vector<Rows>& runs, std::size_t rows) {
    if (runs.size() == 1) {
        to = Cells<T>::lent({from.data() + runs[0].first, rows});
        return;
    }
    if (to.isLent()) {
        to.clear();
    }
    to.resize(rows + kAtOnce);
    T* const cells = to.data();
    if (runs.size() == rows) {
        for (std::size_t row = 0; row < rows; ++row) {
            __builtin_prefetch(from.data() + runs[std::min(row + kAhead, rows - 1)].first);
            cells[row] = from.data()[runs[row].first];
        }
    } else {
        copyEach(cells,
                 from.data(),
                 from.size(),
                 runs,
                 [](T* into, const T* first, auto count, std::size_t /*run*/) {
                     std::memcpy(into, first, count * sizeof(T));
                 });
    }
    to.resize(rows);
}

}  // namespace

RecordSelector::RecordSelector(const RecordStore& store, const ReadOfRecords* read)
    : store_(store), read_(read), selected_(store.batch().spaces.size()) {
    batch_.dictionary = store.batch().dictionary;
    for (const Batch::Space& from : store.batch().spaces) {
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
            findParents(space);
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
void RecordSelector::findParents(std::uint32_t space) {
    const std::uint32_t above = store_.parents_[space];
    const Selected& selected = selected_[space];
    const std::vector<std::uint32_t>& from = store_.batch().spaces[space].parent;
    const std::size_t rows = batch_.spaces[space].rows;
    std::vector<std::uint32_t>& to = batch_.spaces[space].parent;
    to.resize(rows + kAtOnce);
    if (areNeighbours_) {
        const std::uint32_t first =
            selected_[above].runs.empty() ? 0 : selected_[above].runs[0].first;
        copyEach(to.data(),
                 from.data(),
                 from.size(),
                 selected.runs,
                 [&](std::uint32_t* into,
                     const std::uint32_t* parents,
                     auto count,
                     std::size_t /*run*/) {
                     for (std::size_t row = 0; row < count; ++row) {
                         into[row] = parents[row] - first;
                     }
                 });
    } else if (above == 0) {
        std::uint32_t* next = to.data();
        for (std::uint32_t index = 0; index < selected.byRecord.size(); ++index) {
            const auto [first, end] = selected.byRecord[index];
            std::uint32_t* const last = next + (end - first);
            do {
                std::fill_n(next, kAtOnce, index);
                next += kAtOnce;
            } while (next < last);
            next = last;
        }
    } else {
        // INVARIANT: with a list, the lists it lies in are read.
        std::uint32_t before = 0;
        std::size_t record = 0;
        std::uint32_t shift = 0;
        const std::vector<Rows>& lists = selected_[above].byRecord;
        copyEach(
            to.data(),
            from.data(),
            from.size(),
            selected.byRecord,
            [&](std::uint32_t* into, const std::uint32_t* parents, auto count, std::size_t index) {
                for (; record <= index; ++record) {
                    shift = before - lists[record].first;
                    before += lists[record].second - lists[record].first;
                }
                for (std::size_t row = 0; row < count; ++row) {
                    into[row] = parents[row] + shift;
                }
            });
    }
    to.resize(rows);
}

void RecordSelector::copyColumn(std::uint32_t space, std::uint32_t field) {
    const ColumnData& from = store_.batch().spaces[space].columns[field];
    if (from.values.empty()) {
        return;  // not kept
    }
    const std::vector<Rows>& runs = selected_[space].runs;
    ColumnData& to = batch_.spaces[space].columns[field];
    copyRuns(to.values, from.values, runs, batch_.spaces[space].rows);
    if (!from.states.empty()) {
        copyRuns(to.states, from.states, runs, batch_.spaces[space].rows);
        dropPlainStates(to);
    }
}

}  // namespace proviso
