#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/limits.h"

namespace proviso::syntax {

/// Whether a text may go to the lexer: small enough, plain UTF-8 text, without characters that hide
/// what a reader sees. Otherwise reports one message and says no.
[[nodiscard]] bool
checkText(const Sources& sources, SourceId id, DiagnosticSink& sink, const ParseLimits& limits);

}  // namespace proviso::syntax
