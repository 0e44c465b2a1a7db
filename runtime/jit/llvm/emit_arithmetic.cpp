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
        Value* const by = nonzero(b, state);
        Value* const dividend = notLowest(a, state);
        Value* const quotient = builder_.CreateSDiv(dividend, by);
        Value* const rest = builder_.CreateSub(dividend, builder_.CreateMul(quotient, by));
        Value* const isBelow =
            builder_.CreateAnd(builder_.CreateICmpNE(rest, number(0)),
                               builder_.CreateICmpSLT(builder_.CreateXor(rest, by), number(0)));
        made = node.op == KernelOp::FloorDivide
                   ? builder_.CreateSub(quotient, integer(isBelow))
                   : builder_.CreateAdd(rest, builder_.CreateSelect(isBelow, by, number(0)));
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
    const auto* const constant = llvm::dyn_cast<llvm::Constant>(b);
    const auto* const factor =
        constant != nullptr ? llvm::dyn_cast_or_null<llvm::ConstantInt>(constant->getSplatValue())
                            : nullptr;
    const std::int64_t by = factor != nullptr ? factor->getSExtValue() : 0;
    if (factor != nullptr && by > 0) {
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

/// The divisor, or 1 where it is zero, which is noted.
Value* Emitter::nonzero(Value* divisor, Value* state) {
    Value* const isZero = builder_.CreateICmpEQ(divisor, number(0));
    note(Unusual::DivisionByZero, isZero, state);
    return builder_.CreateSelect(isZero, number(1), divisor);
}

/// The number, or 0 where it is the lowest there is, which has no quotient by -1 and is noted.
Value* Emitter::notLowest(Value* value, Value* state) {
    Value* const isLowest = builder_.CreateICmpEQ(value, number(INT64_MIN));
    note(Unusual::Overflow, isLowest, state);
    return builder_.CreateSelect(isLowest, number(0), value);
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
    denominator = nonzero(notLowest(denominator, state), state);
    numerator = notLowest(numerator, state);
    Value* const quotient = builder_.CreateSDiv(numerator, denominator);
    Value* const remainder =
        builder_.CreateSub(numerator, builder_.CreateMul(quotient, denominator));
    const auto absolute = [&](Value* value) {
        return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::abs, value, builder_.getFalse());
    };
    Value* const size = absolute(remainder);
    Value* const rest = builder_.CreateSub(absolute(denominator), size);
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
    away = builder_.CreateAnd(away, builder_.CreateICmpNE(remainder, number(0)));
    Value* const isNegative =
        builder_.CreateICmpSLT(builder_.CreateXor(numerator, denominator), number(0));
    Value* const further = builder_.CreateSelect(isNegative, number(-1), number(1));
    return builder_.CreateAdd(quotient, builder_.CreateSelect(away, further, number(0)));
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
