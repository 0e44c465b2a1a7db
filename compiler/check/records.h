#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// Records, groupings and collected records as row spaces with links and stored columns. Afterwards
/// every space exists whose row a path can reach, except pairs.
void declareRecords(Context& context);

/// The two later parts of `declareRecords`. Collected records may hang below one another, so each
/// waits for its parent.
void declareGroupings(Context& context);
void declareCollects(Context& context);

/// The keys and the order of groupings, how they nest, and the dates of what is collected of them;
/// once definitions are declared.
void resolveGroupings(Context& context);

/// What keys and order are computed from, once definitions are checked.
void checkGroupings(Context& context);

/// A stored field of a space by name; kNone after a report.
ColumnId storedColumn(Context& context, PackId pack, SpaceId space, const ast::Name& name);

/// Decisions, definitions and collected fields as columns. Types that are not written are left
/// open.
void declareMembers(Context& context);

/// What a record field that stands for absent input means, once expressions can be checked.
void checkAbsentMeanings(Context& context);

/// The space that a record, grouping or collected record names; kNone after a report.
SpaceId resolveSpace(Context& context, PackId pack, const ast::Name& name);

}  // namespace proviso::check
