#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace proviso {

/// Memory for many small things that all go at once. What it gives stays where it is until the
/// arena is cleared or gone, also when the arena is moved. Nothing is destroyed. One thread.
/// Cleared again and again it asks for memory only where it holds more than ever before.
class Arena {
  public:
    Arena() = default;
    Arena(Arena&& other) noexcept { *this = std::move(other); }
    Arena& operator=(Arena&& other) noexcept {
        chunks_ = std::move(other.chunks_);
        other.chunks_.clear();
        free_ = std::exchange(other.free_, nullptr);
        left_ = std::exchange(other.left_, 0);
        taken_ = std::exchange(other.taken_, 0);
        return *this;
    }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() = default;

    void clear() {
        if (chunks_.size() > 1) {
            // One piece for all that there was.
            const std::size_t all = taken_;
            chunks_.clear();
            chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(all));
        }
        free_ = chunks_.empty() ? nullptr : chunks_.back().get();
        left_ = taken_;
    }

    /// `count` things that are to be filled in.
    template <class T>
    std::span<T> list(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>);
        if (count == 0) {
            return {};
        }
        T* const first = static_cast<T*>(take(count * sizeof(T), alignof(T)));
        std::uninitialized_default_construct_n(first, count);
        return {first, count};
    }

    template <class T>
    std::span<T> keep(std::span<const T> things) {
        const std::span<T> kept = list<T>(things.size());
        std::copy(things.begin(), things.end(), kept.begin());
        return kept;
    }
    template <class T>
    std::span<T> keep(const std::vector<T>& things) {
        return keep(std::span<const T>(things));
    }

    template <class T>
    T* one(T thing) {
        static_assert(std::is_trivially_destructible_v<T>);
        return ::new (take(sizeof(T), alignof(T))) T(std::move(thing));
    }

    std::string_view text(std::string_view text) { return join({text}); }
    std::string_view join(std::initializer_list<std::string_view> parts) {
        std::size_t size = 0;
        for (const std::string_view part : parts) {
            size += part.size();
        }
        if (size == 0) {
            return {};
        }
        char* const first = static_cast<char*>(take(size, 1));
        char* next = first;
        for (const std::string_view part : parts) {
            next = std::copy(part.begin(), part.end(), next);
        }
        return {first, size};
    }

  private:
    static constexpr std::size_t kLeast = 4096;
    static constexpr std::size_t kMost = std::size_t{1} << 20U;

    void* take(std::size_t size, std::size_t alignment) {
        std::size_t gap = (~reinterpret_cast<std::uintptr_t>(free_) + 1) & (alignment - 1);
        if (gap + size > left_) {
            // A chunk is an eighth of all there is, so that little is left over in the last.
            const std::size_t chunk = std::max(size, std::clamp(taken_ / 8, kLeast, kMost));
            chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk));
            free_ = chunks_.back().get();
            left_ = chunk;
            taken_ += chunk;
            gap = 0;
        }
        std::byte* const found = free_ + gap;
        free_ = found + size;
        left_ -= gap + size;
        return found;
    }

    std::vector<std::unique_ptr<std::byte[]>> chunks_;
    std::byte* free_ = nullptr;
    std::size_t left_ = 0;
    std::size_t taken_ = 0;
};

}  // namespace proviso
