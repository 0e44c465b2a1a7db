#include "runtime/values/decimal.h"

#include <algorithm>
#include <cstddef>

namespace proviso {

static bool isDigit(char character) {
    return character >= '0' && character <= '9';
}

/// `Whole` is Int128, or int64 where both fit it and neither is its smallest value: most do, and
/// dividing 128 bits costs ten times as much.
template <class Whole>
static Checked roundedQuotientOf(Whole numerator, Whole denominator, Rounding rounding) noexcept {
    const Whole quotient = numerator / denominator;
    const Whole remainder = numerator % denominator;
    if (remainder == 0) {
        return narrow(quotient);
    }
    const bool negative = (numerator < 0) != (denominator < 0);
    const Whole size = remainder < 0 ? -remainder : remainder;
    const Whole whole = denominator < 0 ? -denominator : denominator;
    // size against whole - size instead of 2 * size: nothing can overflow.
    const Whole rest = whole - size;

    bool away = false;
    switch (rounding) {
    case Rounding::HalfUp:
        away = size >= rest;
        break;
    case Rounding::HalfEven:
        away = size > rest || (size == rest && quotient % 2 != 0);
        break;
    case Rounding::Up:
        away = true;
        break;
    case Rounding::Down:
        break;
    }
    if (!away) {
        return narrow(quotient);
    }
    // A quotient with a remainder is at most half of the largest number away from zero.
    return narrow(static_cast<Whole>(negative ? quotient - 1 : quotient + 1));
}

Checked roundedQuotient(Int128 numerator, Int128 denominator, Rounding rounding) noexcept {
    if (denominator == 0) {
        return {0, EvaluationError::DivisionByZero};
    }
    const auto isSmall = [](Int128 number) { return number > INT64_MIN && number <= INT64_MAX; };
    return isSmall(numerator) && isSmall(denominator)
               ? roundedQuotientOf(static_cast<std::int64_t>(numerator),
                                   static_cast<std::int64_t>(denominator),
                                   rounding)
               : roundedQuotientOf(numerator, denominator, rounding);
}

Checked rescaleDown(std::int64_t a, int digits, Rounding rounding) noexcept {
    return roundedQuotient(a, powerOfTen(digits), rounding);
}

Checked divideRounded(std::int64_t a,
                      int scaleOfA,
                      std::int64_t b,
                      int scaleOfB,
                      int resultScale,
                      Rounding rounding) noexcept {
    // With scales of 0..9 the shift is -9..18, and 2^63 * 10^18 is below 2^127.
    const int shift = resultScale + scaleOfB - scaleOfA;
    Int128 numerator = a;
    Int128 denominator = b;
    if (shift >= 0) {
        numerator *= powerOfTen(shift);
    } else {
        denominator *= powerOfTen(-shift);
    }
    return roundedQuotient(numerator, denominator, rounding);
}

Checked multiplyRounded(std::int64_t a,
                        int scaleOfA,
                        std::int64_t b,
                        int scaleOfB,
                        int resultScale,
                        Rounding rounding) noexcept {
    const Int128 product = static_cast<Int128>(a) * b;
    const int excess = scaleOfA + scaleOfB - resultScale;
    if (excess >= 0) {
        return roundedQuotient(product, powerOfTen(excess), rounding);
    }
    Int128 result = 0;
    if (__builtin_mul_overflow(product, static_cast<Int128>(powerOfTen(-excess)), &result)) {
        return {0, EvaluationError::Overflow};
    }
    return narrow(result);
}

ParsedDecimal parseDecimal(std::string_view text, int scale) noexcept {
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) {
        text.remove_prefix(1);
    }
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction =
        point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    if (whole.empty() || !std::all_of(whole.begin(), whole.end(), isDigit) ||
        (point != std::string_view::npos && fraction.empty()) ||
        !std::all_of(fraction.begin(), fraction.end(), isDigit)) {
        return {0, DecimalText::Malformed};
    }

