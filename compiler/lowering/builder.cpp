#include "compiler/lowering/builder.h"

#include "runtime/base/check.h"

#include <utility>

namespace proviso::lowering {

namespace {

template <class T>
void appendBytes(std::string& key, const T& value) {
    key.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string keyOf(const Instruction& instruction) {
    std::string key;
    appendBytes(key, instruction.op);
    appendBytes(key, instruction.mode);
    appendBytes(key, instruction.type.kind);
    appendBytes(key, instruction.type.scale);
    appendBytes(key, instruction.type.ref);
    appendBytes(key, instruction.space);
    appendBytes(key, instruction.target);
    appendBytes(key, instruction.index);
    appendBytes(key, instruction.immediate);
    for (const Register operand : instruction.operands) {
        appendBytes(key, operand);
    }
    return key;
}

}  // namespace

Register Builder::emit(Instruction instruction) {
    for (const Register operand : instruction.operands) {
        PROVISO_CHECK(operand < program_.code.size(),
                      "an instruction reads a register that is not made yet");
    }
    const auto next = static_cast<Register>(program_.code.size());
    const auto [entry, isNew] = known_.emplace(keyOf(instruction), next);
    if (isNew) {
        program_.code.push_back(std::move(instruction));
    }
    return entry->second;
}

Register Builder::column(Op op, std::uint32_t space, Type type, std::vector<Register> operands) {
    Instruction instruction;
    instruction.op = op;
    instruction.space = space;
    instruction.type = type;
    instruction.operands = std::move(operands);
    return emit(std::move(instruction));
}

Register
Builder::link(Op op, std::uint32_t from, std::uint32_t to, std::vector<Register> operands) {
    Instruction instruction;
    instruction.op = op;
    instruction.space = from;
    instruction.target = to;
    instruction.operands = std::move(operands);
    return emit(std::move(instruction));
}

Register Builder::constant(std::uint32_t space, Type type, std::int64_t value) {
    Instruction instruction;
    instruction.op = Op::Constant;
    instruction.space = space;
    instruction.type = type;
    instruction.immediate = value;
    return emit(std::move(instruction));
}

Register Builder::notApplicable(std::uint32_t space, Type type) {
    return column(Op::NotApplicable, space, type, {});
}

Register Builder::compose(Register first, Register second) {
    if (first == kNone) {
        return second;
    }
    if (second == kNone) {
        return first;
    }
    return link(
        Op::Compose, program_.code[first].space, program_.code[second].target, {first, second});
}

Register Builder::spread(Register column, Register link) {
    if (link == kNone) {
        return column;
    }
    return this->column(Op::Spread, program_.code[link].space, typeOf(column), {column, link});
}

Register Builder::gather(Register column, Register rows) {
    return this->column(Op::Gather, spaceOf(rows), typeOf(column), {column, rows});
}

Register Builder::allOf(std::uint32_t space, std::vector<Register> operands) {
    if (operands.empty()) {
        return constant(space, kYesNo, 1);
    }
    return operands.size() == 1 ? operands.front()
                                : column(Op::And, space, kYesNo, std::move(operands));
}

Register Builder::anyOf(std::uint32_t space, std::vector<Register> operands) {
    if (operands.empty()) {
        return constant(space, kYesNo, 0);
    }
    return operands.size() == 1 ? operands.front()
                                : column(Op::Or, space, kYesNo, std::move(operands));
}

Register Builder::negation(Register operand) {
    return column(Op::Not, spaceOf(operand), kYesNo, {operand});
}

std::uint32_t Builder::text(std::string_view text) {
    const auto next = static_cast<std::uint32_t>(program_.texts.size());
    const auto [entry, isNew] = texts_.emplace(std::string(text), next);
    if (isNew) {
        program_.texts.emplace_back(text);
    }
    return entry->second;
}

}  // namespace proviso::lowering
