#include "runtime/input/decoder.h"
#include "runtime/input/field_reader.h"
#include "tests/catch.h"
#include "tests/unit/runtime/input_bed.h"

#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace proviso;
using proviso::test::field;
using proviso::test::listsOfOrders;

namespace {

// Orders with an optional `delivery` object, items that have tags, and a list of plain codes.
enum OrderField : std::uint32_t {
    kOrderId,
    kPlacedOn,
    kAmount,
    kBalance,
    kCount,
    kRate,
    kChannel,
    kRegion,
    kUrgent,
    kReviewed,
    kSequence,
    kRecordedOn,
    kRevision,
    kVoid,
    kCarrier,
    kDeliveredOn,
    kMemo,
};

std::vector<std::uint32_t> positionsIn(const Batch::Space& rows) {
    std::vector<std::uint32_t> positions;
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
        positions.push_back(positionInList(rows, row));
    }
    return positions;
}

Schema orders() {
    const Type text{TypeKind::Text, 0, 0};
    const Type date{TypeKind::Date, 0, 0};
    const Type money{TypeKind::Money, 2, 0};
    const Type count{TypeKind::Number, 0, 0};
    const Type yesNo{TypeKind::YesNo, 0, 0};

    Schema schema;
    schema.enumerations = {{"channel", {"shop", "web", "phone"}}};
    schema.codes = {{"region", false, {"N", "S"}}, {"item_code", true, {}}};

    SchemaSpace order;
    order.name = "order";
    order.fields = {
        field({"order_id"}, text, true),
        field({"placed_on"}, date, true),
        field({"amount"}, money),
        field({"balance"}, money),
        field({"count"}, count),
        field({"rate"}, {TypeKind::Number, 4, 0}),
        field({"channel"}, {TypeKind::Enumeration, 0, 0}),
        field({"region"}, {TypeKind::Code, 0, 0}),
        field({"urgent"}, yesNo),
        field({"reviewed"}, {TypeKind::Attestation, 0, 0}),
        field({"sequence"}, count),
        field({"recorded_on"}, date),
        field({"revision"}, count),
        field({"void"}, yesNo),
        field({"delivery", "carrier"}, text, true),
        field({"delivery", "delivered_on"}, date),
        field({"memo"}, text),
    };
    order.fields[kBalance].isSigned = true;
    order.fields[kSequence].absentMeans = 0;
    order.fields[kRevision].absentMeans = 0;
    order.fields[kVoid].absentMeans = 0;

    schema.spaces = listsOfOrders();
    schema.spaces.insert(schema.spaces.begin(), order);
    schema.keyField = kOrderId;
    schema.correctedBy = {kRecordedOn, kRevision};
    schema.voidedBy = kVoid;
    return schema;
}

struct Fixture {
    Schema schema = orders();
    Dictionary dictionary;

    DecodedRecords decode(std::string_view text, const DecodeOptions& options = {}) {
        return decodeText(schema, dictionary, text, options);
    }

    // The one rejection of one order with `members` beside the required ones.
    Rejection rejectionOf(const std::string& members) {
        const DecodedRecords records = decode(order("K-1", members));
        REQUIRE(records.rejections.size() == 1);
        CHECK(records.store.recordCount() == 0);
        CHECK(records.rejections[0].recordKey == "K-1");
        CHECK(records.rejections[0].hole == 0);
        return records.rejections[0];
    }

    static std::string order(const std::string& key, const std::string& members) {
        return R"({"order_id":")" + key + R"(","placed_on":"2025-03-01","items":[])" +
               (members.empty() ? "" : ",") + members + "}\n";
    }

    std::string
    textOf(const Batch& batch, std::uint32_t space, std::uint32_t column, std::uint32_t row) const {
        const auto id = static_cast<std::uint32_t>(batch.spaces[space].columns[column].values[row]);
        return std::string(dictionary.text(id));
    }

    std::vector<std::string> keys(const DecodedRecords& records) const {
        std::vector<std::string> result;
        for (std::uint32_t row = 0; row < records.store.recordCount(); ++row) {
            result.push_back(textOf(records.store.batch(), 0, kOrderId, row));
        }
        return result;
    }
};

