#include "runtime/values/decimal.h"
#include "tests/unit/runtime/engine_bed.h"

#include <limits>
#include <random>

using namespace proviso;
using namespace proviso::test;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

/// Orders: 0 two counted rows, 1 no rows, 2 mask no and not applicable, 3 an unknown mask, 4 an
/// error mask beside an unknown one, 5 a counted unknown, 6 a counted error and an unknown mask, 7
/// a not applicable value, 8 unknown and error values that do not count.
struct Lines {
    Bed bed{9};
    std::uint32_t line = bed.list("line", 0, {0, 0, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8});
    Register up = bed.parent(line);
    Register mask = bed.input(
        line, kYesNoType, {1, 1, 0, kNA, 1, kUnk, kErr, kUnk, 1, 1, 1, kUnk, 1, 1, 0, kNA});
    Register value =
        bed.input(line, kCount, {4, 3, 9, 9, 5, 6, 1, 1, 2, kUnk, kErr, 1, 8, kNA, kUnk, kErr});

    std::string fold(Op op, Type type = kCount, std::uint8_t mode = 0) {
        const bool withValue = op != Op::FoldCount && op != Op::FoldOnly;
        const Register made = bed.op(op,
                                     0,
                                     type,
                                     withValue ? std::vector<Register>{up, mask, value}
                                               : std::vector<Register>{up, mask},
                                     {mode});
        bed.run();
        return bed.show(made);
    }
};

}  // namespace

TEST_CASE("folds of numbers by mask and value") {
    const Type row{TypeKind::Row, 0, 1};
    CHECK(Lines().fold(Op::FoldTotal) == "7 0 0 ? ! ? ! 8 0");
    CHECK(Lines().fold(Op::FoldCount) == "2 0 0 ? ! 2 ? 2 0");
    CHECK(Lines().fold(Op::FoldDistinct) == "2 0 0 ? ! ? ! 1 0");
    CHECK(Lines().fold(Op::FoldHighest) == "4 - - ? ! ? ! 8 -");
    CHECK(Lines().fold(Op::FoldLowest) == "3 - - ? ! ? ! 8 -");
    CHECK(Lines().fold(Op::FoldOnly, row) == "! - - ? ! ! ? ! -");
    CHECK(Lines().fold(Op::FoldFirst, row) == "1 - - ? ! ? ! 12 -");
    CHECK(Lines().fold(Op::FoldFirst, row, 1) == "0 - - ? ! ? ! 12 -");
}

TEST_CASE("FoldTotal is exact whatever the order, and checked once") {
    Bed bed(3);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 1, 1, 2});
    const Register up = bed.parent(line);
    const Register value = bed.input(line, kCount, {kMost, 1, -1, kMost, 1, kMost});
    const Register total =
        bed.op(Op::FoldTotal, 0, kCount, {up, bed.constant(line, kYesNoType, 1), value});
    bed.run();
    CHECK(bed.show(total) == "9223372036854775807 ! 9223372036854775807");
    CHECK(bed.errors(total, 1) == "E1001");
}

TEST_CASE("FoldAny and FoldEvery combine as Or and And do") {
    Bed bed(6);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 1, 1, 2, 2, 3, 3, 4});
    const Register up = bed.parent(line);
    const Register a = bed.input(line, kYesNoType, {1, kErr, 0, kUnk, 0, kNA, 0, kUnk, kErr, 1});
    const Register any = bed.op(Op::FoldAny, 0, kYesNoType, {up, a});
    const Register every = bed.op(Op::FoldEvery, 0, kYesNoType, {up, a});
    const Register plain = bed.input(line, kYesNoType, {1, 1, 0, 0, 0, 1, 1, 1, 1, 1});
    const Register anyPlain = bed.op(Op::FoldAny, 0, kYesNoType, {up, plain});
    const Register everyPlain = bed.op(Op::FoldEvery, 0, kYesNoType, {up, plain});
    bed.run();
    CHECK(bed.show(any) == "1 ? - ! 1 0");
    CHECK(bed.show(every) == "0 0 0 ! 1 1");
    CHECK(bed.show(anyPlain) == "1 0 1 1 1 0");
    CHECK(bed.show(everyPlain) == "0 0 1 1 1 1");
    CHECK(bed.missing(any, 1) == "1:3:0");
}

TEST_CASE("FoldFirst orders texts by their bytes, and the first row wins a tie") {
    Bed bed(1);
    const std::uint32_t pear = bed.text("pear");
    const std::uint32_t fig = bed.text("fig");
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 0});
    const Register name = bed.input(line, kText, {pear, fig, fig, pear});
    const Register mask = bed.constant(line, kYesNoType, 1);
    const Register up = bed.parent(line);
    const Type row{TypeKind::Row, 0, line};
    const Register lowest = bed.op(Op::FoldFirst, 0, row, {up, mask, name}, {0});
    const Register highest = bed.op(Op::FoldFirst, 0, row, {up, mask, name}, {1});
    bed.run();
    CHECK(bed.show(lowest) == "1");
    CHECK(bed.show(highest) == "0");
}