    const auto kept = std::min(fraction.size(), static_cast<std::size_t>(scale));
    for (const char digit : fraction.substr(kept)) {
        if (digit != '0') {
            return {0, DecimalText::TooPrecise};
        }
    }

    // Counted downwards, because the negative range is the larger one.
    std::int64_t value = 0;
    bool tooLarge = false;
    const auto append = [&](int digit) {
        tooLarge = tooLarge || __builtin_mul_overflow(value, std::int64_t{10}, &value) ||
                   __builtin_sub_overflow(value, std::int64_t{digit}, &value);
    };
    for (const char digit : whole) {
        append(digit - '0');
    }
    for (const char digit : fraction.substr(0, kept)) {
        append(digit - '0');
    }
    for (std::size_t missing = kept; missing < static_cast<std::size_t>(scale); ++missing) {
        append(0);
    }
    if (!negative) {
        tooLarge = tooLarge || __builtin_sub_overflow(std::int64_t{0}, value, &value);
    }
    if (tooLarge) {
        return {0, DecimalText::TooLarge};
    }
    return {value, DecimalText::Exact};
}

// The digits of the size of the number, at least one of them before the point.
static std::string digitsOf(std::int64_t mantissa, int scale) {
    const auto bits = static_cast<std::uint64_t>(mantissa);
    std::string digits = std::to_string(mantissa < 0 ? 0U - bits : bits);
    const auto needed = static_cast<std::size_t>(scale) + 1U;
    if (digits.size() < needed) {
        digits.insert(0, needed - digits.size(), '0');
    }
    return digits;
}

std::string formatDecimal(std::int64_t mantissa, int scale) {
    std::string text = digitsOf(mantissa, scale);
    if (scale > 0) {
        text.insert(text.size() - static_cast<std::size_t>(scale), 1, '.');
    }
    return mantissa < 0 ? "-" + text : text;
}

std::string_view formatDecimalTrimmed(std::int64_t mantissa,
                                      int scale,
                                      int minimumDigits,
                                      DecimalRoom& room) noexcept {
    const auto bits = static_cast<std::uint64_t>(mantissa);
    std::uint64_t left = mantissa < 0 ? 0U - bits : bits;
    // Zeros at the end of what follows the point are not shown.
    for (; scale > minimumDigits && scale > 0 && left % 10 == 0; --scale) {
        left /= 10;
    }
    // The last digit comes first.
    char* const end = room.data() + room.size();
    char* first = end;
    for (int digit = 0; digit < scale; ++digit, left /= 10) {
        *--first = static_cast<char>('0' + left % 10);
    }
    if (scale > 0) {
        *--first = '.';
    }
    do {
        *--first = static_cast<char>('0' + left % 10);
        left /= 10;
    } while (left != 0);
    if (mantissa < 0) {
        *--first = '-';
    }
    return {first, static_cast<std::size_t>(end - first)};
}

std::string formatDecimalTrimmed(std::int64_t mantissa, int scale, int minimumDigits) {
    DecimalRoom room;
    return std::string(formatDecimalTrimmed(mantissa, scale, minimumDigits, room));
}

std::string formatMoney(std::int64_t mantissa, int scale) {
    constexpr int kCents = 2;
    const std::string digits = digitsOf(mantissa, scale);
    const std::string whole = digits.substr(0, digits.size() - static_cast<std::size_t>(scale));
    std::string fraction = digits.substr(whole.size());
    while (fraction.size() > kCents && fraction.back() == '0') {
        fraction.pop_back();
    }
    fraction.resize(std::max(fraction.size(), std::size_t{kCents}), '0');

    std::string text = mantissa < 0 ? "-$" : "$";
    for (std::size_t index = 0; index < whole.size(); ++index) {
        if (index > 0 && (whole.size() - index) % 3 == 0) {
            text += ',';
        }
        text += whole[index];
    }
    return text + "." + fraction;
}

}  // namespace proviso
