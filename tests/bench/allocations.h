#pragma once

#include <cstdint>

namespace proviso::bench {

/// How often this thread asked for memory with `new`, which the programs that link this count.
std::uint64_t allocationsOfThread();

}  // namespace proviso::bench
