// What a pack store promises while nothing goes wrong but the request, or the bytes on the disk.

#include "runtime/pack_store/layout.h"
#include "runtime/pack_store/problem.h"
#include "tests/catch.h"
#include "tests/unit/runtime/pack_store_bed.h"

#include <sys/wait.h>
#include <unistd.h>

using namespace proviso;
using namespace proviso::pack_store;
using bed::Folder;
using bed::note;
using bed::setOf;

namespace {

/// The code that a message begins with; `done` for a value.
template <class T>
std::string codeOf(const Result<T>& result) {
    return result ? "done" : result.error().message.substr(0, 5);
}

/// Revisions 1 to 3 installed; 1, then 2 active.
void fill(const std::string& folder) {
    auto store = bed::open(folder);
    REQUIRE(store);
    for (int revision = 1; revision <= 3; ++revision) {
        REQUIRE(store->install(setOf("tariff", revision), note()));
    }
    REQUIRE(store->activate("1", note()));
    REQUIRE(store->activate("2", note()));
}

}  // namespace

TEST_CASE("what is installed, activated and rolled back is there afterwards, with who and why") {
    Folder folder;
    fill(folder.store());
    CHECK(bed::fault(folder.store()).empty());
    {
        auto store = bed::open(folder.store(), Opening::Existing);
        REQUIRE(store);
        CHECK(store->repairs().empty());
        const auto back = store->rollBack(std::nullopt, note("the tariff was misread"));
        REQUIRE(back);
        CHECK(back->identity.revision == 1);
    }
    const auto contents = readContents(folder.store());
    REQUIRE(contents);
    REQUIRE(contents->records.size() == 6);
    CHECK(contents->sets.size() == 3);
    const Record& last = contents->records.back();
    CHECK(last.act == Act::RollBack);
    CHECK(last.number == 6);
    CHECK(last.note == note("the tariff was misread"));
    CHECK(last.set.identity == SetIdentity{"tariff", 1, "sha256:program of tariff 1"});
    const auto active = readActive(folder.store());
    REQUIRE(active);
    CHECK(active->bytes == setOf("tariff", 1));
    CHECK(activePath(folder.store()).value() == active->path);
    CHECK(bed::textOf(active->path) == active->bytes);
    CHECK(isPackStore(folder.store()));
    CHECK_FALSE(isPackStore(folder.path()));
    CHECK(bed::fault(folder.store()).empty());
}

TEST_CASE("an older revision comes back by a roll back and by nothing else, also after reopening") {
    Folder folder;
    fill(folder.store());
    for (int round = 0; round < 2; ++round) {
        auto store = bed::open(folder.store());
        REQUIRE(store);
        CHECK(codeOf(store->activate("1", note())) == "E3104");
        CHECK(codeOf(store->install(setOf("tariff", 2) + "other", note())) == "E3105");
        CHECK(codeOf(store->install("tariff 0 older", note())) == "E3104");
        CHECK(codeOf(store->rollBack("3", note())) == "E3111");
        CHECK(store->contents().active()->identity.revision == 2);
    }
    auto store = bed::open(folder.store());
    REQUIRE(store);
    REQUIRE(store->activate("3", note()));
    REQUIRE(store->rollBack("1", note()));
    // 2 is newer than what is active, and older than what was: still going back.
    CHECK(codeOf(store->activate("2", note())) == "E3104");
    REQUIRE(store->rollBack("2", note()));
    REQUIRE(store->rollBack(std::nullopt, note()));
    CHECK(store->contents().active()->identity.revision == 1);
    CHECK(codeOf(store->rollBack(std::nullopt, note())) == "E3111");
    REQUIRE(store->activate("3", note()));
    CHECK(store->contents().records.size() == 10);
}

TEST_CASE("a roll back without a name goes to what was active, not to what was installed") {
    Folder folder;
    auto store = bed::open(folder.store());
    REQUIRE(store);
    CHECK(codeOf(store->rollBack(std::nullopt, note())) == "E3112");
    for (int revision = 1; revision <= 3; ++revision) {
        REQUIRE(store->install(setOf("tariff", revision), note()));
    }
    REQUIRE(store->activate("3", note()));
    CHECK(codeOf(store->rollBack(std::nullopt, note())) == "E3111");
    REQUIRE(store->rollBack("tariff@2", note()));
    CHECK(store->contents().active()->identity.revision == 2);
}

