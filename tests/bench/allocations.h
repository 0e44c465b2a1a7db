#pragma once

#include <cstdint>

namespace proviso::bench {

/// How often this thread asked for memory with `new`, which programs that link this count; `malloc`
/// and memory aligned beyond the usual are not counted.
std::uint64_t allocationsOfThread();

}  // namespace proviso::bench
