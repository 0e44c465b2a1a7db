// What compiled code does not handle is interpreted for that block: a test for each reason, by what
// the report says of it. And what it keeps to itself can be read all the same.

#include "runtime/values/date.h"
#include "tests/jit/twins.h"
#include "tests/unit/runtime/lent_packed.h"

#include <cfenv>
#include <functional>

using namespace proviso;
using namespace proviso::test;

namespace {

using Reasons = std::map<std::string, std::uint64_t>;

/// Compiles over harmless values, then runs over one row that is not; says why that block was
/// interpreted.
Reasons reasonsFor(std::vector<Cell> harmless,
                   std::vector<Cell> wrong,
                   Type type,
                   const std::function<void(Bed&, Register)>& build,
                   bool expectStates = false) {
    Bed bed(static_cast<std::uint32_t>(harmless.size()));
    const Register in = bed.signedInput(0, type, std::move(harmless));
    build(bed, in);
    jit::JitOptions options = eagerly();
    options.expectStates = expectStates;
    Twins twins(bed, options);
    twins.run();
    twins.run();
    CHECK(twins.reasons().empty());
    CHECK(twins.jit().report().compiledRuns > 0);
    ColumnData& column = bed.batch.spaces[0].columns[0];
    column.states.assign(wrong.size(), State::Value);
    for (std::size_t row = 0; row < wrong.size(); ++row) {
        column.values[row] = wrong[row].value;
        column.states[row] = wrong[row].state;
    }
    bool plain = true;
    for (const Cell& cell : wrong) {
        plain = plain && cell.state == State::Value;
    }
    if (plain) {
        column.states.clear();
    }
    twins.run();
    return twins.reasons();
}

}  // namespace

TEST_CASE("Overflow is the interpreter's") {
    CHECK(reasonsFor({1, 2, 3}, {1, INT64_MAX, 3}, kCount, [](Bed& bed, Register in) {
              bed.op(Op::Add, 0, kCount, {in, in});
          }) == Reasons{{"overflow", 1}});
}

TEST_CASE("Division by zero is the interpreter's") {
    CHECK(reasonsFor({1, 2, 3}, {1, 0, 3}, kCount, [](Bed& bed, Register in) {
              bed.op(Op::Modulo, 0, kCount, {bed.constant(0, kCount, 10), in});
          }) == Reasons{{"division by zero", 1}});
}

TEST_CASE("Division where the host rounds otherwise is the interpreter's") {
    Bed bed(64);
    std::vector<Cell> numerators;
    for (std::int64_t row = 0; row < 64; ++row) {
        numerators.emplace_back(7 * row - 200);
    }
    const Register in = bed.signedInput(0, kCount, numerators);
    bed.op(Op::IntegerDivide, 0, kCount, {in, bed.constant(0, kCount, 3)});
    Twins twins(bed, eagerly());
    twins.run();
    twins.run();
    REQUIRE(twins.reasons().empty());
    REQUIRE(std::fesetround(FE_UPWARD) == 0);
    twins.run();
    std::fesetround(FE_TONEAREST);
    CHECK(twins.reasons() == Reasons{{"rounding of the host", 1}});
    twins.run();
    CHECK(twins.reasons() == Reasons{{"rounding of the host", 1}});
}

TEST_CASE("A date outside of the calendar is the interpreter's") {
    CHECK(reasonsFor({1, 2, 3}, {1, kLastDate.days, 3}, kDate, [](Bed& bed, Register in) {
              const Type kDays{TypeKind::Days, 0, 0};
              bed.op(Op::Add, 0, kDate, {in, bed.constant(0, kDays, 1)});
          }) == Reasons{{"out of range", 1}});
}

TEST_CASE("A date on which nothing is in force is the interpreter's") {
    CHECK(reasonsFor({1, 2, 3}, {1, 20, 3}, kDate, [](Bed& bed, Register in) {
              bytecode::Parameter parameter;
              parameter.type = kCount;
              parameter.values = {{{0, 10, 0}, 5, {}}};
              bed.program.parameters.push_back(parameter);
              bed.op(Op::Parameter, 0, kCount, {in}, {0, 0, 0});
          }) == Reasons{{"nothing in force", 1}});
}

