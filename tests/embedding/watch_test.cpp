// Watchers of the public interface: a store, a file, texts. What is not fit for use never replaces
// what decides.

#include "tests/embedding/tool_folder.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <proviso/proviso.h>
#include <stdexcept>
#include <thread>

using namespace proviso;
using namespace proviso::test;

namespace {

/// What a watcher told, in order.
class Told {
  public:
    WatchTold hook() {
        return [this](const WatchEvent& event) {
            const std::lock_guard lock(mutex_);
            events_.push_back(event);
            changed_.notify_all();
        };
    }
    /// The next event that was not asked for yet.
    WatchEvent next() {
        std::unique_lock lock(mutex_);
        REQUIRE(changed_.wait_for(
            lock, std::chrono::seconds(30), [&] { return events_.size() > asked_; }));
        return events_[asked_++];
    }
    bool isQuiet() {
        const std::lock_guard lock(mutex_);
        return events_.size() == asked_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<WatchEvent> events_;
    std::size_t asked_ = 0;
};

/// Of lanes.prv with these dollars: 1 signed, 2 signed, 3 by a stranger, bare unsigned.
void buildSets(const ToolFolder& folder) {
    folder.run("keygen '" + folder.file("key") + "'");
    folder.run("keygen '" + folder.file("stranger") + "'");
    const auto build = [&](const std::string& name, int revision, int dollars, const char* key) {
        const std::string text = folder.file(name + ".prv");
        writeText(text, lanesText(dollars));
        folder.run("build '" + text + "' --name lanes --revision " + std::to_string(revision) +
                   (key == nullptr ? "" : " --sign '" + folder.file(key) + "'") + " -o '" +
                   folder.file(name) + "'");
    };
    build("1", 1, 100, "key.key");
    build("2", 2, 200, "key.key");
    build("3", 3, 300, "stranger.key");
    build("bare", 4, 400, nullptr);
}

std::string because(Session& session) {
    const auto decision = session.decideOne(parcel("A", 5000));
    REQUIRE(decision);
    REQUIRE(decision->findingCount() != 0);
    return std::string(decision->finding(0).because);
}

/// Puts a file in the place of another, as whoever delivers it does.
void put(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(from, to + ".new");
    std::filesystem::rename(to + ".new", to);
}

}  // namespace

TEST_CASE("an engine follows the active set of a store") {
    const ToolFolder folder;
    buildSets(folder);
    const std::string store = folder.file("store");
    const auto act = [&](const std::string& what) {
        folder.run("store " + what + " --trust '" + folder.file("key.pub") + "' --why w");
    };
    act("install '" + store + "' '" + folder.file("1") + "'");
    Engine engine;
    Told told;
    const LoadOptions trust{.keys = folder.file("key.pub")};
    CHECK(!Watcher::start(engine, store, trust));  // nothing is active
    act("activate '" + store + "' lanes@1");
    CHECK(!Watcher::start(engine, store));  // nobody is trusted
    CHECK(engine.published().packs == nullptr);
    auto watcher = Watcher::start(engine, store, trust, told.hook());
    REQUIRE(watcher);
    CHECK(engine.published().revision == 1);
    auto session = Session::open(engine);
    REQUIRE(session);
    const std::string first = because(*session);
    CHECK(loadPackSetFile(store, trust));

    act("install '" + store + "' '" + folder.file("2") + "'");
    act("activate '" + store + "' lanes@2");
    const WatchEvent swap = told.next();
    REQUIRE(swap.packs != nullptr);
    CHECK(swap.revision == 2);
    CHECK(swap.packs->isSigned());
    const std::string second = because(*session);
    CHECK(second != first);
    CHECK(loadPackSetFile(store + ":lanes@1", trust));
    CHECK(!loadPackSetFile(store + ":lanes@9", trust));

    act("rollback '" + store + "'");
    CHECK(told.next().revision == 3);
    CHECK(because(*session) == first);

    // A store that was damaged says so, and the engine goes on.
    writeText(store + "/active", "x");
    const WatchEvent damaged = told.next();
    CHECK(damaged.packs == nullptr);
    CHECK(damaged.reason.find("E3102") != std::string::npos);
    CHECK(because(*session) == first);
    CHECK(watcher->status().published == 3);
    CHECK(watcher->status().refused == 1);
    CHECK(watcher->status().lastRefusal == damaged.reason);
    CHECK(told.isQuiet());
}

TEST_CASE("an engine follows a file, and nothing in its place that it would not load") {
    const ToolFolder folder;
    buildSets(folder);
    const std::string used = folder.file("used.proviso");
    put(folder.file("2"), used);
    Engine engine;
    Told told;
    auto watcher = Watcher::start(engine, used, {.keys = folder.file("key.pub")}, told.hook());
    REQUIRE(watcher);
    auto session = Session::open(engine);
    const std::string second = because(*session);
    for (const char* const name : {"3", "bare", "1", "1.prv"}) {
        INFO(name);
        put(folder.file(name), used);
        const WatchEvent event = told.next();
        CHECK(event.packs == nullptr);
        CHECK(!event.reason.empty());
        CHECK(because(*session) == second);
    }
    CHECK(watcher->status().refused == 4);
    CHECK(engine.status().published.revision == 1);
    // The same again is no change.
    put(folder.file("2"), used);
    folder.run("sign '" + folder.file("bare") + "' --key '" + folder.file("key.key") + "'");
    put(folder.file("bare"), used);
    CHECK(told.next().revision == 2);
    CHECK(because(*session) != second);
}

TEST_CASE("an engine follows texts") {
    const ToolFolder folder;
    const std::string path = folder.file("lanes.prv");
    const auto save = [&](const std::string& text) {
        writeText(path + ".new", text);
        std::filesystem::rename(path + ".new", path);
    };
    save(lanesText(100));
    const std::vector<std::string> paths{path};
    CHECK(!watchPacks(Engine(), paths));  // strict
    Engine engine({.allowUnsigned = true});
    CHECK(!watchPacks(engine, {}));
    Told told;
    auto watcher = watchPacks(engine, paths, {}, told.hook());
    REQUIRE(watcher);
    auto session = Session::open(engine);
    const std::string first = because(*session);
    save("pack nonsense");
    const WatchEvent broken = told.next();
    CHECK(broken.packs == nullptr);
    CHECK(broken.reason.find("error[E") != std::string::npos);
    CHECK(because(*session) == first);
    save(lanesText(200));
    CHECK(told.next().revision == 2);
    CHECK(because(*session) != first);
    std::ifstream whole(PROVISO_ROOT "/tests/embedding/lanes.prv");
    const std::string text{std::istreambuf_iterator<char>(whole), {}};
    save(replaceAll(text, "$100\n", "$4000\n"));
    CHECK(told.next().reason.find("fails") != std::string::npos);
    save(text);
    CHECK(told.next().revision == 3);
}

TEST_CASE("a watcher ends while sets change, and outlives its engine object") {
    const ToolFolder folder;
    const std::string path = folder.file("lanes.prv");
    writeText(path, lanesText(1));
    const std::vector<std::string> paths{path};
    for (int round = 0; round < 5; ++round) {
        auto engine = std::make_unique<Engine>(EngineOptions{.allowUnsigned = true});
        std::atomic<int> events = 0;
        {
            auto watcher = watchPacks(*engine, paths, {}, [&](const WatchEvent&) {
                ++events;
                throw std::runtime_error("dropped");
            });
            REQUIRE(watcher);
            auto session = Session::open(*engine);
            engine.reset();
            Watcher moved = std::move(*watcher);
            for (int save = 0; save < 3; ++save) {
                writeText(path, lanesText(2 + round * 3 + save));
                std::this_thread::sleep_for(std::chrono::milliseconds(12 * round));
                CHECK(because(*session).size() > 3);
            }
            CHECK(moved.status().published >= 1);
        }
        const int atTheEnd = events;
        writeText(path, lanesText(1));
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
        CHECK(events == atTheEnd);
    }
}

TEST_CASE("an engine of the C interface follows a file") {
    const ToolFolder folder;
    buildSets(folder);
    const std::string used = folder.file("used.proviso");
    const std::string keys = folder.file("key.pub");
    put(folder.file("1"), used);
    proviso_engine* engine = nullptr;
    REQUIRE(proviso_engine_create(nullptr, &engine) == PROVISO_OK);
    proviso_watcher* watcher = nullptr;
    CHECK(proviso_watcher_start(engine, nullptr, nullptr, false, nullptr, nullptr, &watcher) ==
          PROVISO_INVALID_ARGUMENT);
    CHECK(proviso_watcher_start(engine, used.c_str(), nullptr, true, nullptr, nullptr, &watcher) !=
          PROVISO_OK);
    CHECK(std::string(proviso_last_error()).find("E3004") != std::string::npos);
    CHECK(watcher == nullptr);
    Told told;
    WatchTold hook = told.hook();
    const proviso_watch_told tell = [](void* user, uint64_t revision, const char* reason) {
        (*static_cast<WatchTold*>(user))(WatchEvent{nullptr, revision, reason});
    };
    REQUIRE(proviso_watcher_start(
                engine, used.c_str(), keys.c_str(), false, tell, &hook, &watcher) == PROVISO_OK);
    put(folder.file("bare"), used);
    const WatchEvent refused = told.next();
    CHECK(refused.revision == 0);
    CHECK(refused.reason.find("E3006") != std::string::npos);
    put(folder.file("2"), used);
    const WatchEvent swap = told.next();
    CHECK(swap.revision == 2);
    CHECK(swap.reason.empty());
    proviso_watcher_free(watcher);
    proviso_watcher_free(nullptr);
    proviso_engine_free(engine);
}
