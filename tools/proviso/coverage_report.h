#pragma once

#include "compiler/testing/coverage.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the tests of packs cover, as text and as JSON.
namespace proviso::tool {

struct CoverageThreshold {
    CoverageKind kind{};
    std::uint64_t percent = 0;
};

/// Reads `rules=100,clauses=95`. Nothing, with `problem`, for anything else.
std::optional<std::vector<CoverageThreshold>> parseThresholds(const std::string& text,
                                                              std::string& problem);

/// `packs/orders.prv:12`.
std::string placeOf(const CompiledSet& set, Span span);

/// A line for each pack and one for all: what is covered of what there is, and how much that is.
/// `title` says by what.
std::string coverageTable(const CoverageReport& report, const std::string& title);

/// A line for each thing that is not covered, `packs/orders.prv:12: test x is a: never no`, or
/// that cannot be both yes and no.
std::string uncoveredText(const CompiledSet& set, const CoverageReport& report);

/// One JSON object: `all`, `packs`, `uncovered` and `one_sided`.
std::string coverageJson(const CompiledSet& set, const CoverageReport& report);

/// The thresholds that are not met, in words.
std::vector<std::string> belowThresholds(const CoverageReport& report,
                                         const std::vector<CoverageThreshold>& thresholds);

}  // namespace proviso::tool
