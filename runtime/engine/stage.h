#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/collect.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace proviso::engine {

/// By rule, by record: whether the rule asks more than the budget in a set that the record lies in.
/// Empty lists: in none.
using OverBudget = std::vector<std::vector<std::uint8_t>>;

struct StageInput {
    const Batch& batch;             ///< whole sets of the stage, records in the order of keys
    const CarriedColumns& carried;  ///< parallel to Stage::carriedIn, for the batch's records
    const OverBudget& over;         ///< empty: nothing is over
    bool isReadAfterwards = false;  ///< somebody reads the interpreter's registers, of choice 0
    bool countsLists = true;  ///< rows of what records say are counted, too; a store knows them
};

struct StageOutput {
    StageParts parts;
    CarriedColumns carried;  ///< parallel to Stage::carriedOut
    std::vector<std::vector<std::uint32_t>>
        counts;  ///< parallel to Stage::counted, by record: rows of that space. A group's rows are
                 ///< counted with its first member. Empty where they are not asked for
};

/// Evaluates one stage over some of its sets: the one contract under every kind of run. The answer
/// about a record depends on nothing outside its set. Nothing where a row space would grow beyond
/// the limit; with one set alone that is the answer. Without results there are no parts.
std::optional<StageOutput> evaluateStage(Interpreter& interpreter,
                                         const Plan& plan,
                                         const Stage& stage,
                                         const StageInput& input,
                                         const DecideOptions& options,
                                         bool withResults = true);

/// The same for batch after batch, where it asks for memory only if there is more to say than ever
/// before. What it is given must outlive it. One thread.
class StageEvaluator {
  public:
    StageEvaluator(Interpreter& interpreter, const Plan& plan, const Stage& stage);
    StageEvaluator(const StageEvaluator&) = delete;
    StageEvaluator& operator=(const StageEvaluator&) = delete;
    ~StageEvaluator();

    /// False where a row space would grow beyond the limit; then `output` is void.
    bool evaluate(const StageInput& input, const DecideOptions& options, bool withResults = true);
    /// Good until the next call.
    StageOutput& output();

  private:
    struct Memory;
    std::unique_ptr<Memory> memory_;
};

/// What a set says that is too large by itself.
StageOutput
tooLargeOutput(const bytecode::Program& program, const Stage& stage, const Batch& batch);

}  // namespace proviso::engine
