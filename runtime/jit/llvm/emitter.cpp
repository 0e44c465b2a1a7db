#include "runtime/jit/llvm/emitter.h"

#include <llvm/Transforms/Utils/Local.h>

#include <algorithm>
#include <cstddef>

namespace proviso::jit {

using llvm::Value;

Emitter::Emitter(llvm::Module& module, const KernelCode& code, unsigned width)
    : module_(module), code_(code), width_(width),
      builder_(module.getContext(), llvm::InstSimplifyFolder(module.getDataLayout())),
      integers_(llvm::FixedVectorType::get(builder_.getInt64Ty(), width)),
      bits_(llvm::FixedVectorType::get(builder_.getInt1Ty(), width)),
      bytes_(llvm::FixedVectorType::get(builder_.getInt8Ty(), width)) {}

llvm::Function* Emitter::emit(const std::string& name) {
    auto* const type =
        llvm::FunctionType::get(builder_.getInt32Ty(), {builder_.getPtrTy()}, /*isVarArg=*/false);
    function_ = llvm::Function::Create(type, llvm::Function::ExternalLinkage, name, module_);
    function_->setDoesNotThrow();
    call_ = function_->getArg(0);
    builder_.SetInsertPoint(block("entry"));
    loadPointers();
    found_ = builder_.getInt32(0);
    loop(rows_, [this] { emitBody(); });
    gatherLists();
    builder_.CreateRet(found_);
    dropUnused();
    return function_;
}

/// What was written and turned out not to be needed, such as dates of rules that always hold.
void Emitter::dropUnused() {
    for (llvm::BasicBlock& block : *function_) {
        // Backwards: what it needed may have been needed by nothing else.
        for (auto at = block.rbegin(); at != block.rend();) {
            llvm::Instruction& one = *at++;
            if (llvm::isInstructionTriviallyDead(&one)) {
                one.eraseFromParent();
            }
        }
    }
}

/// Writes `body` for each step; it may not branch.
void Emitter::loop(Value* rows, const std::function<void()>& body) {
    llvm::BasicBlock* const from = builder_.GetInsertBlock();
    llvm::BasicBlock* const step = block("step");
    llvm::BasicBlock* const end = block("end");
    Value* const last = builder_.CreateSub(rows, builder_.getInt64(width_));
    builder_.CreateBr(step);

    builder_.SetInsertPoint(step);
    llvm::PHINode* const next = builder_.CreatePHI(builder_.getInt64Ty(), 2, "next");
    llvm::PHINode* const before = builder_.CreatePHI(builder_.getInt32Ty(), 2, "before");
    row_ = builder_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, next, last);
    unusual_ = {};
    body();
    Value* found = before;
    for (std::size_t index = 0; index < unusual_.size(); ++index) {
        if (unusual_[index] != nullptr) {
            Value* const any = builder_.CreateOrReduce(unusual_[index]);
            found = builder_.CreateOr(
                found,
                builder_.CreateShl(builder_.CreateZExt(any, builder_.getInt32Ty()),
                                   builder_.getInt32(static_cast<std::uint32_t>(index))));
        }
    }
    Value* const after = builder_.CreateAdd(next, builder_.getInt64(width_));
    next->addIncoming(builder_.getInt64(0), from);
    next->addIncoming(after, step);
    before->addIncoming(found_, from);
    before->addIncoming(found, step);
    builder_.CreateCondBr(builder_.CreateICmpULT(after, rows), step, end);

    builder_.SetInsertPoint(end);
    found_ = found;
}

