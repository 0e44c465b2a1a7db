#pragma once

#include "compiler/ast/ast.h"
#include "compiler/testing/decided.h"

#include <optional>
#include <string>

namespace proviso::testing {

/// Why an expectation does not hold.
struct Mismatch {
    std::string found;  ///< what was decided instead
};

/// Holds one expectation against what was decided; nothing when it holds. `pack` is the test's,
/// and rules of it and of packs it uses may be named without theirs.
std::optional<Mismatch> checkExpectation(const ast::Expectation& expectation,
                                         const Decided& decided,
                                         const ast::Pack& pack);

}  // namespace proviso::testing
