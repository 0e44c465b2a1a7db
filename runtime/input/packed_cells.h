#pragma once

#include "runtime/base/large_blocks.h"
#include "runtime/bytecode/cells.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace proviso {

/// What a column of stored records holds, in cells of one, two, four or eight bytes. A view: the
/// column must stay as it is.
class StoredValues {
  public:
    StoredValues() = default;
    template <class Cell>
    StoredValues(const Cell* cells, std::size_t size)
        : cells_(cells), size_(size), bytes_(sizeof(Cell)) {}

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    /// Calls `with` once, with the first cell, of whatever size.
    template <class Visit>
    auto visit(Visit with) const {
        switch (bytes_) {
        case 1:
            return with(static_cast<const std::int8_t*>(cells_));
        case 2:
            return with(static_cast<const std::int16_t*>(cells_));
        case 4:
            return with(static_cast<const std::int32_t*>(cells_));
        default:
            return with(static_cast<const std::int64_t*>(cells_));
        }
    }

    /// For a few rows here and there; `visit` is for many.
    std::int64_t operator[](std::size_t row) const {
        return visit([row](const auto* cells) { return std::int64_t{cells[row]}; });
    }

  private:
    const void* cells_ = nullptr;
    std::size_t size_ = 0;
    std::size_t bytes_ = 8;  ///< of a cell
};

/// Rows: from the first up to the second.
using RowRun = std::pair<std::uint32_t, std::uint32_t>;

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
