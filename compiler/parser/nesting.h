#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/limits.h"
#include "compiler/parser/syntax.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace proviso::syntax {

/// Whether no place of the tokens is nested too deep for what recurs later; otherwise reports the
/// first such place. Counts what opens a level of recursion in the grammar: brackets, `case`, `all
/// of`, `any of`, `not`, a minus in front, `x of`, `list of`. Runs without recursion itself.
[[nodiscard]] bool
checkNesting(const TokenList& list, DiagnosticSink& sink, const ParseLimits& limits);

/// The words that begin declarations.
[[nodiscard]] std::span<const std::string_view> itemWords();

/// Whether a word begins a declaration. No such word can stand inside an expression.
[[nodiscard]] bool isItemWord(const Token& token);

/// Whether a declaration seems to begin at this token; a guess by its line, for going on after a
/// mistake.
[[nodiscard]] bool looksLikeItemStart(const TokenList& list, std::size_t index);

/// Whether a block closed by `end` opens inside a declaration: `case`, `all of`, `any of`.
[[nodiscard]] bool opensInnerBlock(const TokenList& list, std::size_t index);

}  // namespace proviso::syntax
