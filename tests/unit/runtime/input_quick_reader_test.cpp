// The quick way of reading a line beside the careful one: whatever the quick reader takes, the
// careful one must take, and read as the same record; what both ways say of a whole input is equal.

#include "runtime/input/decoder.h"
#include "runtime/input/quick_reader.h"
#include "tests/catch.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace proviso;

namespace {

SchemaField field(std::vector<std::string> path, Type type, bool required = false) {
    SchemaField result;
    result.name = path.empty() ? "value" : path.back();
    result.path = std::move(path);
    result.type = type;
    result.required = required;
    return result;
}

Schema everyType() {
    const Type text{TypeKind::Text, 0, 0};
    Schema schema;
    schema.enumerations = {{"channel", {"shop", "web", "telephone_or_fax"}}};
    schema.codes = {{"region", false, {"N", "S", "NORTHEAST"}}, {"item_code", true, {}}};
    SchemaSpace order;
    order.name = "order";
    order.fields = {
        field({"order_id"}, text, true),
        field({"placed_on"}, {TypeKind::Date, 0, 0}, true),
        field({"amount"}, {TypeKind::Money, 2, 0}),
        field({"balance"}, {TypeKind::Money, 2, 0}),
        field({"count"}, {TypeKind::Number, 0, 0}),
        field({"rate"}, {TypeKind::Number, 4, 0}),
        field({"channel"}, {TypeKind::Enumeration, 0, 0}),
        field({"region"}, {TypeKind::Code, 0, 0}),
        field({"urgent"}, {TypeKind::YesNo, 0, 0}),
        field({"reviewed"}, {TypeKind::Attestation, 0, 0}),
        field({"void"}, {TypeKind::YesNo, 0, 0}),
        field({"delivery", "carrier"}, text, true),
        field({"delivery", "on"}, {TypeKind::Date, 0, 0}),
        field({"memo"}, text),
    };
    order.fields[3].isSigned = true;
    order.fields[4].absentMeans = 7;
    order.fields[10].absentMeans = 0;
    SchemaSpace item;
    item.name = "item";
    item.listName = "items";
    item.path = {"items"};
    item.parent = 0;
    item.required = true;
    item.fields = {field({"code"}, {TypeKind::Code, 0, 1}, true),
                   field({"minutes"}, {TypeKind::Minutes, 0, 0})};
    SchemaSpace tag;
    tag.name = "tag";
    tag.listName = "tags";
    tag.path = {"tags"};
    tag.parent = 1;
    tag.scalar = true;
    tag.atMost = 3;
    tag.fields = {field({}, {TypeKind::Code, 0, 1}, true)};
    SchemaSpace stop;
    stop.name = "stop";
    stop.listName = "delivery.stops";
    stop.path = {"delivery", "stops"};
    stop.parent = 0;
    stop.fields = {field({"place"}, text)};
    schema.spaces = {order, item, tag, stop};
    schema.keyField = 0;
    schema.voidedBy = 10;
    return schema;
}

/// Records that are right, in many ways of writing them.
class Writer {
  public:
    explicit Writer(std::uint32_t seed) : random_(seed) {}

    std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>(random_() % bound);
    }

