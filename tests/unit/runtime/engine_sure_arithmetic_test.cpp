// Columns of numbers that cannot leave 64 bits are computed many rows a step, and one row that may
// has all of them computed one by one. Here each row of columns of many lengths is compared with
// what values/decimal.h says of its numbers alone.

#include "runtime/engine/bounds.h"
#include "runtime/values/date.h"
#include "tests/unit/runtime/engine_bed.h"

#include <functional>
#include <limits>
#include <random>

using namespace proviso;
using namespace proviso::test;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr Type kDays{TypeKind::Days, 0, 0};

/// Numbers as they come, and those next to where results leave 64 bits, or dates their years.
const std::vector<std::int64_t>& edges() {
    static const std::vector<std::int64_t> kEdges = {
        kMost,
        kMost - 1,
        kMost / 2,
        kMost / 2 + 1,
        kMost / 15,
        kMost / 15 + 1,
        kMost / 100,
        kMost / 100 + 1,
        kLeast,
        kLeast + 1,
        kLeast / 2,
        kLeast / 2 - 1,
        kLeast / 100,
        kLeast / 100 - 1,
        std::int64_t{1} << 31,
        (std::int64_t{1} << 31) - 1,
        -(std::int64_t{1} << 31) - 1,
        kFirstDate.days,
        kFirstDate.days - 1,
        kLastDate.days,
        kLastDate.days + 1,
    };
    return kEdges;
}

/// One operation, and what it says of numbers that are there.
struct Sample {
    Register number;
    Register a;
    Register b;  ///< `a` where there is one operand
    std::function<Checked(std::int64_t, std::int64_t)> result;
};

Checked asDate(Checked days) {
    const bool isDate = days.ok() && isInRange({days.value});
    return isDate ? days : Checked{0, EvaluationError::RangeOfDate};
}

class Samples {
  public:
    Samples() : bed_(1) {
        a_ = bed_.signedInput(0, kCount, {0});
        b_ = bed_.signedInput(0, kCount, {0});
        addPlain();
        for (const std::int64_t constant : {kLeast,
                                            kLeast + 1,
                                            std::int64_t{-15},
                                            std::int64_t{-1},
                                            std::int64_t{0},
                                            std::int64_t{1},
                                            std::int64_t{2},
                                            std::int64_t{15},
                                            std::int64_t{100},
                                            kMost}) {
            addWithConstant(constant);
        }
        addDates();
        addRounded();
        bed_.run();
    }

    /// `open`: so many in a hundred are no values; `edge`: so many are next to an edge.
    void check(std::uint32_t rows, unsigned open, unsigned edge, std::mt19937& random) {
        bed_.batch.spaces[0].rows = rows;
        constexpr std::size_t kInputs = 5;
        for (std::size_t column = 0; column < kInputs; ++column) {
            fill(bed_.batch.spaces[0].columns[column], rows, open, edge, random);
        }
        bed_.runAgain();
        for (const Sample& sample : samples_) {
            for (std::uint32_t row = 0; row < rows; ++row) {
                checkRow(sample, row);
            }
        }
    }

  private:
    Register op(Op op, Type type, std::vector<Register> operands, More more = {}) {
        return bed_.op(op, 0, type, std::move(operands), more);
    }

    void addPlain() {
        const auto both = [&](Op op, Type type, auto result) {
            samples_.push_back({this->op(op, type, {a_, b_}), a_, b_, result});
        };
        both(Op::Add, kCount, addChecked);
        both(Op::Subtract, kCount, subChecked);
        both(Op::Multiply, kCount, mulChecked);
        both(Op::IntegerDivide, kCount, floorDiv);
        both(Op::Modulo, kCount, floorMod);
        samples_.push_back({op(Op::Negate, kCount, {a_}), a_, a_, [](std::int64_t a, std::int64_t) {
                                return negateChecked(a);
                            }});
    }

    void addDates() {
        const Register date = bed_.signedInput(0, kDate, {0});
        const Register days = bed_.signedInput(0, kDays, {0});
        const auto moved = [&](Op op, auto result) {
            samples_.push_back(
                {this->op(op, kDate, {date, days}),
                 date,
                 days,
                 [=](std::int64_t a, std::int64_t b) { return asDate(result(a, b)); }});
        };
        moved(Op::Add, addChecked);
        moved(Op::Subtract, subChecked);
    }

