#pragma once

#include "runtime/bytecode/program.h"

#include <cstdint>
#include <vector>

namespace proviso::engine {

/// Which registers are read to tell what rules, decisions and outputs found.
class ResultReads {
  public:
    /// `builder`: as Plan::builder. Both must stay.
    ResultReads(const bytecode::Program& program, const std::vector<bytecode::Register>& builder)
        : program_(program), builder_(builder) {}

    /// By number in the program; each register once, ascending.
    std::vector<bytecode::Register> ofRule(std::uint32_t index) const;
    std::vector<bytecode::Register> ofDecision(std::uint32_t index) const;
    std::vector<bytecode::Register> ofOutput(std::uint32_t index) const;

    /// Whether the output is a list that shows what other outcomes would say.
    bool asksForChoices(std::uint32_t output) const;
    bool anyAsksForChoices(const std::vector<std::uint32_t>& outputs) const;

    /// Adds what says where a row of the space is.
    void addNaming(std::vector<bytecode::Register>& out, std::uint32_t space) const;

  private:
    const bytecode::Program& program_;
    const std::vector<bytecode::Register>& builder_;
};

/// Each register once, ascending, and no kNone.
void finishRegisters(std::vector<bytecode::Register>& out);

}  // namespace proviso::engine