    std::string record(std::uint32_t number) {
        std::vector<std::string> members;
        members.push_back(R"("order_id":)" + space() + "\"K-" + std::to_string(number) + "\"");
        members.push_back(R"("placed_on":"20)" + std::to_string(10 + below(80)) + "-0" +
                          std::to_string(1 + below(9)) + "-1" + std::to_string(below(9)) + "\"");
        some(members, "amount", {"12", "\"12.50\"", "0.10", "99999999.99", "\"0\"", "5.5"});
        some(members, "balance", {"-12", "\"-0.01\"", "0", "-0", "7"});
        some(members, "count", {"0", "1", "999999999999999999", "9223372036854775807", "12"});
        some(members, "rate", {"0.25", "\"1.2345\"", "3", "100.0000", "1.5000"});
        some(members, "channel", {"\"shop\"", "\"web\"", "\"telephone_or_fax\""});
        some(members, "region", {"\"n\"", "\" S \"", "\"NorthEast\"", "\"N\"", "\"S\\t\""});
        some(members, "urgent", {"true", "false", "\"yes\"", "\"no\""});
        some(members, "void", {"false", "\"no\""});
        some(members,
             "reviewed",
             {R"({"by":"A","on":"2024-02-29"})",
              R"({ "on" : "2024-02-29" , "holds" : false, "by" : "B" })"});
        some(
            members,
            "delivery",
            {R"({"carrier":"post"})",
             R"({"on":"2025-01-02","carrier":"a long carrier's name","stops":[{"place":"x"},{}]})"});
        some(members,
             "memo",
             {"\"\"", "\"a \\\"quoted\\\" word\\n\"", "\"\xC3\xA9t\xC3\xA9 \\u00e9\"", "\"\\\\\""});
        some(members, "unknown_1", {"1e5", "[1,{\"a\":[]},\"x\"]", "{}", "\"t\\/\"", "null"});
        some(members, "unknown_2", {"true", "{\"k\":{\"l\":-0.5e-3},\"m\":[[],[]]}"});
        std::string items = "\"items\":" + space() + "[";
        const std::uint32_t count = below(4);
        for (std::uint32_t item = 0; item < count; ++item) {
            items += item == 0 ? "" : ",";
            items += below(2) == 0
                         ? R"({"code":"97110","minutes":)" + std::to_string(below(90)) + "}"
                         : R"({"minutes":null,"extra":[],"tags":["a","b c"],"code":" g0283"})";
        }
        members.push_back(items + "]");
        std::shuffle(members.begin() + (below(3) == 0 ? 0 : static_cast<int>(members.size()) - 1),
                     members.end(),
                     random_);
        std::string text = space() + "{";
        for (std::size_t member = 0; member < members.size(); ++member) {
            text += (member == 0 ? "" : ",") + space() + members[member] + space();
        }
        return text + "}" + space();
    }

    /// Some bytes changed, taken out, doubled or put in.
    std::string damaged(std::string text) {
        static const std::string kBytes =
            std::string("{}[]:,\"\\0123456789-+.eEtfnul \t\r\x01\x1f\x7f\x80\xc3\xa9\xff") + '\0';
        for (std::uint32_t change = 1 + below(3); change > 0 && !text.empty(); --change) {
            const std::size_t at = below(static_cast<std::uint32_t>(text.size()));
            const char byte = kBytes[below(static_cast<std::uint32_t>(kBytes.size()))];
            switch (below(5)) {
            case 0:
                text[at] = byte;
                break;
            case 1:
                text.erase(at, 1 + below(6));
                break;
            case 2:
                text.insert(at, 1, byte);
                break;
            case 3:
                text.insert(at, text.substr(at, 1 + below(24)));
                break;
            default:
                text.resize(at);
            }
        }
        return text;
    }

  private:
    void some(std::vector<std::string>& members,
              const std::string& name,
              const std::vector<std::string>& values) {
        const std::uint32_t choice = below(static_cast<std::uint32_t>(values.size()) + 2);
        if (choice < values.size()) {
            members.push_back("\"" + name + "\"" + space() + ":" + values[choice]);
        } else if (choice == values.size()) {
            members.push_back("\"" + name + "\":null");
        }
    }

    std::string space() {
        static constexpr std::array<const char*, 4> kSpaces = {" ", "\t", "  \r ", "    "};
        return below(8) == 0 ? kSpaces[below(4)] : "";
    }

    std::mt19937 random_;
};

bool isRead(const ReadOfRecords& read, std::size_t space, std::uint32_t field) {
    const std::vector<std::uint32_t>& fields = read.fields[space];
    return std::find(fields.begin(), fields.end(), field) != fields.end();
}

/// Everything a decoder says, with texts in place of their ids; of records, what `read` says.
std::string sayAll(const Schema& schema,
                   const std::string& input,
                   const DecodeOptions& options,
                   const ReadOfRecords* read = nullptr) {
    Dictionary dictionary;
    const DecodedRecords records = decodeText(schema, dictionary, input, options);
    std::string all;
    const auto sayRows = [&](const Batch::Space& rows, std::size_t space) {
        const SchemaSpace& declared = schema.spaces[space];
        all += declared.name + " " + std::to_string(rows.rows) + "\n";
        for (std::uint32_t row = 0; row < rows.rows; ++row) {
            if (!rows.parent.empty()) {
                all += std::to_string(rows.parent[row]) + "." + std::to_string(rows.position[row]);
            }
            for (std::uint32_t column = 0; column < rows.columns.size(); ++column) {
                if (read != nullptr && !isRead(*read, space, column)) {
                    continue;
                }
                const State state = rows.columns[column].state(row);
                const std::int64_t value = rows.columns[column].values[row];
                const TypeKind kind = declared.fields[column].type.kind;
                const bool isText = kind == TypeKind::Text || kind == TypeKind::Code;
                all += state != State::Value ? " -"
                       : isText
                           ? " '" +
                                 std::string(dictionary.text(static_cast<std::uint32_t>(value))) +
                                 "'"
                           : " " + std::to_string(value);
            }
            all += "\n";
        }
    };
    std::vector<std::uint32_t> every(records.store.recordCount());
    std::iota(every.begin(), every.end(), 0U);
    const Batch selected =
        read == nullptr ? Batch(records.store.batch()) : records.store.select(every, read);
    for (std::size_t space = 0; space < selected.spaces.size(); ++space) {
        sayRows(selected.spaces[space], space);
    }
    sayRows(records.holes, 0);
    for (const Rejection& rejection : records.rejections) {
        all += formatRejection(rejection) + " " + std::to_string(rejection.hole) + "\n";
    }
    for (const auto& [name, count] : records.ignoredFields) {
        all += name + "=" + std::to_string(count) + "\n";
    }
    for (std::uint32_t record = 0; record < records.store.recordCount(); ++record) {
        all += std::to_string(records.store.origin(record).line) + " ";
    }
    const DecodeCounts& counts = records.counts;
    for (const std::uint64_t count : {counts.lines,
                                      counts.accepted,
                                      counts.rejected,
                                      counts.superseded,
                                      counts.identical,
                                      counts.voided}) {
        all += std::to_string(count) + " ";
    }
    return all;
}

DecodeOptions way(bool quickly) {
    DecodeOptions options;
    options.quickly = quickly;
    options.settle = false;
    return options;
}

}  // namespace

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