TEST_CASE("Contributions that differ are the interpreter's") {
    CHECK(reasonsFor({4, 4, 4}, {4, 5, 4}, kCount, [](Bed& bed, Register in) {
              const Register yes = bed.constant(0, kYesNoType, 1);
              const Register four = bed.constant(0, kCount, 4);
              bed.op(Op::ExactlyOne, 0, kCount, {yes, in, yes, four}, {0, bed.text("p"), 0});
          }) == Reasons{{"conflict", 1}});
}

TEST_CASE("An unknown that has bounds is the interpreter's") {
    CHECK(reasonsFor(
              {0, 1, 1},
              {0, kUnk, 1},
              kYesNoType,
              [](Bed& bed, Register in) {
                  const Register four = bed.constant(0, kCount, 4);
                  const Register yes = bed.constant(0, kYesNoType, 1);
                  bed.op(Op::Lowest, 0, kCount, {in, four, yes, bed.constant(0, kCount, 9)});
              },
              /*expectStates=*/true) == Reasons{{"bounds within", 1}});
}

TEST_CASE("What was seen to be open stays the interpreter's, and what reads it is compiled") {
    // Nothing is known of the unknown, so that there are no bounds either.
    Bed bed(3);
    const Register in = bed.input(0, kYesNoType, {0, kUnk, 1});
    const Register four = bed.constant(0, kCount, 4);
    const Register lowest = bed.op(Op::Lowest, 0, kCount, {in, four});
    const Register known = bed.op(Op::IsKnown, 0, kYesNoType, {lowest});
    bed.op(Op::Not, 0, kYesNoType, {known});
    Twins twins(bed);
    twins.run();
    twins.run();
    CHECK(twins.reasons().empty());
    CHECK(twins.jit().report().members == 2);
    CHECK(twins.jit().report().compiledRuns == 1);
}

TEST_CASE("States that were not seen before are the interpreter's") {
    CHECK(reasonsFor({1, 2, 3}, {1, kNA, 3}, kCount, [](Bed& bed, Register in) {
              bed.op(Op::Add, 0, kCount, {in, in});
          }) == Reasons{{"states not seen before", 1}});
}