TEST_CASE("what was done already is done, and is not recorded twice") {
    Folder folder;
    fill(folder.store());
    auto store = bed::open(folder.store());
    REQUIRE(store);
    const auto again = store->install(setOf("tariff", 1), note());
    REQUIRE(again);
    CHECK_FALSE(again->isNew);
    REQUIRE(store->activate("2", note()));
    CHECK(store->contents().records.size() == 5);
}

TEST_CASE("a set of another name takes the place of the active one only when that is wanted") {
    Folder folder;
    fill(folder.store());
    auto store = bed::open(folder.store());
    REQUIRE(store);
    REQUIRE(store->install(setOf("freight", 2), note()));
    CHECK(codeOf(store->activate("2", note())) == "E3107");
    CHECK(codeOf(store->activate("freight@2", note())) == "E3108");
    CHECK(codeOf(store->rollBack("freight@2", note())) == "E3108");
    REQUIRE(store->activate("freight@2", note(), true));
    CHECK(codeOf(store->rollBack(std::nullopt, note())) == "E3111");
    // The mark of each name stays.
    CHECK(codeOf(store->activate("tariff@1", note(), true)) == "E3104");
    REQUIRE(store->activate("tariff@2", note(), true));
}

TEST_CASE("sets are named by revision, name or digest") {
    Folder folder;
    fill(folder.store());
    const auto contents = readContents(folder.store());
    REQUIRE(contents);
    const InstalledSet& third = contents->sets[2];
    for (const std::string& text : {std::string("3"),
                                    std::string("tariff@3"),
                                    third.contents,
                                    third.contents.substr(0, 15),
                                    third.contents.substr(7, 8)}) {
        INFO(text);
        const auto found = contents->find(text);
        REQUIRE(found);
        CHECK(*found == third);
    }
    for (const std::string& text : {std::string(),
                                    std::string("4"),
                                    std::string("tariff@"),
                                    std::string("freight@3"),
                                    std::string("@3"),
                                    std::string("sha256:"),
                                    third.contents.substr(7, 7),
                                    std::string("99999999999999999999999999")}) {
        INFO(text);
        CHECK(codeOf(contents->find(text)) == "E3106");
    }
    CHECK(codeOf(contents->find("program of")) == "E3107");
}

TEST_CASE("who, why and when must be said, and cannot forge a record") {
    Folder folder;
    auto store = bed::open(folder.store());
    REQUIRE(store);
    const std::string set = setOf("tariff", 1);
    const std::vector<Note> unfit = {{"", "why", "now"},
                                     {"Ada", "", "now"},
                                     {"Ada", "why", ""},
                                     {"Ada\tinstall", "why", "now"},
                                     {"Ada", "why\nsha256:", "now"},
                                     {"Ada", "\x1b[2J", "now"},
                                     {"Ada", std::string(kMostTextBytes + 1, 'x'), "now"},
                                     {"Ada", std::string("a\0b", 3), "now"}};
    for (const Note& each : unfit) {
        CHECK(codeOf(store->install(set, each)) == "E3110");
        CHECK(codeOf(store->activate("1", each)) == "E3110");
        CHECK(codeOf(store->rollBack(std::nullopt, each)) == "E3110");
    }
    CHECK(codeOf(store->install("a\nb 1 forged", note())) == "E3110");
    CHECK(store->contents().records.empty());
    REQUIRE(store->install(set, {"Zo\xc3\xab", std::string(kMostTextBytes, 'x'), "now"}));
}

TEST_CASE("what the check refuses is neither kept nor used") {
    Folder folder;
    fill(folder.store());
    {
        auto store = bed::open(folder.store());
        REQUIRE(store);
        CHECK(codeOf(store->install("nonsense", note())) == "E3001");
        CHECK(codeOf(store->install("", note())) == "E3001");
    }
    bool refuses = true;
    const Check strict = [&](std::string_view bytes) -> Result<SetIdentity> {
        if (refuses) {
            return Error{ErrorCode::InvalidArgument, "E3004: its key was withdrawn"};
        }
        Result<SetIdentity> identity = bed::check(bytes);
        identity->digest = "another";
        return identity;
    };
    auto store = PackStore::open(folder.store(), strict, Opening::Existing);
    REQUIRE(store);
    CHECK(codeOf(store->activate("3", note())) == "E3004");
    CHECK(codeOf(store->rollBack(std::nullopt, note())) == "E3004");
    refuses = false;
    CHECK(codeOf(store->activate("3", note())) == "E3109");
    CHECK(store->contents().active()->identity.revision == 2);
    CHECK(store->contents().records.size() == 5);
}

