#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// Marks what is computed from private fields as private, and reports where such a value would be
/// shown to people.
void checkPrivacy(Context& context);

}  // namespace proviso::check
