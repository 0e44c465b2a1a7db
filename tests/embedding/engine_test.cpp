#include "tests/embedding/packs.h"

#include <optional>
#include <vector>

using namespace proviso;
using namespace proviso::test;

TEST_CASE("an engine refuses sets that are not signed, and says how to have them") {
    Engine engine;
    const auto refused = engine.publish(compiled(lanesText()));
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::InvalidArgument);
    CHECK(refused.error().message.find("allowUnsigned") != std::string::npos);
    CHECK(engine.published().packs == nullptr);
    CHECK(engine.status().refused == 1);
    CHECK(engine.status().lastRefusal == refused.error().message);
}

TEST_CASE("nothing decides before a set is published") {
    const Engine engine;
    auto session = Session::open(engine);
    REQUIRE(session);
    const auto decision = session->decideOne(parcel("A", 150));
    REQUIRE(!decision);
    CHECK(decision.error().code == ErrorCode::NotFound);
}

TEST_CASE("a set that is refused leaves the former one deciding") {
    Engine engine = engineWith(compiled(lanesText()));
    auto session = Session::open(engine);
    CHECK(!engine.publish(nullptr));
    const auto decision = session->decideOne(parcel("A", 150));
    REQUIRE(decision);
    CHECK(decision->revision() == 1);
}

TEST_CASE("packs that do not compile or fail their tests give no set") {
    std::vector<CompileMessage> messages;
    const PackText broken{
        "lanes.prv",
        replaceAll(lanesText(), "parcel.value exceeds lower", "parcel.valu exceeds lower")};
    const auto refused = compilePackTexts({&broken, 1}, {}, &messages);
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::Malformed);
    CHECK(refused.error().message.find("E0203") != std::string::npos);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].code == "E0203");
    CHECK(messages[0].path == "lanes.prv");
    CHECK(messages[0].line == 42);

    const PackText failing{"lanes.prv", lanesText() + R"(
test "wrong"
  given parcel as dear
    shipped_on 2025-03-01, lane "N", value $101
  expect no DEAR on dear
end
)"};
    const auto failed = compilePackTexts({&failing, 1}, {}, &messages);
    REQUIRE(!failed);
    CHECK(failed.error().message.find("test \"wrong\" of lanes fails") != std::string::npos);
    CHECK(compilePackTexts({&failing, 1}, {.runTests = false}));
    CHECK(!compilePackSet("no/such/folder"));
    CHECK(!compilePackTexts({}));
}

TEST_CASE("a published set is swapped, and freed with its last user") {
    Engine engine({.allowUnsigned = true});
    auto first = compiled(lanesText(100));
    const std::weak_ptr<const PackSet> gone = first;
    REQUIRE(engine.publish(std::move(first)));
    auto session = Session::open(engine);
    const std::string under1 = std::string(session->decideOne(parcel("A", 150))->json());

    CHECK(*engine.publish(compiled(lanesText(200))) == 2);
    // The session has the old set until it decides again.
    CHECK(!gone.expired());
    CHECK(engine.status().retiredHeld == 1);
    const auto decision = session->decideOne(parcel("A", 150));
    REQUIRE(decision);
    CHECK(decision->revision() == 2);
    CHECK(decision->json() != under1);
    CHECK(gone.expired());
    CHECK(engine.status().retiredHeld == 0);
}

TEST_CASE("a released session holds no set") {
    Engine engine({.allowUnsigned = true});
    std::weak_ptr<const PackSet> gone;
    {
        const auto packs = compiled(lanesText());
        gone = packs;
        REQUIRE(engine.publish(packs));
    }
    auto session = Session::open(engine);
    REQUIRE(session->decideOne(parcel("A", 150)));
    REQUIRE(engine.publish(compiled(lanesText(200))));
    CHECK(!gone.expired());
    session->release();
    CHECK(gone.expired());
    CHECK(session->last().size() == 0);
    CHECK(session->decideOne(parcel("A", 150)));
}

TEST_CASE("sets that are published in turn are counted once") {
    Engine engine({.allowUnsigned = true});
    const auto a = compiled(lanesText(100));
    const auto b = compiled(lanesText(200));
    for (int round = 0; round < 50; ++round) {
        REQUIRE(engine.publish(a));
        REQUIRE(engine.publish(b));
    }
    CHECK(engine.published().revision == 100);
    CHECK(*engine.publish(b) == 100);  // it is there already
    CHECK(engine.status().retiredHeld == 1);
}

TEST_CASE("sessions outlive their engine, and what was moved away says so") {
    std::optional<Engine> engine(engineWith(compiled(lanesText())));
    auto session = Session::open(*engine);
    Engine moved = std::move(*engine);
    CHECK(!engine->publish(compiled(lanesText())));
    CHECK(!Session::open(*engine));
    engine.reset();
    {
        const Engine last = std::move(moved);
    }
    REQUIRE(session->decideOne(parcel("A", 150)));
    Session other = std::move(*session);
    CHECK(!session->decideOne(parcel("A", 150)));
    CHECK(!session->explain("A"));
    CHECK(other.decideOne(parcel("A", 150)));
}

TEST_CASE("what a set says of itself") {
    const auto packs = compiled(lanesText());
    CHECK(packs->digest().substr(0, 7) == "sha256:");
    REQUIRE(packs->packs().size() == 1);
    CHECK(packs->packs()[0].name == "lanes");
    CHECK(packs->packs()[0].version == "100");
    CHECK(packs->recordName() == "parcel");
    CHECK(packs->keyField() == "parcel_id");
    REQUIRE(packs->ruleNames().size() == 3);
    CHECK(packs->ruleNames()[0] == "lanes.dear");
    CHECK(!packs->isSigned());
    CHECK(!version().empty());
}

TEST_CASE("An engine that compiles to machine code answers as one that does not") {
    const auto packs = compiled(lanesText());
    std::string records;
    for (int number = 0; number < 5000; ++number) {
        records += parcel("P-" + std::to_string(number), number % 300) + "\n";
    }
    Engine plain({.allowUnsigned = true});
    Engine compiling({.allowUnsigned = true, .jit = Jit::On});
    std::vector<std::string> answers[2];
    for (Engine* engine : {&plain, &compiling}) {
        REQUIRE(engine->publish(packs));
        auto session = Session::open(*engine);
        REQUIRE(session);
        // The first call has the rules compiled in the background, later ones may use that.
        for (int call = 0; call < 3; ++call) {
            const auto decisions = session->decide(records);
            REQUIRE(decisions);
            for (std::size_t index = 0; index < decisions->size(); ++index) {
                answers[engine == &plain ? 0 : 1].emplace_back((*decisions)[index].json());
            }
        }
    }
    CHECK((answers[0] == answers[1]));
    CHECK(plain.status().jitProblem.empty());
    const std::string problem = compiling.status().jitProblem;
    CHECK(problem == (PROVISO_HAS_JIT ? "" : "libproviso_jit.so is not installed"));
}
