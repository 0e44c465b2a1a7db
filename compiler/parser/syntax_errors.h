#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/antlr_adapter.h"
#include "compiler/parser/syntax.h"

#include <cstdint>

/// Says in words what is wrong where a parse stopped.
namespace proviso::syntax {

struct Mistake {
    const Sources& sources;
    const TokenList& list;
    /// What was being read, and from which token on.
    Start what;
    std::uint32_t first;
    const SyntaxFailure& failure;
};

/// Reports exactly one error. The cost is bounded: alternatives are tried on pieces of a few
/// hundred tokens.
void reportSyntax(const Mistake& mistake, DiagnosticSink& sink);

/// A token that stands where a declaration should begin.
void reportNoDeclaration(const TokenList& list, std::uint32_t at, DiagnosticSink& sink);

/// "`x`", "text in quotes", "the end of the file".
[[nodiscard]] std::string describeToken(const Token& token);

}  // namespace proviso::syntax
