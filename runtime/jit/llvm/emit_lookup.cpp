#include "runtime/jit/llvm/emitter.h"

#include <algorithm>

namespace proviso::jit {

using llvm::Value;

Emitter::Cell Emitter::lookup(const KernelNode& node) {
    switch (node.op) {
    case KernelOp::Between: {
        Value* const date = integer(cell(node, 0).value);
        if (node.table.empty()) {
            return {bit(false), cell(node, 0).state};
        }
        return {builder_.CreateAnd(builder_.CreateICmpSGE(date, number(node.table[0])),
                                   builder_.CreateICmpSLE(date, number(node.table[1]))),
                cell(node, 0).state};
    }
    case KernelOp::DatedValue:
        return datedValue(node);
    case KernelOp::DatedSelect:
        return datedSelect(node);
    case KernelOp::InSet:
        return {inSet(node), propagated(node)};
    default: {
        Value* const fact = integer(cell(node, 0).value);
        Value* const date = integer(cell(node, 1).value);
        Value* const isFact = builder_.CreateICmpULT(fact, number(64));
        Value* const shift = builder_.CreateAnd(fact, number(63));
        Value* accepted = bit(false);
        for (std::size_t index = 0; index + 2 < node.table.size(); index += 3) {
            Value* const isNow =
                builder_.CreateAnd(builder_.CreateICmpSGE(date, number(node.table[index])),
                                   builder_.CreateICmpSLE(date, number(node.table[index + 1])));
            Value* const has = builder_.CreateICmpNE(
                builder_.CreateAnd(builder_.CreateLShr(number(node.table[index + 2]), shift),
                                   number(1)),
                number(0));
            accepted = builder_.CreateOr(accepted, builder_.CreateAnd(isNow, has));
        }
        return {builder_.CreateAnd(accepted, isFact), propagated(node)};
    }
    }
}

/// The table's stretches are ascending, so that the last one that has begun holds.
Emitter::Cell Emitter::datedValue(const KernelNode& node) {
    const Cell& date = cell(node, 0);
    Value* const day = integer(date.value);
    Value* value = number(node.table[2]);
    Value* isNone = bit(node.table[1] == 0);
    for (std::size_t index = 3; index + 2 < node.table.size(); index += 3) {
        Value* const hasBegun = builder_.CreateICmpSGE(day, number(node.table[index]));
        value = builder_.CreateSelect(hasBegun, number(node.table[index + 2]), value);
        isNone = builder_.CreateSelect(hasBegun, bit(node.table[index + 1] == 0), isNone);
    }
    note(Unusual::NotDated, isNone, date.state);
    return {node.isTruth ? truth(value) : value, date.state};
}

Emitter::Cell Emitter::datedSelect(const KernelNode& node) {
    const Cell date = cell(node, 0);
    Value* const day = integer(date.value);
    const auto alternative = [&](std::int64_t operand) -> Cell {
        return operand == 0 ? Cell{node.isTruth ? bit(false) : number(0), nullptr}
                            : cell(node, static_cast<std::size_t>(operand));
    };
    Cell made = alternative(node.table[1]);
    Value* isNone = bit(node.table[1] == 0);
    for (std::size_t index = 2; index + 1 < node.table.size(); index += 2) {
        Value* const hasBegun = builder_.CreateICmpSGE(day, number(node.table[index]));
        made = choose(hasBegun, alternative(node.table[index + 1]), made);
        isNone = builder_.CreateSelect(hasBegun, bit(node.table[index + 1] == 0), isNone);
    }
    note(Unusual::NotDated, isNone, date.state);
    if (date.state != nullptr) {
        made.state =
            builder_.CreateSelect(isState(date.state, State::Value), stateOf(made), date.state);
    }
    return made;
}

Value* Emitter::inSet(const KernelNode& node) {
    Value* const code = integer(cell(node, 0).value);
    Value* const date = integer(cell(node, 1).value);
    Value* found = bit(false);
    for (std::size_t index = 0; index + 2 < node.table.size();) {
        const std::int64_t from = node.table[index];
        const std::int64_t through = node.table[index + 1];
        const auto count = static_cast<std::size_t>(node.table[index + 2]);
        Value* is = isListed(code, node.table.data() + index + 3, count);
        if (from != INT64_MIN) {
            is = builder_.CreateAnd(is, builder_.CreateICmpSGE(date, number(from)));
        }
        if (through != INT64_MAX) {
            is = builder_.CreateAnd(is, builder_.CreateICmpSLE(date, number(through)));
        }
        found = builder_.CreateOr(found, is);
        index += 3 + count;
    }
    return found;
}

/// A few codes are compared; many are bits of a table.
Value* Emitter::isListed(Value* code, const std::int64_t* codes, std::size_t count) {
    constexpr std::size_t kFew = 8;
    if (count <= kFew) {
        Value* found = bit(false);
        for (std::size_t index = 0; index < count; ++index) {
            found = builder_.CreateOr(found, builder_.CreateICmpEQ(code, number(codes[index])));
        }
        return found;
    }
    const std::int64_t first = codes[0] / 64 * 64;
    const auto words = static_cast<std::size_t>((codes[count - 1] - first) / 64 + 1);
    std::vector<std::int64_t> bits(words, 0);
    for (std::size_t index = 0; index < count; ++index) {
        const auto at = static_cast<std::uint64_t>(codes[index] - first);
        bits[at / 64] |= static_cast<std::int64_t>(std::uint64_t{1} << (at % 64));
    }
    Value* const at = builder_.CreateSub(code, number(first));
    Value* const isInside =
        builder_.CreateICmpULT(at, number(static_cast<std::int64_t>(words * 64)));
    Value* const safe = builder_.CreateSelect(isInside, at, number(0));
    Value* word = nullptr;
    if (words == 1) {
        word = number(bits[0]);
    } else {
        word = readTable(bits.data(), words, builder_.CreateLShr(safe, number(6)));
    }
    Value* const has = builder_.CreateICmpNE(
        builder_.CreateAnd(builder_.CreateLShr(word, builder_.CreateAnd(safe, number(63))),
                           number(1)),
        number(0));
    return builder_.CreateAnd(has, isInside);
}

}  // namespace proviso::jit
