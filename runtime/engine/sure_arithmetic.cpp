#include "runtime/engine/sure_arithmetic.h"

#include "runtime/base/wide.h"
#include "runtime/engine/constants.h"
#include "runtime/values/date.h"
#include "runtime/values/divisor.h"

namespace proviso::engine {

namespace {

// Kernels of mapSureRows. Sums may leave 64 bits, which only unsigned numbers may.

std::int64_t wrappedSum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t wrappedDifference(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

std::int64_t wrappedProduct(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

/// How far a number is from zero, less one where it lies below, so that it fits.
std::int64_t sizeOf(std::int64_t number) {
    return number ^ -static_cast<std::int64_t>(number < 0);
}

/// Below zero where the days are no date.
std::int64_t outsideOfDates(std::int64_t days) {
    return wrappedDifference(days, kFirstDate.days) | wrappedDifference(kLastDate.days, days);
}

constexpr auto kAdd = [](std::int64_t& result, std::int64_t a, std::int64_t b) {
    const std::int64_t sum = wrappedSum(a, b);
    result = sum;
    return (a ^ sum) & (b ^ sum);
};

constexpr auto kSubtract = [](std::int64_t& result, std::int64_t a, std::int64_t b) {
    const std::int64_t difference = wrappedDifference(a, b);
    result = difference;
    return (a ^ b) & (a ^ difference);
};

constexpr auto kAddToDate = [](std::int64_t& result, std::int64_t a, std::int64_t b) {
    const std::int64_t doubt = kAdd(result, a, b);
    return doubt | outsideOfDates(result);
};

constexpr auto kSubtractFromDate = [](std::int64_t& result, std::int64_t a, std::int64_t b) {
    const std::int64_t doubt = kSubtract(result, a, b);
    return doubt | outsideOfDates(result);
};

constexpr auto kNegate = [](std::int64_t& result, std::int64_t a) {
    const std::int64_t negated = wrappedDifference(0, a);
    result = negated;
    return a & negated;
};

constexpr auto kMultiply = [](std::int64_t& result, std::int64_t a, std::int64_t b) {
    constexpr std::int64_t kMost = INT32_MAX;  // the product of two that are no larger fits
    result = wrappedProduct(a, b);
    return kMost - (sizeOf(a) | sizeOf(b));
};

bool multiplyByConstant(ColumnData& out,
                        std::size_t rows,
                        const ColumnData& column,
                        std::int64_t factor) {
    constexpr auto kMost = static_cast<std::uint64_t>(INT64_MAX);
    const std::uint64_t size = static_cast<std::uint64_t>(sizeOf(factor)) + 1;
    const std::int64_t most = static_cast<std::int64_t>(kMost / size) - 1;
    return mapSureRows(
        out,
        rows,
        [factor, most](std::int64_t& result, std::int64_t a) {
            result = wrappedProduct(a, factor);
            return most - sizeOf(a);
        },
        column);
}

template <Rounding rounding>
bool roundBy(Divisor divisor, ColumnData& out, std::size_t rows, const ColumnData& column) {
    return mapSureRows(
        out,
        rows,
        [divisor](std::int64_t& result, std::int64_t a) {
            result = divisor.rounded<rounding>(a);
            return std::int64_t{0};
        },
        column);
}

bool round(const Instruction& instruction,
           ColumnData& out,
           std::size_t rows,
           const ColumnData& column) {
    const std::int64_t power = powerOfTen(static_cast<int>(instruction.immediate));
    if (!Divisor::isFor(power)) {
        return false;
    }
    const Divisor divisor(power);
    switch (static_cast<Rounding>(instruction.mode)) {
    case Rounding::HalfUp:
        return roundBy<Rounding::HalfUp>(divisor, out, rows, column);
    case Rounding::HalfEven:
        return roundBy<Rounding::HalfEven>(divisor, out, rows, column);
    case Rounding::Up:
        return roundBy<Rounding::Up>(divisor, out, rows, column);
    case Rounding::Down:
        return roundBy<Rounding::Down>(divisor, out, rows, column);
    }
    return false;
}

bool divide(const Frame& frame, const Instruction& instruction, ColumnData& out, bool isModulo) {
    const std::int64_t* const by = constantOperand(frame, instruction, 1);
    if (by == nullptr || !Divisor::isFor(*by)) {
        return false;
    }
    const ColumnData& column = frame.operand(instruction, 0);
    const auto map = [&](auto quotient) {
        return mapSureRows(
            out,
            frame.rowsOf(instruction),
            [quotient](std::int64_t& result, std::int64_t a) {
                result = quotient(a);
                return std::int64_t{0};
            },
            column);
    };
    const Divisor divisor(*by);
    return isModulo ? map([divisor](std::int64_t a) { return divisor.floorMod(a); })
                    : map([divisor](std::int64_t a) { return divisor.floorDiv(a); });
}

}  // namespace

PROVISO_WIDE bool
runSureArithmetic(const Frame& frame, const Instruction& instruction, ColumnData& out) {
    const std::size_t rows = frame.rowsOf(instruction);
    const bool isDate = instruction.type.kind == TypeKind::Date;
    const ColumnData& first = frame.operand(instruction, 0);
    const auto both = [&](auto kernel) {
        return withOperand(frame, instruction, 1, [&](const auto& second) {
            return mapSureRows(out, rows, kernel, first, second);
        });
    };
    switch (instruction.op) {
    case Op::Add:
        return isDate ? both(kAddToDate) : both(kAdd);
    case Op::Subtract:
        return isDate ? both(kSubtractFromDate) : both(kSubtract);
    case Op::Multiply:
        if (const std::int64_t* const factor = constantOperand(frame, instruction, 0)) {
            return multiplyByConstant(out, rows, frame.operand(instruction, 1), *factor);
        }
        if (const std::int64_t* const factor = constantOperand(frame, instruction, 1)) {
            return multiplyByConstant(out, rows, first, *factor);
        }
        return mapSureRows(out, rows, kMultiply, first, frame.operand(instruction, 1));
    case Op::Negate:
        return mapSureRows(out, rows, kNegate, first);
    case Op::Rescale:
        return multiplyByConstant(
            out, rows, first, powerOfTen(static_cast<int>(instruction.immediate)));
    case Op::IntegerDivide:
        return divide(frame, instruction, out, /*isModulo=*/false);
    case Op::Modulo:
        return divide(frame, instruction, out, /*isModulo=*/true);
    case Op::Round:
        return round(instruction, out, rows, first);
    default:
        return false;
    }
}

}  // namespace proviso::engine
