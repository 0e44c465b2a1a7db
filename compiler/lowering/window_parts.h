#pragma once

#include "compiler/lowering/builder.h"
#include "compiler/typed/program.h"

#include <vector>

namespace proviso::lowering {

/// What a BuildWindow is made of, while it is put together.
struct WindowParts {
    bytecode::WindowInfo info;
    std::vector<Register> mask;       ///< of the child row alone
    std::vector<Register> compared;   ///< for each comparison the child's side, the asking side
    std::vector<Register> upTo;       ///< for each level rank and link of the row it runs up to
    std::vector<typed::ExprId> rest;  ///< of both rows, tested on each pair
};

}  // namespace proviso::lowering
