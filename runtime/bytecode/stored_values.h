#pragma once

#include <cstddef>
#include <cstdint>

namespace proviso {

/// What a column holds, in cells of one, two, four or eight bytes. A view: the column must stay as
/// it is.
class StoredValues {
  public:
    StoredValues() = default;
    template <class Cell>
    StoredValues(const Cell* cells, std::size_t size)
        : cells_(cells), size_(size), bytes_(sizeof(Cell)) {}

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const void* data() const noexcept { return cells_; }
    std::size_t bytesOfCell() const noexcept { return bytes_; }
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

    /// `count` of them, from `first` on.
    StoredValues part(std::size_t first, std::size_t count) const {
        return visit([&](const auto* cells) { return StoredValues(cells + first, count); });
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

}  // namespace proviso
