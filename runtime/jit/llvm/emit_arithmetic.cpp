#include "runtime/jit/llvm/emitter.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <limits>

namespace proviso::jit {

using llvm::Value;

Emitter::Cell Emitter::arithmetic(const KernelNode& node) {
    Value* const state = propagated(node);
    Value* const a = integer(cell(node, 0).value);
    Value* const b = node.operands.size() > 1 ? integer(cell(node, 1).value) : nullptr;
    Value* made = nullptr;
    switch (node.op) {
    case KernelOp::Add: {
        made = builder_.CreateAdd(a, b);
        // Overflow: the sum has another sign than both.
        Value* const signs =
            builder_.CreateAnd(builder_.CreateXor(a, made), builder_.CreateXor(b, made));
        note(Unusual::Overflow, builder_.CreateICmpSLT(signs, number(0)), state);
        break;
    }
    case KernelOp::Subtract: {
        made = builder_.CreateSub(a, b);
        Value* const signs =
            builder_.CreateAnd(builder_.CreateXor(a, b), builder_.CreateXor(a, made));
        note(Unusual::Overflow, builder_.CreateICmpSLT(signs, number(0)), state);
        break;
    }
    case KernelOp::Multiply:
        made = product(a, b, state);
        break;
    case KernelOp::Negate:
        made = builder_.CreateNeg(a);
        note(Unusual::Overflow, builder_.CreateICmpEQ(a, number(INT64_MIN)), state);
        break;
    case KernelOp::FloorDivide:
    case KernelOp::Modulo: {
        note(Unusual::DivisionByZero, builder_.CreateICmpEQ(b, number(0)), state);
        const auto [quotient, rest] = nearQuotient(a, b, state);
        // All bits where it has another sign than the divisor.
        Value* below = builder_.CreateAShr(builder_.CreateXor(rest, b), number(63));
        below =
            valueOf(b) > 0
                ? builder_.CreateAShr(rest, number(63))
                : builder_.CreateSelect(builder_.CreateICmpEQ(rest, number(0)), number(0), below);
        made = node.op == KernelOp::FloorDivide
                   ? builder_.CreateAdd(quotient, below)
                   : builder_.CreateAdd(rest, builder_.CreateAnd(b, below));
        break;
    }
    case KernelOp::RoundedQuotient:
        made = roundedQuotient(node, state);
        break;
    default:
        made = compareRatio(node, state);
        break;
    }
    if (node.isDate && (node.op == KernelOp::Add || node.op == KernelOp::Subtract)) {
        made = checkDate(made, state);
    }
    return {made, state};
}

/// A product of two numbers is exact in 64 bits where that of their floating point values is far
/// below the limit. Vectors have no wider product.
Value* Emitter::isFarFromOverflow(Value* a, Value* b) {
    auto* const doubles = llvm::FixedVectorType::get(builder_.getDoubleTy(), width_);
    Value* const about =
        builder_.CreateFMul(builder_.CreateSIToFP(a, doubles), builder_.CreateSIToFP(b, doubles));
    constexpr double kFar = 4611686018427387904.0;  // 2^62
    return builder_.CreateFCmpOLT(builder_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, about),
                                  llvm::ConstantFP::get(doubles, kFar));
}

Value* Emitter::product(Value* a, Value* b, Value* state) {
    if (llvm::isa<llvm::Constant>(a)) {
        std::swap(a, b);
    }
    if (const std::int64_t by = valueOf(b); by > 0) {
        // |a| <= limit, as one comparison.
        const std::int64_t limit = std::numeric_limits<std::int64_t>::max() / by;
        Value* const shifted = builder_.CreateAdd(a, number(limit));
        const std::uint64_t range = 2 * static_cast<std::uint64_t>(limit);
        note(Unusual::Overflow,
             builder_.CreateICmpUGT(shifted, number(static_cast<std::int64_t>(range))),
             state);
    } else {
        note(Unusual::Overflow, builder_.CreateNot(isFarFromOverflow(a, b)), state);
    }
    return builder_.CreateMul(a, b);
}

/// One of the two whole numbers between which the quotient lies, and what is left then: vectors
/// have no division but that of floating point numbers. Those hold whole numbers up to 2^53; beyond
/// 2^51 is noted. The error of their quotient is a quarter at most, so that the nearest whole
/// number is one of the two, and that of it is found by whole numbers again. Says anything where
/// the divisor is zero.
std::pair<Value*, Value*> Emitter::nearQuotient(Value* a, Value* b, Value* state) {
    constexpr std::int64_t kLimit = std::int64_t{1} << 51;
    // The sum with it of a number below the limit has the number as its last bits.
    constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52
    auto* const doubles = llvm::FixedVectorType::get(builder_.getDoubleTy(), width_);
    llvm::Constant* const shift = llvm::ConstantFP::get(doubles, kShift);
    Value* const bits = builder_.CreateBitCast(shift, integers_);
    const auto inDouble = [&](Value* whole) -> Value* {
        Value* const isFar =
            builder_.CreateICmpUGE(builder_.CreateAdd(whole, number(kLimit)), number(2 * kLimit));
        note(Unusual::Overflow, isFar, state);
        return builder_.CreateFSub(builder_.CreateBitCast(builder_.CreateAdd(whole, bits), doubles),
                                   shift);
    };
    Value* const numerator = inDouble(a);
    Value* about = nullptr;
    if (const std::int64_t by = valueOf(b); by != 0) {
        inDouble(b);
        about = builder_.CreateFMul(numerator,
                                    llvm::ConstantFP::get(doubles, 1.0 / static_cast<double>(by)));
    } else {
        about = builder_.CreateFDiv(numerator, inDouble(b));
    }
    Value* const quotient = builder_.CreateSub(
        builder_.CreateBitCast(builder_.CreateFAdd(about, shift), integers_), bits);
    return {quotient, builder_.CreateSub(a, builder_.CreateMul(quotient, b))};
}

