#pragma once

#include "compiler/diagnostics/diagnostic.h"

#include <cstddef>
#include <string>
#include <string_view>

/// Characters and numbers that no token of the language begins with, and what was probably meant.
namespace proviso::syntax {

struct WrongCharacters {
    std::size_t end = 0;
    std::string help;
    /// The text that was meant, or empty.
    std::string meant;
    /// The grammar's name of the token that was meant.
    std::string_view type;
};

/// Reads the wrong characters at `begin`: a known mistake (`!=`, `&&`, a long dash) or a run of
/// strange ones.
[[nodiscard]] WrongCharacters readWrongCharacters(std::string_view text, std::size_t begin);

/// The inside of a string with each plain quote escaped.
[[nodiscard]] std::string withPlainEscapes(std::string_view inside);

void reportBadDate(DiagnosticSink& sink, Span span, std::string_view text);
void reportBadMoney(DiagnosticSink& sink, Span span, std::string_view text);

}  // namespace proviso::syntax