struct Expected {
    const char* members;
    RejectionReason reason;
    const char* field;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a record becomes columns", "[input]") {
    const DecodedRecords records = decode(
        R"({"order_id":"K-1","placed_on":"2025-03-01","amount":"12.50","balance":-3.1,"count":7,)"
        R"("rate":0.85,"channel":"web","region":" n ","urgent":"yes",)"
        R"("reviewed":{"by":"M","on":"2025-01-02"},)"
        R"("delivery":{"carrier":"post","stops":[{"place":"A"},{}]},)"
        R"("items":[{"code":"ab1","minutes":15,"tags":["x","Y "]},{"code":"C"},)"
        R"({"code":"D","tags":["z"]}]})");
    REQUIRE(records.rejections.empty());
    const Batch& batch = records.store.batch();
    const auto& order = batch.spaces[0];
    REQUIRE(order.rows == 1);
    CHECK(order.columns[kPlacedOn].values[0] == parseDate("2025-03-01")->days);
    CHECK(order.columns[kAmount].values[0] == 1250);
    CHECK(order.columns[kBalance].values[0] == -310);
    CHECK(order.columns[kCount].values[0] == 7);
    CHECK(order.columns[kRate].values[0] == 8500);
    CHECK(order.columns[kChannel].values[0] == 1);
    CHECK(textOf(batch, 0, kRegion, 0) == "N");
    CHECK(order.columns[kUrgent].values[0] == 1);
    CHECK(order.columns[kReviewed].values[0] == 1);
    CHECK(order.columns[kSequence].values[0] == 0);
    CHECK(order.columns[kSequence].state(0) == State::Value);
    CHECK(order.columns[kRecordedOn].state(0) == State::Unknown);
    CHECK(textOf(batch, 0, kCarrier, 0) == "post");
    CHECK(order.columns[kDeliveredOn].state(0) == State::Unknown);
    // States stand only where some row has none.
    CHECK(order.columns[kAmount].states.empty());

    const auto& item = batch.spaces[1];
    REQUIRE(item.rows == 3);
    CHECK(textOf(batch, 1, 0, 0) == "AB1");
    CHECK(item.columns[1].state(1) == State::Unknown);
    CHECK(positionsIn(item) == std::vector<std::uint32_t>{0, 1, 2});
    const auto& tag = batch.spaces[2];
    REQUIRE(tag.rows == 3);
    CHECK(tag.parent == std::vector<std::uint32_t>{0, 0, 2});
    CHECK(positionsIn(tag) == std::vector<std::uint32_t>{0, 1, 0});
    CHECK(textOf(batch, 2, 0, 1) == "Y");
    CHECK(batch.spaces[3].rows == 2);
    CHECK(batch.spaces[3].columns[0].state(1) == State::Unknown);
}

TEST_CASE_METHOD(Fixture, "null and absence are the same", "[input]") {
    const DecodedRecords records =
        decode(order("A", R"("amount":null,"sequence":null,"delivery":null)") + order("B", ""));
    REQUIRE(records.store.recordCount() == 2);
    for (std::uint32_t row = 0; row < 2; ++row) {
        const auto& columns = records.store.batch().spaces[0].columns;
        CHECK(columns[kAmount].state(row) == State::Unknown);
        CHECK(columns[kSequence].state(row) == State::Value);
        // Required only inside the optional object.
        CHECK(columns[kCarrier].state(row) == State::Unknown);
    }
}

