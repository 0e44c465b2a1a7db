#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/plan.h"

#include <vector>

/// What a stage reads of the records, once it is known what it computes.
namespace proviso::engine {

/// Sets `stage.read`.
void noteRead(const bytecode::Program& program,
              const std::vector<Partition>& partitions,
              Stage& stage);

/// Sets `stage.alike`: names that are compared with one of a few constants split records into kinds
/// of which most rules concern few.
void noteAlike(const bytecode::Program& program, Stage& stage);

}  // namespace proviso::engine
