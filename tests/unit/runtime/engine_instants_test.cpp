#include "tests/unit/runtime/engine_bed.h"

#include <random>

using namespace proviso;
using namespace proviso::test;
using Kind = bytecode::SpaceInfo::Kind;

namespace {

/// Shifts of days: the stretches of time that they part a day into.
struct Shifts {
    Bed bed;
    std::uint32_t shift;
    Register from;
    Register to;
    std::uint32_t moment;
    std::uint32_t cover;
    Register instants;
    Register covers;
    Register start;
    Register finish;
    Register exists;
    Register coverExists;
    Register source;
    Register people;

    Shifts(std::uint32_t days,
           std::vector<std::uint32_t> parents,
           std::vector<Cell> begins,
           std::vector<Cell> ends)
        : bed(days), shift(bed.list("shift", 0, std::move(parents))),
          from(bed.signedInput(shift, kCount, std::move(begins))),
          to(bed.signedInput(shift, kCount, std::move(ends))),
          moment(bed.space("moment", Kind::Instants)), cover(bed.space("cover", Kind::Covers)),
          instants(bed.link(Op::BuildInstants, moment, 0, {bed.parent(shift), from, to}, shift)),
          covers(bed.link(Op::BuildCovers, cover, moment, {instants}, moment)),
          start(bed.op(Op::InstantStart, moment, kCount, {instants})),
          finish(bed.op(Op::InstantEnd, moment, kCount, {instants})),
          exists(bed.op(Op::SecondExists, moment, kYesNoType, {instants})),
          coverExists(bed.op(Op::SecondExists, cover, kYesNoType, {covers})),
          source(bed.link(Op::SecondOf, cover, shift, {covers})),
          people(bed.op(Op::FoldCount, moment, kCount, {covers, coverExists})) {
        bed.run();
    }
};

}  // namespace

TEST_CASE("overlapping and touching stretches are parted where they begin and end") {
    const Shifts shifts(2, {0, 0, 0, 1, 1}, {0, 5, 20, 0, 10}, {10, 15, 30, 10, 20});
    CHECK(shifts.bed.showLink(shifts.instants) == "0 0 0 0 1 1");
    CHECK(shifts.bed.show(shifts.start) == "0 5 10 20 0 10");
    CHECK(shifts.bed.show(shifts.finish) == "5 10 15 30 10 20");
    CHECK(shifts.bed.show(shifts.exists) == "1 1 1 1 1 1");
    CHECK(shifts.bed.show(shifts.people) == "1 2 1 1 1 1");
    CHECK(shifts.bed.showLink(shifts.covers) == "0 1 1 2 3 4 5");
    CHECK(shifts.bed.showLink(shifts.source) == "0 0 1 1 2 3 4");
}

TEST_CASE("what has no length or no end covers nothing") {
    const Shifts shifts(2, {0, 0, 1, 1}, {0, 4, kNA, kUnk}, {10, 4, 9, kNA});
    CHECK(shifts.bed.show(shifts.start) == "0 4");
    CHECK(shifts.bed.show(shifts.finish) == "4 10");
    CHECK(shifts.bed.show(shifts.people) == "1 1");
}

TEST_CASE("no rows, no stretches") {
    Shifts shifts(1, {}, {}, {});
    CHECK(shifts.bed.interpreter().rows(shifts.moment) == 0);
    CHECK(shifts.bed.interpreter().rows(shifts.cover) == 0);
}

TEST_CASE("an unknown end covers perhaps what the other does not exclude, and some unknown time") {
    Shifts shifts(1, {0, 0, 0, 0}, {0, 20, 20, kUnk}, {10, 30, kUnk, 5});
    Bed& bed = shifts.bed;
    CHECK(bed.show(shifts.start) == "0 20 ?");
    CHECK(bed.show(shifts.finish) == "10 30 ?");
    CHECK(bed.show(shifts.exists) == "1 1 ?");
    CHECK(bed.showBounds(shifts.people) == "1..2 1..2 0..2");
    CHECK(bed.showLink(shifts.covers) == "0 0 1 1 2 2");
    CHECK(bed.showLink(shifts.source) == "0 3 1 2 2 3");
    CHECK(bed.show(shifts.coverExists) == "1 ? 1 ? ? ?");
    CHECK(bed.missing(shifts.coverExists, 1) == "1:3:0");
    CHECK(bed.missing(shifts.coverExists, 3) == "1:2:1");
    CHECK(bed.missing(shifts.start, 2) == "1:2:1 1:3:0");
    CHECK(bed.missing(shifts.exists, 2) == "1:2:1 1:3:0");
}

