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

/// Writes down, list after list, to whom rows belong and where they begin. There is room for
/// kAtOnce more parents than there are rows, and for one more beginning than there are lists.
class RowsOfLists {
  public:
    RowsOfLists(std::uint32_t* parents, std::uint32_t* begins)
        : parents_(parents), begins_(begins) {}

    template <std::size_t kAtOnce = 8>
    void add(std::uint32_t count) {
        begins_[lists_] = rows_;
        const std::uint32_t end = rows_ + count;
        // Most lists are short: what is too much is written over by the next.
        do {
            std::fill_n(parents_ + rows_, kAtOnce, lists_);
            rows_ += kAtOnce;
        } while (rows_ < end);
        rows_ = end;
        ++lists_;
    }
    void end() { begins_[lists_] = rows_; }

  private:
    std::uint32_t* parents_;
    std::uint32_t* begins_;
    std::uint32_t rows_ = 0;
    std::uint32_t lists_ = 0;
};

template <class Cell>
PROVISO_WIDE void addLists(RowsOfLists& lists, const Cell* counts, std::size_t size) {
    RowsOfLists own = lists;
    for (std::size_t index = 0; index < size; ++index) {
        own.template add<4>(static_cast<std::uint32_t>(counts[index]));
    }
    lists = own;
}

/// The lists of some records, whose rows begin at `first`.
PROVISO_WIDE void
addListsOf(RowsOfLists& lists, std::span<const std::uint32_t> records, const std::uint32_t* first) {
    RowsOfLists own = lists;
    for (const std::uint32_t record : records) {
        own.add(first[record + std::size_t{1}] - first[record]);
    }
    lists = own;
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

RecordSelector::RecordSelector(const RecordStore& store,
                               const ReadOfRecords* read,
                               bool lendsPacked)
    : store_(store), read_(read), lendsPacked_(lendsPacked), selected_(store.rows().spaces.size()) {
    batch_.dictionary = store.rows().dictionary;
    for (const Batch::Space& from : store.rows().spaces) {
        Batch::Space& to = batch_.spaces.emplace_back();
        to.columns.resize(from.columns.size());
        to.packed.resize(lendsPacked_ ? from.columns.size() : 0);
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
        appendRun(selected.runs, rows);
    }
}

/// The lists' rows in the selection.
void RecordSelector::findParents(std::uint32_t space, std::span<const std::uint32_t> records) {
    Batch::Space& to = batch_.spaces[space];
    const std::uint32_t above = store_.parents_[space];
    const std::uint32_t* const first = store_.firstRows_[space].data();
    to.parent.resize(to.rows + kAtOnce);
    if (above != 0 && store_.packed_.empty()) {
        to.begins.clear();
        const std::vector<std::uint32_t>& wide = store_.rows().spaces[space].parent;
        if (areNeighbours_ && !records.empty()) {
            shiftBack(wide.data() + first[records.front()],
                      to.rows,
                      store_.firstRows_[above][records.front()],
                      to.parent.data());
        } else {
            moveParents(space, records, wide);
        }
    } else {
        to.begins.resize(batch_.spaces[above].rows + std::size_t{1});
        RowsOfLists lists(to.parent.data(), to.begins.data());
        if (above == 0) {
            addListsOf(lists, records, first);
        } else {
            // INVARIANT: with a list, the lists it lies in are read, and were looked for before.
            store_.packed_[space].counts.view().visit([&](const auto* counts) {
                for (const Rows& run : selected_[above].runs) {
                    addLists(lists, counts + run.first, run.second - run.first);
                }
            });
        }
        lists.end();
    }
    to.parent.resize(to.rows);
}

/// Of lists in lists that are not packed.
void RecordSelector::moveParents(std::uint32_t space,
                                 std::span<const std::uint32_t> records,
                                 const std::vector<std::uint32_t>& from) {
    // INVARIANT: with a list, the lists it lies in are read.
    const std::uint32_t* const first = store_.firstRows_[space].data();
    const std::uint32_t* const firstAbove = store_.firstRows_[store_.parents_[space]].data();
    std::uint32_t* next = batch_.spaces[space].parent.data();
    std::uint32_t before = 0;
    for (std::size_t index = 0; index < records.size(); ++index) {
        __builtin_prefetch(from.data() +
                           first[records[std::min(index + kAhead, records.size() - 1)]]);
        const std::size_t record = records[index];
        const std::uint32_t shift = before - firstAbove[record];
        before += firstAbove[record + 1] - firstAbove[record];
        const auto move = [&](std::size_t row, auto count) {
            for (std::size_t step = 0; step < count; ++step) {
                next[step] = from[row + step] + shift;
            }
            next += count;
        };
        std::size_t row = first[record];
        const std::size_t end = first[record + 1];
        for (; row + kAtOnce < end; row += kAtOnce) {
            move(row, AtOnce());
        }
        if (row + kAtOnce <= from.size()) {
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
    const bool isLentPacked =
        lendsPacked_ && runs.size() == 1 && values.bytesOfCell() != sizeof(std::int64_t);
    if (lendsPacked_) {
        batch_.spaces[space].packed[field] =
            isLentPacked ? values.part(runs[0].first, rows) : StoredValues();
    }
    if (isLentPacked) {
        to.values.clear();
    } else {
        values.visit(
            [&](const auto* cells) { copyRuns(to.values, cells, values.size(), runs, rows); });
    }
    const Cells<State>& states = store_.states(space, field);
    if (!states.empty()) {
        copyRuns(to.states, states.data(), states.size(), runs, rows);
        dropPlainStates(to);
    }
}

}  // namespace proviso
