#pragma once

#include "runtime/input/decoder.h"
#include "tests/catch.h"
#include "tests/unit/runtime/input_bed.h"

#include <string>
#include <string_view>
#include <vector>

/// What tests of the decoder read: orders, one JSON document a line.
namespace proviso::test {

/// Orders with an optional `delivery` object, items that have tags, and a list of plain codes.
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

inline Schema orders() {
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

struct OrdersFixture {
    Schema schema = orders();
    Dictionary dictionary;

    DecodedRecords decode(std::string_view text, const DecodeOptions& options = {}) {
        return decodeText(schema, dictionary, text, options);
    }

    /// The one rejection of one order with `members` beside the required ones.
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

}  // namespace proviso::test
