#pragma once

#include "compiler/ast/print.h"

#include <cstdint>
#include <string>
#include <string_view>

// Shared by the files of printAst; not for others.
namespace proviso {

/// In double quotes, with escapes.
[[nodiscard]] std::string quoted(std::string_view text);

/// `2025-01-31` for days since 1970-01-01.
[[nodiscard]] std::string dateText(std::int64_t days);

}  // namespace proviso
