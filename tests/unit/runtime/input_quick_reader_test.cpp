// The quick way of reading a line beside the careful one: whatever the quick reader takes, the
// careful one must take, and read as the same record; what both ways say of a whole input is equal.

#include "runtime/input/decoder.h"
#include "runtime/input/quick_reader.h"
#include "tests/catch.h"
#include "tests/unit/runtime/input_bed.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

TEST_CASE("the quick reader takes ordinary records and everything the schema knows") {
    const Schema schema = everyType();
    const RecordShape shape = RecordShape::of(schema);
    Dictionary dictionary;
    RecordRows rows(schema, dictionary);
    QuickReader reader(schema, dictionary, shape, rows, JsonLimits{});
    // Once in memory that ends with the line, and once where other bytes lie behind it.
    const auto takesOnce = [&](const std::string& line, std::string_view behind) {
        const std::string memory = line + std::string(behind);
        rows.beginRecord();
        const bool taken = reader.append({.number = 1,
                                          .text = std::string_view(memory).substr(0, line.size()),
                                          .tooLong = false,
                                          .endsWithNewline = !behind.empty(),
                                          .readableBehind = behind.size()},
                                         rows);
        if (!taken) {
            rows.takeBack();
        }
        return taken;
    };
    const auto takes = [&](const std::string& line) {
        const bool taken = takesOnce(line, {});
        if (taken) {
            rows.takeBack();
        }
        const std::string behind = "\n" + std::string(kReadableBehind, '}');
        CHECK(takesOnce(line, behind) == taken);
        return taken;
    };
    CHECK(takes(R"({"order_id":"K","placed_on":"2025-03-01","items":[]})"));
    CHECK(takes(
        R"( {"items" : [ {"code":"a","tags":["x","y","z"]} ], "placed_on":"2025-03-01", "order_id":"K" } )"));
    CHECK(takes(
        R"({"order_id":"K","placed_on":"2025-03-01","items":[],"new":{"a":[1,2,null]},"delivery":{"carrier":"c\n"}})"));
    CHECK(reader.ignored().size() == 1);
    CHECK(takes(
        R"({"order_id":"K","placed_on":"2025-03-01","items":[],"reviewed":{"by":"x","on":"2025-03-01"},"amount":"1.20","balance":-3.25,"urgent":true,"channel":"web","region":"n","rate":0.5,"count":12})"));
    // Not this way: what is missing, twice there, of another kind, or behind the end.
    CHECK_FALSE(takes(R"({"order_id":"K","placed_on":"2025-03-01"})"));
    CHECK_FALSE(takes(R"({"order_id":"","placed_on":"2025-03-01","items":[]})"));
    CHECK_FALSE(takes(R"({"order_id":"K","placed_on":"2025-03-01","items":[],"items":[]})"));
    CHECK_FALSE(takes(R"({"order_id":"K","placed_on":"2025-03-01","items":[],"new":1,"new":1})"));
    CHECK_FALSE(
        takes(R"({"order_id":"K","placed_on":"2025-03-01","items":[],"new":{"a":1,"a":1}})"));
    CHECK_FALSE(takes(R"({"order_id":7,"placed_on":"2025-03-01","items":[]})"));
    CHECK_FALSE(takes(
        R"({"order_id":"K","placed_on":"2025-03-01","items":[{"code":"a","tags":["1","2","3","4"]}]})"));
    CHECK_FALSE(takes(R"({"order_id":"K","placed_on":"2025-03-01","items":[]}})"));
    CHECK_FALSE(takes(R"({"order_id":"K","placed_on":"2025-03-01","items":[],"count":01})"));
    CHECK_FALSE(takes(""));
    CHECK(rows.batch().spaces[0].rows == 4);
    CHECK(rows.batch().spaces[1].rows == 1);
}

TEST_CASE("both ways of reading say the same of whole and of damaged records") {
    const Schema schema = everyType();
    Writer writer(20260101);
    std::size_t taken = 0;
    for (int round = 0; round < 300; ++round) {
        std::string input;
        for (std::uint32_t record = 0; record < 30; ++record) {
            const std::string whole = writer.record(record);
            input += (writer.below(2) == 0 ? whole : writer.damaged(whole)) + "\n";
        }
        const std::string careful = sayAll(schema, input, way(false));
        REQUIRE(sayAll(schema, input, way(true)) == careful);
        taken += static_cast<std::size_t>(std::count(careful.begin(), careful.end(), '\''));
    }
    CHECK(taken > 1000);
}

TEST_CASE("what nobody reads is checked and settled as if it were kept") {
    Schema schema = everyType();
    schema.correctedBy = {4};
    Writer writer(77);
    std::size_t conflicts = 0;
    for (int round = 0; round < 300; ++round) {
        std::string input;
        for (std::uint32_t record = 0; record < 12; ++record) {
            // The same line again, another one of the same key, and damaged ones.
            const std::string whole = writer.record(record % 5);
            input += whole + "\n";
            switch (writer.below(4)) {
            case 0:
                input += whole + "\n";
                break;
            case 1:
                input += writer.damaged(whole) + "\n";
                break;
            default:
                break;
            }
        }
        ReadOfRecords read;
        for (std::uint32_t space = 0; space < schema.spaces.size(); ++space) {
            const bool isListRead =
                space == 0 || (read.rows[schema.spaces[space].parent] != 0 && writer.below(3) != 0);
            read.rows.push_back(isListRead ? 1 : 0);
            read.fields.emplace_back();
            for (std::uint32_t field = 0; field < schema.spaces[space].fields.size(); ++field) {
                if (isListRead && writer.below(2) == 0) {
                    read.fields[space].push_back(field);
                }
            }
        }
        DecodeOptions all;
        DecodeOptions some;
        some.read = read;
        const std::string kept = sayAll(schema, input, all, &read);
        REQUIRE(sayAll(schema, input, some, &read) == kept);
        some.quickly = false;
        REQUIRE(sayAll(schema, input, some, &read) == kept);
        conflicts += kept.find("E2019") != std::string::npos ? 1 : 0;
    }
    CHECK(conflicts > 10);
}

