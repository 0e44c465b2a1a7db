#pragma once

#include <cstdint>

namespace proviso::engine {

/// A hash of keys, with one more key. For tables in memory: nothing that is kept or told depends on
/// it.
inline std::uint64_t mixKey(std::uint64_t hash, std::uint64_t key) {
    hash ^= key + 0x9e3779b97f4a7c15U + (hash << 6U) + (hash >> 2U);
    hash *= 0xff51afd7ed558ccdU;
    return hash ^ (hash >> 32U);
}

}  // namespace proviso::engine
