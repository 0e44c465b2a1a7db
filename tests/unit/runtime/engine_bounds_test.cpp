#include "tests/unit/runtime/engine_bed.h"

using namespace proviso;
using namespace proviso::test;

namespace {

constexpr std::int64_t kMost = INT64_MAX;

/// Gives the unknown rows of a stored column bounds.
void bind(Bed& bed,
          std::uint32_t space,
          std::vector<std::pair<std::int64_t, std::int64_t>> bounds) {
    ColumnData& column = bed.batch.spaces[space].columns.back();
    for (const auto& [low, high] : bounds) {
        column.lows.push_back(low);
        column.highs.push_back(high);
    }
}

}  // namespace

TEST_CASE("a stored amount is at least zero unless it may be below") {
    Bed bed(3);
    const Register amount = bed.input(0, kMoney, {5, kUnk, kNA});
    const Register minutes = bed.input(0, {TypeKind::Minutes, 0, 0}, {kUnk, 1, kErr});
    const Register change = bed.signedInput(0, kMoney, {5, kUnk, kNA});
    const Register date = bed.input(0, kDate, {kUnk, kUnk, 7});
    const Register answer = bed.input(0, kYesNoType, {kUnk, 0, 1});
    bed.run();
    CHECK(bed.showBounds(amount) == "5 0.. -");
    CHECK(bed.showBounds(minutes) == "0.. 1 !");
    CHECK(bed.showBounds(change) == "5 ? -");
    CHECK(bed.showBounds(date) == "? ? 7");
    CHECK(bed.showBounds(answer) == "? 0 1");
    CHECK(bed.missing(amount, 1) == "0:1:0");
}

TEST_CASE("bounds of a run do not survive into the next") {
    Bed bed(2);
    const Register amount = bed.input(0, kCount, {kUnk, 4});
    const Register one = bed.constant(0, kCount, 1);
    const Register sum = bed.op(Op::Add, 0, kCount, {amount, one});
    const Register flag = bed.input(0, kYesNoType, {1, 1});
    const Register chosen = bed.op(Op::Select, 0, kCount, {flag, sum, one});
    bed.run();
    CHECK(bed.showBounds(sum) == "1.. 5");
    CHECK(bed.showBounds(chosen) == "1.. 5");
    ColumnData& stored = bed.batch.spaces[0].columns[0];
    stored.values = {3, 0};
    stored.states = {State::Value, State::NotApplicable};
    bed.runAgain();
    CHECK(bed.showBounds(sum) == "4 -");
    CHECK(!bed.interpreter().column(sum).bounded());
    CHECK(!bed.interpreter().column(chosen).bounded());
    CHECK(!bed.interpreter().column(amount).bounded());
    // An unknown that has none stands where one had.
    bed.batch.spaces[0].columns[1].values = {0, 0};
    bed.batch.spaces[0].columns[1].states = {State::Unknown, State::Unknown};
    bed.runAgain();
    CHECK(bed.showBounds(chosen) == "? ?");
}

TEST_CASE("Compare answers where the bounds leave no doubt") {
    Bed bed(6);
    const Register a = bed.signedInput(0, kCount, {kUnk, kUnk, kUnk, kUnk, kUnk, kUnk});
    bind(bed, 0, {{5, 9}, {5, 9}, {5, 9}, {5, kNoHigh}, {7, 7}, {kNoLow, kNoHigh}});
    const Register b = bed.signedInput(0, kCount, {9, 4, 10, 4, 7, 4});
    std::vector<Register> made;
    for (std::uint8_t mode = 0; mode < 6; ++mode) {
        made.push_back(bed.op(Op::Compare, 0, kYesNoType, {a, b}, {mode}));
    }
    bed.run();
    CHECK(bed.show(made[0]) == "? 0 0 0 1 ?");
    CHECK(bed.show(made[1]) == "? 1 1 1 0 ?");
    CHECK(bed.show(made[2]) == "? 0 1 0 0 ?");
    CHECK(bed.show(made[3]) == "1 0 1 0 1 ?");
    CHECK(bed.show(made[4]) == "0 1 0 1 0 ?");
    CHECK(bed.show(made[5]) == "? 1 0 1 1 ?");
    CHECK(bed.missing(made[0], 0) == "0:0:0");
    CHECK(bed.missing(made[0], 1).empty());
}

