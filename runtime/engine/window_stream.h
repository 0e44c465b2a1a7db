#pragma once

#include "runtime/engine/ordered_pass.h"
#include "runtime/engine/sets.h"
#include "runtime/engine/window_cells.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace proviso::engine {

/// Takes a window of records as they come, set beside set, where they come in the order that it
/// asks for, as they mostly do: of each set it keeps how far it got, and looks at no record twice.
/// Windows may begin where that of the record before in the set began, or at the first record, or
/// after all there were. Sets of which that does not hold are left, to be gone through one by one.
class WindowStream {
  public:
    /// `mostLooked`: how many rows are looked through of any record, at most.
    WindowStream(const OrderedTable& table, const Sets& sets, std::uint64_t mostLooked);

    /// Whether windows of the kind can be taken so at all.
    bool isPossible() const { return isPossible_; }

    /// Of the sets from `begin` to before `end`: what the windows of their records came to, by fold
    /// and record, and in `isLeft`, by set, which were left. From several threads for different
    /// sets.
    void take(std::uint32_t begin,
              std::uint32_t end,
              std::span<std::int64_t* const> results,
              std::vector<std::uint8_t>& isLeft) const;

  private:
    template <bool isInclusive>
    class SomeSets;

    template <bool isInclusive>
    void takeAll(std::uint32_t begin,
                 std::uint32_t end,
                 std::span<std::int64_t* const> results,
                 std::vector<std::uint8_t>& isLeft) const;

    const OrderedTable& table_;
    const Sets& sets_;
    std::uint64_t mostLooked_;
    WindowCells cells_;
    std::vector<WindowCells::Comparison> begins_;  ///< one at most
    std::vector<WindowCells::Comparison> ends_;
    /// Columns of what has to rise in a set and is not what the order asks first.
    std::vector<std::size_t> rising_;
    bool isPossible_;
};

}  // namespace proviso::engine
