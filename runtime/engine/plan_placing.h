#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/plan_results.h"

#include <cstdint>
#include <vector>

/// Which stage computes each register: what lies in groups of one class is brought together by one
/// stage, and what reads it comes after.
namespace proviso::engine {

/// Stages in the order of evaluation: 0 is records by themselves, then the classes in turn, level
/// by level.
using Ordinal = std::uint32_t;

/// Whether an instruction makes rows.
inline bool isBuild(const bytecode::Instruction& one) {
    return bytecode::spaceMadeBy(one) != bytecode::kNone;
}

class Placing {
  public:
    /// Fills `plan` but for its stages and prices. All must stay.
    Placing(const bytecode::Program& program, const ResultReads& results, Plan& plan);

    Ordinal stageOf(bytecode::Register number) const { return stageOf_[number]; }
    const std::vector<Ordinal>& stages() const { return stageOf_; }  ///< by register
    /// The first stage that can read all of these.
    Ordinal stageOfAll(const std::vector<bytecode::Register>& registers);
    /// Of the groups that a register's rows hang on, or lead to; kNone where of none.
    std::uint32_t ownPartition(bytecode::Register number) const { return ownPartition_[number]; }

    Ordinal ordinal(std::uint32_t level, std::uint32_t partition) const {
        return (level - 1) * static_cast<Ordinal>(plan_.partitions.size()) + partition + 1;
    }
    std::uint32_t levelOf(Ordinal stage) const {
        return stage == 0 ? 0 : (stage - 1) / static_cast<Ordinal>(plan_.partitions.size()) + 1;
    }
    std::uint32_t partitionOf(Ordinal stage) const {
        return stage == 0 ? bytecode::kNone
                          : (stage - 1) % static_cast<Ordinal>(plan_.partitions.size());
    }

  private:
    void findBuilders();
    void findClasses();
    void joinClasses(const ResultReads& results);
    void makePartitions();
    void placeRegisters();
    std::uint32_t joined(std::uint32_t of) const;
    std::uint32_t join(std::uint32_t a, std::uint32_t b);
    std::uint32_t classOfSpace(std::uint32_t space) const;
    std::uint32_t classOf(bytecode::Register number);
    std::uint32_t tieOf(bytecode::Register number) const;
    std::uint32_t classRead(bytecode::Register number);
    std::uint32_t classOfAll(const std::vector<bytecode::Register>& registers);
    Ordinal firstOf(std::uint32_t partition, Ordinal least) const;

    const bytecode::Program& program_;
    Plan& plan_;
    std::vector<std::uint32_t> joinedWith_;    ///< by class
    std::vector<std::uint32_t> tied_;          ///< by register, a class: see tieOf
    std::vector<std::uint32_t> partitionOf_;   ///< by class
    std::vector<Ordinal> stageOf_;             ///< by register
    std::vector<std::uint32_t> ownPartition_;  ///< by register
};

}  // namespace proviso::engine
