#include "compiler/analysis/tables.h"
#include "tests/catch.h"
#include "tests/unit/compiler/analysis_builder.h"

using namespace proviso;
using namespace proviso::test;
using Test = typed::Table::Cell::Test;
using Cell = typed::Table::Cell;

namespace {

struct Fixture : ProgramBuilder {
    Fixture() {
        program.enumerations.push_back({"colour", {"red", "green"}, {"", ""}, span()});
        table.name = "prices";
        table.given = {{"paint", {TypeKind::Enumeration, 0, 0}}, {"rush", kYesNo}};
        table.gives = {{"price", kCount}};
    }

    void add(std::vector<Cell> cells, std::int64_t value, typed::Period period = {}) {
        typed::Table::Row row;
        row.cells = std::move(cells);
        row.results = {{false, "", value}};
        row.inForce.period = period;
        row.span = span();
        table.rows.push_back(row);
    }

    std::vector<Diagnostic> check() {
        program.tables = {table};
        DiagnosticSink sink;
        analysis::checkTables(program, sink);
        return sink.sorted(Sources{});
    }

    typed::Table table;
};

const Cell kAny{};

Cell is(std::int64_t value) {
    return {Test::OneOf, {value}};
}

}  // namespace

TEST_CASE("a complete table has nothing to report") {
    Fixture build;
    build.add({is(0), kAny}, 1);
    build.add({is(1), is(0)}, 2);
    build.add({is(1), is(1)}, 3);
    CHECK(build.check().empty());
}

TEST_CASE("cases without a row are listed") {
    Fixture build;
    build.add({is(0), kAny}, 1);
    build.add({is(1), is(0)}, 2);
    const auto found = build.check();
    REQUIRE(found.size() == 1);
    CHECK(found[0].code() == "W0905");
    CHECK(found[0].message() == "table `prices` has no row for a case");
    CHECK(found[0].help == "no row for `paint` green, `rush` yes");
}

TEST_CASE("days without a row are listed") {
    Fixture build;
    build.add({kAny, kAny}, 1, {0, 9});
    build.add({is(0), kAny}, 1, {10, 19});
    const auto found = build.check();
    REQUIRE(found.size() == 1);
    CHECK(found[0].message() == "table `prices` has no row for 2 cases");
    CHECK(found[0].help ==
          "no row for `paint` green, `rush` no, from 1970-01-11 through 1970-01-20; "
          "for `paint` green, `rush` yes, from 1970-01-11 through 1970-01-20");
}

TEST_CASE("bands of numbers leave gaps between them, not around them") {
    Fixture build;
    build.table.given = {{"weight", ProgramBuilder::kCount}};
    build.add({{Test::AtMost, {7}}}, 1);
    build.add({{Test::Exceeds, {8}}}, 2);
    auto found = build.check();
    REQUIRE(found.size() == 1);
    CHECK(found[0].help == "no row for `weight` 8");
    build.table.rows[1].cells[0] = {Test::AtLeast, {8}};
    CHECK(build.check().empty());
}

TEST_CASE("tables by code are not listed") {
    Fixture build;
    build.table.given = {{"code", {TypeKind::Code, 0, 0}}};
    build.add({is(3)}, 1);
    CHECK(build.check().empty());
}

TEST_CASE("rows that earlier ones take all cases of") {
    Fixture build;
    build.table.firstHit = true;
    SECTION("one row") {
        build.add({kAny, is(1)}, 1);
        build.add({is(1), is(1)}, 2);
        build.add({kAny, kAny}, 3);
        const auto found = build.check();
        REQUIRE(found.size() == 1);
        CHECK(found[0].code() == "W0906");
        CHECK(found[0].labels.at(0).span == build.table.rows[0].span);
    }
    SECTION("several rows together") {
        build.add({is(0), kAny}, 1);
        build.add({is(1), kAny}, 2);
        build.add({kAny, is(1)}, 3);
        const auto found = build.check();
        REQUIRE(found.size() == 1);
        CHECK(found[0].code() == "W0906");
        CHECK(found[0].span == build.table.rows[2].span);
    }
    SECTION("not where the dates differ") {
        build.add({kAny, is(1)}, 1, {0, 9});
        build.add({is(1), is(1)}, 2);
        build.add({kAny, kAny}, 3);
        CHECK(build.check().empty());
    }
}
