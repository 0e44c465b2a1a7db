#include "tests/unit/runtime/engine_bed.h"

#include <set>

using namespace proviso;
using namespace proviso::test;

namespace {

/// One order and its lines.
struct Pool {
    Bed bed{1};
    std::uint32_t line;
    Register up;
    Register total;
    Register mask;
    Register units = 0;
    Register outcomes = 0;

    Pool(Cell totalCell,
         std::vector<Cell> by,
         std::int64_t each = 15,
         std::vector<Cell> masks = {},
         std::vector<Cell> ranks = {})
        : line(bed.list("line", 0, std::vector<std::uint32_t>(by.size(), 0))), up(bed.parent(line)),
          total(bed.input(0, kCount, {totalCell})),
          mask(bed.input(
              line, kYesNoType, masks.empty() ? std::vector<Cell>(by.size(), 1) : masks)) {
        const Register byColumn = bed.input(line, kCount, by);
        const Register eachColumn = bed.constant(line, kCount, each);
        const Register rank =
            ranks.empty() ? bed.op(Op::Rank, line, kCount, {up}) : bed.input(line, kCount, ranks);
        const Register choice = bed.op(Op::Choice, 0, kCount, {});
        const std::vector<Register> operands{up, total, mask, byColumn, eachColumn, rank, choice};
        units = bed.op(Op::Apportion, line, kCount, operands);
        outcomes = bed.op(Op::ApportionOutcomes, 0, kCount, operands);
        bed.run();
    }

    std::string choose(std::int64_t choice) {
        REQUIRE(bed.interpreter().rerun(choice).has_value());
        return bed.show(units);
    }
};

}  // namespace

TEST_CASE("Apportion gives whole parts first and the rest to the largest remainders") {
    Pool pool(5, {33, 8, 24});
    // 2 rest 3, 0 rest 8, 1 rest 9: two are left.
    CHECK(pool.bed.show(pool.units) == "2 1 2");
    CHECK(pool.bed.show(pool.outcomes) == "1");
}

TEST_CASE("Apportion gives to remainders of nothing, too, and nothing where nothing is left") {
    Pool one(3, {15, 15});
    CHECK(one.bed.show(one.units) == "2 1");
    Pool exact(2, {15, 15});
    CHECK(exact.bed.show(exact.units) == "1 1");
    Pool all(4, {15, 15});
    CHECK(all.bed.show(all.units) == "2 2");
    CHECK(all.bed.show(all.outcomes) == "1");
    Pool none(0, {});
    CHECK(none.bed.show(none.units).empty());
    CHECK(none.bed.show(none.outcomes) == "1");
}

TEST_CASE("Apportion breaks ties by rank and counts the other outcomes") {
    Pool pool(1, {7, 7, 7}, 15, {}, {2, 0, 1});
    CHECK(pool.bed.show(pool.units) == "0 1 0");
    CHECK(pool.bed.show(pool.outcomes) == "3");
    CHECK(pool.choose(1) == "0 0 1");
    CHECK(pool.choose(2) == "1 0 0");
    CHECK(pool.choose(3) == "0 1 0");
    CHECK(pool.choose(0) == "0 1 0");
}

TEST_CASE("Apportion: rows above the tie are not part of it") {
    Pool pool(2, {9, 7, 7});
    CHECK(pool.bed.show(pool.units) == "1 1 0");
    CHECK(pool.bed.show(pool.outcomes) == "2");
    CHECK(pool.choose(1) == "1 0 1");
}

TEST_CASE("Apportion: subsets of ties in lexicographic order") {
    Pool pool(2, {7, 7, 7, 7});
    CHECK(pool.bed.show(pool.outcomes) == "6");
    const std::vector<std::string> expected = {
        "1 1 0 0", "1 0 1 0", "1 0 0 1", "0 1 1 0", "0 1 0 1", "0 0 1 1"};
    for (std::size_t choice = 0; choice < expected.size(); ++choice) {
        CHECK(pool.choose(static_cast<std::int64_t>(choice)) == expected[choice]);
    }
}

TEST_CASE("Apportion tells at most 16 outcomes apart") {
    Pool pool(20, std::vector<Cell>(40, 7));
    CHECK(pool.bed.show(pool.outcomes) == "16");
    std::set<std::string> met;
    for (std::int64_t choice = 0; choice < 16; ++choice) {
        met.insert(pool.choose(choice));
    }
    CHECK(met.size() == 16);
    CHECK(met.count(pool.choose(16)) == 1);
}

TEST_CASE("Apportion leaves out the rows that the mask leaves out") {
    Pool pool(1, {7, 14, 9}, 15, {1, 0, kNA});
    CHECK(pool.bed.show(pool.units) == "1 - -");
}

TEST_CASE("Apportion: a pool that does not fit is an error of its rows") {
    Pool tooMuch(4, {7, 7});
    CHECK(tooMuch.bed.show(tooMuch.units) == "! !");
    CHECK(tooMuch.bed.errors(tooMuch.units, 0) == "E1005");
    CHECK(tooMuch.bed.show(tooMuch.outcomes) == "1");
    Pool tooLittle(1, {30, 7}, 15, {1, 0});
    CHECK(tooLittle.bed.show(tooLittle.units) == "! -");
    CHECK(tooLittle.bed.errors(tooLittle.units, 0) == "E1005");
    Pool negative(1, {-1});
    CHECK(negative.bed.errors(negative.units, 0) == "E1005");
    Pool zero(1, {7}, 0);
    CHECK(zero.bed.show(zero.units) == "!");
    CHECK(zero.bed.errors(zero.units, 0) == "E1002");
}

TEST_CASE("Apportion: states of the pool") {
    Pool unknownTotal(kUnk, {7, 7}, 15, {1, 0});
    CHECK(unknownTotal.bed.show(unknownTotal.units) == "? -");
    CHECK(unknownTotal.bed.missing(unknownTotal.units, 0) == "0:0:0");
    Pool noTotal(kNA, {7, 7});
    CHECK(noTotal.bed.show(noTotal.units) == "- -");
    Pool unknownMask(1, {7, 7}, 15, {1, kUnk});
    CHECK(unknownMask.bed.show(unknownMask.units) == "? ?");
    CHECK(unknownMask.bed.missing(unknownMask.units, 0) == "1:1:0");
    Pool unknownBy(1, {7, kUnk, kErr}, 15, {1, 1, 0});
    CHECK(unknownBy.bed.show(unknownBy.units) == "? ? -");
    CHECK(unknownBy.bed.missing(unknownBy.units, 0) == "1:1:1");
    Pool error(1, {kErr, kUnk});
    CHECK(error.bed.show(error.units) == "! !");
    CHECK(error.bed.show(error.outcomes) == "1");
}
