#pragma once

#include "compiler/typed/program.h"
#include "tests/reference/value.h"

#include <string>
#include <vector>

namespace proviso::reference {

/// WordCount, Similarity or DrawNumber of texts that are values: as the language reference says
/// it, word for word.
Value ofTexts(typed::ExprKind kind, const std::vector<std::string>& texts);

}  // namespace proviso::reference
