#include "runtime/base/arena.h"
#include "runtime/decision/json.h"
#include "runtime/decision/view.h"
#include "runtime/engine/cell_map.h"
#include "runtime/engine/collect.h"
#include "runtime/engine/sort_few.h"
#include "runtime/engine/wire.h"
#include "tests/catch.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace proviso;

namespace {

/// A value that says everything a value can say, whether it makes sense or not.
ShownValue fullValue(const std::string& name) {
    ShownValue value;
    value.kind = ShownValue::Kind::Set;
    value.state = State::Unknown;
    value.text = name;
    value.members = {name + " a", "b"};
    value.open = {"c"};
    value.missing = {"items[0].weight", "table:rates"};
    value.errors = {"E1001"};
    value.atLeast = "1";
    value.atMost = "12.50";
    value.reasons["table:rates"] = {"not read yet", "read in part"};
    value.reasons["table:other"] = {"left open"};
    return value;
}

ShownValue plainValue(const std::string& text) {
    ShownValue value;
    value.kind = ShownValue::Kind::Number;
    value.text = text;
    return value;
}

RecordResult fullResult() {
    RecordResult result;
    result.key = "O-1";
    OutputValue list;
    list.name = "parcels";
    list.list = true;
    list.rows = {{true, {{"weight", plainValue("2")}, {"marks", fullValue("x")}}},
                 {false, {{"weight", plainValue("3")}, {"marks", plainValue("")}}}};
    list.choices = {{{true, {{"weight", plainValue("5")}, {"marks", fullValue("w")}}}}, {}};
    OutputValue one;
    one.name = "fee";
    one.value = plainValue("7");
    one.claimedWith = "O-2";
    OutputValue elsewhere;
    elsewhere.name = "crates";
    elsewhere.list = true;
    elsewhere.claimedWith = "O-3";
    result.outputs = {list, one, elsewhere};
    FindingResult finding;
    finding.code = "LATE";
    finding.severity = 1;
    finding.on = "items[0]";
    finding.because = "the \"notice\" came late";
    finding.rule = "shipping.notice";
    finding.sources = {"Tariff 12.3", ""};
    finding.remedy = "send it";
    finding.slots = {{"days", plainValue("4")}, {"open", fullValue("y")}};
    finding.atStake = -1200;
    finding.shared = true;
    finding.sharedRow = 9;
    finding.counted = false;
    result.findings = {finding, FindingResult()};
    result.undetermined = {{"r", "order", {"a", "b"}, {{"a", {"because"}}}}, {}};
    result.errors = {{"r", "order", "E1002", "does not fit"}};
    DecidedResult decided;
    decided.decision = "lane";
    decided.on = "customer_day";
    decided.value = fullValue("z");
    decided.boundBy = "r";
    decided.alsoBoundBy = {"s", "t"};
    result.decided = {decided, DecidedResult()};
    result.besideRejected = true;
    return result;
}

std::string bytesOf(const RecordView& view, bool tooLarge = false) {
    std::string bytes;
    engine::writePart(bytes, {view, tooLarge});
    return bytes;
}

}  // namespace

TEST_CASE("a view says all that a result says") {
    const RecordResult result = fullResult();
    Arena arena;
    const RecordResult again = own(viewOf(result, arena));
    const RunStamp stamp{"order_id", "sha256:00", {}};
    CHECK(toJson(again, stamp) == toJson(result, stamp));
    // The bytes of stores hold what JSON leaves out, too.
    Arena other;
    CHECK(bytesOf(viewOf(again, other)) == bytesOf(viewOf(result, arena)));
}

TEST_CASE("what is written for stores is read again, and nothing else is") {
    const RecordResult result = fullResult();
    Arena arena;
    const std::string bytes = bytesOf(viewOf(result, arena), true);
    const std::optional<engine::PartView> part = engine::readPart(bytes, arena);
    REQUIRE(part.has_value());
    CHECK(part->tooLarge);
    CHECK(bytesOf(part->result, true) == bytes);
    const RecordResult again = own(part->result);
    CHECK(again.outputs[1].claimedWith == "O-2");
    CHECK(again.outputs[0].choices.size() == 2);
    CHECK(again.decided[0].value.reasons == result.decided[0].value.reasons);
    CHECK(again.undetermined[0].reasons == result.undetermined[0].reasons);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(engine::readPart(std::string_view(bytes).substr(0, size), arena).has_value());
    }
    CHECK_FALSE(engine::readPart(bytes + '\0', arena).has_value());
    // Every row of a list says its columns, which are those of the first.
    std::string other = bytes;
    other[other.find("marks", other.find("marks") + 1)] = 'M';
    CHECK_FALSE(engine::readPart(other, arena).has_value());
}