TEST_CASE_METHOD(Fixture, "each value that does not fit is rejected with its reason", "[input]") {
    const std::vector<Expected> cases = {
        {R"("amount":true)", RejectionReason::WrongKind, "amount"},
        {R"("amount":"$5")", RejectionReason::NotPlainNumber, "amount"},
        {R"("amount":1e2)", RejectionReason::NotPlainNumber, "amount"},
        {R"("amount":1.234)", RejectionReason::TooPrecise, "amount"},
        {R"("amount":-0.01)", RejectionReason::Negative, "amount"},
        {R"("amount":92233720368547758.08)", RejectionReason::OutOfRange, "amount"},
        {R"("count":"7")", RejectionReason::WrongKind, "count"},
        {R"("count":7.5)", RejectionReason::TooPrecise, "count"},
        {R"("count":-1)", RejectionReason::Negative, "count"},
        {R"("count":9223372036854775808)", RejectionReason::OutOfRange, "count"},
        {R"("count":123456789012345678901234567890)", RejectionReason::OutOfRange, "count"},
        {R"("channel":"fax")", RejectionReason::NotAMember, "channel"},
        {R"("channel":"Web")", RejectionReason::NotAMember, "channel"},
        {R"("channel":1)", RejectionReason::WrongKind, "channel"},
        {R"("region":"W")", RejectionReason::NotACode, "region"},
        {R"("region":"  ")", RejectionReason::EmptyText, "region"},
        {R"("region":5)", RejectionReason::WrongKind, "region"},
        {R"("urgent":"true")", RejectionReason::WrongKind, "urgent"},
        {R"("urgent":1)", RejectionReason::WrongKind, "urgent"},
        {R"("recorded_on":"2025-1-1")", RejectionReason::NotADate, "recorded_on"},
        {R"("recorded_on":20250101)", RejectionReason::WrongKind, "recorded_on"},
        {R"("memo":5)", RejectionReason::WrongKind, "memo"},
        {R"("reviewed":true)", RejectionReason::WrongKind, "reviewed"},
        {R"("reviewed":{"by":"M"})", RejectionReason::MissingField, "reviewed.on"},
        {R"("reviewed":{"by":" ","on":"2025-01-02"})", RejectionReason::EmptyText, "reviewed.by"},
        {R"("reviewed":{"by":"M","on":"soon"})", RejectionReason::NotADate, "reviewed.on"},
        {R"("reviewed":{"by":"M","on":"2025-01-02","holds":3})",
         RejectionReason::WrongKind,
         "reviewed.holds"},
        {R"("delivery":{})", RejectionReason::MissingField, "delivery.carrier"},
        {R"("delivery":[])", RejectionReason::WrongKind, "delivery"},
        {R"("delivery":{"carrier":"p","stops":{}})", RejectionReason::WrongKind, "delivery.stops"},
        {R"("delivery":{"carrier":"p","stops":[{"place":"A"},4]})",
         RejectionReason::WrongKind,
         "delivery.stops[1]"},
    };
    for (const Expected& each : cases) {
        CAPTURE(each.members);
        const Rejection rejection = rejectionOf(each.members);
        CHECK(std::string(rejectionCode(rejection.reason)) == rejectionCode(each.reason));
        CHECK(rejection.field == each.field);
        CHECK(rejection.line == 1);
        CHECK(rejection.message.rfind(rejectionMessage(each.reason), 0) == 0);
    }
}

TEST_CASE_METHOD(Fixture, "a name or code that is none is told with those that are", "[input]") {
    CHECK(rejectionOf(R"("channel":"fax")").message ==
          std::string(rejectionMessage(RejectionReason::NotAMember)) +
              "; expected `shop`, `web` or `phone`");
    CHECK(rejectionOf(R"("region":"W")").message ==
          std::string(rejectionMessage(RejectionReason::NotACode)) + "; expected `N` or `S`");
    // Of many, the first.
    Schema many;
    many.enumerations = {{"one", {"a"}}, {"twelve", {}}, {"thirteen", {}}};
    for (char name = 'a'; name <= 'm'; ++name) {
        many.enumerations[2].members.emplace_back(1, name);
        if (name != 'm') {
            many.enumerations[1].members.emplace_back(1, name);
        }
    }
    CHECK(describeNames(many, {TypeKind::Enumeration, 0, 0}) == "`a`");
    const std::string twelve = describeNames(many, {TypeKind::Enumeration, 0, 1});
    CHECK(twelve.ends_with("`k` or `l`"));
    CHECK(describeNames(many, {TypeKind::Enumeration, 0, 2}).ends_with("`l` or one of 1 more"));
    CHECK(describeNames(many, {TypeKind::Text, 0, 0}).empty());
}

