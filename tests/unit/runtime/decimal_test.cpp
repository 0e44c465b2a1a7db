#include "runtime/values/decimal.h"
#include "tests/catch.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

using namespace proviso;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr Checked kOverflow{0, EvaluationError::Overflow};
constexpr Checked kByZero{0, EvaluationError::DivisionByZero};

constexpr Checked good(std::int64_t value) {
    return {value, EvaluationError::None};
}

}  // namespace

TEST_CASE("checked arithmetic at its limits", "[decimal]") {
    CHECK(addChecked(kMax, -1) == good(kMax - 1));
    CHECK(addChecked(kMax, 0) == good(kMax));
    CHECK(addChecked(kMax, 1) == kOverflow);
    CHECK(subChecked(kMin, -1) == good(kMin + 1));
    CHECK(subChecked(kMin, 0) == good(kMin));
    CHECK(subChecked(kMin, 1) == kOverflow);
    CHECK(mulChecked(kMax / 2, 2) == good(kMax - 1));
    CHECK(mulChecked(kMax / 2 + 1, 2) == kOverflow);
    CHECK(mulChecked(kMin, -1) == kOverflow);
    CHECK(negateChecked(kMin) == kOverflow);
    CHECK(negateChecked(kMin + 1) == good(kMax));
    CHECK(rescaleUp(kMax / 100, 2) == good(kMax / 100 * 100));
    CHECK(rescaleUp(kMax / 100 + 1, 2) == kOverflow);
    CHECK(narrow(static_cast<Int128>(kMax) + 1) == kOverflow);
    CHECK(narrow(static_cast<Int128>(kMin) - 1) == kOverflow);
    CHECK(narrow(kMin) == good(kMin));
}

TEST_CASE("rounding modes at and around the half", "[decimal]") {
    struct Case {
        std::int64_t numerator;
        std::int64_t halfUp;
        std::int64_t halfEven;
        std::int64_t up;
        std::int64_t down;
    };
    // Of numerator / 10.
    const std::vector<Case> cases = {
        {0, 0, 0, 0, 0},
        {4, 0, 0, 1, 0},
        {5, 1, 0, 1, 0},
        {6, 1, 1, 1, 0},
        {15, 2, 2, 2, 1},
        {25, 3, 2, 3, 2},
        {-4, 0, 0, -1, 0},
        {-5, -1, 0, -1, 0},
        {-6, -1, -1, -1, 0},
        {-15, -2, -2, -2, -1},
        {-25, -3, -2, -3, -2},
        {20, 2, 2, 2, 2},
    };
    for (const Case& each : cases) {
        CAPTURE(each.numerator);
        for (const int sign : {1, -1}) {
            const Int128 numerator = static_cast<Int128>(each.numerator) * sign;
            const Int128 denominator = 10 * sign;
            CHECK(roundedQuotient(numerator, denominator, Rounding::HalfUp) == good(each.halfUp));
            CHECK(roundedQuotient(numerator, denominator, Rounding::HalfEven) ==
                  good(each.halfEven));
            CHECK(roundedQuotient(numerator, denominator, Rounding::Up) == good(each.up));
            CHECK(roundedQuotient(numerator, denominator, Rounding::Down) == good(each.down));
        }
    }
    CHECK(roundedQuotient(1, 0, Rounding::Down) == kByZero);
    CHECK(roundedQuotient(kMin, -1, Rounding::Down) == kOverflow);
    CHECK(rescaleDown(12345, 2, Rounding::HalfUp) == good(123));
    CHECK(rescaleDown(12350, 2, Rounding::HalfEven) == good(124));
}

TEST_CASE("division and multiplication between scales", "[decimal]") {
    // 10.00 / 3 = 3.3333
    CHECK(divideRounded(1000, 2, 3, 0, 4, Rounding::HalfUp) == good(33333));
    // 1 / 0.03 = 33.33
    CHECK(divideRounded(1, 0, 3, 2, 2, Rounding::Down) == good(3333));
    // 0.123456789 / 1 to whole numbers, upwards
    CHECK(divideRounded(123456789, 9, 1, 0, 0, Rounding::Up) == good(1));
    CHECK(divideRounded(kMin, 0, 1, 9, 0, Rounding::Down) == kOverflow);
    CHECK(divideRounded(kMin, 0, kMin, 9, 9, Rounding::Down).ok());
    CHECK(divideRounded(5, 0, 0, 2, 0, Rounding::Down) == kByZero);
    // 33.33 * 0.15 = 4.9995, as cents
    CHECK(multiplyRounded(3333, 2, 15, 2, 2, Rounding::HalfUp) == good(500));
    CHECK(multiplyRounded(3333, 2, 15, 2, 2, Rounding::Down) == good(499));
    CHECK(multiplyRounded(2, 0, 3, 0, 2, Rounding::Down) == good(600));
    CHECK(multiplyRounded(kMax, 0, kMax, 0, 9, Rounding::Down) == kOverflow);
    CHECK(multiplyRounded(kMax, 9, kMax, 9, 9, Rounding::Down) == kOverflow);
}

