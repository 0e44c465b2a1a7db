#include "runtime/values/date.h"
#include "tests/unit/runtime/engine_bed.h"

#include <array>
#include <limits>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

}  // namespace

TEST_CASE("Add, Subtract and Multiply propagate states and report overflow") {
    Bed bed(6);
    const Register a = bed.input(0, kCount, {7, kMost, kNA, kUnk, kErr, kNA});
    const Register b = bed.input(0, kCount, {3, 1, 1, kNA, kUnk, kNA});
    const Register sum = bed.op(Op::Add, 0, kCount, {a, b});
    const Register difference = bed.op(Op::Subtract, 0, kCount, {b, a});
    const Register product = bed.op(Op::Multiply, 0, kCount, {a, b});
    const Register twice = bed.op(Op::Multiply, 0, kCount, {a, bed.constant(0, kCount, 2)});
    const Register further = bed.op(Op::Add, 0, kCount, {sum, twice});
    bed.run();
    CHECK(bed.show(sum) == "10 ! - ? ! -");
    CHECK(bed.show(difference) == "-4 -9223372036854775806 - ? ! -");
    CHECK(bed.show(product) == "21 9223372036854775807 - ? ! -");
    CHECK(bed.show(twice) == "14 ! - ? ! -");
    CHECK(bed.errors(sum, 1) == "E1001");
    CHECK(bed.errors(further, 1) == "E1001");
    CHECK(bed.errors(sum, 0).empty());
}

TEST_CASE("columns without states stay without states") {
    Bed bed(2);
    const Register a = bed.input(0, kCount, {1, 2});
    const Register sum = bed.op(Op::Add, 0, kCount, {a, a});
    const Register less = bed.op(Op::Compare, 0, kYesNoType, {a, sum}, {2});
    const Register both = bed.op(Op::And, 0, kYesNoType, {less, less});
    bed.run();
    CHECK(bed.interpreter().column(sum).states.empty());
    CHECK(bed.interpreter().column(less).states.empty());
    CHECK(bed.interpreter().column(both).states.empty());
    CHECK(bed.show(both) == "1 1");
}

TEST_CASE("Negate and Rescale are checked") {
    Bed bed(3);
    const Register a = bed.input(0, kCount, {5, kLeast, kUnk});
    const Register negated = bed.op(Op::Negate, 0, kCount, {a});
    const Register scaled = bed.op(Op::Rescale, 0, kMoney, {a}, {0, kNoIndex, 2});
    bed.run();
    CHECK(bed.show(negated) == "-5 ! ?");
    CHECK(bed.show(scaled) == "500 ! ?");
    CHECK(bed.errors(negated, 1) == "E1001");
}

TEST_CASE("IntegerDivide and Modulo floor, and a zero divisor is an error of its row alone") {
    Bed bed(6);
    const Register a = bed.input(0, kCount, {7, -7, 7, 7, kLeast, 0});
    const Register b = bed.input(0, kCount, {2, 2, -2, 0, -1, 0});
    const Register quotient = bed.op(Op::IntegerDivide, 0, kCount, {a, b});
    const Register rest = bed.op(Op::Modulo, 0, kCount, {a, b});
    bed.run();
    CHECK(bed.show(quotient) == "3 -4 -4 ! ! !");
    CHECK(bed.show(rest) == "1 1 -1 ! 0 !");
    CHECK(bed.errors(quotient, 3) == "E1002");
    CHECK(bed.errors(quotient, 4) == "E1001");
    CHECK(bed.errors(rest, 5) == "E1002");
}

TEST_CASE("Round drops decimals by its mode") {
    Bed bed(5);
    const Register a = bed.input(0, kMoney, {150, 250, -150, 101, 100});
    const auto round = [&](std::uint8_t mode) {
        return bed.op(Op::Round, 0, kCount, {a}, {mode, kNoIndex, 2});
    };
    const Register halfUp = round(0);
    const Register halfEven = round(1);
    const Register up = round(2);
    const Register down = round(3);
    bed.run();
    CHECK(bed.show(halfUp) == "2 3 -2 1 1");
    CHECK(bed.show(halfEven) == "2 2 -2 1 1");
    CHECK(bed.show(up) == "2 3 -2 2 1");
    CHECK(bed.show(down) == "1 2 -1 1 1");
}

TEST_CASE("RoundRatio multiplies before it divides, or the divisor where the power is negative") {
    Bed bed(4);
    const Register a = bed.input(0, kCount, {2, 1, kMost, 5});
    const Register b = bed.input(0, kCount, {3, 0, 1, -2});
    const Register percent = bed.op(Op::RoundRatio, 0, kMoney, {a, b}, {0, kNoIndex, 2});
    const Register whole = bed.op(
        Op::RoundRatio, 0, kCount, {bed.input(0, kMoney, {250, 349, 5, 5}), b}, {0, kNoIndex, -2});
    bed.run();
    CHECK(bed.show(percent) == "67 ! ! -250");
    CHECK(bed.errors(percent, 1) == "E1002");
    CHECK(bed.errors(percent, 2) == "E1001");
    CHECK(bed.show(whole) == "1 ! 0 0");
}

