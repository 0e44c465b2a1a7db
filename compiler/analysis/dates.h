#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/typed/program.h"

#include <cstdint>
#include <string>
#include <vector>

namespace proviso {

/// A parameter whose values end, and who goes on reading it: from the day after, those report an
/// error.
struct Horizon {
    std::uint32_t parameter = typed::kNone;
    std::int64_t lastDay = 0;
    std::vector<std::uint32_t> rules;  ///< in force after that day, ascending
};

/// All of them, by last day and name.
[[nodiscard]] std::vector<Horizon> horizons(const typed::Program& program);

namespace analysis {

/// Notes the parameters that end while rules read them on. Where all end on one day nothing is
/// said: that is the day through which the pack set was written.
void checkHorizons(const typed::Program& program, DiagnosticSink& sink);

}  // namespace analysis

}  // namespace proviso