TEST_CASE("floor division and its remainder", "[decimal]") {
    CHECK(floorDiv(22, 15) == good(1));
    CHECK(floorDiv(-1, 15) == good(-1));
    CHECK(floorDiv(1, -15) == good(-1));
    CHECK(floorDiv(-30, 15) == good(-2));
    CHECK(floorDiv(7, 0) == kByZero);
    CHECK(floorDiv(kMin, -1) == kOverflow);
    CHECK(floorMod(7, 0) == kByZero);
    CHECK(floorMod(kMin, -1) == good(0));
    for (std::int64_t a = -40; a <= 40; ++a) {
        for (std::int64_t b = -7; b <= 7; ++b) {
            if (b != 0) {
                CHECK(floorDiv(a, b).value * b + floorMod(a, b).value == a);
                CHECK((floorMod(a, b).value == 0 || (floorMod(a, b).value < 0) == (b < 0)));
            }
        }
    }
}

TEST_CASE("ratios are compared exactly", "[decimal]") {
    CHECK(compareRatios(1, 3, 2, 6).order == std::strong_ordering::equal);
    CHECK(compareRatios(1, 3, 1, 2).order == std::strong_ordering::less);
    CHECK(compareRatios(-1, 3, -1, 2).order == std::strong_ordering::greater);
    CHECK(compareRatios(1, -3, 1, 2).order == std::strong_ordering::less);
    CHECK(compareRatios(1, -3, -1, 3).order == std::strong_ordering::equal);
    CHECK(compareRatios(kMax, kMax - 1, kMax - 1, kMax - 2).order == std::strong_ordering::less);
    CHECK(compareRatios(kMin, kMin, 1, 1).order == std::strong_ordering::equal);
    CHECK(compareRatios(kMin, 1, kMin, -1).order == std::strong_ordering::less);
    CHECK(compareRatios(1, 0, 1, 1).error == EvaluationError::DivisionByZero);
    CHECK(compareRatios(1, 1, 1, 0).error == EvaluationError::DivisionByZero);
}

TEST_CASE("a total does not depend on the order of its parts", "[decimal]") {
    std::vector<std::int64_t> parts = {-1, 1, kMax};
    do {
        Total total;
        for (const std::int64_t part : parts) {
            total.add(part);
        }
        CHECK(total.checked() == good(kMax));
    } while (std::next_permutation(parts.begin(), parts.end()));
    Total beyond;
    beyond.add(kMax);
    beyond.add(1);
    CHECK(beyond.checked() == kOverflow);
    beyond.remove(1);
    CHECK(beyond.checked() == good(kMax));
}

TEST_CASE("decimal text is read exactly or not at all", "[decimal]") {
    CHECK(parseDecimal("1234.5", 2).value == 123450);
    CHECK(parseDecimal("1234", 2).value == 123400);
    CHECK(parseDecimal("1234.5000", 2).value == 123450);
    CHECK(parseDecimal("-0.05", 2).value == -5);
    CHECK(parseDecimal("-0", 2).value == 0);
    CHECK(parseDecimal("007", 0).value == 7);
    CHECK(parseDecimal("5.0", 0).value == 5);
    CHECK(parseDecimal("1234.505", 2).outcome == DecimalText::TooPrecise);
    CHECK(parseDecimal("0.1", 0).outcome == DecimalText::TooPrecise);
    for (const char* text : {"",
                             "-",
                             ".",
                             ".5",
                             "5.",
                             "+5",
                             "1e3",
                             "1 ",
                             " 1",
                             "1,000",
                             "$1",
                             "--1",
                             "1.2.3",
                             "0x10",
                             "NaN",
                             "1_0",
                             "-.5"}) {
        CAPTURE(text);
        CHECK(parseDecimal(text, 2).outcome == DecimalText::Malformed);
    }
    CHECK(parseDecimal("9223372036854775806", 0).value == kMax - 1);
    CHECK(parseDecimal("9223372036854775807", 0).value == kMax);
    CHECK(parseDecimal("9223372036854775808", 0).outcome == DecimalText::TooLarge);
    CHECK(parseDecimal("-9223372036854775808", 0).value == kMin);
    CHECK(parseDecimal("-9223372036854775809", 0).outcome == DecimalText::TooLarge);
    CHECK(parseDecimal("92233720368547758.07", 2).value == kMax);
    CHECK(parseDecimal("92233720368547758.08", 2).outcome == DecimalText::TooLarge);
    CHECK(parseDecimal("-92233720368547758.08", 2).value == kMin);
    CHECK(parseDecimal("99999999999", 9).outcome == DecimalText::TooLarge);
}

