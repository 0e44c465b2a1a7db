#include "runtime/values/texts.h"

#include "runtime/base/digest.h"

#include <algorithm>
#include <array>

namespace proviso {

namespace {

/// How many bytes of `text`, from `at` on, are one character that separates words; 0 where a
/// letter stands. Beyond ASCII these are U+0080 to U+00BF, the signs of multiplication and
/// division, U+1680, U+2000 to U+206F, U+3000 to U+303F and U+FEFF.
std::size_t separatorAt(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t offset) {
        return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
        const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                            (first >= '0' && first <= '9');
        return letter ? 0 : 1;
    }
    switch (first) {
    case 0xC2:
        return 2;
    case 0xC3:
        return byte(1) == 0x97 || byte(1) == 0xB7 ? 2 : 0;
    case 0xE1:
        return byte(1) == 0x9A && byte(2) == 0x80 ? 3 : 0;
    case 0xE2:
        return byte(1) == 0x80 || (byte(1) == 0x81 && byte(2) <= 0xAF) ? 3 : 0;
    case 0xE3:
        return byte(1) == 0x80 ? 3 : 0;
    case 0xEF:
        return byte(1) == 0xBB && byte(2) == 0xBF ? 3 : 0;
    default:
        return 0;
    }
}

/// Calls `word(std::string_view)` for each word.
template <class Word>
void eachWord(std::string_view text, Word word) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = at;
        std::size_t separator = 0;
        while (at < text.size() && (separator = separatorAt(text, at)) == 0) {
            ++at;
        }
        if (at > begin) {
            word(text.substr(begin, at - begin));
        }
        at += separator;
    }
}

}  // namespace

std::int64_t wordCount(std::string_view text) {
    std::int64_t count = 0;
    eachWord(text, [&](std::string_view) { ++count; });
    return count;
}

std::int64_t drawNumber(Sha256& digest, std::string_view seed, std::string_view key) {
    digest.add(seed);
    digest.add("\n");
    digest.add(key);
    const std::array<std::uint8_t, 32> bytes = digest.finishAndRestart();
    std::uint64_t sixteenDigits = 0;
    for (std::size_t index = 0; index < sizeof sixteenDigits; ++index) {
        sixteenDigits = (sixteenDigits << 8U) | bytes[index];
    }
    return static_cast<std::int64_t>(sixteenDigits >> 4U);
}

std::size_t TextComparison::RunHash::operator()(const Run& run) const noexcept {
    std::uint64_t hash = 0x9E3779B97F4A7C15U;
    for (const std::uint32_t word : run) {
        hash = (hash ^ word) * 0xFF51AFD7ED558CCDU;
        hash ^= hash >> 32U;
    }
    return static_cast<std::size_t>(hash);
}

const TextComparison::Runs& TextComparison::runsOf(Numbered one) {
    const auto [place, added] = texts_.try_emplace(one.number);
    Runs& runs = place->second;
    if (!added) {
        return runs;
    }
    const auto numbered = [](auto& known, const auto& what) {
        return known.try_emplace(what, static_cast<std::uint32_t>(known.size())).first->second;
    };
    constexpr std::uint32_t kNoWord = UINT32_MAX;
    Run last{kNoWord, kNoWord, kNoWord};
    std::size_t words = 0;
    std::string lower;
    eachWord(one.text, [&](std::string_view word) {
        lower.assign(word);
        for (char& letter : lower) {
            letter =
                letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        }
        last = {last[1], last[2], numbered(words_, lower)};
        if (++words >= last.size()) {
            runs.push_back(numbered(runs_, last));
        }
    });
    if (words > 0 && words < last.size()) {
        runs.push_back(numbered(runs_, last));
    }
    std::sort(runs.begin(), runs.end());
    return runs;
}

Checked TextComparison::similarity(Numbered a, Numbered b) {
    if (a.text.size() > kLongestCompared || b.text.size() > kLongestCompared) {
        return {0, EvaluationError::Budget};
    }
    // INVARIANT: references into an unordered_map stay good when it grows.
    const Runs& left = runsOf(a);
    const Runs& right = runsOf(b);
    if (left.empty() || right.empty()) {
        return {0};
    }
    std::int64_t shared = 0;
    for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
        const std::uint32_t x = left[i];
        const std::uint32_t y = right[j];
        shared += x == y ? 1 : 0;
        i += x <= y ? 1 : 0;
        j += y <= x ? 1 : 0;
    }
    const auto all = static_cast<std::int64_t>(left.size() + right.size());
    return {2 * shared * powerOfTen(kSimilarityScale) / all};
}

}  // namespace proviso
