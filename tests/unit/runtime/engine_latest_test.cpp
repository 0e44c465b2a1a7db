#include "runtime/values/date.h"
#include "tests/unit/runtime/engine_bed.h"

using namespace proviso;
using namespace proviso::test;

namespace {

struct Lines {
    Bed bed{8};
    std::uint32_t line = bed.list("line", 0, {0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6});
    Register up = bed.parent(line);
    Register same = bed.link(Op::Identity, line, line, {});
    Register mask = 0;
    Register rank = 0;

    Lines() {
        bed.program.windows.resize(1);
        bed.program.windows[0].orders = {"order:number"};
        mask = bed.input(line, kYesNoType, {1, 1, 0, 1, 1, 1, kUnk, kUnk, 1, kUnk, 1, kErr, kNA});
        rank = bed.signedInput(line, kCount, {0, 1, 2, 3, 3, 1, 0, 1, 0, 4, 0, 1, 0});
    }

    Register latest(std::uint8_t mode, std::vector<Register> more = {}) {
        std::vector<Register> operands{up, mask, rank, same};
        operands.insert(operands.end(), more.begin(), more.end());
        return bed.op(Op::FoldLatest, 0, {TypeKind::Row, 0, line}, operands, {mode, 0});
    }
};

}  // namespace

TEST_CASE("the last and the first row by rank") {
    Lines lines;
    const Register last = lines.latest(0);
    const Register first = lines.latest(1);
    lines.bed.run();
    // A tie; a row that may be there before, or after; one that may be there; an error; none.
    CHECK(lines.bed.show(last) == "1 ? 5 ? ? ! - -");
    CHECK(lines.bed.show(first) == "0 ? ? 8 ? ! - -");
    CHECK(lines.bed.missing(last, 1) == "order:number");
    CHECK(lines.bed.missing(last, 3) == "1:7:0");
    CHECK(lines.bed.missing(last, 4) == "1:9:0");
    CHECK(lines.bed.missing(first, 2) == "1:6:0");
}

TEST_CASE("rows may be missing after the last") {
    Lines lines;
    const Register more = lines.bed.input(0, kYesNoType, {kUnk, 0, 0, 0, 0, 0, kUnk, kErr});
    const Register last = lines.latest(0, {more});
    lines.bed.run();
    CHECK(lines.bed.show(last) == "? ? 5 ? ? ! ? !");
    CHECK(lines.bed.missing(last, 0) == "0:0:0");
    CHECK(lines.bed.missing(last, 6) == "0:6:0");
}

TEST_CASE("an unknown rank matters where it decides") {
    Bed bed(4);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 1, 2, 2, 3, 3, 3});
    const Register up = bed.parent(line);
    const Register same = bed.link(Op::Identity, line, line, {});
    const Register mask = bed.constant(line, kYesNoType, 1);
    const Register rank = bed.signedInput(line, kCount, {0, kUnk, kUnk, 0, kErr, 0, 0, 1});
    bed.program.windows.resize(1);
    bed.program.windows[0].orders = {"order:number"};
    const Register last =
        bed.op(Op::FoldLatest, 0, {TypeKind::Row, 0, line}, {up, mask, rank, same}, {0, 0});
    bed.run();
    // One row alone is the last whatever its rank; a tie before the last is no matter.
    CHECK(bed.show(last) == "? 2 ! 7");
    CHECK(bed.missing(last, 0) == "1:1:0");
}

TEST_CASE("a rank that is not applicable ties") {
    Bed bed(1);
    const std::uint32_t line = bed.list("line", 0, {0, 0});
    const Register same = bed.link(Op::Identity, line, line, {});
    const Register rank = bed.signedInput(line, kCount, {0, kNA});
    bed.program.windows.resize(1);
    bed.program.windows[0].orders = {"order:number"};
    const Register last = bed.op(Op::FoldLatest,
                                 0,
                                 {TypeKind::Row, 0, line},
                                 {bed.parent(line), bed.constant(line, kYesNoType, 1), rank, same},
                                 {0, 0});
    bed.run();
    CHECK(bed.show(last) == "?");
    CHECK(bed.missing(last, 0) == "order:number");
}

