#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/lookups.h"
#include "runtime/engine/running.h"
#include "runtime/jit/kernel_code.h"
#include "runtime/jit/table_form.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

/// How a stage is divided into loops that are compiled and instructions that are interpreted.
namespace proviso::jit {

using bytecode::Register;

/// What was seen of each register while its stage was interpreted. Only grows. Code is compiled for
/// what was seen; a block that shows something else is interpreted.
struct Seen {
    enum Flag : std::uint8_t {
        States = 1,  ///< a row that is no value, or leads nowhere
        Bounds = 2,  ///< bounds of an unknown
        Errors = 4,  ///< an error that began here
        Apart = 8,  ///< of a link: rows that lead to the same row do not lie side by side, in order
        Open = 16,  ///< unknowns of an operation that says bounds of them, whether or not it did
    };
    explicit Seen(std::size_t registers)
        : flags(registers), bytes(registers),
          readLater(std::make_shared<std::vector<std::atomic<std::uint32_t>>>(registers)) {}

    bool has(Register number, Flag flag) const {
        return (flags[number].load(std::memory_order_relaxed) & flag) != 0;
    }
    void raiseBytes(Register number, std::uint8_t to) {
        std::uint8_t before = bytes[number].load(std::memory_order_relaxed);
        while (before < to &&
               !bytes[number].compare_exchange_weak(before, to, std::memory_order_relaxed)) {
        }
    }
    std::uint32_t timesRead(Register number) const {
        return (*readLater)[number].load(std::memory_order_relaxed);
    }
    bool isReadLater(Register number) const { return timesRead(number) != 0; }

    std::vector<std::atomic<std::uint8_t>> flags;  ///< by register
    std::vector<std::atomic<std::uint8_t>> bytes;  ///< by register: of its largest cells; 0: none
    /// By register: after how many runs it was read, by whatever makes results of them. Of what is
    /// computed at once only the first time is counted.
    std::shared_ptr<std::vector<std::atomic<std::uint32_t>>> readLater;
};

/// A loop over the rows of one space, with folds of them to others.
struct Region {
    std::uint32_t space = bytecode::kNone;
    std::vector<Register> members;        ///< what it computes, in the order of the stage
    std::vector<Register> columns;        ///< parallel to KernelCode::columns
    std::vector<std::uint8_t> isForeign;  ///< by column: of the rows of another space
    std::vector<Register> links;          ///< parallel to KernelCode::links
    std::vector<Register> outputs;        ///< parallel to KernelCode::outputs
    std::vector<Register> folds;          ///< parallel to KernelCode::folds
    /// Guards that are read and the registers that they let through.
    std::vector<std::pair<Register, Register>> same;
    std::vector<Register> leftOut;  ///< members that nobody is known to read
    KernelCode code;                ///< once compiled, without its nodes
};

/// A region, or one instruction.
struct Step {
    std::uint32_t region = bytecode::kNone;
    Register number = bytecode::kNone;
};

struct StageLayout {
    std::vector<Step> steps;  ///< in the order of evaluation
    std::vector<Region> regions;
    std::vector<Register> leftOut;  ///< in no region: constants, and what no result needs
};

struct LayoutInput {
    const bytecode::Program& program;
    const std::vector<Register>& active;  ///< Stage::active
    const std::vector<engine::RunningWindow>* running;
    const engine::DatedLookups& dated;
    std::int64_t knownBy;
    const Seen& seen;
    TableForms& tables;
};

/// Regions of less than `leastMembers` members are interpreted, others are cut where they would
/// have more than `mostMembers`.
StageLayout layOut(const LayoutInput& input, std::size_t leastMembers, std::size_t mostMembers);

/// Whether a register folds the rows of a link in a way that can be compiled.
bool isFold(const bytecode::Instruction& one);

/// Whether an operation of a register can stand in a region, as far as it alone tells.
bool isCompilable(const LayoutInput& input, Register number);

/// Fills columns, links, outputs, `same` and the code of a region with its members.
/// `isRead`, by register: something outside of the region reads it.
void translate(const LayoutInput& input, Region& region, const std::vector<std::uint8_t>& isRead);

/// What a chain of guards lets through.
Register behindGuards(const bytecode::Program& program, Register number);

/// Constants and the like, which each region makes for itself.
bool isMadeAnywhere(bytecode::Op op);

}  // namespace proviso::jit
