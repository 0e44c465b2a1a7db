#include "runtime/values/divisor.h"
#include "tests/catch.h"

#include <limits>
#include <random>
#include <vector>

using namespace proviso;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

/// One check of many numbers, which Catch counts faster than each.
bool dividesAsOthers(std::int64_t number, std::int64_t by) {
    const Divisor divisor(by);
    const auto rounds = [&](Rounding rounding, std::int64_t result) {
        return roundedQuotient(number, by, rounding) == Checked{result};
    };
    return floorDiv(number, by) == Checked{divisor.floorDiv(number)} &&
           floorMod(number, by) == Checked{divisor.floorMod(number)} &&
           rounds(Rounding::HalfUp, divisor.rounded<Rounding::HalfUp>(number)) &&
           rounds(Rounding::HalfEven, divisor.rounded<Rounding::HalfEven>(number)) &&
           rounds(Rounding::Up, divisor.rounded<Rounding::Up>(number)) &&
           rounds(Rounding::Down, divisor.rounded<Rounding::Down>(number));
}

void checkAround(std::int64_t middle, std::int64_t by) {
    for (std::int64_t off = -2; off <= 2; ++off) {
        if (std::int64_t number = 0; !__builtin_add_overflow(middle, off, &number)) {
            CAPTURE(number, by);
            CHECK(dividesAsOthers(number, by));
        }
    }
}

/// Multiples and halves next to zero and to the ends of 64 bits.
void checkDivisor(std::int64_t by) {
    for (const std::int64_t most : {kMost, kMost / 3, by, 2 * (by / 2), std::int64_t{0}}) {
        for (const std::int64_t middle : {most, most / by * by, most / by * by - by / 2}) {
            checkAround(middle, by);
            checkAround(-middle, by);
        }
    }
    checkAround(kLeast, by);
}

}  // namespace

TEST_CASE("there are divisors for what is at least two") {
    CHECK(Divisor::isFor(2));
    CHECK(Divisor::isFor(kMost));
    for (const std::int64_t none : {kLeast, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}}) {
        CHECK(!Divisor::isFor(none));
    }
}

TEST_CASE("a divisor divides and rounds as floorDiv, floorMod and roundedQuotient do") {
    for (std::int64_t by = 2; by < 100; ++by) {
        checkDivisor(by);
    }
    for (int power = 2; power <= 18; ++power) {
        checkDivisor(powerOfTen(power));
    }
    for (int bits = 7; bits < 63; ++bits) {
        const std::int64_t power = std::int64_t{1} << bits;
        for (const std::int64_t by : {power - 1, power, power + 1}) {
            checkDivisor(by);
        }
    }
    checkDivisor(kMost - 1);
    checkDivisor(kMost);
}

TEST_CASE("numbers of every length by divisors of every length") {
    std::mt19937_64 random(20'261'129);
    const auto any = [&] { return static_cast<std::int64_t>(random()) >> (random() % 64); };
    bool same = true;
    for (int time = 0; time < 200'000; ++time) {
        const std::int64_t size = any();
        const std::int64_t by = size < 0 ? ~size : size;
        same = same && (!Divisor::isFor(by) || dividesAsOthers(any(), by));
    }
    CHECK(same);
}