TEST_CASE("decimals are written in one form", "[decimal]") {
    CHECK(formatDecimal(123450, 2) == "1234.50");
    CHECK(formatDecimal(5, 2) == "0.05");
    CHECK(formatDecimal(-5, 2) == "-0.05");
    CHECK(formatDecimal(0, 0) == "0");
    CHECK(formatDecimal(kMin, 9) == "-9223372036.854775808");
    CHECK(formatDecimalTrimmed(8500, 4, 2) == "0.85");
    CHECK(formatDecimalTrimmed(10000, 4, 0) == "1");
    CHECK(formatDecimalTrimmed(12345, 4, 2) == "1.2345");
    CHECK(formatDecimalTrimmed(100, 0, 0) == "100");
    CHECK(formatDecimalTrimmed(kMin, 9, 0) == "-9223372036.854775808");
    // As all digits, without zeros at the end.
    for (const std::int64_t mantissa : {0L, 1L, -1L, 10L, -900L, 1005L, 120000L, -7000000000L}) {
        for (int scale = 0; scale <= kMaximumScale; ++scale) {
            for (int least = 0; least <= 2; ++least) {
                std::string expected = formatDecimal(mantissa, scale);
                for (int left = scale; left > least && expected.back() == '0'; --left) {
                    expected.pop_back();
                }
                if (expected.back() == '.') {
                    expected.pop_back();
                }
                CAPTURE(mantissa, scale, least);
                CHECK(formatDecimalTrimmed(mantissa, scale, least) == expected);
            }
        }
    }
    CHECK(formatMoney(123450, 2) == "$1,234.50");
    CHECK(formatMoney(-5, 2) == "-$0.05");
    CHECK(formatMoney(99999, 2) == "$999.99");
    CHECK(formatMoney(100000000, 2) == "$1,000,000.00");
    CHECK(formatMoney(7, 0) == "$7.00");
    CHECK(formatMoney(12345, 4) == "$1.2345");
    CHECK(formatMoney(12300, 4) == "$1.23");
    CHECK(formatMoney(kMin, 2) == "-$92,233,720,368,547,758.08");
    for (const std::int64_t mantissa : {kMin, kMin + 1, std::int64_t{-1}, std::int64_t{0}, kMax}) {
        for (int scale = 0; scale <= kMaximumScale; ++scale) {
            CHECK(parseDecimal(formatDecimal(mantissa, scale), scale).value == mantissa);
        }
    }
}

TEST_CASE("rounded quotients are the same whether 64 bits hold them or not") {
    const std::int64_t edges[] = {INT64_MIN,
                                  INT64_MIN + 1,
                                  INT64_MIN + 2,
                                  -101,
                                  -100,
                                  -51,
                                  -50,
                                  -49,
                                  -3,
                                  -2,
                                  -1,
                                  0,
                                  1,
                                  2,
                                  3,
                                  49,
                                  50,
                                  51,
                                  100,
                                  101,
                                  INT64_MAX - 1,
                                  INT64_MAX};
    for (const Rounding rounding :
         {Rounding::HalfUp, Rounding::HalfEven, Rounding::Up, Rounding::Down}) {
        for (const std::int64_t a : edges) {
            for (const std::int64_t b : edges) {
                const Checked small = roundedQuotient(a, b, rounding);
                // Both ten thousand million million times as large: the wide way.
                const Int128 factor = Int128{10'000'000'000} * 1'000'000;
                const Checked wide = roundedQuotient(a * factor, b * factor, rounding);
                INFO(a << " / " << b);
                CHECK(small == wide);
            }
        }
    }
}
