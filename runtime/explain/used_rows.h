#pragma once

#include "runtime/engine/places.h"
#include "runtime/engine/shower.h"
#include "runtime/explain/explain.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace proviso {

/// Tells which rows a total, a count or another fold came from, with what each added. Not
/// thread-safe.
class UsedRows {
  public:
    UsedRows(engine::Places& places,
             engine::Shower& shower,
             std::uint32_t record,
             bool showPrivate);

    /// Adds the rows to the node, where the register holds a fold; of many the first and how many
    /// more.
    void add(ExplainedNode& node, bytecode::Register reg, std::uint32_t row);

    /// Follows a register to where its value was made, through the links between rows; kNone where
    /// it has none.
    [[nodiscard]] std::pair<bytecode::Register, std::uint32_t> originOf(bytecode::Register reg,
                                                                        std::uint32_t row) const;

  private:
    [[nodiscard]] bool yes(bytecode::Register reg, std::uint32_t row) const;
    void addValue(ExplainedNode& part, bytecode::Register value, std::uint32_t row, bool possible);
    [[nodiscard]] bytecode::Register childLink(bytecode::Register toParent) const;
    ExplainedNode rowNode(std::uint32_t space, std::uint32_t row);
    void addMembers(ExplainedNode& node, std::uint32_t covers, std::uint32_t instant);
    std::string instantEnd(std::uint32_t space, bytecode::Op op, std::uint32_t row);

    engine::Places& places_;
    engine::Shower& shower_;
    const Interpreter& run_;
    const bytecode::Program& program_;
    std::uint32_t record_;
    bool showPrivate_;
    /// Of the links of windows and covers: their SecondOf.
    std::map<bytecode::Register, bytecode::Register> seconds_;
};

}  // namespace proviso
