#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <vector>

/// What a stage reads of the records, once it is known what it computes.
namespace proviso::engine {

/// That somebody reads how many rows a space has: of lists, also of those that it lies in. Other
/// spaces than the schema's are nothing that records say.
void noteRows(const Schema& schema, ReadOfRecords& read, std::uint32_t space);

/// Sets `stage.read`.
void noteRead(const bytecode::Program& program,
              const std::vector<Partition>& partitions,
              Stage& stage);

/// Sets `stage.alike`: names that are compared with one of a few constants split records into kinds
/// of which most rules concern few.
void noteAlike(const bytecode::Program& program, Stage& stage);

}  // namespace proviso::engine
