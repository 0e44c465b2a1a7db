#include "tests/unit/runtime/engine_bed.h"

using namespace proviso;
using namespace proviso::test;

TEST_CASE("places are the union over the operands that are unknown") {
    Bed bed(1);
    const Register a = bed.input(0, kCount, {kUnk});
    const Register b = bed.input(0, kCount, {5});
    const Register c = bed.input(0, kCount, {kUnk});
    const Register sum = bed.op(Op::Add, 0, kCount, {a, b});
    const Register more = bed.op(Op::Add, 0, kCount, {sum, c});
    const Register twice = bed.op(Op::Add, 0, kCount, {more, sum});
    bed.run();
    CHECK(bed.missing(twice, 0) == "0:0:0 0:0:2");
    CHECK(bed.missing(b, 0).empty());
    CHECK(bed.errors(twice, 0).empty());
}

TEST_CASE("an error hides what is unknown, and has every code it began with") {
    Bed bed(1);
    const Register zero = bed.constant(0, kCount, 0);
    const Register most = bed.constant(0, kCount, INT64_MAX);
    const Register open = bed.input(0, kCount, {kUnk});
    const Register divided = bed.op(Op::IntegerDivide, 0, kCount, {most, zero});
    const Register overflown = bed.op(Op::Add, 0, kCount, {most, most});
    const Register all =
        bed.op(Op::Add, 0, kCount, {bed.op(Op::Add, 0, kCount, {overflown, open}), divided});
    bed.run();
    CHECK(bed.show(all) == "!");
    CHECK(bed.errors(all, 0) == "E1001 E1002");
    CHECK(bed.missing(all, 0).empty());
}

TEST_CASE("And and Or name only what decides") {
    Bed bed(1);
    const Register a = bed.input(0, kYesNoType, {kUnk});
    const Register b = bed.input(0, kYesNoType, {1});
    const Register c = bed.input(0, kYesNoType, {0});
    const Register both = bed.op(Op::And, 0, kYesNoType, {a, b});
    const Register no = bed.op(Op::And, 0, kYesNoType, {a, c});
    bed.run();
    CHECK(bed.missing(both, 0) == "0:0:0");
    CHECK(bed.missing(no, 0).empty());
}

TEST_CASE("a long chain is walked without recursion") {
    Bed bed(1);
    Register last = bed.input(0, kCount, {kUnk});
    for (int length = 0; length < 20000; ++length) {
        last = bed.op(Op::Add, 0, kCount, {last, last});
    }
    bed.run();
    CHECK(bed.missing(last, 0) == "0:0:0");
}

TEST_CASE("a sibling gives the same answers") {
    Bed bed(2);
    const Register a = bed.input(0, kCount, {1, 2});
    const Register twice = bed.op(Op::Add, 0, kCount, {a, a});
    bed.run();
    Interpreter other = bed.interpreter().sibling();
    REQUIRE(other.run(bed.batch, {}).has_value());
    CHECK(other.column(twice).values == bed.interpreter().column(twice).values);
}

TEST_CASE("rerun evaluates again what depends on the choice, built rows included") {
    Bed bed(2);
    const Register choice = bed.op(Op::Choice, 0, kCount, {});
    const Register limit = bed.input(0, kCount, {1, 2});
    const Register below = bed.op(Op::Compare, 0, kYesNoType, {choice, limit}, {2});
    const std::uint32_t made = bed.space("made", bytecode::SpaceInfo::Kind::Rows);
    const Register origin = bed.link(Op::BuildRows, made, 0, {below}, 0);
    const Register one = bed.constant(made, kCount, 1);
    const Register count = bed.op(
        Op::FoldCount, 0, kCount, {origin, bed.op(Op::Compare, made, kYesNoType, {one, one}, {0})});
    bed.run();
    CHECK(bed.show(count) == "1 1");
    REQUIRE(bed.interpreter().rerun(1).has_value());
    CHECK(bed.show(count) == "0 1");
    CHECK(bed.show(one) == "1");
    REQUIRE(bed.interpreter().rerun(2).has_value());
    CHECK(bed.show(count) == "0 0");
    REQUIRE(bed.interpreter().rerun(0).has_value());
    CHECK(bed.show(count) == "1 1");
}
