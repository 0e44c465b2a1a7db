#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <vector>

/// Which values of single records a later stage is given by the first one, instead of gathering
/// their lists.
namespace proviso::engine {

/// Calls `visit` with every register that one needs, and may do so with kNone. `builder`: as
/// Plan::builder.
template <class Visit>
void visitReads(const bytecode::Program& program,
                const std::vector<bytecode::Register>& builder,
                bytecode::Register number,
                const Visit& visit) {
    using bytecode::kNone;
    using bytecode::SpaceInfo;
    const bytecode::Instruction& one = program.code[number];
    for (const bytecode::Register operand : one.operands) {
        visit(operand);
    }
    for (std::uint32_t space = one.op == bytecode::Op::Guard ? one.space : 0;
         space != 0 && program.spaces[space].kind != SpaceInfo::Kind::Group;
         space = program.spaces[space].parent) {
        visit(program.spaces[space].toParent);
    }
    const bool isBuild = bytecode::spaceMadeBy(one) != kNone;
    for (const std::uint32_t space : {one.target, isBuild ? one.index : kNone}) {
        if (space != kNone) {
            visit(builder[space]);
        }
    }
}

/// Values of single records that are computed from lists, by register, 1: those that read no field
/// that is open in any of the records, since what is missing would have to be told for each of them
/// before anybody asks; that do not depend on which outcome is chosen, and do not say who is in
/// which group. `stageOf`: by register, 0 where it needs one record only. `namings`: registers that
/// say who is in which group.
std::vector<std::uint8_t> madeOfLists(const bytecode::Program& program,
                                      const Batch& records,
                                      const std::vector<bytecode::Register>& builder,
                                      const std::vector<std::uint32_t>& stageOf,
                                      const std::vector<bytecode::Register>& namings);

/// Of `candidates`, those that a stage had better be given; ascending. A list costs a stage a
/// column for how its rows hang together and one for each field, of several rows a record, which
/// are gathered from here and there; what is given costs a column of one row a record. So all are
/// that let columns of lists go, if they are not more than those columns; else none.
/// `needed`: what the stage computes is computed for these.
std::vector<bytecode::Register> chooseCarried(const bytecode::Program& program,
                                              const std::vector<bytecode::Register>& builder,
                                              const Stage& stage,
                                              const std::vector<bytecode::Register>& needed,
                                              const std::vector<std::uint8_t>& candidates);

}  // namespace proviso::engine
