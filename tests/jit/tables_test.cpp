// Lookups in tables, compiled and interpreted: tables at random, of equalities and ranges, dated,
// with rows that say the same, something else, or that it is open; asked for values at the edges.

#include "runtime/jit/table_form.h"
#include "tests/jit/twins.h"

#include <array>
#include <optional>
#include <random>

using namespace proviso;
using namespace proviso::test;

namespace {

using bytecode::Table;
using Random = std::mt19937_64;
using Reasons = std::map<std::string, std::uint64_t>;

constexpr std::uint32_t kRows = 53;

std::uint64_t below(Random& random, std::uint64_t limit) {
    return random() % limit;
}

/// What a column of a table tells apart.
struct Domain {
    std::vector<std::int64_t> values;
    bool hasRanges = false;
};

Domain domain(Random& random) {
    switch (below(random, 5)) {
    case 0:
        return {{1, 2, 3}, false};
    case 1: {
        Domain many;
        for (int value = 0; value < 40; ++value) {
            many.values.push_back(100 + static_cast<std::int64_t>(below(random, 60)));
        }
        return many;
    }
    case 2:
        return {{INT64_MIN, -5, 0, INT64_MAX}, true};
    case 3:
        return {{-10, 0, 10, 20, 30}, true};
    default:
        // Too far from one another for a column of places.
        return {{INT64_MIN, -1'000'000, 7, 8, 9, 1'000'000, INT64_MAX}, false};
    }
}

std::int64_t pick(Random& random, const Domain& from) {
    return from.values[below(random, from.values.size())];
}

Table::Cell cell(Random& random, const Domain& from) {
    using Test = Table::Cell::Test;
    Table::Cell made;
    if (below(random, 4) == 0) {
        return made;
    }
    static constexpr std::array kRanges{Test::AtLeast, Test::AtMost, Test::Exceeds, Test::Below};
    made.test = from.hasRanges && below(random, 2) == 0 ? kRanges[below(random, 4)] : Test::OneOf;
    const std::uint64_t count = made.test == Test::OneOf ? below(random, 4) : 1;
    for (std::uint64_t index = 0; index < count; ++index) {
        made.values.push_back(pick(random, from));
    }
    return made;
}

bytecode::InForcePeriod period(Random& random) {
    bytecode::InForcePeriod made;
    if (below(random, 2) == 0) {
        made.from = static_cast<std::int64_t>(below(random, 5)) * 100;
    }
    if (below(random, 2) == 0) {
        made.through = 400 + static_cast<std::int64_t>(below(random, 4)) * 100;
    }
    if (below(random, 3) == 0) {
        made.published = static_cast<std::int64_t>(below(random, 3)) * 50;
    }
    return made;
}

/// With `isTotal` there is a row at the end for whatever is asked.
Table table(Random& random, const std::vector<Domain>& domains, bool isTotal) {
    Table made;
    made.name = "t";
    made.given.assign(domains.size(), kCount);
    made.gives = {kCount, kYesNoType};
    made.firstHit = isTotal || below(random, 2) == 0;
    const std::uint64_t rows = 1 + below(random, 12);
    for (std::uint64_t row = 0; row < rows + (isTotal ? 1 : 0); ++row) {
        Table::Row& one = made.rows.emplace_back();
        for (const Domain& each : domains) {
            one.cells.push_back(row == rows ? Table::Cell{} : cell(random, each));
        }
        one.results.push_back(
            {below(random, 6) == 0, "open", static_cast<std::int64_t>(below(random, 4))});
        one.results.push_back(
            {below(random, 6) == 0, "open", static_cast<std::int64_t>(below(random, 2))});
        one.period = row == rows ? bytecode::InForcePeriod{} : period(random);
    }
    return made;
}

ColumnData arguments(Random& random, const Domain& from, bool withStates) {
    ColumnData made;
    for (std::uint32_t row = 0; row < kRows; ++row) {
        std::int64_t value = pick(random, from);
        const std::uint64_t beside = below(random, 6);
        if (beside == 0 && value != INT64_MAX) {
            value += 1;
        } else if (beside == 1 && value != INT64_MIN) {
            value -= 1;
        } else if (beside == 2) {
            value = static_cast<std::int64_t>(random());
        }
        made.values.push_back(value);
        made.states.push_back(withStates && below(random, 4) == 0
                                  ? static_cast<State>(below(random, 4))
                                  : State::Value);
    }
    if (!withStates) {
        made.states.clear();
    }
    return made;
}

/// One table, looked up twice, over several batches. How often compiled code ran.
std::uint64_t checkTable(std::uint64_t seed, bool isTotal, bool expectStates) {
    Random random(seed);
    std::vector<Domain> domains;
    for (std::uint64_t count = 1 + below(random, 3); count > 0; --count) {
        domains.push_back(domain(random));
    }
    Bed bed(kRows);
    bed.program.tables.push_back(table(random, domains, isTotal));
    std::vector<Register> operands;
    for (std::size_t index = 0; index < domains.size(); ++index) {
        operands.push_back(bed.signedInput(0, kCount, std::vector<Cell>(kRows, 0)));
    }
    operands.push_back(bed.signedInput(0, kDate, std::vector<Cell>(kRows, 0)));
    domains.push_back({{0, 100, 200, 300, 400, 500, 600, 700, 701}, false});
    const Register number = bed.op(Op::TableLookup, 0, kCount, operands, {0, 0, 0});
    const Register yes = bed.op(Op::TableLookup, 0, kYesNoType, operands, {0, 0, 1});
    bed.op(Op::Select, 0, kCount, {yes, number, bed.constant(0, kCount, 3)});
    jit::JitOptions options = eagerly();
    options.expectStates = expectStates;
    options.optimize = seed % 3 == 0;
    Twins twins(bed, options);
    Interpreter::Options known;
    if (seed % 2 == 0) {
        known.asOf = 60;
    }
    for (int time = 0; time < 6; ++time) {
        for (std::size_t index = 0; index < domains.size(); ++index) {
            bed.batch.spaces[0].columns[index] =
                arguments(random, domains[index], /*withStates=*/time > 1 && time % 2 == 1);
        }
        twins.run(known);
    }
    return twins.jit().report().compiledRuns;
}

}  // namespace

