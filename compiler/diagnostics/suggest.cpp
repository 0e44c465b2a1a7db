#include "compiler/diagnostics/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace proviso {

namespace {

/// Longer names are generated ones; comparing them would cost more than the hint is worth.
constexpr std::size_t kLongestName = 128;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
std::size_t editDistance(std::string_view first, std::string_view second) {
    std::vector<std::size_t> beforeLast(second.size() + 1);
    std::vector<std::size_t> last(second.size() + 1);
    std::vector<std::size_t> current(second.size() + 1);
    for (std::size_t column = 0; column <= second.size(); ++column) {
        last[column] = column;
    }
    for (std::size_t row = 1; row <= first.size(); ++row) {
        current[0] = row;
        for (std::size_t column = 1; column <= second.size(); ++column) {
            const char a = lower(first[row - 1]);
            const char b = lower(second[column - 1]);
            current[column] = std::min(
                {last[column] + 1, current[column - 1] + 1, last[column - 1] + (a == b ? 0U : 1U)});
            if (row > 1 && column > 1 && a == lower(second[column - 2]) &&
                b == lower(first[row - 2])) {
                current[column] = std::min(current[column], beforeLast[column - 2] + 1);
            }
        }
        beforeLast.swap(last);
        last.swap(current);
    }
    return last[second.size()];
}

template <typename Name>
std::optional<std::string_view> nearest(std::string_view mistyped, std::span<const Name> known) {
    if (mistyped.empty() || mistyped.size() > kLongestName) {
        return std::nullopt;
    }
    const std::size_t most = std::clamp<std::size_t>(mistyped.size() / 3, 1, 4);
    std::optional<std::string_view> best;
    std::size_t bestDistance = most + 1;
    for (const std::string_view name : known) {
        if (name.size() > mistyped.size() + most || mistyped.size() > name.size() + most ||
            name == mistyped) {
            continue;
        }
        const std::size_t distance = editDistance(mistyped, name);
        // A name of which nothing is left is no suggestion.
        if (distance >= std::max(mistyped.size(), name.size())) {
            continue;
        }
        if (distance < bestDistance || (distance == bestDistance && best && name < *best)) {
            bestDistance = distance;
            best = name;
        }
    }
    return best;
}

}  // namespace

std::optional<std::string_view> nearestName(std::string_view mistyped,
                                            std::span<const std::string_view> known) {
    return nearest(mistyped, known);
}

std::optional<std::string_view> nearestName(std::string_view mistyped,
                                            std::span<const std::string> known) {
    return nearest(mistyped, known);
}

std::string suggestionHelp(std::string_view mistyped, std::span<const std::string_view> known) {
    const auto name = nearestName(mistyped, known);
    return name ? "did you mean `" + std::string(*name) + "`?" : std::string();
}

}  // namespace proviso
