#include "runtime/history/database.h"
#include "tests/catch.h"

using proviso::history::Database;
using proviso::history::StoreFailure;

namespace {

struct Numbers : Database {
    Numbers() : Database(":memory:", Access::ReadWrite, 1 << 20) {
        execute("CREATE TABLE numbers(number INTEGER PRIMARY KEY)");
    }
    std::int64_t count() { return number("SELECT count(*) FROM numbers"); }
};

}  // namespace

TEST_CASE("a transaction that is rolled back leaves nothing") {
    Numbers numbers;
    numbers.execute("BEGIN IMMEDIATE");
    numbers.execute("INSERT INTO numbers VALUES(1)");
    REQUIRE(numbers.count() == 1);
    numbers.rollBack();
    CHECK(numbers.count() == 0);
    CHECK_NOTHROW(numbers.execute("BEGIN IMMEDIATE"));
}

TEST_CASE("rolling back where SQLite has done so by itself is no failure") {
    Numbers numbers;
    numbers.execute("BEGIN IMMEDIATE");
    numbers.execute("INSERT INTO numbers VALUES(1)");
    // It ends the transaction, as a full disk does.
    CHECK_THROWS_AS(numbers.execute("INSERT OR ROLLBACK INTO numbers VALUES(1)"), StoreFailure);
    numbers.rollBack();
    CHECK(numbers.count() == 0);
    CHECK_NOTHROW(numbers.execute("BEGIN IMMEDIATE"));
}