TEST_CASE("Compiled lookups in tables say what the interpreter says") {
    std::uint64_t compiled = 0;
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        for (const bool isTotal : {false, true}) {
            CAPTURE(seed, isTotal);
            compiled += checkTable(seed, isTotal, /*expectStates=*/seed % 4 < 2);
        }
    }
    CHECK(compiled > 200);
}

TEST_CASE("What a table has no entry for, or two, is the interpreter's") {
    using Test = Table::Cell::Test;
    Bed bed(3);
    Table one;
    one.name = "t";
    one.given = {kCount};
    one.gives = {kCount};
    for (const std::int64_t value : {1, 2, 2}) {
        Table::Row& row = one.rows.emplace_back();
        row.cells = {{Test::OneOf, {value}}};
        row.results = {{false, "", static_cast<std::int64_t>(one.rows.size())}};
    }
    bed.program.tables.push_back(one);
    const Register asked = bed.signedInput(0, kCount, {1, 1, 1});
    const Register date = bed.constant(0, kDate, 5);
    bed.op(Op::TableLookup, 0, kCount, {asked, date}, {0, 0, 0});
    Twins twins(bed);
    twins.run();
    twins.run();
    CHECK(twins.reasons().empty());
    CHECK(twins.jit().report().compiledRuns == 1);
    for (const std::int64_t value : {2, 3}) {
        bed.batch.spaces[0].columns[0].values[1] = value;
        twins.run();
    }
    CHECK(twins.reasons() == Reasons{{"no entry of a table", 2}});
}

TEST_CASE("A table that has too many entries is the interpreter's") {
    bytecode::Table large;
    large.given.assign(3, kCount);
    large.gives = {kCount};
    for (std::int64_t row = 0; row < 100; ++row) {
        bytecode::Table::Row& one = large.rows.emplace_back();
        for (int column = 0; column < 3; ++column) {
            one.cells.push_back({bytecode::Table::Cell::Test::OneOf, {row}});
        }
        one.results.push_back({false, "", row});
    }
    CHECK_FALSE(jit::formOf(large, engine::indexTable(large), INT64_MAX).has_value());
    large.rows.resize(15);
    const std::optional<jit::TableForm> form =
        jit::formOf(large, engine::indexTable(large), INT64_MAX);
    REQUIRE(form.has_value());
    // Fifteen values and all others in each column.
    CHECK(form->rows.size() == 16 * 16 * 16);
}

TEST_CASE("Values that the rows of a table do not tell apart share an entry") {
    bytecode::Table states;
    states.given.assign(1, kCount);
    states.gives = {kCount};
    states.rows.resize(2);
    states.rows[0].cells = {{bytecode::Table::Cell::Test::OneOf, {3, 7, 9, 12, 40, 41, 50}}};
    states.rows[0].results = {{false, "", 1}};
    states.rows[1].cells = {{bytecode::Table::Cell::Test::OneOf, {5, 6, 11}}};
    states.rows[1].results = {{false, "", 2}};
    const std::optional<jit::TableForm> form =
        jit::formOf(states, engine::indexTable(states), INT64_MAX);
    REQUIRE(form.has_value());
    CHECK(form->rows.size() == 3);
}
