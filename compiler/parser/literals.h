#pragma once

#include "compiler/ast/expression.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/syntax.h"

#include <cstdint>
#include <optional>
#include <string_view>

/// Numbers and dates as they are written.
namespace proviso::syntax {

/// Days since 1970-01-01 of `2025-01-31`; nothing for other forms and days the calendar does not
/// have.
[[nodiscard]] std::optional<std::int64_t> daysOfDate(std::string_view text);

/// The value of a date token; a day that does not exist is reported and read as the last day before
/// it.
[[nodiscard]] std::int64_t readDate(const Token& token, DiagnosticSink& sink);

/// A whole number; one too large is reported and read as 0.
[[nodiscard]] std::int64_t readInteger(const Token& token, DiagnosticSink& sink);

/// More decimals than any amount, rate or ratio needs; keeps scales small for what follows.
inline constexpr int kMostDecimals = 9;

struct ScaledNumber {
    std::int64_t mantissa = 0;
    int scale = 0;
};

/// The digits of `$1,234.50`, `12.5%` or `1.25`: 123450 with 2, 125 with 1, 125 with 2. Too large:
/// as above.
[[nodiscard]] ScaledNumber readScaled(const Token& token, DiagnosticSink& sink);

}  // namespace proviso::syntax
