#include "tests/unit/runtime/engine_bed.h"

#include <array>

using namespace proviso;
using namespace proviso::test;

namespace {

const std::vector<Cell> kAll = {1, 0, kNA, kUnk, kErr};

/// Columns that hold every pair of answers.
std::vector<Cell> firsts() {
    std::vector<Cell> cells;
    for (const Cell& one : kAll) {
        cells.insert(cells.end(), kAll.size(), one);
    }
    return cells;
}

std::vector<Cell> seconds() {
    std::vector<Cell> cells;
    for (std::size_t time = 0; time < kAll.size(); ++time) {
        cells.insert(cells.end(), kAll.begin(), kAll.end());
    }
    return cells;
}

}  // namespace

TEST_CASE("And and Or of two") {
    Bed bed(25);
    const Register a = bed.input(0, kYesNoType, firsts());
    const Register b = bed.input(0, kYesNoType, seconds());
    const Register both = bed.op(Op::And, 0, kYesNoType, {a, b});
    const Register either = bed.op(Op::Or, 0, kYesNoType, {a, b});
    bed.run();
    //                            yes         no          n/a         unknown     error
    CHECK(bed.show(both) == "1 0 - ? ! 0 0 0 0 0 - 0 - ? ! ? 0 ? ? ! ! 0 ! ! !");
    CHECK(bed.show(either) == "1 1 1 1 1 1 0 - ? ! 1 - - ? ! 1 ? ? ? ! 1 ! ! ! !");
}

TEST_CASE("And, Or and Not of plain columns") {
    Bed bed(4);
    const Register a = bed.input(0, kYesNoType, {1, 1, 0, 0});
    const Register b = bed.input(0, kYesNoType, {1, 0, 1, 0});
    const Register c = bed.input(0, kYesNoType, {1, 1, 1, 0});
    const Register every = bed.op(Op::And, 0, kYesNoType, {a, b, c});
    const Register any = bed.op(Op::Or, 0, kYesNoType, {a, b, c});
    const Register alone = bed.op(Op::And, 0, kYesNoType, {a});
    const Register negated = bed.op(Op::Not, 0, kYesNoType, {a});
    bed.run();
    CHECK(bed.show(every) == "1 0 0 0");
    CHECK(bed.show(any) == "1 1 1 0");
    CHECK(bed.show(alone) == "1 1 0 0");
    CHECK(bed.show(negated) == "0 0 1 1");
}

TEST_CASE("Not, IsKnown, IsApplicable and UnknownIf by state") {
    Bed bed(5);
    const Register a = bed.input(0, kYesNoType, kAll);
    const std::uint32_t place = bed.text("law:north");
    const Register negated = bed.op(Op::Not, 0, kYesNoType, {a});
    const Register known = bed.op(Op::IsKnown, 0, kYesNoType, {a});
    const Register applicable = bed.op(Op::IsApplicable, 0, kYesNoType, {a});
    const Register open = bed.op(Op::UnknownIf, 0, kYesNoType, {a}, {0, place});
    bed.run();
    CHECK(bed.show(negated) == "0 1 - ? !");
    CHECK(bed.show(known) == "1 1 1 0 !");
    CHECK(bed.show(applicable) == "1 1 0 ? !");
    CHECK(bed.show(open) == "? 0 - ? !");
    CHECK(bed.missing(open, 0) == "law:north");
    CHECK(bed.missing(open, 3) == "0:3:0");
}

TEST_CASE("attestations read as yes or no") {
    Bed bed(3);
    const Register a = bed.input(0, {TypeKind::Attestation, 0, 0}, {1, 0, kUnk});
    const Register negated = bed.op(Op::Not, 0, kYesNoType, {a});
    bed.run();
    CHECK(bed.show(negated) == "0 1 ?");
}

TEST_CASE("Compare: all modes, and states above all") {
    Bed bed(5);
    const Register a = bed.input(0, kMoney, {1, 2, 3, kNA, kErr});
    const Register b = bed.input(0, kMoney, {2, 2, 2, kUnk, kUnk});
    std::array<Register, 6> byMode{};
    for (std::uint8_t mode = 0; mode < 6; ++mode) {
        byMode[mode] = bed.op(Op::Compare, 0, kYesNoType, {a, b}, {mode});
    }
    bed.run();
    CHECK(bed.show(byMode[0]) == "0 1 0 ? !");
    CHECK(bed.show(byMode[1]) == "1 0 1 ? !");
    CHECK(bed.show(byMode[2]) == "1 0 0 ? !");
    CHECK(bed.show(byMode[3]) == "1 1 0 ? !");
    CHECK(bed.show(byMode[4]) == "0 0 1 ? !");
    CHECK(bed.show(byMode[5]) == "0 1 1 ? !");
}