TEST_CASE("a gap that something may cover is a stretch that may exist") {
    Shifts shifts(1, {0, 0, 0}, {0, 20, 3}, {10, 30, kUnk});
    CHECK(shifts.bed.show(shifts.start) == "0 10 20 ?");
    CHECK(shifts.bed.show(shifts.exists) == "1 ? 1 ?");
    CHECK(shifts.bed.missing(shifts.exists, 1) == "1:2:1");
    CHECK(shifts.bed.errors(shifts.exists, 1).empty());
}

TEST_CASE("only unknown ends: some unknown time and nothing else") {
    Shifts shifts(1, {0, 0}, {kUnk, 4}, {kUnk, kUnk});
    CHECK(shifts.bed.show(shifts.start) == "?");
    CHECK(shifts.bed.missing(shifts.finish, 0) == "1:0:0 1:0:1 1:1:1");
}

TEST_CASE("a stretch that ends before it begins, or an end in error, is an error") {
    Shifts shifts(2, {0, 0, 1, 1, 1}, {0, 10, kErr, 5, kUnk}, {10, 5, 9, 6, 3});
    Bed& bed = shifts.bed;
    CHECK(bed.showLink(shifts.instants) == "0 0 1 1");
    CHECK(bed.show(shifts.start) == "0 ! 5 !");
    CHECK(bed.show(shifts.exists) == "1 ! 1 !");
    CHECK(bed.errors(shifts.exists, 1) == "E1014");
    CHECK(bed.errors(shifts.start, 1) == "E1014");
    CHECK(bed.showLink(shifts.source) == "0 1 3 2 4");
    CHECK(bed.show(shifts.coverExists) == "1 ! 1 ! ?");
    CHECK(bed.errors(shifts.coverExists, 1) == "E1014");
    CHECK(bed.missing(shifts.coverExists, 4) == "1:4:0");
    CHECK(bed.show(shifts.people) == "1 ! 1 !");
}

TEST_CASE("the errors of ends and bad stretches are told together") {
    Bed bed(1);
    const std::uint32_t shift = bed.list("shift", 0, {0, 0});
    const Register zero = bed.constant(shift, kCount, 0);
    const Register number = bed.input(shift, kCount, {4, 0});
    const Register begin = bed.signedInput(shift, kCount, {9, 0});
    const Register end = bed.op(Op::Select,
                                shift,
                                kCount,
                                {bed.op(Op::Compare, shift, kYesNoType, {number, zero}, {4}),
                                 number,
                                 bed.op(Op::IntegerDivide, shift, kCount, {number, zero})});
    const std::uint32_t moment = bed.space("moment", Kind::Instants);
    const Register instants =
        bed.link(Op::BuildInstants, moment, 0, {bed.parent(shift), begin, end}, shift);
    const Register exists = bed.op(Op::SecondExists, moment, kYesNoType, {instants});
    bed.run();
    CHECK(bed.show(exists) == "!");
    CHECK(bed.errors(exists, 0) == "E1002 E1014");
}

TEST_CASE("extreme times part the time as others do") {
    const Shifts shifts(1, {0, 0, 0}, {INT64_MIN, 0, kUnk}, {0, INT64_MAX, 5});
    CHECK(shifts.bed.show(shifts.exists) == "1 1 ?");
    CHECK(shifts.bed.showBounds(shifts.people) == "1..2 1..2 0..1");
}

TEST_CASE("stretches agree with counting minutes") {
    std::mt19937_64 random(77);
    const auto below = [&](std::uint64_t count) {
        return static_cast<std::int64_t>(random() % count);
    };
    for (int time = 0; time < 300; ++time) {
        const auto rows = static_cast<std::uint32_t>(below(7));
        std::vector<Cell> from;
        std::vector<Cell> to;
        std::vector<std::int64_t> covered(20, 0);
        for (std::uint32_t row = 0; row < rows; ++row) {
            const std::int64_t begin = below(15);
            const std::int64_t end = begin + below(5);
            from.emplace_back(begin);
            to.emplace_back(end);
            for (std::int64_t minute = begin; minute < end; ++minute) {
                ++covered[static_cast<std::size_t>(minute)];
            }
        }
        Shifts shifts(1, std::vector<std::uint32_t>(rows, 0), from, to);
        const Interpreter& run = shifts.bed.interpreter();
        std::vector<std::int64_t> found(20, 0);
        for (std::uint32_t row = 0; row < run.rows(shifts.moment); ++row) {
            for (std::int64_t minute = run.column(shifts.start).values[row];
                 minute < run.column(shifts.finish).values[row];
                 ++minute) {
                found[static_cast<std::size_t>(minute)] += run.column(shifts.people).values[row];
            }
        }
        REQUIRE(found == covered);
    }
}