TEST_CASE("Compare of bounds with other states is as it was") {
    Bed bed(4);
    const Register a = bed.input(0, kCount, {kUnk, kUnk, kUnk, kUnk});
    const Register b = bed.signedInput(0, kCount, {kNA, kErr, kUnk, -1});
    const Register above = bed.op(Op::Compare, 0, kYesNoType, {a, b}, {4});
    const Register below = bed.op(Op::Compare, 0, kYesNoType, {b, a}, {2});
    bed.run();
    CHECK(bed.show(above) == "? ! ? 1");
    CHECK(bed.show(below) == "? ! ? 1");
}

TEST_CASE("what has bounds is applicable, whatever it is") {
    Bed bed(4);
    const Register a = bed.input(0, kCount, {kUnk, kNA, kErr, 1});
    const Register b = bed.signedInput(0, kCount, {kUnk, kNA, kErr, 1});
    const Register bounded = bed.op(Op::IsApplicable, 0, kYesNoType, {a});
    const Register open = bed.op(Op::IsApplicable, 0, kYesNoType, {b});
    const Register known = bed.op(Op::IsKnown, 0, kYesNoType, {a});
    bed.run();
    CHECK(bed.show(bounded) == "1 0 ! 1");
    CHECK(bed.show(open) == "? 0 ! 1");
    CHECK(bed.show(known) == "0 1 ! 1");
}

TEST_CASE("sums and differences of bounds") {
    Bed bed(5);
    const Register a = bed.signedInput(0, kCount, {kUnk, kUnk, kUnk, kUnk, 3});
    bind(bed, 0, {{2, 5}, {2, kNoHigh}, {kNoLow, 5}, {kNoLow, kNoHigh}, {3, 3}});
    const Register b = bed.signedInput(0, kCount, {kUnk, 10, kUnk, 10, kUnk});
    bind(bed, 0, {{1, 4}, {10, 10}, {1, kNoHigh}, {10, 10}, {0, 1}});
    const Register sum = bed.op(Op::Add, 0, kCount, {a, b});
    const Register difference = bed.op(Op::Subtract, 0, kCount, {a, b});
    const Register negated = bed.op(Op::Negate, 0, kCount, {a});
    const Register scaled = bed.op(Op::Rescale, 0, kMoney, {a}, {0, kNoIndex, 2});
    const Register product = bed.op(Op::Multiply, 0, kCount, {a, b});
    bed.run();
    CHECK(bed.showBounds(sum) == "3..9 12.. ? ? 3..4");
    CHECK(bed.showBounds(difference) == "-2..4 -8.. ..4 ? 2..3");
    CHECK(bed.showBounds(negated) == "-5..-2 ..-2 -5.. ? -3");
    CHECK(bed.showBounds(scaled) == "200..500 200.. ..500 ? 300");
    CHECK(bed.showBounds(product) == "? ? ? ? ?");
}

TEST_CASE("a bound that cannot be held is none") {
    Bed bed(3);
    const Register a = bed.signedInput(0, kCount, {kUnk, kUnk, kUnk});
    bind(bed, 0, {{1, kMost - 1}, {kMost - 1, kMost - 1}, {INT64_MIN + 1, 2}});
    const Register b = bed.signedInput(0, kCount, {5, 5, -5});
    const Register sum = bed.op(Op::Add, 0, kCount, {a, b});
    const Register scaled = bed.op(Op::Rescale, 0, kMoney, {a}, {0, kNoIndex, 2});
    bed.run();
    CHECK(bed.showBounds(sum) == "6.. ? ..-3");
    CHECK(bed.showBounds(scaled) == "100.. ? ..200");
}

TEST_CASE("a date some days after a known one has a bound, inside the calendar") {
    Bed bed(2);
    const Register date = bed.input(0, kDate, {100, 100});
    const Register days = bed.input(0, {TypeKind::Days, 0, 0}, {kUnk, kUnk});
    bind(bed, 0, {{3, 10}, {3, 10'000'000}});
    const Register later = bed.op(Op::Add, 0, kDate, {date, days});
    const Register limit = bed.constant(0, kDate, 102);
    const Register after = bed.op(Op::Compare, 0, kYesNoType, {later, limit}, {4});
    bed.run();
    CHECK(bed.showBounds(later) == "103..110 103..");
    CHECK(bed.show(after) == "1 1");
}

