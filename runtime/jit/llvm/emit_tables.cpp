#include "runtime/jit/llvm/emitter.h"

namespace proviso::jit {

using llvm::Value;

/// Numbers that are part of the code, by rows of numbers below `count`.
Value* Emitter::readTable(const std::int64_t* numbers, std::size_t count, Value* at) {
    std::vector<std::uint64_t> words(numbers, numbers + count);
    llvm::Constant* const data =
        llvm::ConstantDataArray::get(module_.getContext(), llvm::ArrayRef(words));
    auto* const table = new llvm::GlobalVariable(module_,
                                                 data->getType(),
                                                 /*isConstant=*/true,
                                                 llvm::GlobalValue::PrivateLinkage,
                                                 data,
                                                 "table");
    return builder_.CreateMaskedGather(integers_,
                                       builder_.CreateInBoundsGEP(builder_.getInt64Ty(), table, at),
                                       llvm::Align(8),
                                       bit(true));
}

/// Whatever the operands are, there is an entry of that number.
Emitter::Cell Emitter::tableEntry(const KernelNode& node) {
    Value* entry = number(0);
    const std::int64_t* next = node.table.data();
    for (std::size_t operand = 0; operand < node.operands.size(); ++operand) {
        Value* const value = integer(cell(node, operand).value);
        const auto breaks = static_cast<std::size_t>(next[0]);
        const auto places = static_cast<std::size_t>(next[1]);
        const std::int64_t stepOrFirst = next[2];
        next += 3;
        Value* part = number(0);
        if (places != 0) {
            Value* const at = builder_.CreateSub(value, number(stepOrFirst));
            Value* const isInside =
                builder_.CreateICmpULT(at, number(static_cast<std::int64_t>(places)));
            Value* const safe = builder_.CreateSelect(isInside, at, number(0));
            part = builder_.CreateSelect(isInside, readTable(next, places, safe), number(0));
            next += places;
        } else {
            for (std::size_t index = 0; index < breaks; ++index) {
                Value* const isBehind = builder_.CreateICmpSGE(value, number(next[index]));
                part = builder_.CreateAdd(
                    part, builder_.CreateSelect(isBehind, number(stepOrFirst), number(0)));
            }
            next += breaks;
        }
        entry = builder_.CreateAdd(entry, part);
    }
    return {entry, propagated(node)};
}

Emitter::Cell Emitter::tableValue(const KernelNode& node) {
    const Cell entry = cell(node, 0);
    const auto entries = static_cast<std::size_t>(node.immediate);
    Cell made;
    made.value = readTable(node.table.data(), entries, entry.value);
    if (node.isTruth) {
        made.value = truth(made.value);
    }
    made.state = entry.state;
    if (node.table.size() > entries) {
        Value* const own = readTable(node.table.data() + entries, entries, entry.value);
        note(Unusual::NoEntry,
             builder_.CreateICmpEQ(own, number(static_cast<std::int64_t>(State::Error))),
             entry.state);
        made.state = builder_.CreateTrunc(own, bytes_);
        if (entry.state != nullptr) {
            made.state =
                builder_.CreateSelect(isState(entry.state, State::Value), made.state, entry.state);
        }
    }
    return made;
}

}  // namespace proviso::jit