TEST_CASE("Select takes the arm's state with its value; an arm not taken cannot err") {
    Bed bed(7);
    const Register test = bed.input(0, kYesNoType, {1, 0, kNA, kUnk, kErr, 1, 0});
    const Register then = bed.input(0, kCount, {10, kErr, 12, 13, 14, kUnk, kErr});
    const Register otherwise = bed.input(0, kCount, {kErr, 21, 22, 23, 24, 25, kNA});
    const Register chosen = bed.op(Op::Select, 0, kCount, {test, then, otherwise});
    const Register orElse = bed.op(Op::OrElse, 0, kCount, {otherwise, then});
    bed.run();
    CHECK(bed.show(chosen) == "10 21 22 ? ! ? -");
    CHECK(bed.show(orElse) == "! 21 22 23 24 25 !");
    CHECK(bed.missing(chosen, 3) == "0:3:0");
    CHECK(bed.missing(chosen, 5) == "0:5:1");
}

TEST_CASE("Select without states") {
    Bed bed(2);
    const Register test = bed.input(0, kYesNoType, {1, 0});
    const Register chosen = bed.op(
        Op::Select, 0, kCount, {test, bed.constant(0, kCount, 4), bed.constant(0, kCount, 5)});
    bed.run();
    CHECK(bed.show(chosen) == "4 5");
    CHECK(bed.interpreter().column(chosen).states.empty());
}

TEST_CASE("BranchSelect takes the operand named and knows no other") {
    Bed bed(4);
    const Register branch = bed.input(0, kCount, {0, 1, 2, kUnk});
    const Register chosen =
        bed.op(Op::BranchSelect,
               0,
               kCount,
               {branch, bed.constant(0, kCount, 4), bed.constant(0, kCount, 5)});
    bed.run();
    CHECK(bed.show(chosen) == "4 5 ! ?");
    CHECK(bed.errors(chosen, 2) == "E1013");
}

TEST_CASE("ExactlyOne: agreement, conflict, nothing said, and what is open") {
    Bed bed(9);
    //                                              one  agree differ none guard? value? n/a  guard!
    //                                              value-of-no
    const Register g1 = bed.input(0, kYesNoType, {1, 1, 1, 0, kUnk, 1, 1, kErr, 0});
    const Register v1 = bed.input(0, kCount, {5, 5, 5, 5, 5, kUnk, kNA, 5, kErr});
    const Register g2 = bed.input(0, kYesNoType, {0, 1, 1, kNA, 1, 0, 0, kUnk, 1});
    const Register v2 = bed.input(0, kCount, {6, 5, 6, 6, 6, 6, 6, 6, 6});
    const std::uint32_t place = bed.text("law:rate");
    const Register one = bed.op(Op::ExactlyOne, 0, kCount, {g1, v1, g2, v2}, {0, place});
    const Register nothing = bed.op(Op::ExactlyOne, 0, kCount, {}, {0, place});
    bed.run();
    CHECK(bed.show(one) == "5 5 ! ? ? ? - ! 6");
    CHECK(bed.errors(one, 2) == "E1007");
    CHECK(bed.missing(one, 3) == "law:rate");
    CHECK(bed.missing(one, 4) == "0:4:0");
    CHECK(bed.missing(one, 5) == "0:5:1");
    CHECK(bed.show(nothing) == "? ? ? ? ? ? ? ? ?");
}

TEST_CASE("Lowest and Highest take all values that apply") {
    Bed bed(6);
    const Register g1 = bed.input(0, kYesNoType, {1, 1, 0, kUnk, 1, 1});
    const Register v1 = bed.input(0, kCount, {5, kNA, 5, 5, kErr, -3});
    const Register g2 = bed.input(0, kYesNoType, {1, 1, 0, 1, kUnk, 1});
    const Register v2 = bed.input(0, kCount, {6, 6, 6, 6, 6, -4});
    const Register lowest = bed.op(Op::Lowest, 0, kCount, {g1, v1, g2, v2});
    const Register highest = bed.op(Op::Highest, 0, kCount, {g1, v1, g2, v2});
    bed.run();
    CHECK(bed.show(lowest) == "5 6 - ? ! -4");
    CHECK(bed.show(highest) == "6 6 - ? ! -3");
}
