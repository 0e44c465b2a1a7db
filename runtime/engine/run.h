#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/engine/evaluate.h"
#include "runtime/input/record_store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace proviso {

struct RunOptions {
    DecideOptions decide;
    std::size_t blockRows = 1024;  ///< records of one block, unless one set alone has more
    unsigned threads = 1;          ///< the answers do not depend on it
    /// Told now and then how far the run is; may be empty.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// All records, in the order of their keys' bytes: the order of every evaluation, so that nothing
/// depends on the order of the input.
std::vector<std::uint32_t> recordsInOrder(const bytecode::Program& program,
                                          const RecordStore& store);

/// Takes some results; returns false to stop the run.
using BlockSink = std::function<bool(std::vector<RecordResult>&& results)>;

/// Decides every record, stage by stage (plan.h), and hands over the results in the order of keys,
/// on the calling thread. The dictionary behind the store must not change meanwhile. Returns
/// whether the run came to its end.
bool decideRecords(const std::shared_ptr<const bytecode::Program>& program,
                   const RecordStore& store,
                   const RunOptions& options,
                   const BlockSink& sink);

}  // namespace proviso
