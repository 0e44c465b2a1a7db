#include "runtime/engine/entry_fields.h"

#include <algorithm>
#include <utility>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::Op;
using bytecode::Register;

std::vector<Register> groupingKeys(const bytecode::Program& program) {
    std::vector<Register> keys;
    for (const Instruction& one : program.code) {
        if (one.op == Op::GroupBy) {
            keys.insert(keys.end(), one.operands.begin(), one.operands.end());
        }
    }
    return keys;
}

Register spreadFrom(const bytecode::Program& program, Register column) {
    while (program.code[column].op == Op::Spread) {
        column = program.code[column].operands[0];
    }
    return column;
}

std::vector<std::uint32_t> entryFieldsOf(const bytecode::Program& program,
                                         std::vector<Register> registers) {
    std::vector<std::uint32_t> fields;
    std::vector<std::uint8_t> met(program.code.size(), 0);
    while (!registers.empty()) {
        const Register number = registers.back();
        registers.pop_back();
        if (std::exchange(met[number], 1) != 0) {
            continue;
        }
        const Instruction& one = program.code[number];
        if (one.op == Op::Input && one.space == 0) {
            fields.push_back(one.index);
        }
        registers.insert(registers.end(), one.operands.begin(), one.operands.end());
    }
    std::sort(fields.begin(), fields.end());
    fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
    return fields;
}

}  // namespace proviso::engine
