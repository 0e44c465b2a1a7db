#include "runtime/engine/link_rows.h"

#include "runtime/base/wide.h"

#include <algorithm>

namespace proviso::engine {

PROVISO_WIDE static std::uint32_t countFalls(const std::uint32_t* rows, std::size_t count) {
    std::uint32_t falls = 0;
    for (std::size_t row = 1; row < count; ++row) {
        falls += rows[row] < rows[row - 1] ? 1U : 0U;
    }
    return falls;
}

PROVISO_WIDE static std::uint32_t highestOf(const std::uint32_t* rows, std::size_t count) {
    std::uint32_t highest = 0;
    for (std::size_t row = 0; row < count; ++row) {
        highest = std::max(highest, rows[row]);
    }
    return highest;
}

bool areAscending(std::span<const std::uint32_t> rows) {
    return countFalls(rows.data(), rows.size()) == 0;
}

bool areBelow(std::span<const std::uint32_t> rows, std::uint32_t end) {
    return rows.empty() || highestOf(rows.data(), rows.size()) < end;
}

}  // namespace proviso::engine
