#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/decision/view.h"
#include "runtime/engine/evaluate.h"
#include "runtime/input/record_store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

struct RunOptions {
    DecideOptions decide;
    std::size_t blockRows = 1024;  ///< records of one block, unless one set alone has more
    unsigned threads = 1;          ///< the answers do not depend on it
    /// Told now and then how far the run is; may be empty.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

/// What one stage computed for one block of records, before anything is made of it: for hosts that
/// count or add up and need no texts. Valid during the call.
struct EvaluatedBlock {
    const Interpreter& columns;
    std::span<const std::uint32_t> records;  ///< by row of the entry record: its number among all,
                                             ///< in the order of keys
    std::span<const std::uint32_t> rules;    ///< whose effects' columns stand here, by number
    std::span<const std::uint32_t> decisions;  ///< likewise
    std::span<const std::uint32_t> outputs;    ///< likewise
};

struct ColumnSink {
    /// Called on the threads that evaluate, for several blocks at once, in any order.
    std::function<void(const EvaluatedBlock&)> take;
    /// What was handed over is void and comes once more: a rule was found to be over its budget.
    std::function<void()> again;
};

/// Evaluates as decideRecords does and hands over columns instead of results. Each rule, decision
/// and output stands in the blocks of one stage, and each record in one block of a stage. Returns
/// the numbers of records in a set of which a row space grew too large: they are in no block of
/// that stage.
std::vector<std::uint32_t> evaluateColumns(const std::shared_ptr<const bytecode::Program>& program,
                                           const RecordStore& store,
                                           const RunOptions& options,
                                           const ColumnSink& sink);

/// All records, in the order of their keys' bytes: the order of every evaluation, so that nothing
/// depends on the order of the input.
std::vector<std::uint32_t>
recordsInOrder(const bytecode::Program& program, const RecordStore& store, unsigned threads = 1);

/// What of records is read to decide them (DecodeOptions::read).
ReadOfRecords recordsRead(const bytecode::Program& program);

/// Writes what is to be told of a result; called on the threads that decide.
using ViewWriter = std::function<void(std::string& out, const RecordView& result)>;
/// Takes some results, good during the call, with all that was written of them; returns false to
/// stop the run.
using ViewSink = std::function<bool(std::span<const RecordView> results, std::string_view written)>;

/// Takes some results; returns false to stop the run.
using BlockSink = std::function<bool(std::vector<RecordResult>&& results)>;

/// Decides every record, stage by stage (plan.h), and hands over the results in the order of keys,
/// on the calling thread. The dictionary behind the store must not change meanwhile. Returns
/// whether the run came to its end.
bool decideRecords(const std::shared_ptr<const bytecode::Program>& program,
                   const RecordStore& store,
                   const RunOptions& options,
                   const BlockSink& sink);

/// The same without building anything for each result. `write` may be empty.
bool decideRecords(const std::shared_ptr<const bytecode::Program>& program,
                   const RecordStore& store,
                   const RunOptions& options,
                   const ViewWriter& write,
                   const ViewSink& sink);

}  // namespace proviso
