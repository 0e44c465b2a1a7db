#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/decision/result.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace proviso {

class Interpreter;

namespace engine {

/// What one stage says about one record.
struct PartialResult {
    RecordResult result;                   ///< lists not yet in order
    std::vector<std::uint32_t> outputs;    ///< parallel to result.outputs: number in the program
    std::vector<std::uint32_t> decisions;  ///< parallel to result.decided
    bool tooLarge = false;                 ///< nothing could be decided; says so for every rule
};

/// Reads what an interpreter computed for the stage; one part an entry record.
std::vector<PartialResult>
collectStage(const Interpreter& run, const Batch& batch, const Stage& stage);

/// The lists of outputs that ask for choices, under another choice: added where they say something
/// new. `records`: by record of the batch, ascending: its part. `outcomes`: how many there are, by
/// row of the outcomes' space.
void collectChoice(std::vector<PartialResult>& parts,
                   const std::vector<std::uint32_t>& records,
                   const Interpreter& run,
                   const Batch& batch,
                   const Stage& stage,
                   const std::vector<std::int64_t>& outcomes,
                   std::int64_t choice);

/// Where a row space would outgrow what is allowed nothing is decided about the records of the set,
/// and each says so.
PartialResult tooLarge(const bytecode::Program& program, std::string key);

/// The parts of all stages about one record, at least one, in the order in which they are printed.
RecordResult mergeParts(std::vector<PartialResult> parts);

}  // namespace engine
}  // namespace proviso