/// The call's arrays do not change while it runs.
void Emitter::loadPointers() {
    const auto array = [&](std::size_t offset) {
        return builder_.CreateLoad(
            builder_.getPtrTy(),
            builder_.CreateConstInBoundsGEP1_64(builder_.getInt8Ty(), call_, offset));
    };
    const auto entries = [&](std::size_t offset, llvm::Type* type, std::size_t count) {
        std::vector<Value*> all(count);
        Value* const from = count != 0 ? array(offset) : nullptr;
        for (std::size_t index = 0; index < count; ++index) {
            all[index] =
                builder_.CreateLoad(type, builder_.CreateConstInBoundsGEP1_64(type, from, index));
        }
        return all;
    };
    llvm::Type* const pointer = builder_.getPtrTy();
    columnValues_ = entries(offsetof(KernelCall, values), pointer, code_.columns.size());
    columnStates_ = entries(offsetof(KernelCall, states), pointer, code_.columns.size());
    columnSizes_ =
        entries(offsetof(KernelCall, sizes), builder_.getInt64Ty(), code_.columns.size());
    links_ = entries(offsetof(KernelCall, links), pointer, code_.links.size());
    linkStates_ = entries(offsetof(KernelCall, linkStates), pointer, code_.links.size());
    outValues_ = entries(offsetof(KernelCall, outValues), pointer, code_.outputs.size());
    outStates_ = entries(offsetof(KernelCall, outStates), pointer, code_.outputs.size());
    rows_ = builder_.CreateLoad(builder_.getInt64Ty(),
                                builder_.CreateConstInBoundsGEP1_64(
                                    builder_.getInt8Ty(), call_, offsetof(KernelCall, rows)),
                                "rows");
    const std::size_t folds = code_.folds.size();
    begins_ = entries(offsetof(KernelCall, begins), pointer, code_.lists.size());
    results_ = entries(offsetof(KernelCall, results), builder_.getInt64Ty(), code_.lists.size());
    longest_ = entries(offsetof(KernelCall, longest), builder_.getInt64Ty(), code_.lists.size());
    moreValues_ = entries(offsetof(KernelCall, moreValues), pointer, folds);
    moreStates_ = entries(offsetof(KernelCall, moreStates), pointer, folds);
    foldValues_ = entries(offsetof(KernelCall, foldValues), pointer, folds);
    foldStates_ = entries(offsetof(KernelCall, foldStates), pointer, folds);
    arrays_ = entries(offsetof(KernelCall, arrays), pointer, code_.numbers + code_.words.size());
}

void Emitter::emitBody() {
    cells_.reserve(code_.nodes.size());
    std::size_t output = 0;
    for (const KernelNode& node : code_.nodes) {
        cells_.push_back(compute(node));
        // Outputs are in the order of their nodes, mostly: what is done is written at once.
        while (output < code_.outputs.size() && code_.outputs[output] < cells_.size()) {
            Cell made = cells_[code_.outputs[output]];
            if (code_.hasStates[output] != 0) {
                // Whatever was there before is written over, even where all turn out to be values.
                made.state = stateOf(made);
            }
            if (code_.areAnswers[output] != 0) {
                storeAnswers(made, outValues_[output]);
            } else {
                store(made, outValues_[output], outStates_[output]);
            }
            ++output;
        }
    }
    prepareFolds();
}

void Emitter::store(const Cell& cell, Value* values, Value* states) {
    Value* value = integer(cell.value);
    if (cell.state != nullptr) {
        value = builder_.CreateSelect(isState(cell.state, State::Value), value, number(0));
        builder_.CreateAlignedStore(cell.state,
                                    builder_.CreateInBoundsGEP(builder_.getInt8Ty(), states, row_),
                                    llvm::Align(1));
    }
    builder_.CreateAlignedStore(
        value, builder_.CreateInBoundsGEP(builder_.getInt64Ty(), values, row_), llvm::Align(8));
}

void Emitter::storeAnswers(const Cell& cell, Value* answers) {
    builder_.CreateAlignedStore(builder_.CreateZExt(truth(cell.value), bytes_),
                                builder_.CreateInBoundsGEP(builder_.getInt8Ty(), answers, row_),
                                llvm::Align(1));
}