TEST_CASE("places of unknown folds: masks, and the values that count") {
    Lines lines;
    const Register total =
        lines.bed.op(Op::FoldTotal, 0, kCount, {lines.up, lines.mask, lines.value});
    lines.bed.run();
    CHECK(lines.bed.missing(total, 3) == "1:5:0");
    CHECK(lines.bed.missing(total, 5) == "1:9:1");
    CHECK(lines.bed.missing(total, 0).empty());
}

namespace {

/// Totals and answers of columns of values, by parents in any order; each cell is compared with
/// what adding and asking one by one says.
class ManyFolds {
  public:
    ManyFolds() : bed_(1), line_(bed_.list("line", 0, {0})) {
        const Register up = bed_.parent(line_);
        const Register always = bed_.constant(line_, kYesNoType, 1);
        const Register mask = bed_.input(line_, kYesNoType, {1});
        const Register value = bed_.signedInput(line_, kCount, {0});
        counted_ = bed_.op(Op::FoldTotal, 0, kCount, {up, mask, value});
        all_ = bed_.op(Op::FoldTotal, 0, kCount, {up, always, value});
        any_ = bed_.op(Op::FoldAny, 0, kYesNoType, {up, mask});
        every_ = bed_.op(Op::FoldEvery, 0, kYesNoType, {up, mask});
        bed_.run();
    }

    void check(std::uint32_t parents,
               std::vector<std::uint32_t> parentOf,
               const std::vector<std::int64_t>& mask,
               const std::vector<std::int64_t>& values) {
        bed_.batch.spaces[0].rows = parents;
        Batch::Space& lines = bed_.batch.spaces[line_];
        lines.rows = static_cast<std::uint32_t>(parentOf.size());
        lines.columns[0].values = mask;
        lines.columns[1].values = values;
        lines.parent = std::move(parentOf);
        bed_.runAgain();
        for (std::uint32_t parent = 0; parent < parents; ++parent) {
            checkParent(parent);
        }
    }

  private:
    void checkParent(std::uint32_t parent) {
        const Batch::Space& lines = bed_.batch.spaces[line_];
        Total counted;
        Total all;
        bool any = false;
        bool every = true;
        for (std::uint32_t row = 0; row < lines.rows; ++row) {
            if (lines.parent[row] == parent) {
                const bool isYes = lines.columns[0].values[row] != 0;
                counted.add(isYes ? lines.columns[1].values[row] : 0);
                all.add(lines.columns[1].values[row]);
                any = any || isYes;
                every = every && isYes;
            }
        }
        checkCell(counted_, parent, counted.checked());
        checkCell(all_, parent, all.checked());
        checkCell(any_, parent, {any ? 1 : 0});
        checkCell(every_, parent, {every ? 1 : 0});
    }

    void checkCell(Register number, std::uint32_t parent, Checked expected) {
        const ColumnData& column = bed_.interpreter().column(number);
        CAPTURE(number, parent);
        CHECK(column.state(parent) == (expected.ok() ? State::Value : State::Error));
        CHECK(column.values[parent] == expected.value);
    }

    Bed bed_;
    std::uint32_t line_;
    Register counted_ = 0;
    Register all_ = 0;
    Register any_ = 0;
    Register every_ = 0;
};

}  // namespace

TEST_CASE("folds of many rows, whatever their order and their size") {
    std::mt19937_64 random(20'261'129);
    ManyFolds folds;
    for (const std::uint32_t rows : {0U, 1U, 2U, 15U, 16U, 17U, 18U, 33U, 100U, 3U}) {
        for (const std::int64_t most :
             {std::int64_t{5}, kMost / 200, kMost / 20, kMost / 2, kMost}) {
            const std::uint32_t parents = 1 + static_cast<std::uint32_t>(random() % (rows + 1));
            std::vector<std::uint32_t> parentOf;
            std::vector<std::int64_t> mask;
            std::vector<std::int64_t> values;
            for (std::uint32_t row = 0; row < rows; ++row) {
                const auto size = static_cast<std::int64_t>(random() % 6) - 3;
                parentOf.push_back(static_cast<std::uint32_t>(random() % parents));
                mask.push_back(static_cast<std::int64_t>(random() % 2));
                values.push_back(size < 0 ? -most : size == 0 ? 0 : most - size + 1);
            }
            CAPTURE(rows, most);
            folds.check(parents, parentOf, mask, values);
            std::sort(parentOf.begin(), parentOf.end());
            folds.check(parents, parentOf, mask, values);
        }
    }
}

TEST_CASE("a total of many rows at the very end of 64 bits") {
    constexpr std::uint32_t kRows = 40;
    constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
    ManyFolds folds;
    const std::vector<std::uint32_t> one(kRows, 0);
    const std::vector<std::int64_t> yes(kRows, 1);
    for (const std::int64_t end : {kMost, kLeast}) {
        for (const std::int64_t step : {-1, 0, 1}) {
            std::vector<std::int64_t> values(kRows, 0);
            values[3] = end;
            values[kRows - 1] = step;
            folds.check(1, one, yes, values);
            std::fill(values.begin(), values.end(), end / kRows);
            values[kRows / 2] = end - end / kRows * (kRows - 1);
            values[kRows / 2 - 1] += step;
            folds.check(1, one, yes, values);
        }
    }
}
