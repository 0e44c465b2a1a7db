#pragma once

#include "compiler/check/csv.h"
#include "compiler/check/types.h"

#include <optional>
#include <string>
#include <vector>

namespace proviso::check {

/// A cell of a table as read, wherever it stood.
struct ReadCell {
    enum class Kind : std::uint8_t {
        Any,
        Dash,
        Unknown,
        OneOf,
        AtLeast,
        AtMost,
        Exceeds,
        Below
    } kind = Kind::Any;
    std::vector<std::int64_t> values;
    std::string text;  ///< why it is unknown
    Span span;
};

/// Reads a cell written in the pack; nothing after a report.
std::optional<ReadCell> readCell(Context& context,
                                 PackId pack,
                                 const std::string& column,
                                 const ast::TableCell& cell,
                                 Type type);

/// Reads a cell of a file. Several values are separated by commas inside quotes.
std::optional<ReadCell>
readCell(Context& context, const std::string& column, const CsvCell& cell, Type type);

}  // namespace proviso::check
