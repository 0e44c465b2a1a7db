#pragma once

#include "compiler/check/expressions.h"

namespace proviso::check {

/// The message of a rule or exception, whose parts are read where the rule stands.
std::optional<typed::Template>
checkTemplate(Context& context, Scope& scope, const ast::Template& ast);

/// A remedy shows only the slots of its finding.
std::optional<typed::Template>
checkRemedy(Context& context, PackId pack, const typed::Finding& finding, const ast::Template& ast);

}  // namespace proviso::check
