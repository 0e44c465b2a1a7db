#include "tests/unit/runtime/engine_bed.h"

using namespace proviso;
using namespace proviso::test;
using bytecode::InForcePeriod;
using bytecode::Table;

namespace {

using Test = Table::Cell::Test;

Table::Row row(std::vector<Table::Cell> cells, std::int64_t result, InForcePeriod period = {}) {
    Table::Row made;
    made.cells = std::move(cells);
    made.results = {{false, "", result}};
    made.period = period;
    return made;
}

}  // namespace

TEST_CASE("InForce asks for the date and for what was published") {
    Bed bed(5);
    bed.program.periods = {{100, 200, 90}};
    const Register date = bed.input(0, kDate, {99, 100, 200, 201, kUnk});
    const Register inForce = bed.op(Op::InForce, 0, kYesNoType, {date}, {0, 0});
    bed.run();
    CHECK(bed.show(inForce) == "0 1 1 0 ?");
    bed.run({89, 0, 100});
    CHECK(bed.show(inForce) == "0 0 0 0 ?");
    bed.run({90, 0, 100});
    CHECK(bed.show(inForce) == "0 1 1 0 ?");
}

TEST_CASE("Parameter: the value in force that was published last and is known") {
    Bed bed(6);
    bytecode::Parameter parameter;
    parameter.name = "rate";
    parameter.type = kMoney;
    parameter.values = {{{100, 199, INT64_MIN}, 10, {}},
                        {{200, INT64_MAX, 150}, 20, {}},
                        {{200, 299, 220}, 21, {}}};
    bed.program.parameters = {parameter};
    const Register date = bed.input(0, kDate, {99, 100, 199, 200, 300, kNA});
    const Register rate = bed.op(Op::Parameter, 0, kMoney, {date}, {0, 0});
    bed.run();
    CHECK(bed.show(rate) == "! 10 10 21 20 -");
    CHECK(bed.errors(rate, 0) == "E1003");
    bed.run({219, 0, 100});
    CHECK(bed.show(rate) == "! 10 10 20 20 -");
    bed.run({149, 0, 100});
    CHECK(bed.show(rate) == "! 10 10 ! ! -");
}

TEST_CASE("DatedSelect takes one alternative, with its state") {
    Bed bed(5);
    bed.program.datedLists = {{{INT64_MIN, 99, INT64_MIN}, {101, INT64_MAX, INT64_MIN}}};
    const Register date = bed.input(0, kDate, {50, 100, 101, 50, kUnk});
    const Register first = bed.input(0, kCount, {1, 1, kErr, kUnk, 1});
    const Register second = bed.input(0, kCount, {kErr, 2, 2, 2, 2});
    const Register chosen = bed.op(Op::DatedSelect, 0, kCount, {date, first, second}, {0, 0});
    bed.run();
    CHECK(bed.show(chosen) == "1 ! 2 ? ?");
    CHECK(bed.errors(chosen, 1) == "E1003");
    CHECK(bed.missing(chosen, 3) == "0:3:1");
    CHECK(bed.missing(chosen, 4) == "0:4:0");
}

TEST_CASE("TableLookup: tests of cells, states, unknown results") {
    Bed bed(8);
    Table table;
    table.name = "fee";
    table.given = {kCount, kCount};
    table.gives = {kMoney};
    table.rows = {row({{Test::OneOf, {1, 2}}, {Test::AtLeast, {10}}}, 100),
                  row({{Test::OneOf, {1, 2}}, {Test::Below, {10}}}, 200),
                  row({{Test::OneOf, {3}}, {Test::AtMost, {5}}}, 300),
                  row({{Test::OneOf, {3}}, {Test::Exceeds, {5}}}, 400),
                  row({{Test::OneOf, {4}}, {}}, 0)};
    table.rows[4].results[0] = {true, "not written yet", 0};
    bed.program.tables = {table};
    const Register a = bed.input(0, kCount, {1, 2, 3, 3, 4, 5, kUnk, kNA});
    const Register b = bed.input(0, kCount, {10, 9, 5, 6, 0, 0, 0, kErr});
    const Register date = bed.constant(0, kDate, 0);
    const Register fee = bed.op(Op::TableLookup, 0, kMoney, {a, b, date}, {0, 0, 0});
    bed.run();
    CHECK(bed.show(fee) == "100 200 300 400 ? ! ? !");
    CHECK(bed.missing(fee, 4) == "table:fee");
    CHECK(bed.missing(fee, 6) == "0:6:0");
    CHECK(bed.errors(fee, 5) == "E1004");
}