TEST_CASE("records that differ in nothing but what nobody reads contradict each other") {
    const Schema schema = everyType();
    const auto counts = [&](const std::string& first, const std::string& second) {
        Dictionary dictionary;
        DecodeOptions options;
        options.read = ReadOfRecords{{{0}, {}, {}, {}}, {1, 0, 0, 0}};
        const std::string begin = R"({"order_id":"K","placed_on":"2025-03-01",)";
        return decodeText(
                   schema, dictionary, begin + first + "}\n" + begin + second + "}\n", options)
            .counts;
    };
    const auto same = [&](const std::string& first, const std::string& second) {
        const DecodeCounts found = counts(first, second);
        CHECK(found.identical + found.rejected / 2 == 1);
        return found.identical == 1;
    };
    CHECK(same(R"("items":[])", R"("items":[])"));
    CHECK(same(R"("items":[],"count":7,"memo":null)", R"("items":[])"));  // absent means 7
    CHECK(same(R"("items":[],"count":3,"rate":2)", R"("rate":2.0,"count":3,"items":[])"));
    CHECK(same(R"("items":[],"memo":"a\\b")", R"("memo":"a\u005cb","items":[])"));
    CHECK_FALSE(same(R"("items":[],"memo":"a")", R"("memo":"b","items":[])"));
    CHECK_FALSE(same(R"("items":[],"memo":"a")", R"("items":[])"));
    CHECK_FALSE(same(R"("items":[],"memo":"")", R"("items":[])"));
    CHECK_FALSE(same(R"("items":[],"amount":0)", R"("items":[])"));
    CHECK_FALSE(
        same(R"("items":[],"amount":1,"balance":2)", R"("items":[],"amount":2,"balance":1)"));
    // Lists that nobody counts.
    CHECK_FALSE(same(R"("items":[{"code":"a"}])", R"("items":[])"));
    CHECK_FALSE(
        same(R"("items":[{"code":"a"},{"code":"b"}])", R"("items":[{"code":"b"},{"code":"a"}])"));
    CHECK_FALSE(same(R"("items":[{"code":"a","tags":["x"]},{"code":"a"}])",
                     R"("items":[{"code":"a"},{"code":"a","tags":["x"]}])"));
    CHECK(
        same(R"("items":[{"code":"a","tags":["x"]}])", R"("items":[{"tags":[" X"],"code":"A "}])"));
}

TEST_CASE("both ways keep the limits") {
    const Schema schema = everyType();
    Writer writer(7);
    std::string input;
    for (std::uint32_t record = 0; record < 400; ++record) {
        input += writer.record(record) + "\n";
    }
    for (const std::size_t limit : {1U, 2U, 3U, 4U, 5U, 9U}) {
        DecodeOptions quick = way(true);
        quick.maximumNesting = limit;
        DecodeOptions careful = way(false);
        careful.maximumNesting = limit;
        CHECK(sayAll(schema, input, quick) == sayAll(schema, input, careful));
        quick.maximumNesting = careful.maximumNesting = 32;
        quick.maximumElements = careful.maximumElements = limit;
        CHECK(sayAll(schema, input, quick) == sayAll(schema, input, careful));
    }
}

TEST_CASE("names that no schema knows are counted alike beyond what is listed") {
    const Schema schema = everyType();
    std::string input;
    for (int record = 0; record < 150; ++record) {
        input += R"({"order_id":"K","placed_on":"2025-03-01","items":[{"code":"a","n)" +
                 std::to_string(record) + R"(":1}],"extra_)" + std::to_string(record % 80) +
                 "\":null}\n";
    }
    CHECK(sayAll(schema, input, way(true)) == sayAll(schema, input, way(false)));
}

TEST_CASE("a dictionary keeps texts of every length and gives equal ones equal ids") {
    Dictionary dictionary;
    std::vector<std::string> texts;
    for (std::size_t length = 0; length < 70; ++length) {
        for (char last = 'a'; last < 'e'; ++last) {
            texts.push_back(std::string(length, 'x') + last);
            texts.push_back(last + std::string(length, 'y'));
        }
    }
    texts.emplace_back("\0\0", 2);
    texts.emplace_back("\0", 1);
    texts.emplace_back(200'000, 'z');
    for (int number = 0; number < 20'000; ++number) {
        texts.push_back("n" + std::to_string(number));
    }
    std::vector<std::uint32_t> ids;
    for (const std::string& text : texts) {
        ids.push_back(dictionary.intern(text));
    }
    for (std::size_t index = 0; index < texts.size(); ++index) {
        CHECK(dictionary.text(ids[index]) == texts[index]);
        CHECK(dictionary.intern(texts[index]) == ids[index]);
    }
    CHECK(dictionary.text(dictionary.intern("")).empty());
}
