#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace proviso {

/// Memory in pages of two megabytes, where the system has such. Throws std::bad_alloc.
void* allocateLargeBlock(std::size_t bytes);
void freeLargeBlock(void* block) noexcept;

/// For vectors that may become large: from a megabyte on they lie in large pages. Then memory costs
/// a fault for each of those, not for every four kilobytes, and less is looked up to read here and
/// there.
template <class T>
class LargeBlocks {
  public:
    using value_type = T;
    using is_always_equal = std::true_type;

    LargeBlocks() = default;
    template <class Other>
    // NOLINTNEXTLINE(google-explicit-constructor): asked of allocators
    LargeBlocks(const LargeBlocks<Other>& /*other*/) noexcept {}

    T* allocate(std::size_t count) {
        return count < kLarge ? std::allocator<T>().allocate(count)
                              : static_cast<T*>(allocateLargeBlock(count * sizeof(T)));
    }
    void deallocate(T* block, std::size_t count) noexcept {
        if (count < kLarge) {
            std::allocator<T>().deallocate(block, count);
        } else {
            freeLargeBlock(block);
        }
    }

    friend bool operator==(const LargeBlocks&, const LargeBlocks&) { return true; }

  private:
    static constexpr std::size_t kLarge = (std::size_t{1} << 20U) / sizeof(T);
};

}  // namespace proviso