/// The number that a vector consists of; 0 where that is not known here.
std::int64_t Emitter::valueOf(Value* vector) {
    const auto* const constant = llvm::dyn_cast<llvm::Constant>(vector);
    const auto* const each =
        constant != nullptr ? llvm::dyn_cast_or_null<llvm::ConstantInt>(constant->getSplatValue())
                            : nullptr;
    return each != nullptr ? each->getSExtValue() : 0;
}

Value* Emitter::roundedQuotient(const KernelNode& node, Value* state) {
    Value* numerator = integer(cell(node, 0).value);
    Value* denominator = integer(cell(node, 1).value);
    if (node.immediate > 0) {
        numerator = product(numerator, number(powerOfTen(static_cast<int>(node.immediate))), state);
    } else if (node.immediate < 0) {
        denominator =
            product(denominator, number(powerOfTen(static_cast<int>(-node.immediate))), state);
    }
    note(Unusual::DivisionByZero, builder_.CreateICmpEQ(denominator, number(0)), state);
    const auto absolute = [&](Value* value) -> Value* {
        // Constants stay constants.
        const std::int64_t known = valueOf(value);
        return known != 0 && known != INT64_MIN
                   ? number(std::abs(known))
                   : builder_.CreateBinaryIntrinsic(
                         llvm::Intrinsic::abs, value, builder_.getFalse());
    };
    Value* const by = absolute(denominator);
    auto [quotient, remainder] = nearQuotient(absolute(numerator), by, state);
    Value* const below = builder_.CreateAShr(remainder, number(63));
    quotient = builder_.CreateAdd(quotient, below);
    Value* const size = builder_.CreateAdd(remainder, builder_.CreateAnd(by, below));
    Value* const rest = builder_.CreateSub(by, size);
    Value* away = bit(false);
    switch (static_cast<Rounding>(node.mode)) {
    case Rounding::HalfUp:
        away = builder_.CreateICmpSGE(size, rest);
        break;
    case Rounding::HalfEven: {
        Value* const isOdd =
            builder_.CreateICmpNE(builder_.CreateAnd(quotient, number(1)), number(0));
        away = builder_.CreateOr(builder_.CreateICmpSGT(size, rest),
                                 builder_.CreateAnd(builder_.CreateICmpEQ(size, rest), isOdd));
        break;
    }
    case Rounding::Up:
        away = bit(true);
        break;
    case Rounding::Down:
        break;
    }
    away = builder_.CreateAnd(away, builder_.CreateICmpNE(size, number(0)));
    quotient = builder_.CreateAdd(quotient, integer(away));
    Value* const isNegative =
        builder_.CreateICmpSLT(builder_.CreateXor(numerator, denominator), number(0));
    return builder_.CreateSelect(isNegative, builder_.CreateNeg(quotient), quotient);
}

Value* Emitter::compareRatio(const KernelNode& node, Value* state) {
    Value* const a = integer(cell(node, 0).value);
    Value* const b = integer(cell(node, 1).value);
    Value* const c = integer(cell(node, 2).value);
    Value* const d = integer(cell(node, 3).value);
    note(
        Unusual::DivisionByZero,
        builder_.CreateOr(builder_.CreateICmpEQ(b, number(0)), builder_.CreateICmpEQ(d, number(0))),
        state);
    note(Unusual::Overflow, builder_.CreateNot(isFarFromOverflow(a, d)), state);
    note(Unusual::Overflow, builder_.CreateNot(isFarFromOverflow(c, b)), state);
    Value* const left = builder_.CreateMul(a, d);
    Value* const right = builder_.CreateMul(c, b);
    Value* const turns = builder_.CreateICmpSLT(builder_.CreateXor(b, d), number(0));
    return compare(builder_.CreateSelect(turns, right, left),
                   builder_.CreateSelect(turns, left, right),
                   node.mode);
}

Value* Emitter::checkDate(Value* days, Value* state) {
    Value* const isOutside =
        builder_.CreateOr(builder_.CreateICmpSLT(days, number(kFirstDate.days)),
                          builder_.CreateICmpSGT(days, number(kLastDate.days)));
    note(Unusual::OutOfRange, isOutside, state);
    return days;
}

}  // namespace proviso::jit
