// Loops over cells take many rows a step, with a rest that does not fill one. Here every row of
// columns of many lengths is compared with what values/logic.h and bounds.h say of that row alone,
// and each batch meets in the buffers what another one left there.

#include "runtime/engine/bounds.h"
#include "tests/unit/runtime/engine_bed.h"

#include <array>
#include <random>

using namespace proviso;
using namespace proviso::test;

namespace {

/// Fills a column, also where there is no value: a batch's columns may hold anything there.
/// `open`: so many in a hundred are no values.
void fill(ColumnData& column,
          std::uint32_t rows,
          std::int64_t highest,
          unsigned open,
          std::mt19937& random) {
    column = {};
    for (std::uint32_t row = 0; row < rows; ++row) {
        column.values.push_back(static_cast<std::int64_t>(random()) % (highest + 1));
        column.states.push_back(random() % 100 < open ? static_cast<State>(1 + random() % 3)
                                                      : State::Value);
    }
    if (open == 0) {
        column.states.clear();
    }
}

Logical cellOf(const ColumnData& column, std::size_t row) {
    // No value where there is none: readers rely on it.
    CHECK((column.state(row) == State::Value || column.values[row] == 0));
    return {column.state(row), column.values[row] != 0};
}

struct Answers {
    Register both;
    Register either;
    Register one;  ///< of one operand
    Register negated;
    Register known;
    Register applicable;
    std::vector<Register> compared;  ///< by mode
    std::vector<Register> withTwo;   ///< the same with a constant
    Register chosen;
    Register spread;
};

class ManyRows {
  public:
    ManyRows() : bed_(1), list_(bed_.list("line", 0, {0})) {
        for (Register& yesNo : yesNo_) {
            yesNo = bed_.input(0, kYesNoType, {0});
        }
        for (Register& amount : amounts_) {
            amount = bed_.input(0, kMoney, {0});
        }
        two_ = bed_.constant(0, kMoney, 2);
        const std::vector<Register> all(yesNo_.begin(), yesNo_.end());
        answers_.both = bed_.op(Op::And, 0, kYesNoType, all);
        answers_.either = bed_.op(Op::Or, 0, kYesNoType, all);
        answers_.one = bed_.op(Op::And, 0, kYesNoType, {all[0]});
        answers_.negated = bed_.op(Op::Not, 0, kYesNoType, {all[0]});
        answers_.known = bed_.op(Op::IsKnown, 0, kYesNoType, {all[0]});
        answers_.applicable = bed_.op(Op::IsApplicable, 0, kYesNoType, {amounts_[0]});
        for (std::uint8_t mode = 0; mode < 6; ++mode) {
            answers_.compared.push_back(
                bed_.op(Op::Compare, 0, kYesNoType, {amounts_[0], amounts_[1]}, {mode}));
            answers_.withTwo.push_back(
                bed_.op(Op::Compare, 0, kYesNoType, {amounts_[0], two_}, {mode}));
        }
        answers_.chosen = bed_.op(Op::Select, 0, kMoney, {all[0], amounts_[0], amounts_[1]});
        answers_.spread = bed_.op(Op::Spread, list_, kMoney, {amounts_[0], bed_.parent(list_)});
        bed_.run();
    }

    /// `open` may differ from column to column, so that some have states and others none.
    void check(std::uint32_t rows, const std::vector<unsigned>& open, std::mt19937& random) {
        Batch::Space& orders = bed_.batch.spaces[0];
        orders.rows = rows;
        for (std::size_t column = 0; column < 5; ++column) {
            fill(orders.columns[column], rows, column < 3 ? 1 : 3, open[column], random);
        }
        Batch::Space& lines = bed_.batch.spaces[list_];
        lines.parent.clear();
        for (std::uint32_t row = 0; row < rows; ++row) {
            lines.parent.insert(lines.parent.end(), random() % 3, row);
        }
        lines.rows = static_cast<std::uint32_t>(lines.parent.size());
        bed_.runAgain();
        for (std::uint32_t row = 0; row < rows; ++row) {
            CAPTURE(rows, row, open);
            checkRow(row);
        }
        for (std::uint32_t row = 0; row < lines.rows; ++row) {
            CHECK(isSame(column(answers_.spread), row, column(amounts_[0]), lines.parent[row]));
        }
    }

  private:
    const ColumnData& column(Register number) { return bed_.interpreter().column(number); }

    static bool isSame(const ColumnData& a, std::size_t row, const ColumnData& b, std::size_t at) {
        const engine::Bounds one = engine::boundsAt(a, row);
        const engine::Bounds other = engine::boundsAt(b, at);
        const std::int64_t value = b.state(at) == State::Value ? b.values[at] : 0;
        return a.state(row) == b.state(at) && a.values[row] == value && one.low == other.low &&
               one.high == other.high;
    }

    void checkRow(std::uint32_t row) {
        const auto yesNo = [&](std::size_t index) {
            return engine::logicalAt(column(yesNo_[index]), row);
        };
        const Logical a = yesNo(0);
        CHECK(cellOf(column(answers_.both), row) == logicalAnd(logicalAnd(a, yesNo(1)), yesNo(2)));
        CHECK(cellOf(column(answers_.either), row) == logicalOr(logicalOr(a, yesNo(1)), yesNo(2)));
        CHECK(cellOf(column(answers_.one), row) == a);
        CHECK(cellOf(column(answers_.negated), row) == logicalNot(a));
        CHECK(
            cellOf(column(answers_.known), row) ==
            (a.state == State::Error ? kError : Logical{State::Value, a.state != State::Unknown}));
        // Amounts that cannot be below zero are known to be applicable even where they are unknown.
        const State amount = column(amounts_[0]).state(row);
        CHECK(cellOf(column(answers_.applicable), row) ==
              (amount == State::Error ? kError
                                      : Logical{State::Value, amount != State::NotApplicable}));
        for (std::uint8_t mode = 0; mode < 6; ++mode) {
            CHECK(cellOf(column(answers_.compared[mode]), row) ==
                  engine::compareAt(column(amounts_[0]), row, column(amounts_[1]), row, mode));
            CHECK(cellOf(column(answers_.withTwo[mode]), row) ==
                  engine::compareAt(column(amounts_[0]), row, column(two_), row, mode));
        }
        const ColumnData& chosen = column(answers_.chosen);
        if (a.state == State::Unknown || a.state == State::Error) {
            CHECK(cellOf(chosen, row) == a);
        } else {
            CHECK(isSame(chosen, row, column(amounts_[a.yes ? 0 : 1]), row));
        }
    }

    Bed bed_;
    std::uint32_t list_;
    std::array<Register, 3> yesNo_{};
    std::array<Register, 2> amounts_{};
    Register two_ = 0;
    Answers answers_;
};

}  // namespace

TEST_CASE("many rows say what each of them says alone") {
    std::mt19937 random(20'261'128);
    ManyRows many;
    for (const std::uint32_t rows : {1U, 7U, 8U, 15U, 16U, 17U, 31U, 33U, 100U, 64U, 3U, 129U}) {
        many.check(rows, {0, 0, 0, 0, 0}, random);
        many.check(rows, {50, 50, 50, 50, 50}, random);
        many.check(rows, {0, 30, 0, 0, 30}, random);
        many.check(rows, {30, 0, 0, 30, 0}, random);
        many.check(rows, {0, 0, 0, 100, 0}, random);
        many.check(rows, {100, 100, 100, 100, 100}, random);
        many.check(rows, {2, 0, 2, 0, 2}, random);
    }
}
