#include "tests/unit/runtime/engine_bed.h"

#include <limits>

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
