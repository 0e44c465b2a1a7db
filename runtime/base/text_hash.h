#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace proviso {

/// The product of two words, folded: what the hash below mixes with.
inline std::uint64_t foldedProduct(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

/// Whether two texts are the same. For short ones, where calling memcmp costs more than comparing.
inline bool sameText(std::string_view one, std::string_view other) noexcept {
    const std::size_t size = one.size();
    if (other.size() != size) {
        return false;
    }
    const char* const a = one.data();
    const char* const b = other.data();
    const auto same = [&](auto word, std::size_t at) {
        decltype(word) left = 0;
        decltype(word) right = 0;
        std::memcpy(&left, a + at, sizeof word);
        std::memcpy(&right, b + at, sizeof word);
        return left == right;
    };
    if (size > 32) {
        return std::memcmp(a, b, size) == 0;
    }
    if (size >= 8) {
        for (std::size_t at = 0; at + 8 < size; at += 8) {
            if (!same(std::uint64_t{}, at)) {
                return false;
            }
        }
        return same(std::uint64_t{}, size - 8);
    }
    if (size >= 4) {
        return same(std::uint32_t{}, 0) && same(std::uint32_t{}, size - 4);
    }
    for (std::size_t at = 0; at < size; ++at) {
        if (a[at] != b[at]) {
            return false;
        }
    }
    return true;
}

/// A number that is another one in each process, so that nobody can write records whose texts all
/// meet in one place of a table.
std::uint64_t secretSeed() noexcept;

/// A fast hash for tables of texts, after wyhash. Nothing that is printed or stored may depend on
/// it. Records come from strangers: a table of their texts gives a `seed` that they cannot know.
inline std::uint64_t hashText(std::string_view text, std::uint64_t seed) noexcept {
    constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15U;
    constexpr std::uint64_t kSecond = 0xD6E8FEB86659FD93U;
    const auto word = [](const char* from) {
        std::uint64_t value = 0;
        std::memcpy(&value, from, sizeof value);
        return value;
    };
    const auto half = [](const char* from) {
        std::uint32_t value = 0;
        std::memcpy(&value, from, sizeof value);
        return std::uint64_t{value};
    };
    const char* at = text.data();
    std::size_t left = text.size();
    std::uint64_t state = seed ^ kFirst;
    while (left > 16) {
        state = foldedProduct(word(at) ^ kSecond, word(at + 8) ^ state);
        at += 16;
        left -= 16;
    }
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    if (left >= 8) {
        low = word(at);
        high = word(at + left - 8);
    } else if (left >= 4) {
        low = half(at);
        high = half(at + left - 4);
    } else if (left > 0) {
        const auto byte = [&](std::size_t index) {
            return std::uint64_t{static_cast<unsigned char>(at[index])};
        };
        low = byte(0) << 16U | byte(left / 2) << 8U | byte(left - 1);
    }
    state = foldedProduct(low ^ kSecond, high ^ state);
    return foldedProduct(state ^ kFirst, text.size() ^ kSecond);
}

}  // namespace proviso
