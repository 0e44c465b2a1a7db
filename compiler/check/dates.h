#pragma once

#include "compiler/check/context.h"

namespace proviso::check {

/// One entry of something with dates.
struct DatedEntry {
    typed::InForce inForce;
    Span span;
};

/// A stretch of days, both ends inclusive.
struct Gap {
    std::int64_t from = 0;
    std::int64_t through = 0;
};

[[nodiscard]] bool overlap(const typed::Period& a, const typed::Period& b);

/// Reports a period that ends before it begins.
void checkPeriod(Context& context, const ast::Period& period);

/// Reports entries for the same dates that were published on the same day (or not said when).
void checkOverlaps(Context& context,
                   const std::string& words,
                   const std::vector<DatedEntry>& entries);

/// The days between the first and the last entry that none covers.
[[nodiscard]] std::vector<Gap> innerGaps(const std::vector<DatedEntry>& entries);
/// The first day any entry covers; INT64_MAX for none.
[[nodiscard]] std::int64_t firstDay(const std::vector<DatedEntry>& entries);

void reportGap(Context& context, const std::string& words, Span span, const Gap& gap);

/// Compares what rules and definitions read with the dates for which there are values. Runs after
/// everything is checked.
void checkReach(Context& context);

}  // namespace proviso::check