TEST_CASE_METHOD(Fixture, "what else is wrong with a record is told with the first", "[input]") {
    const auto messageOf = [&](const std::string& line) {
        const DecodedRecords records = decode(line);
        REQUIRE(records.rejections.size() == 1);
        return formatRejection(records.rejections[0]);
    };
    const std::string two = messageOf(
        R"({"order_id":"A","placed_on":"soon","channel":"fax","items":[{"code":7},{"minutes":5}]})");
    CHECK(two.find(" E2011 `placed_on`: ") != std::string::npos);
    CHECK(
        two.find("; also wrong: `channel` (E2012), `items[0].code` (E2010), `items[1].code` (E2009)"
                 " (record A)") != std::string::npos);
    // What is wrong is not missing as well; nor is what a void record leaves out.
    CHECK(messageOf(R"({"order_id":"A","placed_on":"soon","items":[]})").find("also wrong") ==
          std::string::npos);
    CHECK(messageOf(R"({"order_id":"A","void":true,"count":-1})").find("also wrong") ==
          std::string::npos);
    CHECK(messageOf(R"({"order_id":"A"})")
              .find("`placed_on`: the field is required and absent"
                    "; also wrong: `items` (E2009)") != std::string::npos);
    // Five more, and of six that there are more.
    std::string items;
    for (const int count : {5, 6, 7}) {
        items = R"({"order_id":"A","placed_on":"2025-03-01","items":[7)";
        for (int item = 1; item < count; ++item) {
            items += ",7";
        }
        const std::string message = messageOf(items + "]}");
        INFO(message);
        CHECK((message.find(" and more") != std::string::npos) == (count > 6));
        CHECK((message.find("`items[5]`") != std::string::npos) == (count > 5));
    }
}

TEST_CASE_METHOD(Fixture, "elements of lists are named by their place", "[input]") {
    const auto rejected = [&](const std::string& items) {
        const DecodedRecords records =
            decode(R"({"order_id":"K","placed_on":"2025-03-01","items":)" + items + "}");
        REQUIRE(records.rejections.size() == 1);
        return records.rejections[0];
    };
    CHECK(rejected(R"([{"code":"A"},{"minutes":5}])").field == "items[1].code");
    CHECK(rejected(R"([{"code":"A"},{"code":null}])").reason == RejectionReason::MissingField);
    CHECK(rejected(R"([{"code":"A","tags":["x",5]}])").field == "items[0].tags[1]");
    CHECK(rejected(R"([{"code":"A","tags":["x",null]}])").reason == RejectionReason::MissingField);
    CHECK(rejected(R"("A")").field == "items");
    CHECK(rejected("null").reason == RejectionReason::MissingField);
    // At most three, by the schema.
    CHECK(decode(order("A", "")).rejections.empty());
    CHECK(rejected(R"([{"code":"A","tags":["a","b","c","d"]}])").reason ==
          RejectionReason::TooManyElements);
    CHECK(rejected(R"([{"code":"A","tags":["a","b","c","d"]}])").field == "items[0].tags");
}

TEST_CASE_METHOD(Fixture, "lines that are no records", "[input]") {
    const auto reasonOf = [&](const std::string& line, const DecodeOptions& options = {}) {
        const DecodedRecords records = decode("\n" + line + "\n" + order("Z", ""), options);
        REQUIRE(records.rejections.size() == 1);
        CHECK(records.rejections[0].line == 2);
        CHECK(records.rejections[0].hole == kNoHole);
        CHECK(records.rejections[0].leavesHole);
        CHECK(keys(records) == std::vector<std::string>{"Z"});
        return records.rejections[0].reason;
    };
    CHECK(reasonOf("{]") == RejectionReason::NotJson);
    CHECK(reasonOf(R"({"order_id":"A)") == RejectionReason::Truncated);
    CHECK(reasonOf("[]") == RejectionReason::NotAnObject);
    CHECK(reasonOf("7") == RejectionReason::NotAnObject);
    CHECK(reasonOf("{\"memo\":\"\xFF\"}") == RejectionReason::InvalidUtf8);
    CHECK(reasonOf(R"({"order_id":"A","order_id":"A"})") == RejectionReason::DuplicateField);
    CHECK(reasonOf("{\"x\":" + std::string(32, '[') + std::string(32, ']') + "}") ==
          RejectionReason::TooDeep);
    DecodeOptions small;
    small.maximumRecordBytes = 200;
    small.maximumElements = 20;
    CHECK(reasonOf(R"({"order_id":")" + std::string(200, 'x') + "\"}", small) ==
          RejectionReason::TooLarge);
    CHECK(reasonOf("[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", small) ==
          RejectionReason::TooManyElements);
    const DecodedRecords twice = decode(R"({"order_id":"A","order_id":"B"})");
    CHECK(twice.rejections[0].field == "order_id");
}

