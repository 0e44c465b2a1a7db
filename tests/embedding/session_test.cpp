#include "tests/embedding/packs.h"

#include <sstream>
#include <string_view>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

Session sessionOver(const std::string& text, const SessionOptions& options = {}) {
    // Sessions keep what they need of the engine.
    auto session = Session::open(engineWith(compiled(text)), options);
    REQUIRE(session);
    return std::move(*session);
}

std::vector<std::string> jsonOf(const Decisions& decisions) {
    std::vector<std::string> lines;
    for (std::size_t index = 0; index < decisions.size(); ++index) {
        lines.emplace_back(decisions[index].json());
    }
    return lines;
}

}  // namespace

TEST_CASE("one record is decided and read where it lies") {
    Session session = sessionOver(lanesText());
    const auto decision = session.decideOne(parcel("A-1", 150));
    REQUIRE(decision);
    CHECK(decision->key() == "A-1");
    CHECK(decision->isUnsigned());
    REQUIRE(decision->findingCount() == 2);
    const Finding dear = decision->finding(0);
    CHECK(dear.code == "DEAR");
    CHECK(dear.severity == FindingSeverity::Violation);
    CHECK(dear.on == "parcel");
    CHECK(dear.because == "$150.00 is over $100.00 of $1,100.00");
    CHECK(dear.rule == "lanes.dear");
    CHECK(dear.remedy == "Split the parcel");
    REQUIRE(dear.sources.size() == 1);
    CHECK(dear.sources[0] == "Tariff 1");
    CHECK(dear.atStakeCents == 15000);
    CHECK(decision->finding(1).severity == FindingSeverity::Notice);
    CHECK(decision->finding(2).code.empty());
    CHECK(decision->undeterminedCount() == 0);
    const std::string json(decision->json());
    CHECK(json.find(R"("known_as_of": null, "unsigned": true})") != std::string::npos);
    CHECK(decision->json().data() == decision->json().data());
}

TEST_CASE("what is missing is named, and pretty-printed records are records") {
    Session session = sessionOver(lanesText());
    const auto decision = session.decideOne("{\"parcel_id\": \"A\",\n \"lane\": \"N\",\n "
                                            "\"shipped_on\": \"2025-03-01\",\n \"value\": 5}\n");
    REQUIRE(decision);
    REQUIRE(decision->undeterminedCount() == 1);
    CHECK(decision->undetermined(0).rule == "lanes.heavy");
    REQUIRE(decision->undetermined(0).missing.size() == 1);
    CHECK(decision->undetermined(0).missing[0] == "weight");
}

TEST_CASE("records that do not fit are errors that name no value") {
    Session session = sessionOver(lanesText());
    const auto wrong = session.decideOne(
        R"({"parcel_id": "A", "lane": "N", "shipped_on": "SECRET-1", "value": 5})");
    REQUIRE(!wrong);
    CHECK(wrong.error().code == ErrorCode::Malformed);
    CHECK(wrong.error().context == "shipped_on");
    CHECK(wrong.error().message.find("SECRET") == std::string::npos);
    CHECK(session.last().rejectedCount() == 1);
    CHECK(session.last().size() == 0);
    for (const char* text :
         {"", "   ", "{", "[]", "nonsense", "{\"parcel_id\": 3}", "\xff\xfe", "{}{}"}) {
        const auto bad = session.decideOne(text);
        REQUIRE(!bad);
        CHECK(bad.error().code == ErrorCode::Malformed);
    }
    CHECK(!session.decideOne(std::string(1000, '[')));
    // The session is none the worse for it.
    CHECK(session.decideOne(parcel("A", 150)));
}

TEST_CASE("fields that no pack declares are told") {
    Session session = sessionOver(lanesText());
    REQUIRE(session.decideOne(parcel("A", 150, R"(, "weigth": 31)")));
    REQUIRE(session.last().ignoredFields().size() == 1);
    CHECK(session.last().ignoredFields()[0].name == "weigth");
    CHECK(session.last().ignoredFields()[0].count == 1);
}

