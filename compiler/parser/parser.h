#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/limits.h"

#include <optional>

namespace proviso {

/// Reads one pack from its text.
///
/// Every mistake is reported once, in the order of the text; after one, reading goes on at the next
/// declaration, and the pack returned holds what could be read. Whether all could is
/// `sink.hasErrors()`. Nothing is returned when the text cannot be read at all: not text, or beyond
/// a limit. Never throws, whatever the text; time grows with the text and is bounded by the limits.
/// May be called from several threads at once with a sink each.
[[nodiscard]] std::optional<ast::Pack> parsePack(const Sources& sources,
                                                 SourceId source,
                                                 DiagnosticSink& sink,
                                                 const ParseLimits& limits = {});

}  // namespace proviso
