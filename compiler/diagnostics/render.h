#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/source.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace proviso {

struct TextOptions {
    /// Escape sequences for a terminal. Off, the text is plain.
    bool colour = false;
    /// Source lines wider than this are cut around the place shown.
    std::uint32_t lineWidth = 110;
};

/// A message with its source lines, every labelled place underlined, and its help:
///
///     error[E0302]: comparison of money with a plain number
///       --> orders.prv:14:10
///        |
///     14 |   when order.total > 25
///        |        ----------- ^ -- number
///        |        |
///        |        money
///        = help: write `$25.00`
///
/// Control characters of the source never reach the output. Ends with a line break.
[[nodiscard]] std::string
renderText(const Diagnostic& diagnostic, const Sources& sources, const TextOptions& options = {});

/// All of them, an empty line between two, and a closing line with the counts; empty for none.
[[nodiscard]] std::string renderText(std::span<const Diagnostic> diagnostics,
                                     const Sources& sources,
                                     const TextOptions& options = {});

/// `path:line:column: error[E0302]: message`, without a line break.
[[nodiscard]] std::string renderOneLine(const Diagnostic& diagnostic, const Sources& sources);

/// One JSON object `{"diagnostics": [...]}` for editors; lines and columns count from one, columns
/// in code points. Ends with a line break.
[[nodiscard]] std::string renderJson(std::span<const Diagnostic> diagnostics,
                                     const Sources& sources);

/// A SARIF 2.1.0 log with one run, for code scanning services. Ends with a line break.
[[nodiscard]] std::string renderSarif(std::span<const Diagnostic> diagnostics,
                                      const Sources& sources);

/// "error", "warning" or "note".
[[nodiscard]] std::string_view severityWord(Severity severity);

}  // namespace proviso
