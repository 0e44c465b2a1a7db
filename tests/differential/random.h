#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proviso::differential {

/// The same numbers everywhere for one seed (splitmix64).
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31U);
    }

    /// 0 .. count - 1; count must not be 0.
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }

    /// low .. high.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
    }

    bool chance(int percent) { return between(1, 100) <= percent; }

    template <class T>
    const T& of(const std::vector<T>& all) {
        return all[below(all.size())];
    }

    template <class T>
    void shuffle(std::vector<T>& all) {
        for (std::size_t index = all.size(); index > 1; --index) {
            std::swap(all[index - 1], all[below(index)]);
        }
    }

  private:
    std::uint64_t state_;
};

}  // namespace proviso::differential
