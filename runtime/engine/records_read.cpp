#include "runtime/engine/plan.h"
#include "runtime/engine/run.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace proviso {

using bytecode::Instruction;
using bytecode::Op;
using bytecode::Register;

/// Fields of the entry record that say who is in which group: besides the stages, whoever brings
/// records together reads them, and whoever looks for groups that a rejected record may be in.
static std::vector<std::uint32_t> fieldsOfGroups(const bytecode::Program& program,
                                                 const engine::Plan& plan) {
    std::vector<Register> pending;
    for (const Instruction& one : program.code) {
        if (one.op == Op::GroupBy) {
            pending.insert(pending.end(), one.operands.begin(), one.operands.end());
        }
    }
    for (const bytecode::PartitionClass& each : plan.classes) {
        pending.insert(pending.end(), each.keys.begin(), each.keys.end());
    }
    std::vector<std::uint32_t> fields;
    std::vector<std::uint8_t> met(program.code.size(), 0);
    while (!pending.empty()) {
        const Register number = pending.back();
        pending.pop_back();
        if (std::exchange(met[number], 1) != 0) {
            continue;
        }
        const Instruction& one = program.code[number];
        if (one.op == Op::Input && one.space == 0) {
            fields.push_back(one.index);
        }
        pending.insert(pending.end(), one.operands.begin(), one.operands.end());
    }
    return fields;
}

ReadOfRecords recordsRead(const bytecode::Program& program) {
    const std::size_t spaces = program.schema.spaces.size();
    const engine::Plan plan = engine::planStages(program);
    ReadOfRecords read;
    read.fields.resize(spaces);
    read.rows.resize(spaces);
    read.fields[0] = fieldsOfGroups(program, plan);
    for (const engine::Stage& stage : plan.stages) {
        for (std::size_t space = 0; space < spaces; ++space) {
            read.rows[space] |= stage.read.rows[space];
            const std::vector<std::uint32_t>& fields = stage.read.fields[space];
            read.fields[space].insert(read.fields[space].end(), fields.begin(), fields.end());
        }
    }
    for (std::vector<std::uint32_t>& fields : read.fields) {
        std::sort(fields.begin(), fields.end());
        fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    }
    return read;
}

}  // namespace proviso
