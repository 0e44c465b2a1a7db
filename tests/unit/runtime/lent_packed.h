#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/input/packed_cells.h"

#include <deque>
#include <functional>

namespace proviso::test {

/// Gives a batch its values in cells of as few bytes as they need, as a store lends them. Must live
/// as long as the batch is read.
class LentPacked {
  public:
    /// Of all columns that `isLent` says yes of.
    LentPacked(Batch& batch,
               const std::function<bool(std::uint32_t space, std::uint32_t field)>& isLent) {
        for (std::uint32_t space = 0; space < batch.spaces.size(); ++space) {
            Batch::Space& rows = batch.spaces[space];
            rows.packed.resize(rows.columns.size());
            for (std::uint32_t field = 0; field < rows.columns.size(); ++field) {
                Cells<std::int64_t>& values = rows.columns[field].values;
                if (values.empty() || !isLent(space, field)) {
                    continue;
                }
                PackedCells& cells = cells_.emplace_back();
                cells.append({values.data(), values.size()});
                if (cells.view().bytesOfCell() != sizeof(std::int64_t)) {
                    rows.packed[field] = cells.view();
                    values.clear();
                }
            }
        }
    }
    explicit LentPacked(Batch& batch)
        : LentPacked(batch, [](std::uint32_t, std::uint32_t) { return true; }) {}

  private:
    std::deque<PackedCells> cells_;
};

}  // namespace proviso::test
