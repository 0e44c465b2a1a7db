#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/limits.h"

#include <optional>
#include <string>

namespace proviso {

/// The text of a pack in the one form all packs share: what it says stays the same, every comment
/// is kept, and formatting twice changes nothing more.
///
/// Words for comparisons, plain quotes, indents of two spaces, clauses on lines of their own,
/// columns aligned. Lines that the author broke inside an expression or a list stay broken there. A
/// text with mistakes is not formatted: they are reported and nothing is returned.
[[nodiscard]] std::optional<std::string> formatPack(const Sources& sources,
                                                    SourceId source,
                                                    DiagnosticSink& sink,
                                                    const ParseLimits& limits = {});

}  // namespace proviso
