#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/engine/evaluate.h"
#include "runtime/input/decoder.h"
#include "runtime/input/record_store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace proviso {

struct RunOptions {
    DecideOptions decide;
    std::size_t blockRows = 1024;  ///< entry records of one block, unless one group alone has more
    unsigned threads = 1;          ///< the answers do not depend on it
};

/// Cuts the records into blocks of whole groups (Program::partition). Groups come in the order of
/// their lowest key, and the records of a block in the order of their keys, so that nothing depends
/// on the order of the input. Each inner list holds record numbers of the store.
std::vector<std::vector<std::uint32_t>>
planBlocks(const bytecode::Program& program, const RecordStore& store, std::size_t blockRows);

/// The records whose groups may lack a record that was rejected, ascending: sums and pools over
/// those groups may be too low. A rejected record that cannot be told to belong to a group may
/// belong to any.
std::vector<std::uint32_t> recordsBesideRejected(const bytecode::Program& program,
                                                 const DecodedRecords& decoded);

/// Takes the results of one block, one a record; returns false to stop the run.
using BlockSink = std::function<bool(std::vector<RecordResult>&& results)>;

/// Decides every record and hands over the blocks in their planned order, on the calling thread.
/// The dictionary behind the store must not change meanwhile. Returns whether the run came to its
/// end.
bool decideRecords(const std::shared_ptr<const bytecode::Program>& program,
                   const RecordStore& store,
                   const RunOptions& options,
                   const BlockSink& sink);

}  // namespace proviso