TEST_CASE("records of a batch see each other") {
    Session session = sessionOver(lanesText());
    const std::string lines =
        parcel("B", 700) + "\n\nnonsense\n" + parcel("A", 500) + "\n" + parcel("A", 500) + "\n";
    const auto decisions = session.decide(lines);
    REQUIRE(decisions);
    REQUIRE(decisions->size() == 2);
    CHECK((*decisions)[0].key() == "A");
    CHECK((*decisions)[0].findingCount() == 1);  // 1,200 in the lane: not open
    CHECK(decisions->counts().lines == 5);
    CHECK(decisions->counts().identical == 1);
    REQUIRE(decisions->rejectedCount() == 1);
    CHECK(decisions->rejected(0).line == 3);
    CHECK(!decisions->rejected(0).code.empty());
    REQUIRE(decisions->find("B"));
    CHECK(decisions->find("B")->isBesideRejected());
    CHECK(!decisions->find("C"));

    const std::vector<std::string> one = {parcel("B", 700), "nonsense", parcel("A", 500)};
    const std::vector<std::string_view> views(one.begin(), one.end());
    const std::vector<std::string> before = jsonOf(*decisions);
    const auto again = session.decide(views);
    REQUIRE(again);
    CHECK(jsonOf(*again) == before);
}

TEST_CASE("one record alone and a batch of one are the same bytes, whatever the threads") {
    Session alone = sessionOver(lanesText());
    Session batch = sessionOver(lanesText(), {.threads = 4});
    for (int dollars = 50; dollars < 1500; dollars += 50) {
        const std::string record = parcel("A", dollars);
        const auto one = alone.decideOne(record);
        const auto many = batch.decide(record);
        REQUIRE(one);
        REQUIRE(many);
        CHECK(one->json() == (*many)[0].json());
    }
}

TEST_CASE("streams hand over what batches give") {
    Session session = sessionOver(lanesText());
    std::string lines;
    for (int number = 0; number < 3000; ++number) {
        lines += parcel("P-" + std::to_string(number), number % 300) + "\n";
    }
    lines += "nonsense\n";
    const std::vector<std::string> expected = jsonOf(*session.decide(lines));
    std::vector<std::string> found;
    std::size_t rejected = 0;
    const StreamSink sink{[&](const Decision& decision) {
                              found.emplace_back(decision.json());
                              return true;
                          },
                          [&](const RejectedRecord& record) {
                              rejected += 1;
                              CHECK(record.line == 3001);
                          }};
    std::istringstream together(lines);
    const auto counts = session.decideStream(together, Together::All, sink);
    REQUIRE(counts);
    CHECK(counts->decided == 3000);
    CHECK(rejected == 1);
    CHECK(found == expected);

    found.clear();
    std::istringstream alone(lines);
    const auto each = session.decideStream(alone, Together::Alone, sink);
    REQUIRE(each);
    CHECK(each->decided == 3000);
    CHECK(each->rejected == 1);
    CHECK(found[0] == session.decideOne(parcel("P-0", 0))->json());

    std::istringstream stopped(lines);
    int taken = 0;
    const auto some = session.decideStream(
        stopped, Together::Alone, {[&](const Decision&) { return ++taken < 10; }});
    CHECK(some->decided == 10);
    std::istringstream unused(lines);
    CHECK(!session.decideStream(unused, Together::All, {}));
    std::istringstream thrown(lines);
    const auto failed =
        session.decideStream(thrown, Together::Alone, {[](const Decision&) -> bool { throw 1; }});
    REQUIRE(!failed);
    CHECK(failed.error().code == ErrorCode::Internal);
}

