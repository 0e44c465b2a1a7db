#include "runtime/input/packed_cells.h"

#include "runtime/base/wide.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace proviso {

namespace {

template <class Cell>
bool fits(std::uint64_t bits) {
    return bits <= static_cast<std::uint64_t>(std::numeric_limits<Cell>::max());
}

/// All bits that some value needs beside its sign.
PROVISO_WIDE std::uint64_t bitsOf(const std::int64_t* values, std::size_t count) {
    std::uint64_t bits = 0;
    for (std::size_t index = 0; index < count; ++index) {
        // What is below zero needs as many as what it is less than zero by, and one less.
        const auto sign = static_cast<std::uint64_t>(values[index] < 0 ? -1 : 0);
        bits |= static_cast<std::uint64_t>(values[index]) ^ sign;
    }
    return bits;
}

template <class Cell>
PROVISO_WIDE void narrow(const std::int64_t* values, std::size_t count, Cell* to) {
    for (std::size_t index = 0; index < count; ++index) {
        to[index] = static_cast<Cell>(values[index]);
    }
}

}  // namespace

template <class Other>
void PackedCells::become() {
    cells_ = std::visit(
        [](const auto& cells) {
            Other other;
            if constexpr (requires { cells.capacity(); }) {
                other.reserve(cells.capacity());
            }
            other.resize(cells.size());
            std::copy(cells.begin(), cells.end(), other.begin());
            return other;
        },
        cells_);
}

void PackedCells::append(std::span<const std::int64_t> values) {
    const std::uint64_t bits = bitsOf(values.data(), values.size());
    if (cells_.index() < 3 && !fits<std::int32_t>(bits)) {
        become<Wide>();
    } else if (cells_.index() < 2 && !fits<std::int16_t>(bits)) {
        become<Narrow<std::int32_t>>();
    } else if (cells_.index() < 1 && !fits<std::int8_t>(bits)) {
        become<Narrow<std::int16_t>>();
    }
    std::visit(
        [&](auto& cells) {
            const std::size_t before = cells.size();
            cells.resize(before + values.size());
            narrow(values.data(), values.size(), cells.data() + before);
        },
        cells_);
}

void PackedCells::reserve(std::size_t count) {
    std::visit([&](auto& cells) { cells.reserve(count); }, cells_);
}

void PackedCells::widen() {
    if (!std::holds_alternative<Wide>(cells_)) {
        become<Wide>();
    }
}

}  // namespace proviso
