#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/catch.h"

#include <string>
#include <vector>

using namespace proviso;

namespace {

bytecode::Program orders() {
    SchemaSpace space;
    space.name = "order";
    for (const char* name : {"order_id", "customer_id"}) {
        SchemaField field;
        field.name = name;
        field.path = {name};
        field.type.kind = TypeKind::Text;
        field.required = field.name == "order_id";
        space.fields.push_back(field);
    }
    bytecode::Program program;
    program.schema.spaces.push_back(space);
    program.schema.keyField = 0;
    return program;
}

/// The keys of each block, as `a b | c`.
std::string
blocksOf(const bytecode::Program& program, const std::string& text, std::size_t blockRows) {
    Dictionary dictionary;
    const DecodedRecords records = decodeText(program.schema, dictionary, text);
    REQUIRE(records.rejections.empty());
    std::string out;
    for (const auto& block : planBlocks(program, records.store, blockRows)) {
        out += out.empty() ? "" : " |";
        for (const std::uint32_t record : block) {
            const std::int64_t key = records.store.batch().spaces[0].columns[0].values[record];
            out += out.empty() ? "" : " ";
            out += dictionary.text(static_cast<std::uint32_t>(key));
        }
    }
    return out;
}

constexpr const char* kOrders = R"({"order_id": "c", "customer_id": "1"}
{"order_id": "a", "customer_id": "2"}
{"order_id": "d", "customer_id": "2"}
{"order_id": "b"}
)";

}  // namespace

TEST_CASE("records without groups fill blocks in the order of keys") {
    CHECK(blocksOf(orders(), kOrders, 2) == "a b | c d");
    CHECK(blocksOf(orders(), kOrders, 100) == "a b c d");
}

TEST_CASE("a group is never cut") {
    bytecode::Program program = orders();
    program.partition = {1};
    CHECK(blocksOf(program, kOrders, 1) == "a d | b | c");
    CHECK(blocksOf(program, kOrders, 3) == "a b d | c");
}

TEST_CASE("where groups cross, everything is one block") {
    bytecode::Program program = orders();
    program.wholeFile = true;
    CHECK(blocksOf(program, kOrders, 1) == "a b c d");
    CHECK(blocksOf(program, "", 1).empty());
}

TEST_CASE("a rejected record leaves a hole in its group") {
    bytecode::Program program = orders();
    program.schema.spaces[0].fields.push_back(program.schema.spaces[0].fields[1]);
    program.schema.spaces[0].fields[2].name = "paid";
    program.schema.spaces[0].fields[2].path = {"paid"};
    program.schema.spaces[0].fields[2].type.kind = TypeKind::YesNo;
    Dictionary dictionary;
    const auto beside = [&](const std::string& bad) {
        return recordsBesideRejected(program, decodeText(program.schema, dictionary, kOrders + bad))
            .size();
    };
    const std::string ofGroup = "{\"order_id\": \"x\", \"customer_id\": \"2\", \"paid\": 3}\n";
    CHECK(beside(ofGroup) == 0);
    program.partition = {1};
    CHECK(beside("") == 0);
    CHECK(beside(ofGroup) == 2);
    CHECK(beside("{\"order_id\": \"x\", \"paid\": 3}\n") == 4);
    CHECK(beside("no record\n") == 4);
}
