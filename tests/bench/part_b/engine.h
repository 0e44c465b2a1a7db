#pragma once

#include "runtime/decision/result.h"
#include "tests/bench/part_b/hand.h"

#include <string>
#include <vector>

namespace proviso::bench::part_b {

/// The packs that the slice by hand is of, below the folder of the standard library.
std::vector<std::string> packsOf(const std::string& library);

/// What the slice's rules find in one visit.
Decided decidedOf(const RecordResult& result);

}  // namespace proviso::bench::part_b
