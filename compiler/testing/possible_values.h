#pragma once

#include "runtime/bytecode/program.h"

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace proviso {

/// Which values registers can have at all, whatever records come in, as far as the constants of a
/// program tell: a table none of whose rows gives `yes` cannot answer yes. What is not found out
/// counts as possible. Unknown, errors and not applicable are no values.
class PossibleValues {
  public:
    explicit PossibleValues(const bytecode::Program& program);

    /// Of a yes/no register; not applicable is not thought of.
    [[nodiscard]] bool canBe(bytecode::Register number, bool yes) const;

  private:
    /// Absent: anything.
    using Values = std::optional<std::set<std::int64_t>>;

    [[nodiscard]] Values valuesOf(const bytecode::Instruction& one) const;
    [[nodiscard]] Values unionOf(const std::vector<bytecode::Register>& operands,
                                 std::size_t first) const;
    [[nodiscard]] Values compared(const bytecode::Instruction& one) const;

    const bytecode::Program& program_;
    std::vector<Values> values_;  ///< by register
};

}  // namespace proviso
