#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// Checks one definition now, because something needs its type; false when it cannot be told
/// (reported).
bool ensureDefinition(Context& context, std::uint32_t definition);

/// Finds out over which rows a collected record runs, and makes its links.
bool ensureCollectSource(Context& context, std::uint32_t collect);

/// Checks a collected record's rows now, because something needs the type of a field.
bool ensureCollect(Context& context, std::uint32_t collect);

/// Makes sure that a column's type is known; false when it is not (reported).
bool ensureTyped(Context& context, ColumnId column);

/// Everything that was not needed earlier.
void checkDefinitions(Context& context);
void checkCollects(Context& context);

}  // namespace proviso::check
