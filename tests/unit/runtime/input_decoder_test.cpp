#include "tests/unit/runtime/input_orders.h"

#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

std::vector<std::uint32_t> positionsIn(const Batch::Space& rows) {
    std::vector<std::uint32_t> positions;
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
        positions.push_back(positionInList(rows, row));
    }
    return positions;
}

}  // namespace

TEST_CASE_METHOD(OrdersFixture, "a record becomes columns", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "null and absence are the same", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "names that the schema does not know are counted", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture,
                 "the higher version of a record counts, wherever it stands",
                 "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "equal versions are one record or a conflict", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "a void record removes the record and may say little", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "what was recorded later is not yet known", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "records are selected with everything in their lists", "[input]") {
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

TEST_CASE_METHOD(OrdersFixture,
                 "a store lets go of records with everything in their lists",
                 "[input]") {
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

TEST_CASE_METHOD(OrdersFixture, "several sources are one input", "[input]") {
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
