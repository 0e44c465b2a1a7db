#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// Samples and tests are not part of the program; their names are checked all the same.
void checkTests(Context& context);

}  // namespace proviso::check