TEST_CASE("no folder of another kind becomes a store, and reading makes none") {
    Folder folder;
    CHECK(codeOf(readContents(folder.store())) == "E3101");
    CHECK(codeOf(readActive(folder.store())) == "E3101");
    CHECK(codeOf(bed::open(folder.store(), Opening::Existing)) == "E3101");
    CHECK_FALSE(std::filesystem::exists(folder.store()));
    bed::setText(folder.path() + "/letter", "dear");
    CHECK(codeOf(bed::open(folder.path())) == "E3101");
    CHECK_FALSE(std::filesystem::exists(folder.path() + "/lock"));
    CHECK_FALSE(bed::open(folder.path() + "/letter"));
    CHECK_FALSE(bed::open(folder.path() + "/no/such"));
    {
        auto store = bed::open(folder.store());
        REQUIRE(store);
        CHECK(codeOf(store->activate("1", note())) == "E3106");
    }
    CHECK(codeOf(readActive(folder.store())) == "E3112");
    CHECK(bed::fault(folder.store()).empty());
}

TEST_CASE(
    "every byte of the journal and of `active` that changes, and every byte cut, is noticed") {
    Folder folder;
    fill(folder.store());
    for (const char* name : {"/journal", "/active"}) {
        const std::string path = folder.store() + name;
        const std::string whole = bed::textOf(path);
        REQUIRE(whole.size() > 300);
        std::size_t unnoticed = 0;
        for (std::size_t place = 0; place < whole.size(); ++place) {
            for (const int change : {0x01, 0x20, 0x80}) {
                std::string text = whole;
                text[place] = static_cast<char>(text[place] ^ change);
                bed::setText(path, text);
                unnoticed += codeOf(readContents(folder.store())) == "E3102" ? 0 : 1;
                if (change == 0x01 && place % 16 == 0) {
                    unnoticed += codeOf(bed::open(folder.store())) == "E3102" ? 0 : 1;
                    CHECK(bed::textOf(path) == text);
                }
            }
            bed::setText(path, std::string_view(whole).substr(0, place));
            unnoticed += codeOf(readContents(folder.store())) == "E3102" ? 0 : 1;
        }
        INFO(name);
        CHECK(unnoticed == 0);
        std::filesystem::remove(path);
        CHECK(codeOf(bed::open(folder.store())) == "E3102");
        bed::setText(path, whole);
        CHECK(bed::fault(folder.store()).empty());
    }
}

TEST_CASE("records that are moved, left out or taken from another store are noticed") {
    Folder folder;
    fill(folder.store());
    Folder other;
    {
        auto store = bed::open(other.store());
        REQUIRE(store);
        REQUIRE(store->install(setOf("tariff", 1), note("elsewhere")));
    }
    const std::string path = folder.store() + "/journal";
    const std::string whole = bed::textOf(path);
    std::vector<std::string> lines;
    std::istringstream stream(whole);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line + '\n');
    }
    REQUIRE(lines.size() == 5);
    for (std::size_t index = 0; index < lines.size(); ++index) {
        std::string without;
        std::string twice;
        std::string swapped;
        for (std::size_t place = 0; place < lines.size(); ++place) {
            without += place == index ? "" : lines[place];
            twice += lines[place] + (place == index ? lines[place] : "");
            swapped += lines[place == index ? 0 : place == 0 ? index : place];
        }
        bed::setText(path, without);
        CHECK(codeOf(readContents(folder.store())) == "E3102");
        if (index + 1 < lines.size()) {
            bed::setText(path, twice);
            CHECK(codeOf(readContents(folder.store())) == "E3102");
        }
        if (index != 0) {
            bed::setText(path, swapped);
            CHECK(codeOf(readContents(folder.store())) == "E3102");
        }
    }
    bed::setText(path, whole);
    for (const char* name : {"/journal", "/active"}) {
        const std::string mine = bed::textOf(folder.store() + name);
        bed::setText(folder.store() + name, bed::textOf(other.store() + name));
        CHECK(codeOf(readContents(folder.store())) == "E3102");
        bed::setText(folder.store() + name, mine);
    }
    CHECK(bed::fault(folder.store()).empty());
}