TEST_CASE("what is taken is taken with its bounds") {
    Bed bed(4);
    const Register a = bed.input(0, kCount, {kUnk, kUnk, kNA, kUnk});
    const Register b = bed.signedInput(0, kCount, {kUnk, kUnk, kUnk, kUnk});
    bind(bed, 0, {{7, 8}, {7, 8}, {7, 8}, {kNoLow, kNoHigh}});
    const Register test = bed.input(0, kYesNoType, {1, 0, kNA, kUnk});
    const Register chosen = bed.op(Op::Select, 0, kCount, {test, a, b});
    const Register orElse = bed.op(Op::OrElse, 0, kCount, {a, b});
    const std::uint32_t line = bed.list("line", 0, {0, 1, 1});
    const Register spread = bed.op(Op::Spread, line, kCount, {b, bed.parent(line)});
    const Register named = bed.op(Op::RowOfLink, line, {TypeKind::Row, 0, 0}, {bed.parent(line)});
    const Register gathered = bed.op(Op::Gather, line, kCount, {b, named});
    bed.run();
    CHECK(bed.showBounds(chosen) == "0.. 7..8 7..8 ?");
    CHECK(bed.showBounds(orElse) == "0.. 0.. 7..8 0..");
    CHECK(bed.showBounds(spread) == "7..8 7..8 7..8");
    CHECK(bed.showBounds(gathered) == "7..8 7..8 7..8");
}

TEST_CASE("bounds of combined contributions") {
    Bed bed(6);
    // Per row: guard a, value a; guard b, value b.
    const Register guardA = bed.input(0, kYesNoType, {1, 1, 1, kUnk, kUnk, 1});
    const Register a = bed.signedInput(0, kCount, {kUnk, kUnk, 3, 3, 3, kUnk});
    bind(bed, 0, {{2, 9}, {2, 9}, {3, 3}, {3, 3}, {3, 3}, {kNoLow, kNoHigh}});
    const Register guardB = bed.input(0, kYesNoType, {0, 1, kUnk, 1, 0, 1});
    const Register b = bed.signedInput(0, kCount, {5, 5, 5, 5, 5, 5});
    const std::vector<Register> both{guardA, a, guardB, b};
    const std::uint32_t place = bed.text("law:order");
    const Register one = bed.op(Op::ExactlyOne, 0, kCount, both, {0, place});
    const Register lowest = bed.op(Op::Lowest, 0, kCount, both);
    const Register highest = bed.op(Op::Highest, 0, kCount, both);
    std::vector<Register> withNeed = both;
    withNeed.push_back(bed.input(0, kYesNoType, {kUnk, kUnk, kUnk, kUnk, kUnk, kUnk}));
    withNeed.push_back(bed.op(Op::NotApplicable, 0, kCount, {}));
    const Register unmet = bed.op(Op::Lowest, 0, kCount, withNeed);
    bed.run();
    CHECK(bed.showBounds(one) == "2..9 ? ? ? ? ?");
    CHECK(bed.showBounds(lowest) == "2..9 2..5 3..3 3..5 ? ..5");
    CHECK(bed.showBounds(highest) == "2..9 5..9 3..5 5..5 ? 5..");
    CHECK(bed.showBounds(unmet) == "? ? ? ? ? ?");
}

namespace {

/// Lines of orders: a mask and a value each, and which orders may lack lines.
struct OpenLines {
    Bed bed{6};
    std::uint32_t line = bed.list("line", 0, {0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5});
    Register up = bed.parent(line);
    Register mask = bed.input(line, kYesNoType, {1, 1, 0, 1, kUnk, 1, kUnk, 1, kUnk, 1, 1, kUnk});
    Register value =
        bed.signedInput(line, kCount, {4, kUnk, 9, 4, 4, 4, kNA, 4, kErr, 4, kUnk, -3});
    Register more = kNoIndex;

    OpenLines() {
        bind(bed,
             line,
             {{4, 4},
              {2, 6},
              {9, 9},
              {4, 4},
              {4, 4},
              {4, 4},
              {kNoLow, kNoHigh},
              {4, 4},
              {kNoLow, kNoHigh},
              {4, 4},
              {kNoLow, kNoHigh},
              {-3, -3}});
    }

    Register fold(Op op, std::int64_t immediate = 0) {
        std::vector<Register> operands{up, mask};
        if (op != Op::FoldCount) {
            operands.push_back(value);
        }
        if (more != kNoIndex) {
            operands.push_back(more);
        }
        return bed.op(op, 0, kCount, operands, {0, kNoIndex, immediate});
    }
};

}  // namespace