TEST_CASE("parts are merged in the order of names, and what is said twice once") {
    RecordResult first = fullResult();
    RecordResult second = fullResult();
    std::reverse(second.findings.begin(), second.findings.end());
    std::reverse(second.decided.begin(), second.decided.end());
    Arena arena;
    const std::vector<engine::PartView> parts = {{viewOf(first, arena)}, {viewOf(second, arena)}};
    const RecordResult merged = own(engine::mergeParts(parts, arena));
    CHECK(merged.key == "O-1");
    CHECK(merged.findings.size() == 4);
    CHECK(merged.findings[0].code.empty());
    CHECK(merged.findings[3].code == "LATE");
    CHECK(merged.undetermined.size() == 2);
    CHECK(merged.errors.size() == 1);
    CHECK(merged.decided[3].decision == "lane");
    CHECK(merged.besideRejected);
    // Where nothing could be decided, nothing else is said.
    const std::vector<engine::PartView> large = {{viewOf(first, arena)},
                                                 {viewOf(RecordResult(), arena), true}};
    CHECK(own(engine::mergeParts(large, arena)).findings.empty());
}

TEST_CASE("texts of every length are written with their escapes") {
    const std::string letters = "ab\x1f\x20\x7f\x80\xff\"\\!#[]\n";
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        std::string expected = "\"";
        const std::size_t size = random() % 30;
        for (std::size_t place = 0; place < size; ++place) {
            const char letter = random() % 4 == 0 ? letters[random() % letters.size()] : 'x';
            text += letter;
            expected += letter == '"'    ? "\\\""
                        : letter == '\\' ? "\\\\"
                        : letter == '\n' ? "\\n"
                        : letter == 0x1f ? "\\u001f"
                                         : std::string(1, letter);
        }
        std::string out;
        appendJsonText(out, text);
        REQUIRE(out == expected + "\"");
    }
}

TEST_CASE("an arena keeps what it gave, also when it is moved") {
    Arena arena;
    std::vector<std::string_view> texts;
    std::vector<std::span<std::uint64_t>> lists;
    for (std::size_t number = 0; number < 3000; ++number) {
        texts.push_back(arena.join({"text ", std::to_string(number)}));
        lists.push_back(arena.list<std::uint64_t>(number % 7));
        std::fill(lists.back().begin(), lists.back().end(), number);
        CHECK(reinterpret_cast<std::uintptr_t>(lists.back().data()) % alignof(std::uint64_t) == 0);
    }
    const std::string large(100'000, 'l');
    texts.push_back(arena.text(large));
    const Arena moved = std::move(arena);
    for (std::size_t number = 0; number < 3000; ++number) {
        REQUIRE(texts[number] == "text " + std::to_string(number));
        REQUIRE(std::all_of(lists[number].begin(), lists[number].end(), [&](std::uint64_t each) {
            return each == number;
        }));
    }
    CHECK(texts.back() == large);
    Arena empty;
    CHECK(empty.text("").empty());
    CHECK(empty.list<int>(0).empty());
}

TEST_CASE("few and many things are sorted stably") {
    std::mt19937 random(11);
    for (const std::size_t size : {0U, 1U, 2U, 23U, 24U, 25U, 200U}) {
        std::vector<std::pair<unsigned, std::size_t>> things;
        for (std::size_t place = 0; place < size; ++place) {
            things.emplace_back(random() % 8, place);
        }
        auto expected = things;
        const auto before = [](const auto& a, const auto& b) { return a.first < b.first; };
        std::stable_sort(expected.begin(), expected.end(), before);
        engine::sortFew(std::span(things), before);
        CHECK(things == expected);
    }
}

TEST_CASE("cells have their numbers until they are cleared") {
    engine::CellMap map;
    for (std::uint32_t round = 0; round < 3; ++round) {
        for (std::uint32_t cell = 0; cell < 500; ++cell) {
            std::uint32_t& number = map.of(cell % 13, cell);
            REQUIRE(number == engine::CellMap::kNothing);
            number = cell + round;
        }
        for (std::uint32_t cell = 0; cell < 500; ++cell) {
            REQUIRE(map.of(cell % 13, cell) == cell + round);
        }
        CHECK(map.of(12, 0) == engine::CellMap::kNothing);
        map.clear();
    }
}
