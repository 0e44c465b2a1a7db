#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <vector>

namespace proviso {

struct LintOptions {
    /// Also what is not wrong but may be left over or incomplete: names nothing uses, rules no test
    /// speaks of.
    bool strict = false;
};

/// Warns of likely mistakes in packs that compile. `program` must be of these packs and analysed.
void lint(const std::vector<ast::Pack>& packs,
          const typed::Program& program,
          DiagnosticSink& sink,
          LintOptions options = {});

}  // namespace proviso
