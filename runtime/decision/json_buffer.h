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
        if (copyPlain(next_, text)) {
            next_ += text.size();
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

    using Sixteen = unsigned char __attribute__((vector_size(16)));

    /// Bytes other than zero where one is to be escaped.
    static Sixteen special(Sixteen bytes) {
        return reinterpret_cast<Sixteen>((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
    }
    static bool isAny(Sixteen bytes) {
        std::uint64_t words[2];
        std::memcpy(words, &bytes, sizeof words);
        return (words[0] | words[1]) != 0;
    }

    /// Copies; false where something is to be escaped, what is copied then means nothing.
    static bool copyPlain(char* to, std::string_view text) {
        const char* const from = text.data();
        const std::size_t size = text.size();
        Sixteen bytes;
        if (size >= sizeof bytes) {
            Sixteen found{};
            std::size_t at = 0;
            // What is left over is the end of the last sixteen.
            for (; at + sizeof bytes < size; at += sizeof bytes) {
                std::memcpy(&bytes, from + at, sizeof bytes);
                std::memcpy(to + at, &bytes, sizeof bytes);
                found |= special(bytes);
            }
            at = size - sizeof bytes;
            std::memcpy(&bytes, from + at, sizeof bytes);
            std::memcpy(to + at, &bytes, sizeof bytes);
            return !isAny(found | special(bytes));
        }
        // The first and the last of them, which may be the same.
        std::uint64_t words[2];
        if (size >= 8) {
            words[0] = wordAt(from);
            words[1] = wordAt(from + size - 8);
            std::memcpy(to, &words[0], 8);
            std::memcpy(to + size - 8, &words[1], 8);
        } else if (size >= 4) {
            words[0] = words[1] = halfAt(from) | halfAt(from + size - 4) << 32U;
            std::memcpy(to, from, 4);
            std::memcpy(to + size - 4, from + size - 4, 4);
        } else {
            constexpr std::uint64_t kSpaces = 0x2020202020202020U;
            words[0] = words[1] = kSpaces;
            for (std::size_t at = 0; at < size; ++at) {
                words[0] = words[0] << 8U | static_cast<unsigned char>(from[at]);
                to[at] = from[at];
            }
        }
        std::memcpy(&bytes, words, sizeof bytes);
        return !isAny(special(bytes));
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
