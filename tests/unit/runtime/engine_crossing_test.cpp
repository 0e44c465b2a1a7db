#include "tests/unit/runtime/engine_bed.h"

using namespace proviso;
using namespace proviso::test;

TEST_CASE("Spread carries a parent's value and state to its rows") {
    Bed bed(3);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 2, 1});
    const Register value = bed.input(0, kCount, {5, kUnk, 7});
    const Register plain = bed.input(0, kCount, {1, 2, 3});
    const Register up = bed.parent(line);
    const Register spread = bed.op(Op::Spread, line, kCount, {value, up});
    const Register spreadPlain = bed.op(Op::Spread, line, kCount, {plain, up});
    bed.run();
    CHECK(bed.show(spread) == "5 5 7 ?");
    CHECK(bed.show(spreadPlain) == "1 1 3 2");
    CHECK(bed.missing(spread, 3) == "0:1:0");
}

TEST_CASE("Compose follows one link and then the next") {
    Bed bed(2);
    const std::uint32_t line = bed.list("line", 0, {1, 0, 0});
    const std::uint32_t part = bed.list("part", line, {2, 0, 1, 0});
    const Register toOrder = bed.link(Op::Compose, part, 0, {bed.parent(part), bed.parent(line)});
    bed.run();
    CHECK(bed.showLink(toOrder) == "0 1 0 1");
    CHECK(bed.interpreter().children(toOrder, 1).size() == 2);
    CHECK(bed.interpreter().children(toOrder, 1)[1] == 3);
}

TEST_CASE("Gather reads the row named, and where none is named gives that state") {
    Bed bed(4);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 1, 2, 2, 3});
    const Register up = bed.parent(line);
    const Register mask = bed.input(line, kYesNoType, {0, 1, 0, 1, 1, kUnk});
    const Register value = bed.input(line, kCount, {1, kUnk, 3, 4, 5, 6});
    const Register row = bed.op(Op::FoldOnly, 0, {TypeKind::Row, 0, line}, {up, mask});
    const Register read = bed.op(Op::Gather, 0, kCount, {value, row});
    bed.run();
    CHECK(bed.show(row) == "1 - ! ?");
    CHECK(bed.show(read) == "? - ! ?");
    CHECK(bed.errors(read, 2) == "E1008");
    CHECK(bed.missing(read, 0) == "1:1:1");
    CHECK(bed.missing(read, 3) == "1:5:0");
}

TEST_CASE("FirstRow, RowOfLink: from the made row to the first of its members") {
    Bed bed(4);
    const Register key = bed.input(0, kCount, {7, 8, 7, kUnk});
    const Register value = bed.input(0, kCount, {1, 2, 3, 4});
    const std::uint32_t group = bed.space("day", bytecode::SpaceInfo::Kind::Group);
    const Register toGroup = bed.link(Op::GroupBy, 0, group, {key}, group);
    const Register first = bed.link(Op::FirstRow, group, 0, {toGroup});
    const Register firstValue = bed.op(Op::Spread, group, kCount, {value, first});
    const Register row = bed.op(Op::RowOfLink, 0, {TypeKind::Row, 0, group}, {toGroup});
    const Register back = bed.op(Op::Spread, 0, kCount, {firstValue, toGroup});
    bed.run();
    CHECK(bed.showLink(toGroup) == "0 1 0 -");
    CHECK(bed.showLink(first) == "0 1");
    CHECK(bed.show(firstValue) == "1 2");
    CHECK(bed.show(row) == "0 1 0 ?");
    CHECK(bed.show(back) == "1 2 1 ?");
    CHECK(bed.missing(back, 3) == "0:3:0");
    CHECK(bed.missing(row, 3) == "0:3:0");
    CHECK(bed.missing(toGroup, 3) == "0:3:0");
}

TEST_CASE("FirstRow leads nowhere from a row without members") {
    Bed bed(2);
    const std::uint32_t line = bed.list("line", 0, {1, 1});
    const Register value = bed.input(line, kCount, {4, 5});
    const Register first = bed.link(Op::FirstRow, 0, line, {bed.parent(line)});
    const Register read = bed.op(Op::Spread, 0, kCount, {value, first});
    bed.run();
    CHECK(bed.showLink(first) == "- 0");
    CHECK(bed.show(read) == "- 4");
}

TEST_CASE("Rank orders within the parent: texts by bytes, non-values last, ties by row") {
    Bed bed(2);
    const std::uint32_t apple = bed.text("apple");
    const std::uint32_t zebra = bed.text("Zebra");
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 0, 1, 1});
    const Register up = bed.parent(line);
    const Register name = bed.input(line, kText, {apple, kUnk, zebra, apple, apple, apple});
    const Register number = bed.input(line, kCount, {2, 1, 1, 1, 5, 5});
    const Register byName = bed.op(Op::Rank, line, kCount, {up, name, number});
    const Register byNumber = bed.op(Op::Rank, line, kCount, {up, number});
    const Register byRow = bed.op(Op::Rank, line, kCount, {up});
    bed.run();
    CHECK(bed.show(byName) == "2 3 0 1 0 1");
    CHECK(bed.show(byNumber) == "3 0 1 2 0 1");
    CHECK(bed.show(byRow) == "0 1 2 3 0 1");
}
