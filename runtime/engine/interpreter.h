#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace proviso {

namespace engine {
struct Frame;
struct CarriedColumn;
struct RunningWindow;
class Kernels;
}  // namespace engine

class InstructionTimes;

struct InterpreterOptions {
    /// Only what was published by this day is known; absent: everything is.
    std::optional<std::int64_t> asOf;
    /// Which of several outcomes that are equally right; 0 is the declared order.
    std::int64_t choice = 0;
    /// A built row space that would hold more rows ends the run.
    std::uint32_t maximumRows = 1U << 24U;
    /// Only these registers are computed, in this order; nullptr: all. Other registers may not be
    /// read, and must not be operands of these unless they are carried.
    const std::vector<bytecode::Register>* active = nullptr;
    /// Windows of `active` whose rows nothing reads but sums and counts; nullptr: none. Must stay
    /// as long as the interpreter runs with them.
    const std::vector<engine::RunningWindow>* running = nullptr;
    /// Columns that a former stage computed, with the cells of all rows of the batch's records;
    /// parallel.
    std::span<const bytecode::Register> carriedIn{};
    std::span<const engine::CarriedColumn> carried{};
    InstructionTimes* times = nullptr;  ///< told what each instruction took (profile.h)
    /// Compiled code that may run instead (kernels.h); nullptr: none.
    engine::Kernels* kernels = nullptr;
};

/// Evaluates every instruction of a program over one batch, a register at a time, and keeps all
/// registers readable. Buffers are used again by the next run. One thread at a time; several
/// interpreters may share a program.
class Interpreter {
  public:
    using Options = InterpreterOptions;

    /// The program must have passed `bytecode::verify`.
    explicit Interpreter(std::shared_ptr<const bytecode::Program> program);
    Interpreter(Interpreter&&) noexcept;
    Interpreter& operator=(Interpreter&&) noexcept;
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;
    ~Interpreter();

    /// Another interpreter, for another thread, which shares the program and what was prepared from
    /// it.
    Interpreter sibling() const;

    /// Errors: InvalidArgument where the batch does not fit the schema, LimitExceeded where a row
    /// space grows beyond `maximumRows`. After an error no register may be read. The batch must
    /// stay while registers are read.
    Result<void> run(const Batch& batch, const Options& options);

    /// From the next run on, the guards of rule r are errors in the rows that `overBudget[r]`
    /// marks; empty: in none.
    void limit(std::vector<std::vector<std::uint8_t>> overBudget);

    /// Runs again what depends on the choice, over the batch of the last run, which must have
    /// succeeded; of that only `needed`, if it is given: registers of that run with all
    /// they read, in the order in which they are run. The others still say what they said.
    Result<void> rerun(std::int64_t choice,
                       const std::vector<bytecode::Register>* needed = nullptr);

    /// Whether the last run came to its end, so that registers may be read.
    bool isReadable() const;
    /// A register that is a column. Non-values have the value 0, except in columns of the batch
    /// itself.
    const ColumnData& column(bytecode::Register number) const;
    /// The same of yes and no, a byte a row, where every row has a value and it is kept so; empty
    /// where it is not, or there are no rows.
    std::span<const std::uint8_t> answers(bytecode::Register number) const;
    /// A register that is a link: the target's row for each row; kNoIndex where a row leads
    /// nowhere.
    std::span<const std::uint32_t> link(bytecode::Register number) const;
    /// Why a row of a link leads nowhere; Value where it leads somewhere.
    State linkState(bytecode::Register number, std::uint32_t row) const;
    /// The rows of a link's source space that lead to `row`, in order. Indexed on first use.
    std::span<const std::uint32_t> children(bytecode::Register number, std::uint32_t row) const;
    std::uint32_t rows(std::uint32_t space) const;

    const bytecode::Program& program() const;
    /// For the other files of the engine.
    const engine::Frame& frame() const { return *frame_; }

  private:
    explicit Interpreter(std::unique_ptr<engine::Frame> frame);

    std::unique_ptr<engine::Frame> frame_;
};

}  // namespace proviso
