#pragma once

#include "compiler/diagnostics/source.h"

#include <optional>
#include <string>
#include <vector>

namespace proviso::check {

struct CsvCell {
    std::string text;
    Span span;
};
using CsvRow = std::vector<CsvCell>;

struct CsvError {
    std::string why;
    Span span;
};

/// Comma-separated rows with RFC 4180 quoting; line ends of either kind, empty lines skipped, a
/// byte order mark allowed.
struct Csv {
    std::vector<CsvRow> rows;
    std::optional<CsvError> error;
};

[[nodiscard]] Csv parseCsv(const Sources& sources, SourceId id);

}  // namespace proviso::check
