#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// Findings with their slots and remedies.
void declareFindings(Context& context);

/// When each decision is asked for, and what it needs.
void checkDecisions(Context& context);

/// What the decision record shows.
void checkOutputs(Context& context);

}  // namespace proviso::check
