#pragma once

#include "runtime/base/arena.h"
#include "runtime/decision/view.h"

namespace proviso::engine {

/// Adds what a list says under another choice, where it says something new. Rows stay where they
/// are; the list of choices is made anew in the arena.
void addChoice(ListView& list, RowList rows, Arena& arena);

}  // namespace proviso::engine