TEST_CASE("Values of more bytes than were seen are the interpreter's") {
    for (const std::size_t rows : {std::size_t{3}, std::size_t{70}}) {
        Bed bed(static_cast<std::uint32_t>(rows));
        const Register in = bed.signedInput(0, kCount, std::vector<Cell>(rows, -5));
        bed.op(Op::Add, 0, kCount, {in, in});
        Twins twins(bed);
        const auto runWith = [&](std::int64_t value, bool isPacked) {
            bed.batch.spaces[0].packed.clear();
            bed.batch.spaces[0].columns[0].values.assign(rows, value);
            if (isPacked) {
                const LentPacked lent(bed.batch);
                twins.run();
            } else {
                twins.run();
            }
        };
        for (const bool isPacked : {true, true, false}) {
            runWith(-5, isPacked);
        }
        CHECK(twins.reasons().empty());
        CHECK(twins.jit().report().compiledRuns == 2);
        runWith(-500, true);
        runWith(500, false);
        CHECK(twins.reasons() == Reasons{{"larger values than seen before", 2}});
        for (int time = 0; time < 100; ++time) {
            runWith(time % 2 == 0 ? 70'000 : -5, true);
        }
        // Code for what it met by then runs over smaller cells, too.
        CHECK(twins.jit().report().stages == 2);
        CHECK(twins.jit().report().compiledRuns > 30);
    }
}

TEST_CASE("Amounts that are unknown have bounds, which are the interpreter's") {
    Bed bed(3);
    const Register in = bed.input(0, kCount, {1, 2, 3});
    bed.op(Op::Add, 0, kCount, {in, in});
    jit::JitOptions options = eagerly();
    options.expectStates = true;
    Twins twins(bed, options);
    twins.run();
    twins.run();
    bed.batch.spaces[0].columns[0].states = {State::Value, State::Unknown, State::Value};
    twins.run();
    CHECK(twins.reasons() == Reasons{{"bounds", 1}});
}

TEST_CASE("Few rows are the interpreter's") {
    Bed bed(3);
    const Register in = bed.signedInput(0, kCount, {1, 2, 3});
    bed.op(Op::Add, 0, kCount, {in, in});
    jit::JitOptions options = eagerly();
    options.leastRows = 4;
    Twins twins(bed, options);
    twins.run();
    twins.run();
    CHECK(twins.reasons() == Reasons{{"few rows", 1}});
    CHECK(twins.jit().report().compiledRuns == 0);
}

TEST_CASE("States that the interpreter left are not taken for those of compiled code") {
    for (const std::size_t rows : {std::size_t{3}, std::size_t{40}}) {
        Bed bed(static_cast<std::uint32_t>(rows));
        const Register plain = bed.signedInput(0, kCount, std::vector<Cell>(rows, 5));
        const Register open = bed.signedInput(0, kCount, std::vector<Cell>(rows, kNA));
        bed.op(Op::OrElse, 0, kCount, {plain, open});
        Twins twins(bed);
        twins.run();
        twins.run();
        Cells<State>& states = bed.batch.spaces[0].columns[0].states;
        states.assign(rows, State::Value);
        states[1] = State::NotApplicable;
        states[2] = State::Unknown;
        twins.run();
        CHECK(twins.reasons() == Reasons{{"states not seen before", 1}});
        states.clear();
        twins.run();
        CHECK(twins.jit().report().compiledRuns == 2);
    }
}

TEST_CASE("What goes on being unusual is compiled for") {
    Bed bed(64);
    const Register in = bed.signedInput(0, kCount, std::vector<Cell>(64, 5));
    bed.op(Op::Add, 0, kCount, {in, in});
    Twins twins(bed);
    twins.run();
    twins.run();
    bed.batch.spaces[0].columns[0].states.assign(64, State::NotApplicable);
    for (int time = 0; time < 100; ++time) {
        twins.run();
    }
    // Some blocks tell that the code does not fit; then it does.
    CHECK(twins.jit().report().stages == 2);
    CHECK(twins.reasons().at("states not seen before") < 70);
}

TEST_CASE("What compiled code keeps to itself can be read, and is kept from then on") {
    Bed bed(20);
    const Register in = bed.signedInput(0, kCount, std::vector<Cell>(20, 5));
    const Register twice = bed.op(Op::Add, 0, kCount, {in, in});
    const Register many = bed.op(Op::Multiply, 0, kCount, {twice, in});
    const Register answer =
        bed.op(Op::Compare, 0, kYesNoType, {many, bed.constant(0, kCount, 40)}, {4, kNoIndex, 0});
    Twins twins(bed);
    Interpreter::Options options;
    options.kernels = const_cast<jit::Jit*>(&twins.jit());
    // Nobody reads anything but the answer while the stage is watched.
    REQUIRE(twins.compiled().run(bed.batch, options).has_value());
    CHECK(twins.compiled().column(answer).values[0] == 1);
    REQUIRE(twins.compiled().run(bed.batch, options).has_value());
    CHECK(twins.compiled().column(answer).values[19] == 1);
    CHECK(twins.jit().report().compiledRuns == 1);
    CHECK(twins.compiled().column(many).values == std::vector<std::int64_t>(20, 50));
    CHECK(twins.compiled().column(twice).values == std::vector<std::int64_t>(20, 10));
    bed.batch.spaces[0].columns[0].values.assign(20, 1);
    REQUIRE(twins.compiled().run(bed.batch, options).has_value());
    CHECK(twins.compiled().column(twice).values == std::vector<std::int64_t>(20, 2));
    CHECK(twins.compiled().column(many).values == std::vector<std::int64_t>(20, 2));
    for (int time = 0; time < 100; ++time) {
        REQUIRE(twins.compiled().run(bed.batch, options).has_value());
        CHECK(twins.compiled().column(many).values[7] == 2);
    }
    CHECK(twins.jit().report().stages == 2);
}

TEST_CASE("An error of a first block is no surprise for ever") {
    Bed bed(3);
    const Register in = bed.signedInput(0, kCount, {1, INT64_MAX, 3});
    const Register sum = bed.op(Op::Add, 0, kCount, {in, in});
    bed.op(Op::Compare, 0, kYesNoType, {sum, in}, {2, kNoIndex, 0});
    Twins twins(bed);
    for (int time = 0; time < 5; ++time) {
        twins.run();
    }
    CHECK(twins.reasons().empty());
    CHECK(twins.jit().report().compiledRuns > 0);
}
