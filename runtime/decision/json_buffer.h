#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace proviso {

/// Text of JSON that grows at its end. What is written is mostly a few bytes, so it is written
/// without asking for each of them whether there is room, and escaped while it is copied.
class JsonBuffer {
  public:
    JsonBuffer& operator+=(char character) {
        makeRoom(1);
        *next_++ = character;
        return *this;
    }
    JsonBuffer& operator+=(std::string_view text) {
        makeRoom(text.size());
        next_ = copy(next_, text);
        return *this;
    }

    /// `text` in quotes. Bytes from 0x20 on stay as they are, except `"` and `\`.
    void quote(std::string_view text) {
        makeRoom(text.size() + 2);
        *next_++ = '"';
        if (isPlain(text)) {
            next_ = copy(next_, text);
            *next_++ = '"';
        } else {
            escape(text);
        }
    }

    void dropLast() { --next_; }
    void clear() { next_ = memory_.get(); }
    std::string_view text() const {
        return {memory_.get(), static_cast<std::size_t>(next_ - memory_.get())};
    }

  private:
    static std::uint64_t wordAt(const char* at) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        return word;
    }
    static std::uint64_t halfAt(const char* at) {
        std::uint32_t half = 0;
        std::memcpy(&half, at, sizeof half);
        return half;
    }

    // Texts of all sizes from 8 bytes on are some words, the last of which may overlap the one
    // before it.
    static char* copy(char* to, std::string_view text) {
        const char* const from = text.data();
        const std::size_t size = text.size();
        if (size > 64) {
            std::memcpy(to, from, size);
        } else if (size >= 8) {
            for (std::size_t at = 0; at + 8 < size; at += 8) {
                std::memcpy(to + at, from + at, 8);
            }
            std::memcpy(to + size - 8, from + size - 8, 8);
        } else if (size >= 4) {
            std::memcpy(to, from, 4);
            std::memcpy(to + size - 4, from + size - 4, 4);
        } else {
            for (std::size_t at = 0; at < size; ++at) {
                to[at] = from[at];
            }
        }
        return to + size;
    }

    // A byte above a special one may be taken for special, too; then escaping finds nothing to do.
    static std::uint64_t special(std::uint64_t bytes) {
        constexpr std::uint64_t kOnes = 0x0101010101010101U;
        constexpr std::uint64_t kHighs = 0x8080808080808080U;
        const auto below = [](std::uint64_t word, std::uint64_t limit) {
            return (word - kOnes * limit) & ~word & kHighs;
        };
        return below(bytes, 0x20) | below(bytes ^ (kOnes * '"'), 1) |
               below(bytes ^ (kOnes * '\\'), 1);
    }

    static bool isPlain(std::string_view text) {
        constexpr std::uint64_t kSpaces = 0x2020202020202020U;
        const char* const from = text.data();
        const std::size_t size = text.size();
        std::uint64_t found = 0;
        if (size >= 8) {
            for (std::size_t at = 0; at + 8 < size; at += 8) {
                found |= special(wordAt(from + at));
            }
            found |= special(wordAt(from + size - 8));
        } else if (size >= 4) {
            found = special(halfAt(from) | halfAt(from + size - 4) << 32U);
        } else {
            std::uint64_t word = kSpaces;
            for (std::size_t at = 0; at < size; ++at) {
                word = word << 8U | static_cast<unsigned char>(from[at]);
            }
            found = special(word);
        }
        return found == 0;
    }

    void makeRoom(std::size_t size) {
        if (static_cast<std::size_t>(end_ - next_) < size) {
            grow(size);
        }
    }
    void grow(std::size_t size);
    void escape(std::string_view text);

    std::unique_ptr<char[]> memory_;
    char* next_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace proviso