TEST_CASE("bounds of folds") {
    OpenLines lines;
    const Register total = lines.fold(Op::FoldTotal);
    const Register never = lines.fold(Op::FoldTotal, 1);
    const Register count = lines.fold(Op::FoldCount);
    const Register distinct = lines.fold(Op::FoldDistinct);
    const Register highest = lines.fold(Op::FoldHighest);
    const Register lowest = lines.fold(Op::FoldLowest);
    lines.bed.run();
    CHECK(lines.bed.showBounds(total) == "6..10 4..8 4..4 ? ? -3..0");
    CHECK(lines.bed.showBounds(never) == "6..10 4..8 4..4 4.. 4.. 0..0");
    CHECK(lines.bed.showBounds(count) == "2 1..2 1..2 1..2 2 0..1");
    CHECK(lines.bed.showBounds(distinct) == "1..2 1..1 1..1 1..2 1..2 0..1");
    CHECK(lines.bed.showBounds(highest) == "4..6 4..4 4..4 4.. 4.. ?");
    CHECK(lines.bed.showBounds(lowest) == "2..4 4..4 4..4 ..4 ..4 ?");
}

TEST_CASE("bounds of folds where rows may be missing") {
    OpenLines lines;
    lines.more = lines.bed.input(0, kYesNoType, {kUnk, kUnk, 0, kUnk, kErr, kUnk});
    const Register total = lines.fold(Op::FoldTotal);
    const Register never = lines.fold(Op::FoldTotal, 1);
    const Register count = lines.fold(Op::FoldCount);
    const Register distinct = lines.fold(Op::FoldDistinct);
    const Register highest = lines.fold(Op::FoldHighest);
    const Register lowest = lines.fold(Op::FoldLowest);
    lines.bed.run();
    CHECK(lines.bed.showBounds(total) == "? ? 4..4 ? ! ?");
    CHECK(lines.bed.showBounds(never) == "6.. 4.. 4..4 4.. ! 0..");
    CHECK(lines.bed.showBounds(count) == "2.. 1.. 1..2 1.. ! 0..");
    CHECK(lines.bed.showBounds(distinct) == "1.. 1.. 1..1 1.. ! 0..");
    CHECK(lines.bed.showBounds(highest) == "4.. 4.. 4..4 4.. ! ?");
    CHECK(lines.bed.showBounds(lowest) == "..4 ..4 4..4 ..4 ! ?");
    CHECK(lines.bed.missing(count, 0) == "0:0:0");
    CHECK(lines.bed.missing(count, 1) == "0:1:0 1:4:0");
    CHECK(lines.bed.missing(total, 0) == "0:0:0 1:1:1");
}

TEST_CASE("rows that may be missing in folds of answers and rows") {
    Bed bed(4);
    const std::uint32_t line = bed.list("line", 0, {0, 1, 2});
    const Register up = bed.parent(line);
    const Register answer = bed.input(line, kYesNoType, {1, 0, 1});
    const Register more = bed.input(0, kYesNoType, {kUnk, kUnk, 0, kErr});
    const Register any = bed.op(Op::FoldAny, 0, kYesNoType, {up, answer, more});
    const Register every = bed.op(Op::FoldEvery, 0, kYesNoType, {up, answer, more});
    const Type row{TypeKind::Row, 0, line};
    const Register only = bed.op(Op::FoldOnly, 0, row, {up, answer, more});
    const Register first = bed.op(Op::FoldFirst, 0, row, {up, answer, answer, more});
    bed.run();
    CHECK(bed.show(any) == "1 ? 1 !");
    CHECK(bed.show(every) == "? 0 1 !");
    CHECK(bed.show(only) == "? ? 2 !");
    CHECK(bed.show(first) == "? ? 2 !");
    CHECK(bed.missing(every, 0) == "0:0:0");
}

TEST_CASE("a total's bounds are exact beyond what one addend holds") {
    Bed bed(2);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 1, 1});
    const Register up = bed.parent(line);
    const Register mask = bed.constant(line, kYesNoType, 1);
    const Register value = bed.signedInput(line, kCount, {kMost, kUnk, -kMost, kMost, kUnk});
    bind(bed, line, {{kMost, kMost}, {5, 7}, {-kMost, -kMost}, {kMost, kMost}, {-1, 7}});
    const Register total = bed.op(Op::FoldTotal, 0, kCount, {up, mask, value});
    bed.run();
    CHECK(bed.showBounds(total) == "5..7 9223372036854775806..");
}
