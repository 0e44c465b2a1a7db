#pragma once

#include "compiler/typed/program.h"
#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "runtime/decision/result.h"

#include <cstdint>
#include <optional>
#include <vector>

/// The reference evaluator: what a typed program means, said as plainly as can be. It walks the
/// program recursively, row by row, and knows neither lowering nor bytecode; engines are compared
/// with it.
namespace proviso::reference {

struct Options {
    std::optional<std::int64_t>
        knownAsOf;  ///< texts published later do not count; nothing: all are known
    std::int64_t budget =
        1'000'000;  ///< steps a rule may take for records that are decided together
};

/// Decides all records of a batch together, one result an entry row, in row order. `schema` is the
/// one that the batch was decoded by.
std::vector<RecordResult> decide(const typed::Program& program,
                                 const Schema& schema,
                                 const Batch& batch,
                                 const Options& options);

}  // namespace proviso::reference
