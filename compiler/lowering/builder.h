#pragma once

#include "runtime/bytecode/program.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proviso::lowering {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Register;

inline constexpr Type kYesNo{TypeKind::YesNo, 0, 0};

/// Appends instructions; equal instructions become one register, so that what several rules share
/// is computed once.
class Builder {
  public:
    explicit Builder(bytecode::Program& program) : program_(program) {}

    Register emit(Instruction instruction);

    Register column(Op op, std::uint32_t space, Type type, std::vector<Register> operands);
    Register link(Op op, std::uint32_t from, std::uint32_t to, std::vector<Register> operands);
    Register constant(std::uint32_t space, Type type, std::int64_t value);
    Register notApplicable(std::uint32_t space, Type type);

    /// `kNone` stands for the identity in links.
    Register compose(Register first, Register second);
    Register spread(Register column, Register link);
    Register gather(Register column, Register rows);

    /// And, Or: of none is the constant; of one is that one.
    Register allOf(std::uint32_t space, std::vector<Register> operands);
    Register anyOf(std::uint32_t space, std::vector<Register> operands);
    Register negation(Register operand);

    std::uint32_t text(std::string_view text);
    std::uint32_t spaceOf(Register reg) const { return program_.code[reg].space; }
    const Type& typeOf(Register reg) const { return program_.code[reg].type; }

  private:
    bytecode::Program& program_;
    std::unordered_map<std::string, Register> known_;
    std::unordered_map<std::string, std::uint32_t> texts_;
};

}  // namespace proviso::lowering