    void addWithConstant(std::int64_t constant) {
        const Register other = bed_.constant(0, kCount, constant);
        const auto right = [&](Op op, auto result) {
            samples_.push_back(
                {this->op(op, kCount, {a_, other}), a_, a_, [=](std::int64_t a, std::int64_t) {
                     return result(a, constant);
                 }});
        };
        right(Op::Add, addChecked);
        right(Op::Subtract, subChecked);
        right(Op::Multiply, mulChecked);
        right(Op::IntegerDivide, floorDiv);
        right(Op::Modulo, floorMod);
        samples_.push_back({op(Op::Multiply, kCount, {other, a_}), a_, a_, [=](auto a, auto) {
                                return mulChecked(constant, a);
                            }});
        samples_.push_back({op(Op::Subtract, kCount, {other, a_}), a_, a_, [=](auto a, auto) {
                                return subChecked(constant, a);
                            }});
    }

    static Type typeOf(int scale) {
        return {TypeKind::Number, static_cast<std::uint8_t>(scale), 0};
    }

    void addRounded() {
        constexpr int kMostDigits = 18;
        // Stored numbers have at most half as many digits.
        const Type half = typeOf(kMostDigits / 2);
        const Register exact = op(Op::Multiply,
                                  typeOf(kMostDigits),
                                  {bed_.signedInput(0, half, {0}), bed_.constant(0, half, 1)});
        for (const int digits : {0, 1, 2, 9, 18}) {
            const Type rounded = typeOf(kMostDigits - digits);
            for (std::uint8_t mode = 0; mode < 4; ++mode) {
                samples_.push_back({op(Op::Round, rounded, {exact}, {mode, kNoIndex, digits}),
                                    exact,
                                    exact,
                                    [=](std::int64_t a, std::int64_t) {
                                        return rescaleDown(a, digits, static_cast<Rounding>(mode));
                                    }});
            }
            const Type rescaled = typeOf(digits);
            samples_.push_back(
                {op(Op::Rescale, rescaled, {a_}, {0, kNoIndex, digits}),
                 a_,
                 a_,
                 [=](std::int64_t a, std::int64_t) { return rescaleUp(a, digits); }});
        }
    }

    /// Also where there is no value a column may hold anything.
    void fill(ColumnData& column,
              std::uint32_t rows,
              unsigned open,
              unsigned edge,
              std::mt19937& random) {
        column = {};
        for (std::uint32_t row = 0; row < rows; ++row) {
            const bool isEdge = random() % 100 < edge;
            column.values.push_back(isEdge ? edges()[random() % edges().size()]
                                           : static_cast<std::int64_t>(random() % 2001) - 1000);
            column.states.push_back(random() % 100 < open ? static_cast<State>(1 + random() % 3)
                                                          : State::Value);
        }
        if (open == 0) {
            column.states.clear();
        }
    }

    void checkRow(const Sample& sample, std::uint32_t row) {
        const ColumnData& a = bed_.interpreter().column(sample.a);
        const ColumnData& b = bed_.interpreter().column(sample.b);
        const ColumnData& out = bed_.interpreter().column(sample.number);
        CAPTURE(sample.number, row, a.values[row], b.values[row]);
        const State state = propagate(a.state(row), b.state(row));
        const Checked expected =
            state == State::Value ? sample.result(a.values[row], b.values[row]) : Checked{};
        CHECK(out.state(row) == (expected.ok() ? state : State::Error));
        CHECK(out.values[row] == expected.value);
    }

    Bed bed_;
    Register a_ = 0;
    Register b_ = 0;
    std::vector<Sample> samples_;
};

}  // namespace

TEST_CASE("arithmetic of many rows says what each of them says alone") {
    std::mt19937 random(20'261'129);
    Samples samples;
    for (const std::uint32_t rows : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 16U, 33U, 64U, 3U}) {
        samples.check(rows, 0, 0, random);
        samples.check(rows, 0, 3, random);
        samples.check(rows, 0, 100, random);
        samples.check(rows, 30, 0, random);
        samples.check(rows, 30, 50, random);
        samples.check(rows, 100, 50, random);
    }
}
