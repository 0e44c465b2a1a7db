#include "tests/unit/runtime/engine_bed.h"

using namespace proviso;
using namespace proviso::test;
using Kind = bytecode::SpaceInfo::Kind;

TEST_CASE("GroupBy numbers the combinations of keys in the order first met") {
    Bed bed(6);
    const Register a = bed.input(0, kCount, {1, 2, 1, 1, 2, kNA});
    const Register b = bed.input(0, kCount, {5, 5, 6, 5, 5, 5});
    const std::uint32_t group = bed.space("day", Kind::Group);
    const Register link = bed.link(Op::GroupBy, 0, group, {a, b}, group);
    const Register size =
        bed.op(Op::FoldCount, group, kCount, {link, bed.constant(0, kYesNoType, 1)});
    const Register back = bed.op(Op::Spread, 0, kCount, {size, link});
    bed.run();
    CHECK(bed.interpreter().rows(group) == 3);
    CHECK(bed.showLink(link) == "0 1 2 0 1 -");
    CHECK(bed.show(size) == "2 2 1");
    CHECK(bed.show(back) == "2 2 1 2 2 -");
}

TEST_CASE("GroupBy without keys makes one row, of no rows none") {
    for (const std::uint32_t rows : {0U, 3U}) {
        Bed bed(rows);
        const std::uint32_t group = bed.space("all", Kind::Group);
        bed.link(Op::GroupBy, 0, group, {}, group);
        bed.run();
        CHECK(bed.interpreter().rows(group) == (rows == 0 ? 0 : 1));
    }
}

TEST_CASE("BuildKeyed makes a row for each parent and combination of keys") {
    Bed bed(2);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 1, 1});
    const Register code = bed.input(line, kCount, {7, 8, 7, 7, kUnk});
    const std::uint32_t item = bed.space("item", Kind::Keyed);
    const Register members = bed.link(Op::BuildKeyed, line, item, {bed.parent(line), code}, item);
    const Register first = bed.link(Op::FirstRow, item, line, {members});
    const Register toOrder = bed.link(Op::Compose, item, 0, {first, bed.parent(line)});
    bed.run();
    CHECK(bed.interpreter().rows(item) == 3);
    CHECK(bed.showLink(members) == "0 1 0 2 -");
    CHECK(bed.showLink(toOrder) == "0 0 1");
    CHECK(bed.missing(members, 4) == "1:4:0");
}

TEST_CASE("BuildRows keeps rows that may not exist, and says which branch made them") {
    Bed bed(4);
    const Register first = bed.input(0, kYesNoType, {1, 0, kUnk, kNA});
    const Register second = bed.input(0, kYesNoType, {1, 0, kErr, 1});
    const Register number = bed.input(0, kCount, {10, 11, 12, 13});
    const std::uint32_t made = bed.space("made", Kind::Rows);
    const Register origin = bed.link(Op::BuildRows, made, 0, {first, second}, 0);
    const Register branch = bed.op(Op::BranchOf, made, kCount, {origin});
    const Register exists = bed.op(Op::RowExists, made, kYesNoType, {origin});
    const Register read = bed.op(Op::Spread, made, kCount, {number, origin});
    bed.run();
    CHECK(bed.showLink(origin) == "0 0 2 2 3");
    CHECK(bed.show(branch) == "0 1 0 1 1");
    CHECK(bed.show(exists) == "1 1 ? ! 1");
    CHECK(bed.show(read) == "10 10 12 12 13");
    CHECK(bed.missing(exists, 2) == "0:2:0");
}

TEST_CASE("BuildPairs pairs each row with each other one of its parent") {
    Bed bed(3);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 1, 2, 2});
    const std::uint32_t pair = bed.space("pair", Kind::Pairs);
    const Register first = bed.link(Op::BuildPairs, pair, line, {bed.parent(line)}, line);
    const Register second = bed.link(Op::PairSecond, pair, line, {first});
    bed.run();
    CHECK(bed.showLink(first) == "0 0 1 1 2 2 4 5");
    CHECK(bed.showLink(second) == "1 2 0 2 0 1 5 4");
}

TEST_CASE("BuildProduct pairs the rows of two lists under one parent") {
    Bed bed(3);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 1});
    const std::uint32_t note = bed.list("note", 0, {0, 2, 0});
    const std::uint32_t both = bed.space("both");
    const Register toLine =
        bed.link(Op::BuildProduct, both, line, {bed.parent(line), bed.parent(note)}, note);
    const Register toNote = bed.link(Op::ProductSecond, both, note, {toLine});
    bed.run();
    CHECK(bed.showLink(toLine) == "0 0 1 1");
    CHECK(bed.showLink(toNote) == "0 2 0 2");
}

TEST_CASE("a row space beyond the limit ends the run") {
    Bed bed(1);
    const std::uint32_t line = bed.list("line", 0, std::vector<std::uint32_t>(20, 0));
    const std::uint32_t pair = bed.space("pair", Kind::Pairs);
    bed.link(Op::BuildPairs, pair, line, {bed.parent(line)}, line);
    bed.run({std::nullopt, 0, 400});
    CHECK(bed.interpreter().rows(pair) == 380);
    const Result<void> ran = bed.interpreter().run(bed.batch, {std::nullopt, 0, 379});
    REQUIRE(!ran);
    CHECK(ran.error().code == ErrorCode::LimitExceeded);
    CHECK(ran.error().context == "pair");
    CHECK(bed.interpreter().run(bed.batch, {}).has_value());
}