TEST_CASE("TableLookup: first hit, dates, later publications, conflicts") {
    Bed bed(4);
    Table table;
    table.name = "fee";
    table.given = {kCount};
    table.gives = {kMoney};
    table.rows = {row({{Test::OneOf, {1}}}, 10),
                  row({{Test::OneOf, {1}}}, 11, {INT64_MIN, INT64_MAX, 500}),
                  row({{Test::OneOf, {2}}}, 20, {0, 99, INT64_MIN}),
                  row({{Test::OneOf, {2}}}, 21, {100, INT64_MAX, INT64_MIN}),
                  row({{Test::OneOf, {3}}}, 30),
                  row({{Test::Any, {}}}, 31)};
    bed.program.tables = {table};
    const Register key = bed.input(0, kCount, {1, 2, 2, 3});
    const Register date = bed.input(0, kDate, {0, 99, 100, 0});
    const Register fee = bed.op(Op::TableLookup, 0, kMoney, {key, date}, {0, 0, 0});
    // The last row matches everything, and rows of one publication that differ are a conflict.
    bed.run();
    CHECK(bed.show(fee) == "11 ! ! !");
    CHECK(bed.errors(fee, 3) == "E1007");
    bed.program.tables[0].firstHit = true;
    bed.run();
    CHECK(bed.show(fee) == "10 20 21 30");
    bed.program.tables[0].firstHit = false;
    bed.program.tables[0].rows.pop_back();
    bed.run({499, 0, 100});
    CHECK(bed.show(fee) == "10 20 21 30");
}

TEST_CASE("a table's index finds what trying every row finds") {
    for (const bool firstHit : {false, true}) {
        Bed bed(60);
        Table table;
        table.name = "fee";
        table.firstHit = firstHit;
        table.given = {kCount, kCount};
        table.gives = {kCount};
        for (int number = 0; number < 40; ++number) {
            Table::Cell first{Test::OneOf, {number, number + 40}};
            if (number % 13 == 5) {
                first = {Test::Any, {}};
            }
            table.rows.push_back(row(
                {first, {Test::AtLeast, {number % 7}}}, number, {INT64_MIN, INT64_MAX, number}));
        }
        bed.program.tables = {table};
        std::vector<Cell> firsts;
        std::vector<Cell> seconds;
        for (int number = 0; number < 60; ++number) {
            firsts.push_back((number * 17) % 90);
            seconds.push_back((number * 5) % 9);
        }
        const Register a = bed.input(0, kCount, firsts);
        const Register b = bed.input(0, kCount, seconds);
        const Register fee =
            bed.op(Op::TableLookup, 0, kCount, {a, b, bed.constant(0, kDate, 0)}, {0, 0, 0});
        bed.run();
        std::string expected;
        for (std::size_t at = 0; at < firsts.size(); ++at) {
            std::int64_t found = -1;
            for (std::size_t number = 0; number < table.rows.size(); ++number) {
                const auto& cells = table.rows[number].cells;
                const bool hit =
                    (cells[0].test == Test::Any || cells[0].values[0] == firsts[at].value ||
                     cells[0].values[1] == firsts[at].value) &&
                    seconds[at].value >= cells[1].values[0];
                if (hit && (!firstHit || found < 0)) {
                    found = static_cast<std::int64_t>(number);
                }
            }
            expected += (at == 0 ? "" : " ") + (found < 0 ? "!" : std::to_string(found));
        }
        CHECK(bed.show(fee) == expected);
    }
}

TEST_CASE("InSet asks for the code on the date; a code that only the input has is in no set") {
    Bed bed(14);
    const std::uint32_t before = bed.text("before");
    const std::uint32_t a = bed.text("A");
    const std::uint32_t between = bed.text("between");
    const std::uint32_t b = bed.text("B");
    const std::uint32_t c = bed.text("C");
    const std::uint32_t behind = bed.text("behind");
    bed.program.schema.codes = {{"letters", true, {"A", "B", "C"}}};
    bytecode::CodeSet set;
    set.name = "used";
    set.base = 0;
    set.entries = {
        {a, INT64_MIN, 99}, {b, INT64_MIN, INT64_MAX}, {c, 100, 200}, {a, 200, INT64_MAX}};
    bytecode::CodeSet empty;
    empty.name = "empty";
    empty.base = 0;
    bed.program.codeSets = {set, empty};
    const Register code = bed.input(
        0, {TypeKind::Code, 0, 0}, {a, a, a, b, 77, kUnk, before, between, behind, c, c, c, c, -1});
    const Register date =
        bed.input(0, kDate, {99, 100, 200, 0, 0, 0, 0, 0, 0, 99, 100, 200, 201, 0});
    const Register used = bed.op(Op::InSet, 0, kYesNoType, {code, date}, {0, 0});
    const Register nothing = bed.op(Op::InSet, 0, kYesNoType, {code, date}, {0, 1});
    bed.run();
    CHECK(bed.show(used) == "1 0 1 1 0 ? 0 0 0 0 1 1 0 0");
    CHECK(bed.show(nothing) == "0 0 0 0 0 ? 0 0 0 0 0 0 0 0");
}

TEST_CASE("Accepts: the facts that a step accepts on the date") {
    Bed bed(5);
    bed.program.schema.enumerations = {{"presence", {"near", "far", "none"}}};
    bytecode::Scale scale;
    scale.name = "watch";
    scale.enumeration = 0;
    bytecode::Scale::Step step;
    step.name = "close";
    step.accepts = {{INT64_MIN, 99, 0b11}, {100, INT64_MAX, 0b01}};
    scale.steps = {step};
    bed.program.scales = {scale};
    const Register fact = bed.input(0, {TypeKind::Enumeration, 0, 0}, {1, 1, 0, 2, kUnk});
    const Register date = bed.input(0, kDate, {99, 100, 100, 0, 0});
    const Register accepts = bed.op(Op::Accepts, 0, kYesNoType, {fact, date}, {0, 0, 0});
    bed.run();
    CHECK(bed.show(accepts) == "1 0 1 0 ?");
}
