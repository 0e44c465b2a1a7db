#include "runtime/bytecode/cells.h"
#include "tests/catch.h"

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

using proviso::Cells;

TEST_CASE("cells that are lent can be read, copied and replaced, but not changed") {
    std::vector<std::int64_t> whole(10);
    std::iota(whole.begin(), whole.end(), 0);
    Cells<std::int64_t> lent = Cells<std::int64_t>::lent({whole.data() + 3, 4});
    CHECK(lent.isLent());
    CHECK(lent.size() == 4);
    CHECK(std::as_const(lent)[0] == 3);
    CHECK(std::as_const(lent).back() == 6);
    CHECK_THROWS(lent.push_back(1));
    CHECK_THROWS(lent.resize(2));
    CHECK_THROWS(lent.data());

    const Cells<std::int64_t> copy = lent;
    CHECK_FALSE(copy.isLent());
    CHECK(copy == lent);
    whole[3] = 100;
    CHECK(std::as_const(lent)[0] == 100);
    CHECK(copy[0] == 3);

    Cells<std::int64_t> moved = std::move(lent);
    CHECK(moved.isLent());
    CHECK(moved.size() == 4);
    moved.clear();
    CHECK(moved.empty());
    moved.push_back(7);
    CHECK_FALSE(moved.isLent());
    CHECK(moved.back() == 7);
}

TEST_CASE("cells of one's own survive being moved and assigned") {
    Cells<std::int64_t> own{1, 2, 3};
    Cells<std::int64_t> other = std::move(own);
    CHECK(other.size() == 3);
    own = other;
    CHECK(own == other);
    own[0] = 9;
    CHECK(std::as_const(other)[0] == 1);
    own = std::move(other);
    CHECK(std::as_const(own)[0] == 1);
    own = *&own;
    CHECK(own.size() == 3);
    own.assign(5, 4);
    CHECK(own.size() == 5);
    own.resize(2);
    CHECK(own.size() == 2);
}