TEST_CASE_METHOD(Fixture, "required fields and the key", "[input]") {
    const auto rejected = [&](const std::string& line) {
        const DecodedRecords records = decode(line);
        REQUIRE(records.rejections.size() == 1);
        return records.rejections[0];
    };
    CHECK(rejected(R"({"order_id":"A","items":[]})").field == "placed_on");
    CHECK(rejected(R"({"order_id":"A","placed_on":"2025-01-01"})").field == "items");
    CHECK(rejected(R"({"placed_on":"2025-01-01","items":[]})").field == "order_id");
    CHECK(rejected(R"({"order_id":"","placed_on":"2025-01-01","items":[]})").reason ==
          RejectionReason::EmptyText);
    // A wrong value is told before a missing one.
    CHECK(rejected(R"({"order_id":"A","count":-1,"items":[]})").reason ==
          RejectionReason::Negative);
}

TEST_CASE_METHOD(Fixture, "a rejected record leaves what could be read as a hole", "[input]") {
    const DecodedRecords records =
        decode(order("A", R"("count":-1,"channel":"shop")") + order("B", R"("count":5)"));
    CHECK(keys(records) == std::vector<std::string>{"B"});
    REQUIRE(records.rejections.size() == 1);
    REQUIRE(records.holes.rows == 1);
    CHECK(records.holes.columns[kChannel].values[0] == 0);
    CHECK(records.holes.columns[kChannel].state(0) == State::Value);
    CHECK(records.holes.columns[kCount].state(0) == State::Unknown);
    CHECK(records.store.batch().spaces[0].columns[kCount].values == std::vector<std::int64_t>{5});
}

TEST_CASE_METHOD(Fixture, "messages name fields and never values", "[input]") {
    const std::string secret = "s3cr3t";
    std::vector<std::string> lines = {
        R"({"order_id":"K","placed_on":"s3cr3t","items":[]})",
        R"({"order_id":"K","placed_on":"2025-01-01","items":[{"code":"A","tags":[{"s3cr3t":1}]}]})",
        R"({"order_id":"K","placed_on":"2025-01-01","items":[],"s3cr3t x":1,"s3cr3t x":1})",
        R"({"order_id":"K","placed_on":"2025-01-01","items":"s3cr3t"})",
        R"({"order_id":"K","s3cr3t)",
    };
    for (const char* name :
         {"amount", "count", "channel", "region", "urgent", "reviewed", "delivery"}) {
        lines.push_back(order("K", "\"" + std::string(name) + "\":\"s3cr3t\""));
    }
    for (const std::string& line : lines) {
        CAPTURE(line);
        const DecodedRecords records = decode(line);
        REQUIRE(records.rejections.size() == 1);
        CHECK(formatRejection(records.rejections[0]).find(secret) == std::string::npos);
    }
    // A private key is data too, and so is one that would break the line.
    schema.spaces[0].fields[kOrderId].isPrivate = true;
    CHECK(decode(order("K", R"("count":-1)")).rejections[0].recordKey.empty());
    schema.spaces[0].fields[kOrderId].isPrivate = false;
    CHECK(decode(order("K\\n2", R"("count":-1)")).rejections[0].recordKey.empty());
    const DecodedRecords names = decode(order("K", R"("extra":1,"John Doe 5":1)"));
    CHECK(names.ignoredFields ==
          std::map<std::string, std::uint64_t>{{"(other)", 1}, {"extra", 1}});
}