TEST_CASE("CompareRatio compares exactly and refuses zero divisors") {
    Bed bed(4);
    const Register a = bed.input(0, kCount, {1, 1, kMost, 1});
    const Register b = bed.input(0, kCount, {3, 3, kMost, 0});
    const Register c = bed.input(0, kCount, {2, 333, 1, 1});
    const Register d = bed.input(0, kCount, {6, 1000, 1, 1});
    std::vector<Register> byMode;
    for (std::uint8_t mode = 0; mode < 6; ++mode) {
        byMode.push_back(bed.op(Op::CompareRatio, 0, kYesNoType, {a, b, c, d}, {mode}));
    }
    bed.run();
    CHECK(bed.show(byMode[0]) == "1 0 1 !");
    CHECK(bed.show(byMode[1]) == "0 1 0 !");
    CHECK(bed.show(byMode[2]) == "0 0 0 !");
    CHECK(bed.show(byMode[3]) == "1 0 1 !");
    CHECK(bed.show(byMode[4]) == "0 1 0 !");
    CHECK(bed.show(byMode[5]) == "1 1 1 !");
    CHECK(bed.errors(byMode[0], 3) == "E1002");
}

TEST_CASE("dates: parts, sums within 1900 to 2199, differences") {
    Bed bed(3);
    const auto day = [](int year, int month, int dayOfMonth) {
        return dateOf({year, month, dayOfMonth}).days;
    };
    constexpr Type kDays{TypeKind::Days, 0, 0};
    const Register date =
        bed.input(0, kDate, {day(2025, 3, 3), day(2199, 12, 31), day(2024, 2, 29)});
    std::vector<Register> parts;
    for (std::int64_t part = 0; part < 4; ++part) {
        parts.push_back(bed.op(Op::DatePart, 0, kCount, {date}, {0, kNoIndex, part}));
    }
    const Register next = bed.op(Op::Add, 0, kDate, {date, bed.constant(0, kDays, 1)});
    const Register gap = bed.op(Op::Subtract, 0, kDays, {next, date});
    bed.run();
    CHECK(bed.show(parts[0]) == "2025 2199 2024");
    CHECK(bed.show(parts[1]) == "3 12 2");
    CHECK(bed.show(parts[2]) == "3 31 29");
    CHECK(bed.show(parts[3]) == "1 2 4");
    CHECK(bed.show(gap) == "1 ! 1");
    CHECK(bed.errors(gap, 1) == "E1009");
}

TEST_CASE("an empty batch gives empty columns") {
    Bed bed(0);
    const std::uint32_t line = bed.list("line", 0, {});
    const Register a = bed.input(line, kCount, {});
    const Register total =
        bed.op(Op::FoldTotal, 0, kCount, {bed.parent(line), bed.constant(line, kYesNoType, 1), a});
    const Register choice = bed.op(Op::Choice, 0, kCount, {});
    const Register none = bed.op(Op::NotApplicable, 0, kCount, {});
    bed.run();
    CHECK(bed.show(total).empty());
    CHECK(bed.show(choice).empty());
    CHECK(bed.show(none).empty());
}

TEST_CASE("Constant, NotApplicable and Choice fill every row, whatever ran before") {
    Bed bed(2);
    const Register seven = bed.constant(0, kCount, 7);
    const Register none = bed.op(Op::NotApplicable, 0, kCount, {});
    const Register choice = bed.op(Op::Choice, 0, kCount, {});
    bed.run({std::nullopt, 3, 100});
    CHECK(bed.show(seven) == "7 7");
    CHECK(bed.show(none) == "- -");
    CHECK(bed.show(choice) == "3 3");
    bed.batch.spaces[0].rows = 4;
    bed.runAgain();
    CHECK(bed.show(seven) == "7 7 7 7");
    CHECK(bed.show(none) == "- - - -");
    CHECK(bed.show(choice) == "0 0 0 0");
    bed.batch.spaces[0].rows = 1;
    bed.runAgain();
    CHECK(bed.show(seven) == "7");
    CHECK(bed.show(none) == "-");
}

TEST_CASE("a batch that does not fit the schema is refused") {
    Bed bed(1);
    bed.input(0, kCount, {1});
    bed.run();
    bed.batch.spaces[0].columns[0].values.clear();
    const Result<void> ran = bed.interpreter().run(bed.batch, {});
    REQUIRE(!ran);
    CHECK(ran.error().code == ErrorCode::InvalidArgument);
}

TEST_CASE("a batch whose lists begin elsewhere than it says, or whose lent cells are too few, is "
          "refused") {
    Bed bed(2);
    const std::uint32_t lines = bed.list("line", 0, {0, 1, 1});
    bed.input(lines, kCount, {1, 2, 3});
    bed.parent(lines);
    bed.run();
    Batch::Space& rows = bed.batch.spaces[lines];
    const auto runs = [&] { return bed.interpreter().run(bed.batch, {}).has_value(); };
    rows.begins = {0, 1, 3};
    CHECK(runs());
    for (const std::vector<std::uint32_t>& begins : std::vector<std::vector<std::uint32_t>>{
             {0, 1}, {0, 1, 2}, {0, 1, 4}, {1, 1, 3}, {0, 4, 3}, {0, 1, 3, 3}, {0}}) {
        rows.begins = begins;
        CHECK_FALSE(runs());
    }
    rows.begins.clear();
    static constexpr std::array<std::int8_t, 3> kCells{1, 2, 3};
    rows.columns[0].values.clear();
    rows.packed = {StoredValues(kCells.data(), 3)};
    CHECK(runs());
    rows.packed = {StoredValues(kCells.data(), 2)};
    CHECK_FALSE(runs());
}