/// `states` nullptr: every row is a value. `bytes`: of a value's cell.
Emitter::Cell Emitter::loadAt(Value* values, Value* states, bool isTruth, unsigned bytes) {
    llvm::Type* const one = builder_.getIntNTy(8 * bytes);
    auto* const all = llvm::FixedVectorType::get(one, width_);
    Value* const value = builder_.CreateAlignedLoad(
        all, builder_.CreateInBoundsGEP(one, values, row_), llvm::Align(bytes));
    Cell made;
    made.value = isTruth ? builder_.CreateICmpNE(value, llvm::Constant::getNullValue(all))
                         : builder_.CreateSExt(value, integers_);
    if (states != nullptr) {
        made.state = builder_.CreateAlignedLoad(
            bytes_, builder_.CreateInBoundsGEP(builder_.getInt8Ty(), states, row_), llvm::Align(1));
    }
    return made;
}

Emitter::Cell Emitter::gatherAt(std::uint32_t column, Value* rows, bool isTruth) {
    Value* const all = bit(true);
    Cell made;
    made.value = builder_.CreateMaskedGather(
        integers_,
        builder_.CreateInBoundsGEP(builder_.getInt64Ty(), columnValues_[column], rows),
        llvm::Align(8),
        all);
    if (isTruth) {
        made.value = truth(made.value);
    }
    if (code_.columns[column].hasStates) {
        made.state = builder_.CreateMaskedGather(
            bytes_,
            builder_.CreateInBoundsGEP(builder_.getInt8Ty(), columnStates_[column], rows),
            llvm::Align(1),
            all);
    }
    return made;
}

Emitter::Cell Emitter::spread(const KernelNode& node) {
    auto* const words = llvm::FixedVectorType::get(builder_.getInt32Ty(), width_);
    Value* at = builder_.CreateZExt(
        builder_.CreateAlignedLoad(
            words,
            builder_.CreateInBoundsGEP(builder_.getInt32Ty(), links_[node.link], row_),
            llvm::Align(4)),
        integers_);
    if (!code_.links[node.link].hasStates) {
        return gatherAt(node.index, at, node.isTruth);
    }
    Value* const nowhere = builder_.CreateICmpEQ(at, number(0xffffffff));
    Cell made = gatherAt(node.index, builder_.CreateSelect(nowhere, number(0), at), node.isTruth);
    Value* const why = builder_.CreateAlignedLoad(
        bytes_,
        builder_.CreateInBoundsGEP(builder_.getInt8Ty(), linkStates_[node.link], row_),
        llvm::Align(1));
    made.state = builder_.CreateSelect(nowhere, why, stateOf(made));
    return made;
}

Emitter::Cell Emitter::gather(const KernelNode& node) {
    const Cell& named = cell(node, 0);
    Value* const at = integer(named.value);
    Value* const size = builder_.CreateVectorSplat(width_, columnSizes_[node.index]);
    Value* const isInside = builder_.CreateICmpULT(at, size);
    Value* isNamed = isInside;
    if (named.state != nullptr) {
        isNamed = builder_.CreateAnd(isNamed, isState(named.state, State::Value));
    }
    note(Unusual::OutOfRange, builder_.CreateNot(isInside), named.state);
    Cell made = gatherAt(node.index, builder_.CreateSelect(isNamed, at, number(0)), node.isTruth);
    if (named.state != nullptr) {
        made.state =
            builder_.CreateSelect(isState(named.state, State::Value), stateOf(made), named.state);
    }
    return made;
}

