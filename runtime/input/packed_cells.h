#pragma once

#include "runtime/base/large_blocks.h"
#include "runtime/bytecode/cells.h"
#include "runtime/bytecode/stored_values.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace proviso {

/// Rows: from the first up to the second.
using RowRun = std::pair<std::uint32_t, std::uint32_t>;

/// Adds a run behind the others, as part of the last where it goes on; none where it is empty.
inline void appendRun(std::vector<RowRun>& runs, RowRun rows) {
    if (!runs.empty() && runs.back().second == rows.first) {
        runs.back().second = rows.second;
    } else if (rows.first != rows.second) {
        runs.push_back(rows);
    }
}

/// Leaves only these runs, which ascend, moved to the beginning. What has no cells, because it was
/// not kept, stays as it is.
template <class CellsOf>
void keepRuns(CellsOf& cells, const std::vector<RowRun>& runs) {
    if (cells.empty()) {
        return;
    }
    auto* const all = cells.data();
    auto* next = all;
    for (const auto& [first, end] : runs) {
        next = all + first == next ? all + end : std::copy(all + first, all + end, next);
    }
    cells.resize(static_cast<std::size_t>(next - all));
}

/// The values of a column that grows, in cells of as few bytes as all of them so far need. Records
/// are mostly made of small numbers, and a long run holds millions.
class PackedCells {
  public:
    void append(std::span<const std::int64_t> values);
    /// Room for so many.
    void reserve(std::size_t count);
    /// Cells of eight bytes from now on.
    void widen();
    /// After `widen`; nothing is left here.
    Cells<std::int64_t> takeWide() { return std::exchange(std::get<Wide>(cells_), {}); }
    void keep(const std::vector<RowRun>& runs) {
        std::visit([&](auto& cells) { keepRuns(cells, runs); }, cells_);
    }

    std::size_t size() const {
        return std::visit([](const auto& cells) { return cells.size(); }, cells_);
    }
    StoredValues view() const {
        return std::visit(
            [](const auto& cells) { return StoredValues(cells.data(), cells.size()); }, cells_);
    }

  private:
    template <class Cell>
    using Narrow = std::vector<Cell, LargeBlocks<Cell>>;
    using Wide = Cells<std::int64_t>;

    template <class Other>
    void become();

    std::variant<Narrow<std::int8_t>, Narrow<std::int16_t>, Narrow<std::int32_t>, Wide> cells_;
};

}  // namespace proviso