TEST_CASE_METHOD(Fixture, "names that the schema does not know are counted", "[input]") {
    const DecodedRecords records = decode(
        R"({"order_id":"A","placed_on":"2025-01-01","more":{"code":1},"items":[{"code":"x","colour":1},{"code":"y","colour":2}]})");
    CHECK(records.rejections.empty());
    CHECK(records.ignoredFields ==
          std::map<std::string, std::uint64_t>{{"items.colour", 2}, {"more", 1}});
    std::string members = "\"x\":0";
    for (int index = 0; index < 300; ++index) {
        members += ",\"x" + std::to_string(index) + "\":0";
    }
    const DecodedRecords many = decode(order("A", members));
    CHECK(many.ignoredFields.size() == 101);
    CHECK(many.ignoredFields.at("(other)") == 201);
}

TEST_CASE_METHOD(Fixture, "the higher version of a record counts, wherever it stands", "[input]") {
    const std::vector<std::string> lines = {
        order("A", R"("count":1)"),
        order("A", R"("count":2,"recorded_on":"2025-01-05")"),
        order("A", R"("count":3,"recorded_on":"2025-01-05","revision":1)"),
        order("B", R"("count":4)"),
    };
    for (const auto& shuffle : std::vector<std::vector<std::size_t>>{
             {0, 1, 2, 3}, {2, 1, 0, 3}, {3, 1, 2, 0}, {1, 2, 3, 0}}) {
        std::string text;
        for (const std::size_t index : shuffle) {
            text += lines[index];
        }
        const DecodedRecords records = decode(text);
        CHECK(records.rejections.empty());
        CHECK(records.counts.superseded == 2);
        REQUIRE(records.counts.accepted == 2);
        const auto& counts = records.store.batch().spaces[0].columns[kCount].values;
        CHECK(std::set<std::int64_t>(counts.begin(), counts.end()) == std::set<std::int64_t>{3, 4});
    }
}

TEST_CASE_METHOD(Fixture, "equal versions are one record or a conflict", "[input]") {
    const DecodedRecords same =
        decode(order("A", R"("count":1,"extra":1)") + order("B", "") + order("A", R"("count":1)"));
    CHECK(same.counts.identical == 1);
    CHECK(same.rejections.empty());
    CHECK(keys(same) == std::vector<std::string>{"A", "B"});

    const std::string conflict = order("A", R"("count":1)") + order("B", "") +
                                 order("A", R"("count":2)") + order("A", R"("count":1)");
    const DecodedRecords records = decode(conflict);
    CHECK(keys(records) == std::vector<std::string>{"B"});
    REQUIRE(records.rejections.size() == 3);
    for (const Rejection& rejection : records.rejections) {
        CHECK(rejection.reason == RejectionReason::ConflictingRecords);
        CHECK(rejection.recordKey == "A");
        CHECK(rejection.hole < records.holes.rows);
    }
    CHECK(records.rejections[0].line == 1);
    CHECK(records.rejections[0].otherLine == 3);
    CHECK(records.rejections[1].line == 3);
    CHECK(records.rejections[1].otherLine == 1);
    // A higher version settles it.
    CHECK(decode(conflict + order("A", R"("revision":2)")).rejections.empty());

    const auto withItems = [](const std::string& items) {
        return R"({"order_id":"A","placed_on":"2025-01-01","items":)" + items + "}\n";
    };
    CHECK(
        decode(withItems(R"([{"code":"X"}])") + withItems(R"([{"code":"Y"}])")).rejections.size() ==
        2);
    CHECK(decode(withItems(R"([{"code":"X","tags":["a"]},{"code":"X"}])") +
                 withItems(R"([{"code":"X"},{"code":"X","tags":["a"]}])"))
              .rejections.size() == 2);
    CHECK(
        decode(withItems(R"([{"code":"X"}])") + withItems(R"([{"code":" x"}])")).counts.identical ==
        1);
}

