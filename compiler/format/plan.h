#pragma once

#include "compiler/parser/syntax_file.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Decides, from the trees of the grammar, how each token of a file is set. Internal to the
/// formatter.
namespace proviso::format {

/// A place to align: tokens of one group and column start at the same place of their lines.
struct Alignment {
    std::uint32_t group = 0;
    std::uint32_t column = 0;
    /// The line must begin with this token for the place to count.
    std::uint32_t lineToken = 0;
};

struct TokenPlan {
    /// A new line must begin here, whatever the author wrote.
    bool breaks = false;
    /// The first of its declaration (or the `pack` of the head).
    bool startsItem = false;
    /// A line that begins here is indented from the line of this token by so many levels ...
    std::uint32_t anchor = 0;
    std::uint32_t levels = 0;
    /// ... or stands exactly below the anchor if that began its line.
    bool sibling = false;
    bool closes = false;
    bool spaceBefore = true;
    std::optional<Alignment> alignment;
    /// The text to write instead of the token's own.
    std::optional<std::string> text;
};

/// One plan a token of the list. `text` is what the file was read from.
[[nodiscard]] std::vector<TokenPlan> makePlan(std::string_view text,
                                              const syntax::SyntaxFile& file);

}  // namespace proviso::format
