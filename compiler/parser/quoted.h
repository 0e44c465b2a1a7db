#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/source.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text in quotes: where it ends and what it says.
namespace proviso::syntax {

/// The quotes that stand for `"` when pasted from a word processor.
inline constexpr std::string_view kOpeningCurly = "\xE2\x80\x9C";
inline constexpr std::string_view kClosingCurly = "\xE2\x80\x9D";

struct QuotedScan {
    /// Behind the closing quote or, without one, behind the last character of the line that is no
    /// space.
    std::size_t end = 0;
    bool closed = false;
    bool curly = false;
    /// Offsets of backslashes before a character that is no escape.
    std::vector<std::size_t> badEscapes;
};

/// Reads from the opening quote at `begin` to the closing one on the same line.
[[nodiscard]] QuotedScan scanQuoted(std::string_view text, std::size_t begin);

/// What stands between the quotes of a whole string token.
[[nodiscard]] std::string_view insideQuotes(std::string_view token);

/// The character an escape stands for, or 0: `\"`, `\\`, `\n`, `\t`, `\{`, `\}`.
[[nodiscard]] char escapedCharacter(char letter);

/// The text without quotes and escapes.
[[nodiscard]] std::string unquote(std::string_view token);

}  // namespace proviso::syntax
