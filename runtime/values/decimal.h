#pragma once

#include "runtime/values/evaluation_error.h"

#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace proviso {

// Exact decimals are an int64 mantissa and a scale (digits after the point) that the compiler
// knows; only the mantissa exists at run time. Everything here is checked; nothing rounds unless a
// Rounding is passed. The same functions serve constant folding, the engine and the reference
// evaluator.

/// 128-bit integers for intermediate results only.
__extension__ using Int128 = __int128;

inline constexpr int kMaximumScale = 9;

/// A number or the reason there is none. `value` is 0 when there is an error.
struct Checked {
    std::int64_t value = 0;
    EvaluationError error = EvaluationError::None;

    constexpr bool ok() const noexcept { return error == EvaluationError::None; }

    friend constexpr bool operator==(const Checked&, const Checked&) = default;
};

/// How a quotient that is not whole becomes whole.
enum class Rounding : std::uint8_t {
    HalfUp = 0,    ///< a half goes away from zero
    HalfEven = 1,  ///< a half goes to the even neighbour
    Up = 2,        ///< away from zero
    Down = 3,      ///< toward zero
};

/// 10 to the power of `exponent`, 0..18.
constexpr std::int64_t powerOfTen(int exponent) noexcept {
    std::int64_t power = 1;
    for (int step = 0; step < exponent; ++step) {
        power *= 10;
    }
    return power;
}

/// A 128-bit result as a mantissa, or Overflow.
constexpr Checked narrow(Int128 wide) noexcept {
    if (wide > std::numeric_limits<std::int64_t>::max() ||
        wide < std::numeric_limits<std::int64_t>::min()) {
        return {0, EvaluationError::Overflow};
    }
    return {static_cast<std::int64_t>(wide), EvaluationError::None};
}

constexpr Checked addChecked(std::int64_t a, std::int64_t b) noexcept {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        return {0, EvaluationError::Overflow};
    }
    return {sum, EvaluationError::None};
}

constexpr Checked subChecked(std::int64_t a, std::int64_t b) noexcept {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference)) {
        return {0, EvaluationError::Overflow};
    }
    return {difference, EvaluationError::None};
}

/// The product of the mantissas; its scale is the sum of the scales.
constexpr Checked mulChecked(std::int64_t a, std::int64_t b) noexcept {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) {
        return {0, EvaluationError::Overflow};
    }
    return {product, EvaluationError::None};
}

constexpr Checked negateChecked(std::int64_t a) noexcept {
    return subChecked(0, a);
}

/// The same number with `digits` more digits after the point; always exact, or Overflow.
constexpr Checked rescaleUp(std::int64_t a, int digits) noexcept {
    return mulChecked(a, powerOfTen(digits));
}

/// The quotient rounded to a whole number; DivisionByZero and Overflow are errors.
Checked roundedQuotient(Int128 numerator, Int128 denominator, Rounding rounding) noexcept;

/// The same number with `digits` (0..18) fewer digits after the point, rounded.
Checked rescaleDown(std::int64_t a, int digits, Rounding rounding) noexcept;

/// a / b rounded to a mantissa of `resultScale`. Scales are 0..9.
Checked divideRounded(std::int64_t a,
                      int scaleOfA,
                      std::int64_t b,
                      int scaleOfB,
                      int resultScale,
                      Rounding rounding) noexcept;

/// a * b rounded to a mantissa of `resultScale`. Scales are 0..9.
Checked multiplyRounded(std::int64_t a,
                        int scaleOfA,
                        std::int64_t b,
                        int scaleOfB,
                        int resultScale,
                        Rounding rounding) noexcept;

/// The largest whole number not above a / b.
constexpr Checked floorDiv(std::int64_t a, std::int64_t b) noexcept {
    if (b == 0) {
        return {0, EvaluationError::DivisionByZero};
    }
    if (b == -1) {
        return subChecked(0, a);
    }
    const std::int64_t quotient = a / b;
    const bool below = (a % b != 0) && ((a < 0) != (b < 0));
    return {below ? quotient - 1 : quotient, EvaluationError::None};
}

/// a - b * floorDiv(a, b): it has the sign of b.
constexpr Checked floorMod(std::int64_t a, std::int64_t b) noexcept {
    if (b == 0) {
        return {0, EvaluationError::DivisionByZero};
    }
    if (b == -1) {
        return {0, EvaluationError::None};
    }
    const std::int64_t remainder = a % b;
    const bool below = remainder != 0 && ((remainder < 0) != (b < 0));
    return {below ? remainder + b : remainder, EvaluationError::None};
}

/// The order of a/b and c/d, exactly; a zero denominator is DivisionByZero.
struct ComparedRatios {
    std::strong_ordering order = std::strong_ordering::equal;
    EvaluationError error = EvaluationError::None;
};

constexpr ComparedRatios
compareRatios(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) noexcept {
    if (b == 0 || d == 0) {
        return {std::strong_ordering::equal, EvaluationError::DivisionByZero};
    }
    // |a * d| is at most 2^126, so neither product nor its negation leaves 128 bits.
    Int128 left = static_cast<Int128>(a) * d;
    Int128 right = static_cast<Int128>(c) * b;
    if ((b < 0) != (d < 0)) {
        left = -left;
        right = -right;
    }
    return {left < right   ? std::strong_ordering::less
            : left > right ? std::strong_ordering::greater
                           : std::strong_ordering::equal,
            EvaluationError::None};
}

/// A sum whose answer does not depend on the order of its parts: it is checked once, at the end.
class Total {
  public:
    constexpr void add(std::int64_t part) noexcept { sum_ += part; }
    constexpr void remove(std::int64_t part) noexcept { sum_ -= part; }
    /// Another sum; 2^64 parts fit.
    constexpr void addWide(Int128 sum) noexcept { sum_ += sum; }
    constexpr Checked checked() const noexcept { return narrow(sum_); }
    constexpr Int128 wide() const noexcept { return sum_; }

  private:
    Int128 sum_ = 0;
};

/// How reading decimal text went.
enum class DecimalText : std::uint8_t {
    Exact,
    Malformed,   ///< not -?digits(.digits)?
    TooPrecise,  ///< a digit other than zero beyond the scale
    TooLarge,    ///< beyond 64 bits at this scale
};

struct ParsedDecimal {
    std::int64_t value = 0;
    DecimalText outcome = DecimalText::Malformed;

    constexpr bool ok() const noexcept { return outcome == DecimalText::Exact; }
};

/// Reads `-?digits(.digits)?` exactly; no exponent, no plus sign, no spaces, no separators.
ParsedDecimal parseDecimal(std::string_view text, int scale) noexcept;

/// For machines: "1234.50" with exactly `scale` digits after the point.
std::string formatDecimal(std::int64_t mantissa, int scale);

/// As formatDecimal, but without trailing zeros beyond `minimumDigits` digits after the point.
std::string formatDecimalTrimmed(std::int64_t mantissa, int scale, int minimumDigits);
/// The same as the end of `room`, which is never too short; views of it.
using DecimalRoom = std::array<char, 40>;
std::string_view formatDecimalTrimmed(std::int64_t mantissa,
                                      int scale,
                                      int minimumDigits,
                                      DecimalRoom& room) noexcept;

/// For people: "$1,234.50", "-$0.05"; at least two digits after the point.
std::string formatMoney(std::int64_t mantissa, int scale);

}  // namespace proviso
