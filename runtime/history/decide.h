#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/engine/run.h"
#include "runtime/history/store.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proviso::history {

struct DecideCounts {
    std::uint64_t records = 0;    ///< that count by now
    std::uint64_t evaluated = 0;  ///< records of the sets that were decided again, by stage
    bool again = false;           ///< nothing decided before could be used
};

/// Brings what a store says under one pack set and one day of knowledge up to date. Only sets are
/// decided again in which a record came, changed or went, a rejected line opened or closed, or a
/// former stage found something else; then what shares a set with what changed there, stage by
/// stage. Answers are those of `decideRecords` over everything that was fed. One thread at a time;
/// uses several inside.
class Decider {
  public:
    Decider(std::shared_ptr<const bytecode::Program> program, Store& store, RunOptions options);
    ~Decider();
    Decider(const Decider&) = delete;
    Decider& operator=(const Decider&) = delete;

    /// Leaves a transaction open until `commit`; may be called again, for what came since. A run
    /// that dies before is as if it had not been: what changed is told again by the next.
    Result<DecideCounts> update();

    /// What changed by `update`, in the order of keys; everything with `all`. False where the sink
    /// stopped it.
    Result<bool> tell(bool all, const BlockSink& sink);

    /// Keys that were decided before and are not any more, ascending. After `tell`.
    const std::vector<std::string>& gone() const;

    Result<void> commit();
    /// As if `update` had not been called. What a Decider does at its end, if need be.
    void rollBack();

  private:
    class Work;
    std::unique_ptr<Work> work_;
};

}  // namespace proviso::history
