// Folds. What is added up or counted, the loop over the rows adds up from row to row: an array for
// each fold holds how far it came, and the sum of a stretch is a difference of two of its numbers.
// Bits of the other folds lie in words that they share, far enough apart to be counted in the same
// way. Only what is compared is combined stretch by stretch, a vector at once; few stretches are
// longer than that. Last come the results, a vector of them at once.
//
// Bits of Any and Every: where all rows are values, one, which is set where the row decides.
// Otherwise one for each rank (values/logic.h) from 1 to 4.
// Bits of other folds: an unknown row, a row that is an error, and, of Highest and Lowest, a row
// that counts.

#include "runtime/jit/llvm/emitter.h"

#include <limits>

namespace proviso::jit {

using llvm::Value;

namespace {

constexpr std::uint32_t kUnknownRow = 0;
constexpr std::uint32_t kErrorRow = 1;
constexpr std::uint32_t kCountedRow = 2;
constexpr std::uint32_t kFinalRank = 3;

/// Bit `which` of a fold whose first is `bit`, as a number that counts how often it is set.
std::int64_t one(std::uint32_t which) {
    return std::int64_t{1} << (which * kBitsOfCount);
}

/// What changes nothing.
std::int64_t neutral(KernelFoldOp op) {
    switch (op) {
    case KernelFoldOp::Highest:
        return std::numeric_limits<std::int64_t>::min();
    case KernelFoldOp::Lowest:
        return std::numeric_limits<std::int64_t>::max();
    default:
        return 0;
    }
}

}  // namespace

// ---- of each row -------------------------------------------------------------------------------

void Emitter::prepareFolds() {
    std::vector<Value*> leads(code_.lists.size(), nullptr);
    for (std::size_t list = 0; list < leads.size(); ++list) {
        const std::uint32_t link = code_.lists[list].link;
        if (code_.links[link].hasStates) {
            auto* const words = llvm::FixedVectorType::get(builder_.getInt32Ty(), width_);
            Value* const targets = builder_.CreateAlignedLoad(
                words,
                builder_.CreateInBoundsGEP(builder_.getInt32Ty(), links_[link], row_),
                llvm::Align(4));
            leads[list] = builder_.CreateICmpNE(targets, llvm::Constant::getAllOnesValue(words));
        }
    }
    std::vector<Value*> words(code_.words.size(), number(0));
    for (const KernelFold& fold : code_.folds) {
        Value* const bits = prepareBits(fold, leads[fold.list]);
        if (bits != nullptr) {
            words[fold.word] = builder_.CreateOr(words[fold.word],
                                                 builder_.CreateMul(bits, number(one(fold.bit))));
        }
    }
    for (std::size_t word = 0; word < words.size(); ++word) {
        addUp(words[word], arrays_[code_.numbers + word]);
    }
}

/// Leaves the sums of all rows up to each. What the last step computes a second time it adds to
/// what was there before, as the first time.
void Emitter::addUp(Value* made, Value* array) {
    for (unsigned shift = 1; shift < width_; shift *= 2) {
        std::vector<int> lanes;
        for (unsigned lane = 0; lane < width_; ++lane) {
            lanes.push_back(static_cast<int>(lane < shift ? width_ : lane - shift));
        }
        made = builder_.CreateAdd(made, builder_.CreateShuffleVector(made, number(0), lanes));
    }
    made = builder_.CreateAdd(made, builder_.CreateVectorSplat(width_, sumBefore(array, row_)));
    store({made, nullptr}, array, nullptr);
}

/// The sum of all rows before one.
Value* Emitter::sumBefore(Value* array, Value* row) {
    Value* const at = builder_.CreateInBoundsGEP(builder_.getInt64Ty(), array, row);
    return builder_.CreateAlignedLoad(
        builder_.getInt64Ty(),
        builder_.CreateConstInBoundsGEP1_64(
            builder_.getInt64Ty(), at, static_cast<std::uint64_t>(-1)),
        llvm::Align(8));
}

/// Bit 0 where the number is 1, the next where it is 2 and so on, none where it is 0.
Value* Emitter::countBit(Value* bytes) {
    Value* const places =
        builder_.CreateMul(builder_.CreateZExt(bytes, integers_), number(kBitsOfCount));
    return builder_.CreateLShr(builder_.CreateShl(number(1), places), number(kBitsOfCount));
}

/// Also leaves the number of a fold that has one. `leads`: nullptr where every row does.
Value* Emitter::prepareBits(const KernelFold& fold, Value* leads) {
    const Cell& mask = cells_[fold.mask];
    const auto ifLeads = [&](Value* bits) {
        return leads == nullptr ? bits : builder_.CreateSelect(leads, bits, number(0));
    };
    Value* const yes = truth(mask.value);
    Value* const isYes = builder_.CreateAnd(yes, isState(mask.state, State::Value));
    if (isLogic(fold)) {
        Value* const decides = fold.op == KernelFoldOp::Any ? yes : builder_.CreateNot(yes);
        if (!fold.rowsHaveStates) {
            return ifLeads(integer(decides));
        }
        Value* const isFinal = builder_.CreateAnd(decides, isState(mask.state, State::Value));
        return ifLeads(
            builder_.CreateSelect(isFinal, number(one(kFinalRank)), countBit(stateOf(mask))));
    }
    static_assert(kUnknownRow == 0 && kErrorRow == 1);
    const auto openBits = [&](Value* state) {
        return countBit(builder_.CreateBinaryIntrinsic(
            llvm::Intrinsic::usub_sat, state, byte(State::NotApplicable)));
    };
    Value* counts = isYes;
    Value* bits = mask.state != nullptr ? openBits(mask.state) : nullptr;
    if (fold.value != kNoNode && cells_[fold.value].state != nullptr) {
        Value* const state = cells_[fold.value].state;
        Value* const open = builder_.CreateSelect(isYes, openBits(state), number(0));
        bits = bits == nullptr ? open : builder_.CreateOr(bits, open);
        counts = builder_.CreateAnd(counts, isState(state, State::Value));
    }
    counts = leads == nullptr ? counts : builder_.CreateAnd(counts, leads);
    prepareNumbers(fold, counts);
    if (fold.word == kNoNode) {
        return nullptr;
    }
    bits = bits == nullptr ? number(0) : ifLeads(bits);
    return isExtreme(fold)
               ? builder_.CreateOr(
                     bits, builder_.CreateSelect(counts, number(one(kCountedRow)), number(0)))
               : bits;
}

void Emitter::prepareNumbers(const KernelFold& fold, Value* counts) {
    Value* made = nullptr;
    if (fold.op == KernelFoldOp::Count) {
        made = integer(counts);
    } else {
        Value* const value = integer(cells_[fold.value].value);
        made = builder_.CreateSelect(counts, value, number(neutral(fold.op)));
        if (fold.op == KernelFoldOp::Total) {
            Value* const shifted = builder_.CreateAdd(made, number(kLargestAddend));
            note(Unusual::Overflow,
                 builder_.CreateICmpUGT(shifted, number(2 * kLargestAddend)),
                 nullptr);
        }
    }
    if (isExtreme(fold)) {
        store({made, nullptr}, arrays_[fold.numbers], nullptr);
    } else {
        addUp(made, arrays_[fold.numbers]);
    }
}

// ---- of each stretch ---------------------------------------------------------------------------

void Emitter::gatherLists() {
    for (std::uint32_t list = 0; list < code_.lists.size(); ++list) {
        gatherExtremes(list);
        loop(results_[list], [&] { finishFolds(list); });
    }
}

namespace {

llvm::Value* combine(Builder& builder, KernelFoldOp op, Value* a, Value* b) {
    return builder.CreateBinaryIntrinsic(
        op == KernelFoldOp::Highest ? llvm::Intrinsic::smax : llvm::Intrinsic::smin, a, b);
}

Value* combineLanes(Builder& builder, KernelFoldOp op, Value* lanes) {
    return op == KernelFoldOp::Highest ? builder.CreateIntMaxReduce(lanes, /*IsSigned=*/true)
                                       : builder.CreateIntMinReduce(lanes, /*IsSigned=*/true);
}

}  // namespace

/// What of an array lies from `at` to before `stop`, as far as one vector holds it, as one number.
Value* Emitter::gatherLanes(const Gathered& one, Value* at, Value* isInside) {
    Value* const lanes = builder_.CreateAlignedLoad(
        integers_, builder_.CreateInBoundsGEP(builder_.getInt64Ty(), one.from, at), llvm::Align(8));
    return combineLanes(
        builder_, one.op, builder_.CreateSelect(isInside, lanes, number(neutral(one.op))));
}

Value* Emitter::insideOf(Value* at, Value* stop) {
    std::vector<llvm::Constant*> places;
    for (unsigned lane = 0; lane < width_; ++lane) {
        places.push_back(builder_.getInt64(lane));
    }
    return builder_.CreateICmpULT(llvm::ConstantVector::get(places),
                                  builder_.CreateVectorSplat(width_, builder_.CreateSub(stop, at)));
}

Value* Emitter::beginOf(std::uint32_t list, Value* result) {
    return builder_.CreateZExt(
        builder_.CreateAlignedLoad(
            builder_.getInt32Ty(),
            builder_.CreateInBoundsGEP(builder_.getInt32Ty(), begins_[list], result),
            llvm::Align(4)),
        builder_.getInt64Ty());
}

/// Of every stretch the first vector, in one block without branches: nobody can foresee how long a
/// stretch is, and most are no longer.
void Emitter::gatherExtremes(std::uint32_t list) {
    std::vector<Gathered> all;
    for (std::size_t index = 0; index < code_.folds.size(); ++index) {
        const KernelFold& fold = code_.folds[index];
        if (fold.list == list && isExtreme(fold)) {
            all.push_back({arrays_[fold.numbers], foldValues_[index], fold.op});
        }
    }
    if (all.empty()) {
        return;
    }
    llvm::Type* const whole = builder_.getInt64Ty();
    llvm::BasicBlock* const from = builder_.GetInsertBlock();
    llvm::BasicBlock* const result = block("result");
    llvm::BasicBlock* const gathered = block("gathered");
    builder_.CreateBr(result);
    builder_.SetInsertPoint(result);
    llvm::PHINode* const at = builder_.CreatePHI(whole, 2, "at");
    Value* const next = builder_.CreateAdd(at, builder_.getInt64(1));
    Value* const begin = beginOf(list, at);
    Value* const isInside = insideOf(begin, beginOf(list, next));
    for (const Gathered& one : all) {
        builder_.CreateAlignedStore(gatherLanes(one, begin, isInside),
                                    builder_.CreateInBoundsGEP(whole, one.to, at),
                                    llvm::Align(8));
    }
    at->addIncoming(builder_.getInt64(0), from);
    at->addIncoming(next, result);
    builder_.CreateCondBr(builder_.CreateICmpULT(next, results_[list]), result, gathered);
    builder_.SetInsertPoint(gathered);
    gatherRest(list, all);
}

/// What of the stretches lies behind their first vectors, where that is anything.
void Emitter::gatherRest(std::uint32_t list, const std::vector<Gathered>& all) {
    llvm::Type* const whole = builder_.getInt64Ty();
    Value* const width = builder_.getInt64(width_);
    llvm::BasicBlock* const from = builder_.GetInsertBlock();
    llvm::BasicBlock* const result = block("long");
    llvm::BasicBlock* const further = block("further");
    llvm::BasicBlock* const over = block("over");
    llvm::BasicBlock* const end = block("end");
    builder_.CreateCondBr(builder_.CreateICmpUGT(longest_[list], width), result, end);

    builder_.SetInsertPoint(result);
    llvm::PHINode* const at = builder_.CreatePHI(whole, 2, "at");
    Value* const next = builder_.CreateAdd(at, builder_.getInt64(1));
    Value* const second = builder_.CreateAdd(beginOf(list, at), width);
    Value* const stop = beginOf(list, next);
    builder_.CreateCondBr(builder_.CreateICmpULT(second, stop), further, over);

    builder_.SetInsertPoint(further);
    llvm::PHINode* const place = builder_.CreatePHI(whole, 2, "place");
    Value* const isInside = insideOf(place, stop);
    for (const Gathered& one : all) {
        Value* const to = builder_.CreateInBoundsGEP(whole, one.to, at);
        Value* const before = builder_.CreateAlignedLoad(whole, to, llvm::Align(8));
        builder_.CreateAlignedStore(
            combine(builder_, one.op, before, gatherLanes(one, place, isInside)),
            to,
            llvm::Align(8));
    }
    Value* const following = builder_.CreateAdd(place, width);
    place->addIncoming(second, result);
    place->addIncoming(following, further);
    builder_.CreateCondBr(builder_.CreateICmpULT(following, stop), further, over);

    builder_.SetInsertPoint(over);
    at->addIncoming(builder_.getInt64(0), from);
    at->addIncoming(next, over);
    builder_.CreateCondBr(builder_.CreateICmpULT(next, results_[list]), result, end);
    builder_.SetInsertPoint(end);
}

// ---- of each result ----------------------------------------------------------------------------

void Emitter::finishFolds(std::uint32_t list) {
    auto* const words = llvm::FixedVectorType::get(builder_.getInt32Ty(), width_);
    Value* const first = builder_.CreateInBoundsGEP(builder_.getInt32Ty(), begins_[list], row_);
    stretches_.begin = beginOf(list, row_);
    stretches_.ends =
        builder_.CreateZExt(builder_.CreateAlignedLoad(words,
                                                       builder_.CreateConstInBoundsGEP1_64(
                                                           builder_.getInt32Ty(), first, 1),
                                                       llvm::Align(4)),
                            integers_);
    stretches_.words.assign(code_.words.size(), nullptr);
    for (std::size_t word = 0; word < code_.words.size(); ++word) {
        if (code_.words[word] == list) {
            stretches_.words[word] = sumOf(arrays_[code_.numbers + word]);
        }
    }
    for (std::size_t index = 0; index < code_.folds.size(); ++index) {
        const KernelFold& fold = code_.folds[index];
        if (fold.list != list) {
            continue;
        }
        Cell made = isLogic(fold) ? finishLogic(index) : finishNumber(index);
        if (fold.hasStates) {
            // Whatever was there before is written over.
            made.state = stateOf(made);
        }
        if (fold.areAnswers) {
            storeAnswers(made, foldValues_[index]);
        } else {
            store(made, foldValues_[index], foldStates_[index]);
        }
    }
}

/// What an array of sums says of each stretch.
Value* Emitter::sumOf(Value* array) {
    Value* const sums = builder_.CreateMaskedGather(
        integers_,
        builder_.CreateInBoundsGEP(
            builder_.getInt64Ty(),
            builder_.CreateConstInBoundsGEP1_64(
                builder_.getInt64Ty(), array, static_cast<std::uint64_t>(-1)),
            stretches_.ends),
        llvm::Align(8),
        bit(true));
    // Each begins where the one before ends.
    std::vector<int> lanes{static_cast<int>(width_)};
    for (unsigned lane = 1; lane < width_; ++lane) {
        lanes.push_back(static_cast<int>(lane) - 1);
    }
    Value* const before = builder_.CreateVectorSplat(width_, sumBefore(array, stretches_.begin));
    return builder_.CreateSub(sums, builder_.CreateShuffleVector(sums, before, lanes));
}

/// Whether a bit of a fold is set in any row of a stretch.
Value* Emitter::hasBit(const KernelFold& fold, std::uint32_t which) {
    constexpr std::int64_t kAll = (std::int64_t{1} << kBitsOfCount) - 1;
    return builder_.CreateICmpNE(
        builder_.CreateAnd(stretches_.words[fold.word], number(kAll * one(fold.bit + which))),
        number(0));
}

Emitter::Cell Emitter::finishLogic(std::size_t index) {
    const KernelFold& fold = code_.folds[index];
    const bool any = fold.op == KernelFoldOp::Any;
    if (!fold.rowsHaveStates && !fold.hasMore) {
        return {any ? hasBit(fold, 0) : builder_.CreateNot(hasBit(fold, 0)), nullptr};
    }
    Value* const kFinal = llvm::ConstantInt::get(bytes_, 4);
    Value* rank = byte(State::Value);
    if (fold.rowsHaveStates) {
        rank = builder_.CreateSelect(hasBit(fold, 0), byte(State::NotApplicable), rank);
        rank = builder_.CreateSelect(hasBit(fold, 1), byte(State::Unknown), rank);
        rank = builder_.CreateSelect(hasBit(fold, 2), byte(State::Error), rank);
        rank = builder_.CreateSelect(hasBit(fold, kFinalRank), kFinal, rank);
    } else {
        rank = builder_.CreateSelect(hasBit(fold, 0), kFinal, rank);
    }
    if (fold.hasMore) {
        // A row that may be missing may hold for Any, and may not for Every.
        const Cell more =
            loadAt(moreValues_[index], fold.moreHasStates ? moreStates_[index] : nullptr, true);
        Value* const isYes = builder_.CreateAnd(more.value, isState(more.state, State::Value));
        rank = propagated(rank, builder_.CreateSelect(isYes, kFinal, stateOf(more)));
    }
    Value* const isFinal = builder_.CreateICmpEQ(rank, kFinal);
    Value* const yes = any ? isFinal : builder_.CreateICmpEQ(rank, byte(State::Value));
    if (!fold.hasStates) {
        return {yes, nullptr};
    }
    return {yes, builder_.CreateSelect(isFinal, byte(State::Value), rank)};
}

Emitter::Cell Emitter::finishNumber(std::size_t index) {
    const KernelFold& fold = code_.folds[index];
    Value* state = byte(State::Value);
    if (fold.word != kNoNode) {
        if (isExtreme(fold)) {
            state = builder_.CreateSelect(
                hasBit(fold, kCountedRow), byte(State::Value), byte(State::NotApplicable));
        }
        if (fold.rowsHaveStates) {
            state = builder_.CreateSelect(hasBit(fold, kUnknownRow), byte(State::Unknown), state);
            state = builder_.CreateSelect(hasBit(fold, kErrorRow), byte(State::Error), state);
        }
    }
    if (fold.moreHasStates) {
        Value* const more = loadAt(moreValues_[index], moreStates_[index], false).state;
        Value* const isOpen = builder_.CreateICmpUGE(more, byte(State::Unknown));
        // An error of the rows is the worse.
        state = builder_.CreateSelect(isOpen, propagated(state, more), state);
    }
    if (fold.isBounded) {
        note(Unusual::Bounds, isState(state, State::Unknown), nullptr);
    }
    Value* const value = isExtreme(fold) ? loadAt(foldValues_[index], nullptr, false).value
                                         : sumOf(arrays_[fold.numbers]);
    return {value, fold.hasStates ? state : nullptr};
}

}  // namespace proviso::jit
