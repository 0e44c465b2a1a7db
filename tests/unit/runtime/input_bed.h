#pragma once

#include "runtime/input/decoder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

/// Records of a schema that has everything, in many ways of writing them, and all that a decoder
/// says of them.
namespace proviso::test {

inline SchemaField field(std::vector<std::string> path, Type type, bool required = false) {
    SchemaField result;
    result.name = path.empty() ? "value" : path.back();
    result.path = std::move(path);
    result.type = type;
    result.required = required;
    return result;
}

/// Items, their tags, and the stops of a delivery.
inline std::vector<SchemaSpace> listsOfOrders() {
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
    stop.fields = {field({"place"}, {TypeKind::Text, 0, 0})};
    return {item, tag, stop};
}

inline Schema everyType() {
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
    schema.spaces = listsOfOrders();
    schema.spaces.insert(schema.spaces.begin(), order);
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

inline bool isRead(const ReadOfRecords& read, std::size_t space, std::uint32_t field) {
    const std::vector<std::uint32_t>& fields = read.fields[space];
    return std::find(fields.begin(), fields.end(), field) != fields.end();
}

/// Everything a decoder says, with texts in place of their ids; of records, what `read` says.
/// `withTexts`: also the dictionary.
inline std::string sayAll(const Schema& schema,
                          const std::string& input,
                          const DecodeOptions& options,
                          const ReadOfRecords* read = nullptr,
                          bool withTexts = false) {
    Dictionary dictionary;
    Decoder decoder(schema, dictionary, options);
    std::istringstream stream(input);
    std::string all = decoder.addStream("input", stream) ? "" : "failed\n";
    const DecodedRecords records = decoder.finish();
    const auto sayRows = [&](const Batch::Space& rows, std::size_t space) {
        const SchemaSpace& declared = schema.spaces[space];
        all += declared.name + " " + std::to_string(rows.rows) + "\n";
        for (std::uint32_t row = 0; row < rows.rows; ++row) {
            if (!rows.parent.empty()) {
                all += std::to_string(rows.parent[row]) + "." +
                       std::to_string(positionInList(rows, row));
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
    // Texts in the order of their ids.
    for (std::uint32_t id = 0; withTexts && id < dictionary.size(); ++id) {
        all += std::string(dictionary.text(id)) + "\n";
    }
    const DecodeCounts& counts = records.counts;
    for (const std::uint64_t count : {counts.lines,
                                      counts.accepted,
                                      counts.rejected,
                                      counts.superseded,
                                      counts.identical,
                                      counts.voided,
                                      counts.blankLines,
                                      counts.notYetKnown}) {
        all += std::to_string(count) + " ";
    }
    return all;
}

inline DecodeOptions way(bool quickly) {
    DecodeOptions options;
    options.quickly = quickly;
    options.settle = false;
    return options;
}

}  // namespace proviso::test
