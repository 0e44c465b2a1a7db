#pragma once

#include "runtime/base/text_hash.h"
#include "runtime/values/date.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

/// Short texts of records as words: names, members, numbers and dates are compared and read eight
/// bytes at a time. For little-endian machines.
namespace proviso {

/// As many bytes behind a text may be read by what is here. Their values do not matter.
inline constexpr std::size_t kReadableBehind = 32;

inline std::uint64_t wordAt(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// The lowest `bytes` bytes of a word, 0 to 8.
inline std::uint64_t lowBytes(std::size_t bytes) noexcept {
    return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

/// The first sixteen bytes of a text; what is behind its end is zero.
struct TextHead {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    bool operator==(const TextHead&) const = default;
};

inline constexpr std::size_t kHeadBytes = 16;

/// kReadableBehind bytes behind the text may be read.
inline TextHead headOf(std::string_view text) noexcept {
    const char* const at = text.data();
    const std::size_t size = text.size();
    return {wordAt(at) & lowBytes(size), size > 8 ? wordAt(at + 8) & lowBytes(size - 8) : 0};
}

/// Sixteen bytes that a text must have at its beginning, or fewer.
class HeadPattern {
  public:
    HeadPattern() = default;
    explicit HeadPattern(std::string_view text) {
        std::array<char, kHeadBytes> bytes{};
        std::copy_n(text.begin(), std::min(text.size(), kHeadBytes), bytes.begin());
        head_ = {wordAt(bytes.data()), wordAt(bytes.data() + 8)};
        mask_ = {lowBytes(text.size()), text.size() > 8 ? lowBytes(text.size() - 8) : 0};
    }

    /// Sixteen bytes are read.
    bool fits(const char* at) const noexcept {
        return (((wordAt(at) ^ head_.low) & mask_.low) |
                ((wordAt(at + 8) ^ head_.high) & mask_.high)) == 0;
    }

  private:
    TextHead head_;
    TextHead mask_{~std::uint64_t{0}, ~std::uint64_t{0}};
};

// The schema's texts come from the authors of packs, and caches forget: no secret is needed.
inline std::size_t hashOfHead(const TextHead& head, std::size_t size) noexcept {
    return static_cast<std::size_t>(
        foldedProduct(head.low ^ 0x9E3779B97F4A7C15U, head.high ^ 0xD6E8FEB86659FD93U ^ size));
}

/// Finds what a text means where only some are allowed.
class Meanings {
  public:
    /// `text` must outlive this.
    void add(std::string_view text, std::int64_t meaning);

    /// kReadableBehind bytes behind the text may be read. nullptr: means nothing.
    const std::int64_t* find(std::string_view text) const noexcept {
        if (entries_.empty()) {
            return nullptr;
        }
        const TextHead head = headOf(text);
        const std::size_t mask = entries_.size() - 1;
        for (std::size_t at = hashOfHead(head, text.size()) & mask; entries_[at].taken;
             at = (at + 1) & mask) {
            const Entry& entry = entries_[at];
            if (entry.head == head && entry.text.size() == text.size() &&
                (text.size() <= kHeadBytes ||
                 std::memcmp(entry.text.data(), text.data(), text.size()) == 0)) {
                return &entry.meaning;
            }
        }
        return nullptr;
    }

  private:
    void grow();

    struct Entry {
        TextHead head;
        std::string_view text;
        std::int64_t meaning = 0;
        bool taken = false;
    };
    std::vector<Entry> entries_;  ///< a power of two of them, at most half taken
    std::size_t count_ = 0;
};

/// Remembers what short texts meant lately. A text that comes in pushes out another one, so that
/// nobody can make it large or slow.
class RecentMeanings {
  public:
    /// As Meanings::find, for texts of at most kHeadBytes; longer ones are never known.
    const std::int64_t* find(std::string_view text) const noexcept {
        const TextHead head = headOf(text);
        const Entry& entry = entries_[hashOfHead(head, text.size()) % kEntries];
        return entry.head == head && entry.size == text.size() ? &entry.meaning : nullptr;
    }

    void remember(std::string_view text, std::int64_t meaning) noexcept {
        if (text.size() <= kHeadBytes) {
            const TextHead head = headOf(text);
            entries_[hashOfHead(head, text.size()) % kEntries] = {head, text.size(), meaning};
        }
    }

  private:
    static constexpr std::size_t kEntries = 256;
    struct Entry {
        TextHead head;
        std::size_t size = SIZE_MAX;
        std::int64_t meaning = 0;
    };
    std::array<Entry, kEntries> entries_{};
};

/// Whether all eight bytes are digits.
inline bool areDigits(std::uint64_t word) noexcept {
    constexpr std::uint64_t kHalves = 0xF0F0F0F0F0F0F0F0U;
    return ((word & kHalves) | (((word + 0x0606060606060606U) & kHalves) >> 4U)) ==
           0x3333333333333333U;
}

/// The number that eight digits say.
inline std::uint64_t numberOfDigits(std::uint64_t word) noexcept {
    word -= 0x3030303030303030U;
    word = word * 10 + (word >> 8U);
    constexpr std::uint64_t kPairs = 0x000000FF000000FFU;
    return (((word & kPairs) * 0x000F424000000064U) +
            (((word >> 16U) & kPairs) * 0x0000271000000001U)) >>
           32U;
}

/// The number that 1 to 8 digits say, with no zero before others. False: it is none.
/// kReadableBehind bytes behind them may be read.
inline bool readShortNumber(const char* at, std::size_t size, std::int64_t& value) noexcept {
    const std::size_t missing = 8 * (8 - size);
    std::uint64_t word = wordAt(at);
    if (missing > 0) {
        word = word << missing | (0x3030303030303030U >> (64 - missing));
    }
    if (!areDigits(word) || (*at == '0' && size > 1)) {
        return false;
    }
    value = static_cast<std::int64_t>(numberOfDigits(word));
    return true;
}

/// As parseDate.
inline bool readDate(std::string_view text, std::int64_t& days) noexcept {
    if (text.size() != 10) {
        return false;
    }
    const char* const at = text.data();
    const std::uint64_t front = wordAt(at);  // YYYY-MM-
    std::uint16_t back = 0;                  // DD
    std::memcpy(&back, at + 8, sizeof back);
    std::uint64_t word =
        (front & 0xFFFFFFFFU) | (front >> 8U & 0xFFFF00000000U) | std::uint64_t{back} << 48U;
    if ((front & 0xFF0000FF00000000U) != 0x2D00002D00000000U || !areDigits(word)) {
        return false;
    }
    word -= 0x3030303030303030U;
    word = word * 10 + (word >> 8U);  // every second byte: two digits
    const auto pair = [&](unsigned index) {
        return static_cast<int>(word >> (16 * index) & 0xFFU);
    };
    const int year = pair(0) * 100 + pair(1);
    const int month = pair(2);
    const int day = pair(3);
    if (year < kFirstYear || year > kLastYear || month < 1 || month > 12 || day < 1 ||
        day > daysInMonth(year, month)) {
        return false;
    }
    days = dateOf({year, month, day}).days;
    return true;
}

}  // namespace proviso
