// Why records do not count: each reason with its place, and what people are told.

#include "runtime/input/field_reader.h"
#include "tests/unit/runtime/input_orders.h"

#include <set>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

struct Expected {
    const char* members;
    RejectionReason reason;
    const char* field;
};

}  // namespace

TEST_CASE_METHOD(OrdersFixture,
                 "each value that does not fit is rejected with its reason",
                 "[input]") {
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

TEST_CASE_METHOD(OrdersFixture,
                 "a name or code that is none is told with those that are",
                 "[input]") {
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

TEST_CASE_METHOD(OrdersFixture,
                 "what else is wrong with a record is told with the first",
                 "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "elements of lists are named by their place", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "lines that are no records", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "required fields and the key", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture,
                 "a rejected record leaves what could be read as a hole",
                 "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "messages name fields and never values", "[input]") {
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
