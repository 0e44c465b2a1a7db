#pragma once

#include "runtime/bytecode/batch.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace proviso::engine {

/// The set of each record: records with equal keys, numbered as first met. A record with a key that
/// is no value is a set of its own; without keys there is one set.
struct Sets {
    std::vector<std::uint32_t> of;  ///< by record
    std::uint32_t count = 0;
};
using SharedSets = std::shared_ptr<const Sets>;

Sets setsOf(const std::vector<const ColumnData*>& keys, std::uint32_t records);

}  // namespace proviso::engine
