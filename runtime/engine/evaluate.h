#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/decision/view.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace proviso {

class InstructionTimes;
namespace engine {
class Kernels;
}

struct DecideOptions {
    std::optional<std::int64_t> asOf;   ///< known as of this day; absent: everything known
    std::int64_t budget = 100'000'000;  ///< cost units a rule may spend on one group of records
                                        ///< that are decided together
    bool withChoices =
        true;  ///< also evaluate the other outcomes that are equally right, where an output asks
    std::uint32_t maximumRows = 0;  ///< of a row space; 0: as InterpreterOptions
    /// Told what each instruction took (profile.h); nullptr: nobody asks.
    InstructionTimes* times = nullptr;
    /// Compiled code for the program, which does the same (runtime/jit); nullptr: interpret.
    engine::Kernels* kernels = nullptr;
};

class Interpreter;

/// Decides all records together, in one stage: what explanations and tests read. Runs over many
/// records go stage by stage (run.h) and come to the same answers. One object serves one thread;
/// many may share one program.
class Evaluator {
  public:
    explicit Evaluator(std::shared_ptr<const bytecode::Program> program);
    ~Evaluator();
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;

    /// One result an entry row, in row order. The batch holds records in the order of their keys,
    /// with all those that share a set with one of them (Program::classes), and its dictionary must
    /// have been started with Program::texts.
    std::vector<RecordResult> decide(const Batch& batch, const DecideOptions& options);

    /// The same as views, good until the next call and as long as the batch's dictionary. Memory is
    /// kept: most operations ask for none once the evaluator has seen as much.
    std::span<const RecordView> view(const Batch& batch, const DecideOptions& options);

    /// The registers of the last `decide` with choice 0, for explanations. Valid until the next
    /// call.
    const Interpreter& interpreter() const;

  private:
    struct Together;

    std::shared_ptr<const bytecode::Program> program_;
    std::unique_ptr<Interpreter> interpreter_;
    std::unique_ptr<Together> together_;
};

}  // namespace proviso