TEST_CASE_METHOD(Fixture, "a void record removes the record and may say little", "[input]") {
    const std::string voided = R"({"order_id":"A","void":true,"revision":1})"
                               "\n";
    const DecodedRecords gone = decode(order("A", "") + voided + order("B", ""));
    CHECK(gone.rejections.empty());
    CHECK(gone.counts.voided == 1);
    CHECK(gone.counts.superseded == 1);
    CHECK(keys(gone) == std::vector<std::string>{"B"});
    // And a still higher version brings it back.
    CHECK(keys(decode(order("A", "") + voided + order("A", R"("revision":2)"))) ==
          std::vector<std::string>{"A"});
    CHECK(decode(R"({"void":true})").rejections.size() == 1);
}

TEST_CASE_METHOD(Fixture, "what was recorded later is not yet known", "[input]") {
    const std::string text = order("A", R"("count":1,"recorded_on":"2025-01-05")") +
                             order("A", R"("count":2,"recorded_on":"2025-02-01")") +
                             order("B", "") +
                             order("C", R"("count":-1,"recorded_on":"2025-02-01")");
    DecodeOptions options;
    for (const auto& [day, count, later] :
         {std::tuple{"2025-01-31", 1, 1U}, std::tuple{"2025-02-01", 2, 0U}}) {
        options.knownAsOf = parseDate(day);
        const DecodedRecords records = decode(text, options);
        CHECK(records.counts.notYetKnown == later);
        CHECK(keys(records) == std::vector<std::string>{"A", "B"});
        CHECK(records.store.batch().spaces[0].columns[kCount].values[0] == count);
        CHECK(records.counts.superseded == 1 - later);
        REQUIRE(records.rejections.size() == 1);
        CHECK(records.rejections[0].leavesHole == (later == 0));
    }
    options.knownAsOf = parseDate("2025-01-04");
    CHECK(keys(decode(text, options)) == std::vector<std::string>{"B"});
}

TEST_CASE_METHOD(Fixture, "records are selected with everything in their lists", "[input]") {
    const auto line = [](const std::string& key, const std::string& items) {
        return R"({"order_id":")" + key + R"(","placed_on":"2025-01-01","items":)" + items + "}\n";
    };
    const DecodedRecords records =
        decode(line("A", R"([{"code":"A1","tags":["x"]},{"code":"A2"}])") + line("B", "[]") +
               line("C", R"([{"code":"C1"},{"code":"C2","tags":["y","z"]}])"));
    REQUIRE(records.store.recordCount() == 3);
    CHECK(records.store.rowsOf(1, 1) == std::pair<std::uint32_t, std::uint32_t>{2, 2});
    const std::vector<std::uint32_t> wanted = {2, 1, 0};
    const Batch batch = selectRecords(records.store, wanted);
    CHECK(textOf(batch, 0, kOrderId, 0) == "C");
    CHECK(batch.spaces[1].parent == std::vector<std::uint32_t>{0, 0, 2, 2});
    CHECK(textOf(batch, 1, 0, 1) == "C2");
    CHECK(textOf(batch, 1, 0, 2) == "A1");
    CHECK(batch.spaces[2].parent == std::vector<std::uint32_t>{1, 1, 2});
    CHECK(positionsIn(batch.spaces[2]) == std::vector<std::uint32_t>{0, 1, 0});
    CHECK(textOf(batch, 2, 0, 2) == "X");
    CHECK(selectRecords(records.store, {}).spaces[1].rows == 0);
}

