#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/limits.h"
#include "compiler/parser/syntax.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace proviso::syntax {

/// A whole pack as the grammar sees it; what has mistakes is reported and left out.
struct SyntaxFile {
    TokenList list;
    std::optional<Tree> header;
    std::vector<Tree> items;
    /// Nothing was left out.
    bool complete = true;
};

/// Reads a text into trees, one message a mistake: after one, reading goes on at the next
/// declaration. Nothing if the text cannot be read at all (not text, beyond a limit), which is
/// reported.
[[nodiscard]] std::optional<SyntaxFile> readSyntax(const Sources& sources,
                                                   SourceId source,
                                                   DiagnosticSink& sink,
                                                   const ParseLimits& limits);

}  // namespace proviso::syntax
