#include "tests/bench/allocations.h"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace proviso::bench {

namespace {
thread_local std::uint64_t made = 0;
}

std::uint64_t allocationsOfThread() {
    return made;
}

}  // namespace proviso::bench

void* operator new(std::size_t size) {
    ++proviso::bench::made;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
