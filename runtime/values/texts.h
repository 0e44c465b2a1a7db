#pragma once

#include "runtime/values/decimal.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What rules may ask of texts besides whether they are equal. docs/language.md, section 7, says
/// what a word is. All of it is exact and the same on every machine.
namespace proviso {

class Sha256;

/// A text of more bytes is not compared: over budget.
inline constexpr std::size_t kLongestCompared = 16'384;
/// Similarities are numbers with so many decimals.
inline constexpr int kSimilarityScale = 4;

/// How many words a UTF-8 text has.
std::int64_t wordCount(std::string_view text);

/// The number drawn for a key under a seed, from 0 to 2^60 - 1: the first 15 hexadecimal digits of
/// the SHA-256 of the seed, a line feed and the key. `digest` has nothing added, and is used again.
std::int64_t drawNumber(Sha256& digest, std::string_view seed, std::string_view key);

/// Compares texts with one another and remembers each text by its number, so that of many pairs
/// each text is read once. Not thread-safe.
class TextComparison {
  public:
    /// A text and the number it is remembered by.
    struct Numbered {
        std::int64_t number = 0;
        std::string_view text;
    };

    /// From 0 to 10^kSimilarityScale. Error: Budget, where a text is too long.
    Checked similarity(Numbered a, Numbered b);

  private:
    using Run = std::array<std::uint32_t, 3>;
    struct RunHash {
        std::size_t operator()(const Run& run) const noexcept;
    };
    /// The runs of a text, by number, ascending; as often as they stand there.
    using Runs = std::vector<std::uint32_t>;

    const Runs& runsOf(Numbered one);

    std::unordered_map<std::string, std::uint32_t> words_;
    std::unordered_map<Run, std::uint32_t, RunHash> runs_;
    std::unordered_map<std::int64_t, Runs> texts_;
};

}  // namespace proviso
