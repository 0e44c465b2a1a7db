#include "tests/embedding/packs.h"

#include <atomic>
#include <thread>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

template <class F>
void onThreads(unsigned count, F function) {
    std::vector<std::thread> threads;
    for (unsigned number = 0; number < count; ++number) {
        threads.emplace_back([&function, number] { function(number); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

}  // namespace

// Catch's checks are for one thread: the others count.

TEST_CASE("everything that may be called from many threads at once is") {
    const auto packs = compiled(lanesText());
    Engine engine = engineWith(packs);
    std::atomic<unsigned> failures = 0;
    onThreads(6, [&](unsigned number) {
        for (int round = 0; round < 60; ++round) {
            auto session = Session::open(engine);
            failures += !session || !session->decideOne(parcel("A", 150)) ||
                        !session->explain("A", {.rule = "dear"});
            failures += engine.published().packs == nullptr;
            failures += engine.status().published.revision == 0;
            failures += packs->digest().empty() || packs->ruleNames().size() != 3;
            if (number == 0) {
                failures += !engine.publish(packs);
                failures += engine.publish(nullptr).has_value();
            }
        }
    });
    CHECK(failures == 0);
}

TEST_CASE("a session goes from thread to thread") {
    auto session = Session::open(engineWith(compiled(lanesText())));
    for (int round = 0; round < 20; ++round) {
        std::thread([&] { (void)session->decideOne(parcel("A", 100 + round)); }).join();
        CHECK(session->last().size() == 1);
    }
}

TEST_CASE("decisions are read from many threads at once") {
    auto session = Session::open(engineWith(compiled(lanesText())));
    const auto decisions = session->decide(parcel("A", 150) + "\n" + parcel("B", 250));
    REQUIRE(decisions);
    std::atomic<unsigned> failures = 0;
    onThreads(4, [&](unsigned) {
        for (int round = 0; round < 500; ++round) {
            failures += decisions->find("B")->finding(0).because.empty();
            failures += (*decisions)[0].finding(0).sources.size() != 1;
        }
    });
    CHECK(failures == 0);
}

TEST_CASE("packs are compiled on several threads at once") {
    std::atomic<unsigned> failures = 0;
    const std::string text = lanesText();
    onThreads(4, [&](unsigned) {
        for (int round = 0; round < 5; ++round) {
            const PackText pack{"lanes.prv", text};
            failures += !compilePackTexts({&pack, 1});
        }
    });
    CHECK(failures == 0);
}
