// A pack store whose process dies before any operation on files, or meets a disk that fails there.

#include "tests/catch.h"
#include "tests/unit/runtime/pack_store_bed.h"

#include <cerrno>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

using namespace proviso;
using namespace proviso::pack_store;
using bed::Folder;
using bed::note;
using bed::setOf;

namespace {

// ---- the hook is a plain function, so what it knows is here

int operations = 0;
int stopAt = 0;        ///< counted from 1; 0: never
int failWith = 0;      ///< 0: die
bool forGood = false;  ///< every operation from then on fails, not that one alone

constexpr int kDied = 77;

int hook(file::Operation operation, const std::string&) {
    if (operation == file::Operation::HalfWritten) {
        if (failWith != 0) {
            return failWith;
        }
        ::_exit(kDied);
    }
    ++operations;
    if (operations < stopAt || stopAt == 0 || (operations > stopAt && !forGood)) {
        return 0;
    }
    if (operation == file::Operation::Write) {
        return file::kTearWrite;
    }
    if (failWith == 0) {
        ::_exit(kDied);
    }
    return failWith;
}

void arm(int stop, int error, bool onAndOn = false) {
    operations = 0;
    stopAt = stop;
    failWith = error;
    forGood = onAndOn;
    file::setHook(hook);
}

int disarm() {
    file::setHook(nullptr);
    return operations;
}

/// One act from opening on, and what the store came from.
struct Case {
    const char* name;
    std::function<void(const std::string& folder)> prepare;
    std::function<bool(PackStore& store)> act;
};

/// Revisions 1 and 2 installed and 1 active.
void twoSets(const std::string& folder) {
    auto store = bed::open(folder);
    REQUIRE(store);
    REQUIRE(store->install(setOf("tariff", 1), note()));
    REQUIRE(store->install(setOf("tariff", 2), note()));
    REQUIRE(store->activate("1", note()));
}

bool installThird(PackStore& store) {
    return store.install(setOf("tariff", 3), note()).has_value();
}

const std::vector<Case>& cases() {
    static const std::vector<Case> kCases = {
        {"the first install", [](const std::string&) {}, installThird},
        {"install", twoSets, installThird},
        {"activate",
         twoSets,
         [](PackStore& store) { return store.activate("2", note()).has_value(); }},
        {"roll back",
         [](const std::string& folder) {
             twoSets(folder);
             auto store = bed::open(folder);
             REQUIRE((store && store->activate("2", note())));
         },
         [](PackStore& store) { return store.rollBack(std::nullopt, note()).has_value(); }},
        {"install after a death that left a tail and leftovers",
         [](const std::string& folder) {
             twoSets(folder);
             bed::setText(folder + "/journal", bed::textOf(folder + "/journal") + "sha256:12");
             bed::setText(folder + "/active.new", "pro");
             bed::setText(folder + "/sets/" + std::string(64, 'b') + ".provisoset", "x");
         },
         installThird},
        {"a damaged file healed",
         [](const std::string& folder) {
             twoSets(folder);
             auto store = bed::open(folder);
             REQUIRE(store);
             bed::setText(store->pathOf(store->contents().sets[1]), "tariff 2 cut");
         },
         [](PackStore& store) {
             return store.install(setOf("tariff", 2), note()) && store.activate("2", note());
         }},
    };
    return kCases;
}

/// What was decided: all but the digests that only say so again.
struct Standing {
    std::vector<Record> records;
    std::optional<InstalledSet> active;
    bool operator==(const Standing&) const = default;
};

/// Nothing for a store that was not begun yet.
Standing standingOf(const std::string& folder) {
    const Result<Contents> contents = readContents(folder);
    return contents ? Standing{contents->records, contents->active()} : Standing{};
}

struct Reach {
    Standing before;
    std::vector<Standing> after;  ///< of each act
    int operations = 0;
};

/// How a case goes when nothing happens to it.
Reach reachOf(const Case& each) {
    Folder folder;
    each.prepare(folder.store());
    Reach reach;
    reach.before = standingOf(folder.store());
    arm(0, 0);
    bool done = false;
    {
        auto store = bed::open(folder.store());
        done = store && each.act(*store);
    }
    reach.operations = disarm();
    REQUIRE(done);
    const Standing end = standingOf(folder.store());
    REQUIRE(end != reach.before);
    REQUIRE(end.records.size() == reach.before.records.size() + 1);
    reach.after.push_back(end);
    REQUIRE(bed::fault(folder.store()).empty());
    return reach;
}

/// The store is before or after the act, whole, and goes on.
bool isOld(const std::string& folder, const Reach& reach, bool healing) {
    const Standing read = standingOf(folder);
    // Opening again mends; the first install may have left no store yet.
    {
        auto store = bed::open(folder);
        REQUIRE(store);
    }
    const Standing found = standingOf(folder);
    CHECK(found == read);
    const bool old = found == reach.before;
    CHECK((old || found == reach.after.front()));
    if (healing) {
        auto store = bed::open(folder);
        REQUIRE((store && store->install(setOf("tariff", 2), note())));
    }
    CHECK(bed::fault(folder) == "");
    return old;
}

void goesOn(const std::string& folder) {
    {
        auto store = bed::open(folder);
        REQUIRE(store);
        REQUIRE(store->install(setOf("tariff", 9), note()));
        REQUIRE(store->activate("9", note()));
    }
    CHECK(bed::fault(folder) == "");
}

}  // namespace

