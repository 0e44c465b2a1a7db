#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/engine/evaluate.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace proviso::tool {

/// One record of a block that was just decided.
struct DecidedBlock {
    const bytecode::Program& program;
    const Evaluator& evaluator;       ///< its interpreter still holds every register of the block
    const Batch& batch;
    const RecordResult& result;
    std::uint32_t record = 0;         ///< its row in the block
};

/// Why the record was decided as it was: all of it, or one rule (an index into Program::rules, or kNone).
std::string explanationText(const DecidedBlock& block, std::uint32_t rule, bool colour);

}  // namespace proviso::tool
