#include "tests/concurrency/swap.h"

#include "tests/embedding/packs.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <map>
#include <thread>

namespace proviso::test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRevisions = 3;
constexpr int kRecords = 24;
constexpr std::size_t kTimesKept = 400'000;

/// Every third is decided alone, every other with its neighbours.
std::string linesOf(int record) {
    const auto key = [](int number) { return "P-" + std::to_string(100 + number); };
    std::string lines = parcel(key(record), 400 + record);
    if (record % 3 != 0) {
        lines += '\n' + parcel(key(record + 1), 500 + record) + '\n' +
                 parcel(key(record + 2), 600 + record);
    }
    return lines;
}

std::string answer(Session& session, const std::string& lines) {
    const auto decisions = session.decide(lines);
    std::string text;
    for (std::size_t index = 0; decisions && index < decisions->size(); ++index) {
        text += (*decisions)[index].json();
        text += '\n';
    }
    return text;
}

std::string answerAlone(Session& session, const std::string& line) {
    const auto decision = session.decideOne(line);
    return decision ? std::string(decision->json()) + '\n' : std::string();
}

/// By digest, by record: what each revision says.
using Answers = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What the threads share.
struct World {
    std::vector<std::string> lines;
    std::vector<std::shared_ptr<const PackSet>> sets;
    Answers answers;
    Engine engine{{.allowUnsigned = true}};
    std::atomic<bool> over = false;
    std::atomic<unsigned> underWay = 0;  ///< threads that have decided something
};

struct Worker {
    SwapOutcome outcome;
    std::vector<float> times;
    std::vector<float> work;  ///< the thread's own time, parallel to `times`
};

double ownMicroseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

void prepare(World& world) {
    for (int record = 0; record < kRecords; ++record) {
        world.lines.push_back(linesOf(record));
    }
    for (int number = 0; number < kRevisions; ++number) {
        const auto packs = compiled(lanesText(100 + 50 * number));
        auto session = Session::open(engineWith(packs));
        auto& answers = world.answers[std::string(packs->digest())];
        for (int record = 0; record < kRecords; ++record) {
            const std::string& lines = world.lines[static_cast<std::size_t>(record)];
            answers.push_back(record % 3 == 0 ? answerAlone(*session, lines)
                                              : answer(*session, lines));
        }
        world.sets.push_back(packs);
    }
    // A mixture must not pass for an answer.
    for (std::size_t record = 0; record < kRecords; ++record) {
        std::vector<std::string> all;
        for (const auto& [digest, answers] : world.answers) {
            all.push_back(answers[record].substr(0, answers[record].find(", \"packs\"")));
        }
        std::sort(all.begin(), all.end());
        REQUIRE(std::adjacent_find(all.begin(), all.end()) == all.end());
        REQUIRE(!all.front().empty());
    }
    REQUIRE(world.engine.publish(world.sets[0]));
}

void decide(World& world, Worker& worker, std::uint64_t atMost) {
    auto session = Session::open(world.engine);
    if (!session) {
        return;
    }
    std::uint64_t newest = 0;
    SwapOutcome& outcome = worker.outcome;
    outcome.byRevision.resize(kRevisions);
    worker.times.reserve(kTimesKept);
    worker.work.reserve(kTimesKept);
    for (std::size_t record = 0; !world.over && outcome.asked != atMost;
         record = (record + 1) % kRecords) {
        const std::string& lines = world.lines[record];
        const auto began = Clock::now();
        const double ownBegan = ownMicroseconds();
        const std::string found =
            record % 3 == 0 ? answerAlone(*session, lines) : answer(*session, lines);
        const double own = ownMicroseconds() - ownBegan;
        const std::chrono::duration<float, std::micro> took = Clock::now() - began;
        if (worker.times.size() < kTimesKept) {
            worker.times.push_back(took.count());
            worker.work.push_back(static_cast<float>(own));
        }
        outcome.asked += 1;
        world.underWay += outcome.asked == 1 ? 1 : 0;
        if (found.empty()) {
            continue;
        }
        outcome.decided += 1;
        const Decision stamp = session->last()[0];
        const auto expected = world.answers.find(stamp.packSetDigest());
        if (expected == world.answers.end() || expected->second[record] != found) {
            outcome.wrong += 1;
        } else {
            outcome.byRevision[static_cast<std::size_t>(
                std::distance(world.answers.begin(), expected))] += 1;
        }
        outcome.reversed += stamp.revision() < newest ? 1 : 0;
        newest = stamp.revision();
    }
}

double quantile(std::vector<float>& times, double part) {
    if (times.empty()) {
        return 0;
    }
    const auto place =
        times.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
    std::nth_element(times.begin(), place, times.end());
    return *place;
}

}  // namespace

SwapOutcome swapUnderLoad(const SwapOptions& options) {
    World world;
    prepare(world);
    std::vector<Worker> workers(options.threads);
    std::vector<std::thread> threads;
    const std::uint64_t atMost = options.swaps == 0 ? options.decisionsWithout : UINT64_MAX;
    for (Worker& worker : workers) {
        threads.emplace_back([&world, &worker, atMost] { decide(world, worker, atMost); });
    }
    while (world.underWay != options.threads) {
        std::this_thread::yield();
    }
    std::vector<std::weak_ptr<const PackSet>> retired;
    for (unsigned swap = 1; swap <= options.swaps; ++swap) {
        const unsigned number = swap % kRevisions;
        auto next = options.fresh ? compiled(lanesText(100 + 50 * static_cast<int>(number)))
                                  : world.sets[number];
        retired.emplace_back(next);
        if (!world.engine.publish(std::move(next))) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(options.pauseMicroseconds));
    }
    world.over = options.swaps != 0;
    for (std::thread& thread : threads) {
        thread.join();
    }

    SwapOutcome total;
    total.byRevision.resize(kRevisions);
    std::vector<float> times;
    std::vector<float> work;
    for (Worker& worker : workers) {
        total.asked += worker.outcome.asked;
        total.decided += worker.outcome.decided;
        total.wrong += worker.outcome.wrong;
        total.reversed += worker.outcome.reversed;
        for (std::size_t index = 0; index < worker.outcome.byRevision.size(); ++index) {
            total.byRevision[index] += worker.outcome.byRevision[index];
        }
        times.insert(times.end(), worker.times.begin(), worker.times.end());
        work.insert(work.end(), worker.work.begin(), worker.work.end());
    }
    total.p50 = quantile(times, 0.5);
    total.p99 = quantile(times, 0.99);
    total.ownP99 = quantile(work, 0.99);
    // Sessions are gone, the sets are let go of here: what is left is what the engine publishes.
    world.sets.clear();
    const auto published = world.engine.published().packs;
    for (const auto& set : retired) {
        const auto held = set.lock();
        total.leaked += held != nullptr && held != published ? 1 : 0;
    }
    total.leaked += world.engine.status().retiredHeld;
    return total;
}

std::string describe(const SwapOutcome& outcome) {
    std::string text = std::to_string(outcome.decided) + " decisions of " +
                       std::to_string(outcome.asked) + " asked for, by revision";
    for (const std::uint64_t count : outcome.byRevision) {
        text += ' ' + std::to_string(count);
    }
    return text + "; wrong " + std::to_string(outcome.wrong) + ", older than before " +
           std::to_string(outcome.reversed) + ", leaked " + std::to_string(outcome.leaked) +
           "; p50 " + std::to_string(outcome.p50) + " us, p99 " + std::to_string(outcome.p99) +
           " us, of the thread's own time " + std::to_string(outcome.ownP99) + " us";
}

}  // namespace proviso::test
