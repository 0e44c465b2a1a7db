#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/run.h"
#include "tests/bench/workload/digest.h"

#include <memory>
#include <string>

/// The benchmark's pack through the engine, counted. Keys of the visits are in the order of their
/// numbers.
namespace proviso::bench {

/// From the results of every visit, as a host gets them.
Digest decideByEngine(const std::shared_ptr<const bytecode::Program>& program,
                      const RecordStore& store,
                      const RunOptions& options);

/// Why these packs are not the benchmark's, whose findings and payments alone are counted; empty
/// where they are.
std::string whyNotCounted(const bytecode::Program& program);

/// In the columns that were computed: no text is made of any answer. Of packs that whyNotCounted
/// has nothing against.
Digest decideByEngineInColumns(const std::shared_ptr<const bytecode::Program>& program,
                               const RecordStore& store,
                               const RunOptions& options);

}  // namespace proviso::bench
