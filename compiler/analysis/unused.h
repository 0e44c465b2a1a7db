#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <vector>

namespace proviso::analysis {

/// Warns of parameters, tables, code sets, findings, decisions, definitions and samples that
/// nothing uses. Only of what the whole pack set does not use: a pack of shared words is not at
/// fault when read with all its users.
void checkUnused(const std::vector<ast::Pack>& packs,
                 const typed::Program& program,
                 DiagnosticSink& sink);

/// Warns of rules that no test speaks of: neither of the rule, nor of a finding it reports or a
/// decision it steers.
void checkUntested(const std::vector<ast::Pack>& packs,
                   const typed::Program& program,
                   DiagnosticSink& sink);

}  // namespace proviso::analysis
