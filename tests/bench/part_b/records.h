#pragma once

#include <cstdint>
#include <string>

/// Made-up visits in the record form of the standard library, for the slice of it that is written
/// by hand: Medicare Part B in 2024 and 2025, with everything known that the slice's rules read.
/// Integers only: the same count and seed give the same bytes everywhere.
namespace proviso::bench::part_b {

/// About `visits` lines of JSON, each patient's in the order of their days; some are corrected or
/// voided later on.
std::string makeVisits(std::uint32_t visits, std::uint32_t seed);

}  // namespace proviso::bench::part_b