TEST_CASE_METHOD(Fixture, "a store lets go of records with everything in their lists", "[input]") {
    const auto line = [](const std::string& key, const std::string& more) {
        return R"({"order_id":")" + key + R"(","placed_on":"2025-01-01")" + more + "}\n";
    };
    // The second record has no lists, and the third a value that is missing.
    const std::string text =
        line("A", R"(,"items":[{"code":"A1","tags":["x"]},{"code":"A2"}],"count":1)") +
        line("B", R"(,"items":[],"count":2)") +
        line("C", R"(,"items":[{"code":"C1"},{"code":"C2","tags":["y","z"]}])") +
        line("D", R"(,"items":[{"code":"D1","tags":["w"]}],"count":4)");
    const DecodedRecords all = decode(text);
    REQUIRE(all.store.recordCount() == 4);
    for (std::uint32_t kept = 0; kept < 16; ++kept) {
        CAPTURE(kept);
        std::vector<std::uint32_t> records;
        for (std::uint32_t record = 0; record < 4; ++record) {
            if ((kept >> record & 1U) != 0) {
                records.push_back(record);
            }
        }
        DecodedRecords few = decode(text);
        few.store.keepOnly(records);
        REQUIRE(few.store.recordCount() == records.size());
        const Batch expected = selectRecords(all.store, records);
        for (std::uint32_t space = 0; space < expected.spaces.size(); ++space) {
            const Batch::Space& rows = few.store.batch().spaces[space];
            REQUIRE(rows.rows == expected.spaces[space].rows);
            CHECK(rows.parent == expected.spaces[space].parent);
            for (std::size_t field = 0; field < rows.columns.size(); ++field) {
                CHECK(rows.columns[field].values == expected.spaces[space].columns[field].values);
                CHECK(rows.columns[field].states == expected.spaces[space].columns[field].states);
            }
            for (std::uint32_t record = 0; record < records.size(); ++record) {
                const auto [first, end] = few.store.rowsOf(space, record);
                const auto [was, until] = all.store.rowsOf(space, records[record]);
                CHECK(end - first == until - was);
                CHECK((record != 0 || first == 0));
            }
        }
        for (std::uint32_t record = 0; record < records.size(); ++record) {
            CHECK(few.store.origin(record).line == records[record] + 1);
        }
    }
}

TEST_CASE("a row's position is counted from the beginning of its list", "[input]") {
    // Lists of 0 to 40 rows, the first one without any.
    Batch::Space rows;
    std::vector<std::uint32_t> expected;
    for (std::uint32_t list = 0; list <= 40; ++list) {
        for (std::uint32_t row = 0; row < list; ++row) {
            rows.parent.push_back(list);
            expected.push_back(row);
        }
    }
    rows.rows = static_cast<std::uint32_t>(expected.size());
    CHECK(positionsIn(rows) == expected);
}

TEST_CASE_METHOD(Fixture, "several sources are one input", "[input]") {
    Decoder decoder(schema, dictionary);
    std::istringstream stream(order("A", R"("count":1)"));
    REQUIRE(decoder.addStream("first", stream).has_value());
    decoder.addText("second",
                    "\xEF\xBB\xBF" + order("A", R"("count":2)") + "\r\n" + order("B", ""));
    const Result<void> missing = decoder.addFile("/nowhere/to/be/found.ndjson");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().code == ErrorCode::CannotRead);
    const DecodedRecords records = decoder.finish();
    CHECK(keys(records) == std::vector<std::string>{"B"});
    CHECK(records.store.origin(0).line == 3);
    CHECK(records.store.sources()[records.store.origin(0).source] == "second");
    REQUIRE(records.rejections.size() == 2);
    CHECK(records.rejections[0].source == "first");
    CHECK(records.rejections[0].otherSource == "second");
    CHECK(formatRejection(records.rejections[0]) ==
          "first:1: E2019 another record has the same key and the same version and says something "
          "else: second:1 (record A)");
    CHECK(records.counts.lines == 4);
    CHECK(records.counts.blankLines == 1);
}

TEST_CASE("rejection codes are stable and told apart", "[input]") {
    std::set<std::string> codes;
    std::size_t count = 0;
#define PROVISO_REJECTION(name, code, message)                                                     \
    CHECK(std::string(rejectionCode(RejectionReason::name)) == code);                              \
    CHECK(std::string(rejectionMessage(RejectionReason::name)) == message);                        \
    codes.insert(code);                                                                            \
    ++count;
#include "runtime/input/rejection_reasons.def"
#undef PROVISO_REJECTION
    CHECK(codes.size() == count);
    CHECK(std::string(rejectionCode(RejectionReason::NotJson)) == "E2001");
    CHECK(std::string(rejectionCode(RejectionReason::ConflictingRecords)) == "E2019");
    CHECK(std::string(rejectionCode(RejectionReason::None)).empty());
}
