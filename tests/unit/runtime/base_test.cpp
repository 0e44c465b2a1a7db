#include "runtime/base/check.h"
#include "runtime/base/digest.h"
#include "runtime/base/result.h"
#include "runtime/base/typed_id.h"
#include "tests/catch.h"

#include <string>
#include <unordered_set>

using namespace proviso;

namespace {

Result<int> half(int number) {
    if (number % 2 != 0) {
        return Error{ErrorCode::InvalidArgument, "odd", "half"};
    }
    return number / 2;
}

}  // namespace

TEST_CASE("a result holds a value or an error", "[base]") {
    const Result<int> good = half(8);
    REQUIRE(good.has_value());
    CHECK(good.value() == 4);
    CHECK(good.value_or(9) == 4);
    CHECK_THROWS_AS(good.error(), InternalError);

    const Result<int> bad = half(7);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == ErrorCode::InvalidArgument);
    CHECK(bad.error().context == "half");
    CHECK(bad.value_or(9) == 9);
    CHECK_THROWS_AS(bad.value(), InternalError);
}

TEST_CASE("results chain", "[base]") {
    CHECK(half(8).and_then(half).and_then(half).value() == 1);
    CHECK(half(6).and_then(half).error().message == "odd");
    CHECK(half(6).transform([](int number) { return std::to_string(number); }).value() == "3");

    int calls = 0;
    Result<void> done = half(2).transform([&](int) { ++calls; });
    CHECK(done.has_value());
    CHECK(calls == 1);
    Result<void> failed = Error{ErrorCode::NotFound, "gone", ""};
    CHECK_FALSE(failed.has_value());
    CHECK_THROWS_AS(failed.value(), InternalError);
    CHECK(std::move(failed).and_then([]() -> Result<int> { return 1; }).error().message == "gone");
}

TEST_CASE("a failed check names the place and the reason", "[base]") {
    CHECK_NOTHROW([] { PROVISO_CHECK(1 + 1 == 2, "arithmetic"); }());
    CHECK_THROWS_WITH([] { PROVISO_CHECK(1 + 1 == 3, "arithmetic"); }(),
                      Catch::Contains("base_test.cpp") && Catch::Contains("arithmetic"));
}

TEST_CASE("ids of different kinds do not mix and know none", "[base]") {
    using OrderId = Id<struct OrderTag>;
    using ItemId = Id<struct ItemTag>;
    STATIC_REQUIRE_FALSE(std::is_convertible_v<OrderId, ItemId>);
    CHECK(OrderId{}.isNone());
    CHECK(OrderId::kNone == OrderId{});
    CHECK(OrderId{3} < OrderId{4});
    CHECK(std::unordered_set<OrderId>{OrderId{1}, OrderId{1}}.size() == 1);
}

TEST_CASE("digests are SHA-256 with a prefix", "[base]") {
    CHECK(sha256("abc") ==
          "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    Sha256 pieces;
    pieces.add("a");
    pieces.add("bc");
    CHECK(pieces.finish() == sha256("abc"));
    CHECK_THROWS_AS(pieces.finish(), InternalError);

    Sha256 several;
    several.add("abc");
    CHECK(several.finishAndRestart()[0] == 0xba);
    CHECK(several.finishAndRestart()[0] == 0xe3);
    several.add("abc");
    CHECK(several.finish() == sha256("abc"));

    Sha256 first;
    first.addFramed("a");
    first.addFramed("bc");
    Sha256 second;
    second.addFramed("ab");
    second.addFramed("c");
    CHECK(first.finish() != second.finish());
}
