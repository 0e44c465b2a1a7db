#include "runtime/jit/llvm/emitter.h"

namespace proviso::jit {

using llvm::Value;

/// The first where `first`, the second elsewhere.
Emitter::Cell Emitter::choose(Value* first, Cell a, Cell b) {
    Cell made;
    if (a.value->getType() != b.value->getType()) {
        a.value = integer(a.value);
        b.value = integer(b.value);
    }
    made.value = builder_.CreateSelect(first, a.value, b.value);
    if (a.state != nullptr || b.state != nullptr) {
        made.state = builder_.CreateSelect(first, stateOf(a), stateOf(b));
    }
    return made;
}

Emitter::Cell Emitter::logic(const KernelNode& node) {
    switch (node.op) {
    case KernelOp::Compare:
        return {compare(integer(cell(node, 0).value), integer(cell(node, 1).value), node.mode),
                propagated(node)};
    case KernelOp::And:
        return chain(node, /*conjunction=*/true);
    case KernelOp::Or:
        return chain(node, /*conjunction=*/false);
    case KernelOp::Not:
        return {builder_.CreateNot(truth(cell(node, 0).value)), cell(node, 0).state};
    case KernelOp::Select: {
        const Cell test = cell(node, 0);
        Value* const isYes =
            builder_.CreateAnd(truth(test.value), isState(test.state, State::Value));
        Cell made = choose(isYes, cell(node, 1), cell(node, 2));
        if (test.state != nullptr) {
            // Unknown or an error.
            Value* const isOpen = builder_.CreateICmpUGE(test.state, byte(State::Unknown));
            made.state = builder_.CreateSelect(isOpen, test.state, stateOf(made));
        }
        return made;
    }
    case KernelOp::OrElse: {
        const Cell first = cell(node, 0);
        return first.state == nullptr
                   ? first
                   : choose(isState(first.state, State::NotApplicable), cell(node, 1), first);
    }
    case KernelOp::IsKnown: {
        Value* const state = cell(node, 0).state;
        if (state == nullptr) {
            return {bit(true), nullptr};
        }
        return {builder_.CreateICmpULE(state, byte(State::NotApplicable)),
                builder_.CreateSelect(
                    isState(state, State::Error), byte(State::Error), byte(State::Value))};
    }
    case KernelOp::IsApplicable: {
        Value* const state = cell(node, 0).state;
        if (state == nullptr) {
            return {bit(true), nullptr};
        }
        return {
            isState(state, State::Value),
            builder_.CreateSelect(isState(state, State::NotApplicable), byte(State::Value), state)};
    }
    case KernelOp::UnknownIf: {
        const Cell& one = cell(node, 0);
        Value* const isYes = builder_.CreateAnd(truth(one.value), isState(one.state, State::Value));
        return {bit(false), builder_.CreateSelect(isYes, byte(State::Unknown), stateOf(one))};
    }
    case KernelOp::BranchSelect:
        return branches(node);
    default:
        return contributions(node);
    }
}

/// As numbers of which the highest wins (values/logic.h): 4 for what nothing can undo.
Emitter::Cell Emitter::chain(const KernelNode& node, bool conjunction) {
    Value* plain = nullptr;
    Value* ranks = nullptr;
    Value* const kFinal = llvm::ConstantInt::get(bytes_, 4);
    for (std::size_t index = 0; index < node.operands.size(); ++index) {
        const Cell& one = cell(node, index);
        Value* const value = truth(one.value);
        if (one.state == nullptr) {
            plain = plain == nullptr ? value
                    : conjunction    ? builder_.CreateAnd(plain, value)
                                     : builder_.CreateOr(plain, value);
            continue;
        }
        Value* const isFinal = builder_.CreateAnd(conjunction ? builder_.CreateNot(value) : value,
                                                  isState(one.state, State::Value));
        Value* const rank = builder_.CreateSelect(isFinal, kFinal, one.state);
        ranks = propagated(ranks, rank);
    }
    if (ranks == nullptr) {
        return {plain, nullptr};
    }
    if (plain != nullptr) {
        Value* const isFinal = conjunction ? builder_.CreateNot(plain) : plain;
        ranks = builder_.CreateSelect(isFinal, kFinal, ranks);
    }
    Value* const isFinal = builder_.CreateICmpEQ(ranks, kFinal);
    Value* const state = builder_.CreateSelect(isFinal, byte(State::Value), ranks);
    Value* const yes = conjunction ? builder_.CreateICmpEQ(ranks, byte(State::Value)) : isFinal;
    return {yes, state};
}

Emitter::Cell Emitter::contributions(const KernelNode& node) {
    const bool exactlyOne = node.op == KernelOp::ExactlyOne;
    Value* worst = byte(State::Value);
    Value* any = bit(false);
    Value* isApplicable = bit(false);
    Value* conflict = bit(false);
    Value* value = number(0);
    for (std::size_t index = 0; index + 1 < node.operands.size(); index += 2) {
        const Cell& guard = cell(node, index);
        const Cell& one = cell(node, index + 1);
        Value* const isYes =
            builder_.CreateAnd(truth(guard.value), isState(guard.state, State::Value));
        if (guard.state != nullptr) {
            Value* const isOpen = builder_.CreateICmpUGE(guard.state, byte(State::Unknown));
            worst =
                propagated(worst, builder_.CreateSelect(isOpen, guard.state, byte(State::Value)));
        }
        any = builder_.CreateOr(any, isYes);
        Value* counts = isYes;
        if (one.state != nullptr) {
            Value* const isOpen =
                builder_.CreateAnd(isYes, builder_.CreateICmpUGE(one.state, byte(State::Unknown)));
            worst = propagated(worst, builder_.CreateSelect(isOpen, one.state, byte(State::Value)));
            counts = builder_.CreateAnd(isYes, isState(one.state, State::Value));
        }
        Value* const candidate = integer(one.value);
        Value* const isSecond = builder_.CreateAnd(counts, isApplicable);
        Value* combined = value;
        if (exactlyOne) {
            conflict = builder_.CreateOr(
                conflict, builder_.CreateAnd(isSecond, builder_.CreateICmpNE(value, candidate)));
        } else {
            combined = builder_.CreateBinaryIntrinsic(
                node.op == KernelOp::Lowest ? llvm::Intrinsic::smin : llvm::Intrinsic::smax,
                value,
                candidate);
        }
        value = builder_.CreateSelect(
            counts, builder_.CreateSelect(isApplicable, combined, candidate), value);
        isApplicable = builder_.CreateOr(isApplicable, counts);
    }
    note(Unusual::Conflict, conflict, nullptr);
    Value* state =
        builder_.CreateSelect(isApplicable, byte(State::Value), byte(State::NotApplicable));
    if (exactlyOne) {
        state = builder_.CreateSelect(any, state, byte(State::Unknown));
    }
    Value* const isOpen = builder_.CreateICmpUGE(worst, byte(State::Unknown));
    state = builder_.CreateSelect(isOpen, worst, state);
    if (node.isBounded) {
        note(Unusual::Bounds, isState(state, State::Unknown), nullptr);
    }
    return {node.isTruth ? truth(value) : value, state};
}

Emitter::Cell Emitter::branches(const KernelNode& node) {
    const Cell branch = cell(node, 0);
    Value* const which = integer(branch.value);
    const auto count = static_cast<std::int64_t>(node.operands.size()) - 1;
    note(Unusual::OutOfRange, builder_.CreateICmpUGE(which, number(count)), branch.state);
    Cell made = cell(node, 1);
    for (std::int64_t index = 1; index < count; ++index) {
        made = choose(builder_.CreateICmpEQ(which, number(index)),
                      cell(node, static_cast<std::size_t>(index) + 1),
                      made);
    }
    if (branch.state != nullptr) {
        made.state =
            builder_.CreateSelect(isState(branch.state, State::Value), stateOf(made), branch.state);
    }
    return made;
}

}  // namespace proviso::jit