TEST_CASE("a set file that was changed is not used; installing it again heals it") {
    Folder folder;
    fill(folder.store());
    const auto active = readActive(folder.store());
    REQUIRE(active);
    const std::string changed = active->bytes + "x";
    for (const bool missing : {false, true}) {
        missing ? static_cast<void>(std::filesystem::remove(active->path))
                : bed::setText(active->path, changed);
        CHECK(codeOf(readActive(folder.store())) == "E3109");
        auto store = bed::open(folder.store());
        REQUIRE(store);
        if (missing) {
            // The way out that needs no file: the revision before.
            REQUIRE(store->rollBack(std::nullopt, note()));
            CHECK(codeOf(store->activate("2", note())) == "E3109");
        }
        const auto healed = store->install(setOf("tariff", 2), note());
        REQUIRE(healed);
        CHECK_FALSE(healed->isNew);
        CHECK(bed::textOf(active->path) == active->bytes);
    }
    CHECK(bed::fault(folder.store()).empty());
}

TEST_CASE("leftovers are cut and swept at opening, and what is not ours stays") {
    Folder folder;
    fill(folder.store());
    const std::string sets = folder.store() + "/sets/";
    const std::string digits(64, 'a');
    const std::string journal = bed::textOf(folder.store() + "/journal");
    bed::setText(folder.store() + "/journal", journal + "sha256:1234\t6\tactiv");
    bed::setText(folder.store() + "/active.new", "proviso pack");
    bed::setText(sets + digits + ".provisoset", "never recorded");
    bed::setText(sets + digits + ".provisoset.new", "half");
    bed::setText(sets + "notes.txt", "mine");
    {
        auto store = bed::open(folder.store());
        REQUIRE(store);
        CHECK(store->repairs().size() == 4);
        CHECK(store->contents().records.size() == 5);
    }
    CHECK(bed::textOf(folder.store() + "/journal") == journal);
    CHECK_FALSE(std::filesystem::exists(folder.store() + "/active.new"));
    CHECK_FALSE(std::filesystem::exists(sets + digits + ".provisoset"));
    CHECK(bed::textOf(sets + "notes.txt") == "mine");
    std::filesystem::remove(sets + "notes.txt");
    CHECK(bed::fault(folder.store()).empty());
}

TEST_CASE("two cannot change one store, and those that read need not wait") {
    Folder folder;
    fill(folder.store());
    auto store = bed::open(folder.store());
    REQUIRE(store);
    CHECK(codeOf(bed::open(folder.store())) == "E3103");
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const bool refused = codeOf(bed::open(folder.store())) == "E3103";
        const bool reads = readContents(folder.store()) && readActive(folder.store());
        ::_exit(refused && reads ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    PackStore moved = std::move(store).value();
    CHECK(codeOf(bed::open(folder.store())) == "E3103");
    REQUIRE(moved.activate("3", note()));
}

TEST_CASE("those that read while acts go on see one whole store after another") {
    Folder folder;
    fill(folder.store());
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto store = bed::open(folder.store());
        bool well = store.has_value();
        for (int revision = 4; well && revision < 150; ++revision) {
            well = store->install(setOf("tariff", revision), note()) &&
                   store->activate(std::to_string(revision), note()) &&
                   (revision % 3 != 0 || store->rollBack(std::nullopt, note()));
        }
        ::_exit(well ? 0 : 1);
    }
    int status = 0;
    std::uint64_t reads = 0;
    std::uint64_t before = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
        const auto contents = readContents(folder.store());
        const auto active = readActive(folder.store());
        REQUIRE((contents.has_value() && active.has_value()));
        REQUIRE(active->bytes == setOf("tariff", static_cast<int>(active->set.identity.revision)));
        REQUIRE(contents->head.records >= before);
        before = contents->head.records;
        ++reads;
    }
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    CHECK(reads > 3);
    CHECK(bed::fault(folder.store()).empty());
}

TEST_CASE("every problem has its own code") {
    std::string former;
    for (const ProblemInfo& info : allProblems()) {
        CHECK(std::string(info.code) > former);
        former = info.code;
        CHECK(problem(info.problem, "so").message ==
              former + ": " + std::string(info.message) + ": so");
    }
}
