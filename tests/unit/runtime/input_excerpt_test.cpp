#include "runtime/input/excerpt.h"
#include "tests/catch.h"

namespace proviso {

namespace {

SchemaField field(const std::string& name,
                  std::vector<std::string> path,
                  TypeKind kind,
                  bool isPrivate = false) {
    SchemaField one;
    one.name = name;
    one.path = std::move(path);
    one.type.kind = kind;
    one.isPrivate = isPrivate;
    return one;
}

/// An order with an owner, an address that is half private, lines and tags.
Schema schema() {
    Schema all;
    SchemaSpace order;
    order.name = "order";
    order.fields = {field("id", {"id"}, TypeKind::Text),
                    field("owner", {"owner"}, TypeKind::Text, true),
                    field("balance", {"balance"}, TypeKind::Money, true),
                    field("address.city", {"address", "city"}, TypeKind::Text),
                    field("address.street", {"address", "street"}, TypeKind::Text, true)};
    SchemaSpace lines;
    lines.name = "line";
    lines.listName = "lines";
    lines.path = {"lines"};
    lines.parent = 0;
    lines.fields = {field("price", {"price"}, TypeKind::Money),
                    field("who", {"who"}, TypeKind::Text, true)};
    SchemaSpace tags;
    tags.name = "tag";
    tags.listName = "tags";
    tags.path = {"tags"};
    tags.parent = 0;
    tags.scalar = true;
    tags.fields = {field("value", {}, TypeKind::Text, true)};
    all.spaces = {order, lines, tags};
    all.keyField = 0;
    return all;
}

std::string excerpt(const std::string& line, bool withPrivate = false) {
    const auto lines = excerptsOf(schema(), {line}, {withPrivate});
    REQUIRE(lines.has_value());
    return lines->front();
}

}  // namespace

TEST_CASE("an excerpt keeps what the schema knows, as it was written") {
    CHECK(
        excerpt(
            R"({"id":"A","price":1,"address":{"city":"X","zip":"9"},"lines":[{"price":1.50,"x":2}]})") ==
        R"({"id": "A", "address": {"city": "X"}, "lines": [{"price": 1.50}]})");
    // Numbers are never read through a double.
    CHECK(excerpt(R"({"id":"A","lines":[{"price":12345678901234567890.10}]})") ==
          R"({"id": "A", "lines": [{"price": 12345678901234567890.10}]})");
    CHECK(excerpt(R"({"id":"A\u0001\"\\","address":null,"lines":7})") ==
          R"({"id": "A\u0001\"\\", "lines": 7})");
    CHECK(excerpt("{}") == "{}");
}

TEST_CASE("private texts become stand-ins, equal where they are and in their order") {
    const auto lines = excerptsOf(schema(),
                                  {R"({"id":"A","owner":"Zoe","lines":[{"price":1,"who":"Ann"}]})",
                                   R"({"id":"B","owner":"Ann","tags":["Zoe","Moe"]})"},
                                  {});
    REQUIRE(lines.has_value());
    CHECK(
        (*lines)[0] ==
        R"({"id": "A", "owner": "private-0003", "lines": [{"price": 1, "who": "private-0001"}]})");
    CHECK((*lines)[1] ==
          R"({"id": "B", "owner": "private-0001", "tags": ["private-0003", "private-0002"]})");
}

TEST_CASE("other private fields are left out, and everything is there when it is asked for") {
    const std::string line = R"({"id":"A","balance":"5.00","address":{"street":"S","city":"X"}})";
    CHECK(excerpt(line) == R"({"id": "A", "address": {"street": "private-0001", "city": "X"}})");
    CHECK(excerpt(R"({"id":"A","balance":5,"owner":7,"tags":[1,"x"]})") ==
          R"({"id": "A", "tags": ["private-0001"]})");
    CHECK(excerpt(line, true) ==
          R"({"id": "A", "balance": "5.00", "address": {"street": "S", "city": "X"}})");
}

TEST_CASE("what is no record, and a private key, are refused") {
    CHECK_FALSE(excerptsOf(schema(), {"[1]"}, {}).has_value());
    CHECK_FALSE(excerptsOf(schema(), {"{\"id\""}, {}).has_value());
    Schema hidden = schema();
    hidden.spaces[0].fields[0].isPrivate = true;
    CHECK_FALSE(excerptsOf(hidden, {R"({"id":"A"})"}, {}).has_value());
    CHECK(excerptsOf(hidden, {R"({"id":"A"})"}, {true}).has_value());
}

}  // namespace proviso