Emitter::Cell Emitter::compute(const KernelNode& node) {
    switch (node.op) {
    case KernelOp::Column:
        return loadAt(columnValues_[node.index],
                      code_.columns[node.index].hasStates ? columnStates_[node.index] : nullptr,
                      node.isTruth,
                      code_.columns[node.index].bytes);
    case KernelOp::Constant:
        return {node.isTruth ? bit(node.immediate != 0) : number(node.immediate), nullptr};
    case KernelOp::NotApplicable:
        return {node.isTruth ? bit(false) : number(0), byte(State::NotApplicable)};
    case KernelOp::Spread:
        return spread(node);
    case KernelOp::Gather:
        return gather(node);
    case KernelOp::Add:
    case KernelOp::Subtract:
    case KernelOp::Multiply:
    case KernelOp::Negate:
    case KernelOp::FloorDivide:
    case KernelOp::Modulo:
    case KernelOp::RoundedQuotient:
    case KernelOp::CompareRatio:
        return arithmetic(node);
    case KernelOp::DatePart:
    case KernelOp::PeriodStart:
    case KernelOp::PeriodEnd:
        return calendar(node);
    case KernelOp::Between:
    case KernelOp::DatedValue:
    case KernelOp::DatedSelect:
    case KernelOp::InSet:
    case KernelOp::Accepts:
        return lookup(node);
    case KernelOp::TableEntry:
        return tableEntry(node);
    case KernelOp::TableValue:
        return tableValue(node);
    default:
        return logic(node);
    }
}

// ---- small things ------------------------------------------------------------------------------

llvm::BasicBlock* Emitter::block(const char* name) {
    return llvm::BasicBlock::Create(module_.getContext(), name, function_);
}

Value* Emitter::integer(Value* value) {
    return value->getType() == bits_ ? builder_.CreateZExt(value, integers_) : value;
}

Value* Emitter::truth(Value* value) {
    return value->getType() == bits_ ? value : builder_.CreateICmpNE(value, number(0));
}

Value* Emitter::number(std::int64_t value) {
    return llvm::ConstantInt::get(integers_, static_cast<std::uint64_t>(value), /*isSigned=*/true);
}

Value* Emitter::bit(bool value) {
    return llvm::ConstantInt::get(bits_, value ? 1 : 0);
}

Value* Emitter::byte(State state) {
    return llvm::ConstantInt::get(bytes_, static_cast<std::uint64_t>(state));
}

Value* Emitter::stateOf(const Cell& cell) {
    return cell.state != nullptr ? cell.state : byte(State::Value);
}

Value* Emitter::propagated(Value* a, Value* b) {
    if (a == nullptr || b == nullptr || a == b) {
        return a == nullptr ? b : a;
    }
    return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::umax, a, b);
}

Value* Emitter::propagated(const KernelNode& node) {
    Value* state = nullptr;
    for (std::size_t index = 0; index < node.operands.size(); ++index) {
        state = propagated(state, cell(node, index).state);
    }
    return state;
}

Value* Emitter::isState(Value* state, State which) {
    return state == nullptr ? bit(which == State::Value)
                            : builder_.CreateICmpEQ(state, byte(which));
}

Value* Emitter::compare(Value* a, Value* b, std::uint8_t mode) {
    static constexpr llvm::CmpInst::Predicate kModes[] = {llvm::CmpInst::ICMP_EQ,
                                                          llvm::CmpInst::ICMP_NE,
                                                          llvm::CmpInst::ICMP_SLT,
                                                          llvm::CmpInst::ICMP_SLE,
                                                          llvm::CmpInst::ICMP_SGT,
                                                          llvm::CmpInst::ICMP_SGE};
    return builder_.CreateICmp(kModes[std::min<std::uint8_t>(mode, 5)], a, b);
}

void Emitter::note(Unusual what, Value* when, Value* state) {
    if (const auto* const constant = llvm::dyn_cast<llvm::Constant>(when);
        constant != nullptr && constant->isNullValue()) {
        return;
    }
    if (state != nullptr) {
        when = builder_.CreateAnd(when, isState(state, State::Value));
    }
    std::size_t index = 0;
    while ((static_cast<std::uint32_t>(what) >> index & 1U) == 0) {
        ++index;
    }
    unusual_[index] = unusual_[index] == nullptr ? when : builder_.CreateOr(unusual_[index], when);
}

}  // namespace proviso::jit
