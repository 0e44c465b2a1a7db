#pragma once

#include <cstdint>
#include <span>

/// What is asked of all rows of a link at once, without a branch for each.
namespace proviso::engine {

/// Whether no row leads to an earlier one than the row before.
bool areAscending(std::span<const std::uint32_t> rows);

/// Whether all lead to one of the first `end`.
bool areBelow(std::span<const std::uint32_t> rows, std::uint32_t end);

}  // namespace proviso::engine