TEST_CASE("levels compare from the outermost in") {
    Bed bed(3);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 1, 1, 2});
    const Register up = bed.parent(line);
    const Register same = bed.link(Op::Identity, line, line, {});
    const std::uint32_t all = bed.space("all", bytecode::SpaceInfo::Kind::Group);
    const Register toAll = bed.link(Op::GroupBy, 0, all, {}, all);
    const Register lineToAll = bed.link(Op::Compose, line, all, {up, toAll});
    const Register date = bed.input(0, kDate, {20, 30, 10});
    const Register dateRank = bed.op(Op::DenseRank, 0, kCount, {toAll, date});
    const Register lineDateRank = bed.op(Op::Spread, line, kCount, {dateRank, up});
    const Register number = bed.input(line, kCount, {9, 8, 1, 2, 99});
    const Register lineRank = bed.op(Op::DenseRank, line, kCount, {up, number});
    const Register mask = bed.constant(line, kYesNoType, 1);
    bed.program.windows.resize(1);
    bed.program.windows[0].orders = {"order:date", "order:number"};
    const std::vector<Register> operands{lineToAll, mask, lineDateRank, up, lineRank, same};
    const Type row{TypeKind::Row, 0, line};
    const Register last = bed.op(Op::FoldLatest, all, row, operands, {0, 0});
    const Register first = bed.op(Op::FoldLatest, all, row, operands, {1, 0});
    bed.run();
    CHECK(bed.show(dateRank) == "1 2 0");
    CHECK(bed.show(lineRank) == "1 0 0 1 0");
    CHECK(bed.show(last) == "3");
    CHECK(bed.show(first) == "4");
    // Two orders of one day tie before their lines are looked at.
    bed.batch.spaces[0].columns[0].values = {30, 30, 10};
    bed.runAgain();
    CHECK(bed.show(last) == "?");
    CHECK(bed.missing(last, 0) == "order:date");
}

TEST_CASE("DenseRank gives equal columns equal positions") {
    Bed bed(2);
    const std::uint32_t line = bed.list("line", 0, {0, 0, 0, 0, 1, 1});
    const std::uint32_t pear = bed.text("pear");
    const std::uint32_t fig = bed.text("fig");
    const Register name = bed.input(line, kText, {pear, fig, pear, kUnk, fig, kNA});
    const Register number = bed.input(line, kCount, {1, 1, 2, 0, kErr, 0});
    const Register up = bed.parent(line);
    const Register byName = bed.op(Op::DenseRank, line, kCount, {up, name});
    const Register byBoth = bed.op(Op::DenseRank, line, kCount, {up, name, number});
    const Register byNone = bed.op(Op::DenseRank, line, kCount, {up});
    bed.run();
    CHECK(bed.show(byName) == "1 0 1 ? 0 -");
    CHECK(bed.show(byBoth) == "1 0 2 ? ! -");
    CHECK(bed.show(byNone) == "0 0 0 0 0 0");
    CHECK(bed.missing(byName, 3) == "1:3:0");
}

TEST_CASE("Identity and LinkOfRow") {
    Bed bed(3);
    const std::uint32_t line = bed.list("line", 0, {0, 2, 2});
    const Register up = bed.parent(line);
    const Register mask = bed.input(line, kYesNoType, {kUnk, 1, 0});
    const Register number = bed.input(line, kCount, {5, 6, 7});
    const Register only = bed.op(Op::FoldOnly, 0, {TypeKind::Row, 0, line}, {up, mask});
    const Register toLine = bed.link(Op::LinkOfRow, 0, line, {only});
    const Register read = bed.op(Op::Spread, 0, kCount, {number, toLine});
    const Register same = bed.link(Op::Identity, line, line, {});
    bed.run();
    CHECK(bed.showLink(same) == "0 1 2");
    CHECK(bed.showLink(toLine) == "- - 1");
    CHECK(bed.show(read) == "? - 6");
    CHECK(bed.missing(read, 0) == "1:0:0");
}

TEST_CASE("PeriodStart and PeriodEnd") {
    // 2024-02-29 is a Thursday; the first and the last day of the calendar.
    Bed bed(4);
    const Register date = bed.input(0, kDate, {19782, kFirstDate.days, kLastDate.days, kUnk});
    std::vector<Register> made;
    for (std::int64_t period = 0; period < 4; ++period) {
        made.push_back(bed.op(Op::PeriodStart, 0, kDate, {date}, {0, kNoIndex, period}));
        made.push_back(bed.op(Op::PeriodEnd, 0, kDate, {date}, {0, kNoIndex, period}));
    }
    bed.run();
    const auto day = [&](std::size_t which, std::size_t row) {
        const ColumnData& column = bed.interpreter().column(made[which]);
        return column.state(row) == State::Value ? formatDate({column.values[row]})
                                                 : stateName(column.state(row));
    };
    CHECK(day(0, 0) == "2024-02-26");
    CHECK(day(1, 0) == "2024-03-03");
    CHECK(day(2, 0) == "2024-02-01");
    CHECK(day(3, 0) == "2024-02-29");
    CHECK(day(4, 0) == "2024-01-01");
    CHECK(day(5, 0) == "2024-03-31");
    CHECK(day(6, 0) == "2024-01-01");
    CHECK(day(7, 0) == "2024-12-31");
    // 1900-01-01 was a Monday; 2199-12-31 will be a Tuesday.
    CHECK(day(0, 1) == "1900-01-01");
    CHECK(day(1, 2) == "error");
    CHECK(bed.errors(made[1], 2) == "E1009");
    CHECK(day(5, 2) == "2199-12-31");
    CHECK(day(7, 3) == "unknown");
}
