#include "tests/catch.h"
#include "tests/concurrency/swap.h"

#include <iostream>

using namespace proviso::test;

namespace {

void checkWhole(const SwapOutcome& outcome) {
    INFO(describe(outcome));
    CHECK(outcome.decided > 0);
    CHECK(outcome.decided == outcome.asked);
    CHECK(outcome.wrong == 0);
    CHECK(outcome.reversed == 0);
    CHECK(outcome.leaked == 0);
}

}  // namespace

TEST_CASE("threads decide through swaps, each under one set from start to end") {
    const SwapOutcome outcome = swapUnderLoad({.swaps = 120, .pauseMicroseconds = 1000});
    checkWhole(outcome);
    for (const auto count : outcome.byRevision) {
        CHECK(count > 0);
    }
}

TEST_CASE("swaps without a pause") {
    checkWhole(swapUnderLoad({.swaps = 1000}));
}

TEST_CASE("sets that are compiled while others decide are freed when they are replaced") {
    checkWhole(swapUnderLoad({.threads = 4, .swaps = 40, .fresh = true}));
}

// Hidden: `./dev soak swap` runs it. Times are printed and not checked, since nothing is proved by
// a time.
TEST_CASE("two thousand swaps", "[.][soak]") {
    const SwapOutcome steady = swapUnderLoad({.swaps = 0, .decisionsWithout = 20'000});
    std::cout << "steady:   " << describe(steady) << '\n';
    const SwapOutcome swapping = swapUnderLoad({.swaps = 2000, .pauseMicroseconds = 5000});
    std::cout << "swapping: " << describe(swapping) << '\n'
              << "p99 while swapping / steady: " << swapping.p99 / steady.p99
              << ", of the threads' own time " << swapping.ownP99 / steady.ownP99
              << " (goal: 1.5)\n";
    checkWhole(swapping);
    checkWhole(swapUnderLoad({.swaps = 500, .fresh = true}));
}
