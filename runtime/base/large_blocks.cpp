#include "runtime/base/large_blocks.h"

#include <cstdint>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace proviso {

static constexpr std::size_t kPage = std::size_t{2} << 20U;

void* allocateLargeBlock(std::size_t bytes) {
    const std::size_t rest = bytes % kPage;
    const std::size_t whole = bytes - rest;
    void* const block = bytes > SIZE_MAX / 2 ? nullptr : std::aligned_alloc(kPage, whole + kPage);
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    // Where much of the last page would stay empty, it is left to small ones.
    const std::size_t advised = whole + (rest > kPage / 4 * 3 ? kPage : 0);
#ifdef MADV_HUGEPAGE
    if (advised != 0) {
        madvise(block, advised, MADV_HUGEPAGE);  // it works without, too
    }
#endif
    return block;
}

void freeLargeBlock(void* block) noexcept {
    std::free(block);
}

}  // namespace proviso