TEST_CASE("a death before any operation leaves the store before or after the act, whole") {
    for (const Case& each : cases()) {
        const Reach reach = reachOf(each);
        const bool healing = std::string_view(each.name).starts_with("a damaged");
        int old = 0;
        int fresh = 0;
        for (int stop = 1; stop <= reach.operations; ++stop) {
            INFO(each.name << ", operation " << stop << " of " << reach.operations);
            Folder folder;
            each.prepare(folder.store());
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                arm(stop, 0);
                auto store = bed::open(folder.store());
                ::_exit(store && each.act(*store) ? 0 : 1);
            }
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == kDied));
            ++(isOld(folder.store(), reach, healing) ? old : fresh);
            goesOn(folder.store());
        }
        INFO(each.name << ": " << old << " before, " << fresh << " after");
        // Only the last operation, the sync of the folder, comes after the rename that counts.
        CHECK(fresh == 1);
        CHECK(old == reach.operations - 1);
    }
}

TEST_CASE("an operation that fails is told, and the act has happened whole or not at all") {
    for (const Case& each : cases()) {
        const Reach reach = reachOf(each);
        const bool healing = std::string_view(each.name).starts_with("a damaged");
        for (const int error : {EIO, ENOSPC}) {
            for (const bool onAndOn : {false, true}) {
                for (int stop = 1; stop <= reach.operations; ++stop) {
                    INFO(each.name << ", operation " << stop << " of " << reach.operations
                                   << (onAndOn ? " and all after it" : ""));
                    Folder folder;
                    each.prepare(folder.store());
                    arm(stop, error, onAndOn);
                    bool done = false;
                    bool agrees = true;
                    {
                        auto store = bed::open(folder.store());
                        done = store && each.act(*store);
                        // What the store says of itself is what another would read.
                        if (store) {
                            agrees =
                                standingOf(folder.store()) ==
                                Standing{store->contents().records, store->contents().active()};
                        }
                    }
                    disarm();
                    CHECK_FALSE(done);
                    CHECK(agrees);
                    const bool old = isOld(folder.store(), reach, healing);
                    CHECK(old == (stop < reach.operations));
                    goesOn(folder.store());
                }
            }
        }
    }
}

TEST_CASE("one that goes on after a failure does what it would have done") {
    for (const Case& each : cases()) {
        const Reach reach = reachOf(each);
        for (int stop = 1; stop < reach.operations; ++stop) {
            INFO(each.name << ", operation " << stop);
            Folder folder;
            each.prepare(folder.store());
            arm(stop, ENOSPC);
            bool done = false;
            {
                auto store = bed::open(folder.store());
                if (!store) {
                    store = bed::open(folder.store());
                }
                REQUIRE(store);
                done = each.act(*store) || each.act(*store);
            }
            disarm();
            CHECK(done);
            CHECK(standingOf(folder.store()) == reach.after.front());
            CHECK(bed::fault(folder.store()) == "");
        }
    }
}

TEST_CASE("an act that is done but may not last says so") {
    Folder folder;
    twoSets(folder.store());
    arm(0, 0);
    {
        auto store = bed::open(folder.store());
        REQUIRE((store && store->activate("2", note())));
    }
    const int all = disarm();
    {
        auto store = bed::open(folder.store());
        REQUIRE(store);
        REQUIRE(store->rollBack(std::nullopt, note()));
    }
    arm(all, EIO);
    auto store = bed::open(folder.store());
    REQUIRE(store);
    const auto activated = store->activate("2", note());
    disarm();
    REQUIRE_FALSE(activated);
    CHECK(activated.error().message.starts_with("it is done, but may not outlast"));
    CHECK(store->contents().active()->identity.revision == 2);
}
