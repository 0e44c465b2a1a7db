#include "runtime/engine/in_turn.h"
#include "tests/catch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

using proviso::engine::InTurn;

namespace {

void pause(std::size_t microseconds) {
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
}

/// A thing that can only be moved, as most are.
using Thing = std::unique_ptr<std::size_t>;

}  // namespace

TEST_CASE("things are taken in turn on the calling thread, whoever made them") {
    for (const unsigned threads : {1U, 2U, 3U, 5U}) {
        for (const std::size_t count : {0U, 1U, 2U, 7U, 300U}) {
            INFO(threads << " threads, " << count << " things");
            std::vector<std::size_t> taken;
            std::atomic<std::size_t> made{0};
            const auto caller = std::this_thread::get_id();
            bool isElsewhere = false;
            const bool all = InTurn<Thing>(count, threads)
                                 .run(
                                     [&] {
                                         return [&](std::size_t number) {
                                             pause(number % 7 == 3 ? 300 : 0);
                                             ++made;
                                             return std::make_unique<std::size_t>(number);
                                         };
                                     },
                                     [&](std::size_t number, Thing thing) {
                                         isElsewhere |= std::this_thread::get_id() != caller;
                                         REQUIRE(*thing == number);
                                         taken.push_back(number);
                                         return true;
                                     });
            CHECK(all);
            CHECK_FALSE(isElsewhere);
            CHECK(made == count);
            REQUIRE(taken.size() == count);
            for (std::size_t number = 0; number < count; ++number) {
                CHECK(taken[number] == number);
            }
        }
    }
}

TEST_CASE("a slow taker bounds how many things wait") {
    constexpr unsigned kThreads = 3;
    std::atomic<std::size_t> made{0};
    std::size_t most = 0;
    std::size_t taken = 0;
    InTurn<Thing>(200, kThreads)
        .run(
            [&] {
                return [&](std::size_t number) {
                    ++made;
                    return std::make_unique<std::size_t>(number);
                };
            },
            [&](std::size_t, Thing) {
                most = std::max(most, made - taken);
                ++taken;
                pause(50);
                return true;
            });
    CHECK(most <= 4 * kThreads + 1);
    CHECK(taken == 200);
}

TEST_CASE("what is thrown by a maker or the taker ends it, wherever it was thrown") {
    const auto caller = std::this_thread::get_id();
    std::size_t onCaller = 0;
    std::size_t elsewhere = 0;
    std::size_t byTaker = 0;
    for (std::size_t seed = 0; seed < 300; ++seed) {
        std::mt19937_64 random(seed);
        const std::size_t wrong = random() % 40;
        const bool isTaker = seed % 3 == 0;
        std::atomic<bool> wasOnCaller{false};
        std::size_t taken = 0;
        const auto run = [&] {
            InTurn<Thing>(40, 2 + static_cast<unsigned>(seed % 3))
                .run(
                    [&] {
                        return [&](std::size_t number) {
                            pause((number * seed) % 5 == 1 ? 30 : 0);
                            if (!isTaker && number == wrong) {
                                wasOnCaller = std::this_thread::get_id() == caller;
                                throw std::runtime_error("made wrongly");
                            }
                            return std::make_unique<std::size_t>(number);
                        };
                    },
                    [&](std::size_t number, Thing) {
                        if (isTaker && number == wrong) {
                            throw std::runtime_error("taken wrongly");
                        }
                        ++taken;
                        return true;
                    });
        };
        CHECK_THROWS_AS(run(), std::runtime_error);
        CHECK(taken <= wrong);
        byTaker += isTaker ? 1 : 0;
        onCaller += !isTaker && wasOnCaller ? 1 : 0;
        elsewhere += !isTaker && !wasOnCaller ? 1 : 0;
    }
    CHECK(byTaker == 100);
    CHECK(onCaller > 0);
    CHECK(elsewhere > 0);
}

TEST_CASE("a taker that has enough stops the makers") {
    for (const unsigned threads : {1U, 2U, 4U}) {
        std::atomic<std::size_t> made{0};
        const bool all = InTurn<Thing>(100'000, threads)
                             .run(
                                 [&] {
                                     return [&](std::size_t number) {
                                         ++made;
                                         return std::make_unique<std::size_t>(number);
                                     };
                                 },
                                 [](std::size_t number, Thing) { return number < 5; });
        CHECK_FALSE(all);
        CHECK(made < 1'000);
    }
}

TEST_CASE("a worker that cannot be made ends it") {
    std::atomic<unsigned> workers{0};
    const auto run = [&] {
        InTurn<Thing>(50, 3).run(
            [&] {
                if (++workers == 2) {
                    throw std::runtime_error("no worker");
                }
                return [&](std::size_t number) {
                    while (workers < 2) {
                        pause(20);  // for whoever comes late
                    }
                    return std::make_unique<std::size_t>(number);
                };
            },
            [](std::size_t, Thing) { return true; });
    };
    CHECK_THROWS_AS(run(), std::runtime_error);
}