TEST_CASE("a long stream of records alone keeps its memory") {
    Session session = sessionOver(lanesText());
    std::string lines;
    for (int number = 0; number < 20'000; ++number) {
        lines += parcel("P-" + std::to_string(number), 150) + "\n";
    }
    std::istringstream stream(lines);
    std::size_t count = 0;
    const auto counts = session.decideStream(stream,
                                             Together::Alone,
                                             {[&](const Decision& decision) {
                                                  count += decision.findingCount();
                                                  return true;
                                              },
                                              {}});
    REQUIRE(counts);
    CHECK(count == 40'000);
}

TEST_CASE("every answer has its reasons") {
    Session session = sessionOver(lanesText());
    REQUIRE(session.decideOne(parcel("A", 150)));
    const auto page = session.explain("A", {.rule = "dear"});
    REQUIRE(page);
    CHECK(page->find("lanes.dear applies on parcel") != std::string_view::npos);
    CHECK(page->find("Tariff 1") != std::string_view::npos);
    CHECK(session.explain("A", {.rule = "lanes.dear", .form = ExplanationForm::Json})->front() ==
          '{');
    CHECK(session.explain("B").error().code == ErrorCode::NotFound);
    CHECK(session.explain("A", {.rule = "cheap"}).error().code == ErrorCode::NotFound);
    // The decision is still there.
    CHECK(session.last()[0].findingCount() == 2);

    REQUIRE(session.decide(parcel("B", 700) + "\n" + parcel("A", 150)));
    const auto lane = session.explain("A", {.rule = "open_lane"});
    REQUIRE(lane);
    CHECK(lane->find("open_lane applies") != std::string_view::npos);
    CHECK(lane->find("$850.00") != std::string_view::npos);
}

TEST_CASE("an explanation speaks of the set that decided, though another was published since") {
    Engine engine = engineWith(compiled(lanesText(100)));
    auto session = Session::open(engine);
    REQUIRE(session->decide(parcel("A", 150)));
    REQUIRE(engine.publish(compiled(lanesText(140))));
    const auto page = session->explain("A", {.rule = "dear"});
    REQUIRE(page);
    CHECK(page->find("$100.00") != std::string_view::npos);
    CHECK(page->find("$140.00") == std::string_view::npos);
}

TEST_CASE("limits hold") {
    const std::string record = parcel("A", 150);
    SessionOptions options;
    options.limits.recordBytes = record.size();
    CHECK(sessionOver(lanesText(), options).decideOne(record));
    options.limits.recordBytes = record.size() - 1;
    const auto tooLong = sessionOver(lanesText(), options).decideOne(record);
    REQUIRE(!tooLong);
    CHECK(tooLong.error().code == ErrorCode::LimitExceeded);

    options = {};
    options.limits.inputBytes = record.size();
    CHECK(sessionOver(lanesText(), options).decide(record));
    options.limits.inputBytes = record.size() - 1;
    CHECK(sessionOver(lanesText(), options).decide(record).error().code ==
          ErrorCode::LimitExceeded);
    std::istringstream stream(record);
    CHECK(sessionOver(lanesText(), options)
              .decideStream(stream, Together::All, {[](const Decision&) { return true; }})
              .error()
              .code == ErrorCode::LimitExceeded);

    options = {};
    options.limits.ruleBudget = 1;
    Session poor = sessionOver(lanesText(), options);
    const auto spent = poor.decideOne(record);
    REQUIRE(spent);
    CHECK(spent->errorCount() == 3);
}

TEST_CASE("options that mean nothing are refused") {
    const Engine engine;
    const auto refused = [&](const SessionOptions& options) {
        const auto session = Session::open(engine, options);
        return !session && session.error().code == ErrorCode::InvalidArgument;
    };
    CHECK(refused({.limits = {.recordBytes = 0}}));
    CHECK(refused({.limits = {.nesting = 0}}));
    CHECK(refused({.limits = {.nesting = 1001}}));
    CHECK(refused({.limits = {.listElements = 0}}));
    CHECK(refused({.limits = {.inputBytes = 0}}));
    CHECK(refused({.limits = {.ruleBudget = 0}}));
    CHECK(refused({.limits = {.derivedRows = 0xffffffff}}));
    CHECK(refused({.knownAsOf = "yesterday"}));
    CHECK(refused({.threads = 0}));
    CHECK(refused({.threads = 257}));
    CHECK(!refused({.knownAsOf = "2025-03-01"}));
}
