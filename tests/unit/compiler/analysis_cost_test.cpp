#include "compiler/analysis/cost.h"
#include "tests/catch.h"
#include "tests/unit/compiler/analysis_builder.h"

using namespace proviso;
using namespace proviso::test;

namespace {

struct Fixture : ProgramBuilder {
    typed::ColumnId weight = stored("weight", item);
    typed::ColumnId limit = stored("limit", order);
    typed::BinderId o = addBinder("o", order);

    /// `total of i.weight over o.items as i exceeds o.limit`: 4 nodes an item, 6 an order
    typed::ExprId overLimit() {
        const auto i = addBinder("i", item);
        const auto sum = total(row(o), i, read(row(i), weight));
        return compare(typed::Comparison::Greater, sum, read(row(o), limit));
    }
};

std::int64_t weightOf(const RuleCost& cost, typed::SpaceId space) {
    for (const auto& [of, weight] : cost.weights) {
        if (of == space) {
            return weight;
        }
    }
    return 0;
}

}  // namespace

TEST_CASE("nodes count for the space they are evaluated in") {
    Fixture build;
    build.addRule("heavy", build.o, build.overLimit());
    const auto costs = ruleCosts(build.program);
    REQUIRE(costs.size() == 1);
    CHECK(weightOf(costs[0], build.order) == 5);
    CHECK(weightOf(costs[0], build.item) == 3);
    CHECK(costs[0].bound == 5 + 3 * 100);
}

TEST_CASE("declared lengths bound the cost") {
    Fixture build;
    build.program.spaces[build.item].atMost = 7;
    build.addRule("heavy", build.o, build.overLimit());
    CHECK(ruleCosts(build.program)[0].bound == 5 + 3 * 7);
}

TEST_CASE("a definition read twice counts once") {
    Fixture build;
    const auto doubled = build.declare("doubled", build.order);
    build.define(doubled,
                 build.apply(typed::ExprKind::Add,
                             {build.read(build.row(build.binderOf(doubled)), build.limit),
                              build.constant(1)},
                             ProgramBuilder::kCount));
    build.addRule("once", build.o, build.read(build.row(build.o), doubled));
    build.addRule("twice",
                  build.o,
                  build.apply(typed::ExprKind::And,
                              {build.read(build.row(build.o), doubled),
                               build.read(build.row(build.o), doubled)}));
    const auto costs = ruleCosts(build.program);
    CHECK(weightOf(costs[0], build.order) == 2 + 4);
    CHECK(weightOf(costs[1], build.order) == 5 + 4);
}

TEST_CASE("a fold that compares its rows with the row outside is quadratic") {
    Fixture build;
    build.program.spaces[build.item].atMost = 10;
    const auto outer = build.addBinder("a", build.item);
    const auto inner = build.addBinder("b", build.item);
    const auto up = build.program.spaces[build.item].toParent;
    const auto where = build.compare(typed::Comparison::Equal,
                                     build.read(build.row(inner), build.weight),
                                     build.read(build.row(outer), build.weight));
    const auto sum = build.total(
        build.up(build.row(outer), up), inner, build.read(build.row(inner), build.weight), where);
    build.addRule(
        "twins", outer, build.compare(typed::Comparison::Greater, sum, build.constant(1)));
    const auto cost = ruleCosts(build.program)[0];
    // 5 nodes for each of 10 items, 1 + 5 + 2 for each pair of them.
    CHECK(cost.bound == 5 * 10 + 8 * 100);
}

TEST_CASE("groups hold many records") {
    Fixture build;
    const auto customer = build.stored("customer", build.order);
    const auto group = build.addSpace("customer_orders", typed::SpaceKind::Group, typed::kNone);
    build.program.spaces[group].grouping = 0;
    typed::Grouping grouping;
    grouping.space = group;
    grouping.record = build.order;
    grouping.membership = build.addLink(typed::Link::Kind::Group, build.order, group);
    grouping.keys = {customer};
    build.program.groupings.push_back(grouping);
    const auto g = build.addBinder("g", group);
    const auto each = build.addBinder("each", build.order);
    build.program.spaces[build.order].toParent = grouping.membership;
    const auto sum = build.total(build.row(g), each, build.read(build.row(each), build.limit));
    build.program.spaces[build.order].toParent = typed::kNone;
    build.addRule("busy", g, build.compare(typed::Comparison::Greater, sum, build.constant(3)));
    // One group of 50, and room for as many groups as records: the bound holds for any file of that
    // size.
    const auto cost = ruleCosts(build.program)[0];
    CHECK(weightOf(cost, build.order) == 3);
    CHECK(weightOf(cost, group) == 4);
    CHECK(cost.bound == 7 * 50);
    CHECK(cost.boundAlone == 7);
}

TEST_CASE("a rule above the ceiling is refused with its figure") {
    Fixture build;
    build.program.spaces[build.item].atMost = 10'000'000;
    build.addRule("heavy", build.o, build.overLimit());
    DiagnosticSink sink;
    const Sources sources;
    CHECK_FALSE(analyse(build.program, sources, sink));
    const auto found = sink.sorted(sources);
    REQUIRE(found.size() == 1);
    CHECK(found[0].code() == "E0903");
    CHECK(found[0].message() == "rule `orders.heavy` may take 30,000,005 steps for one record; at "
                                "most 10,000,000 are allowed");
    CHECK(analysis::checkCosts(build.program, sink, 40'000'000));
}

TEST_CASE("figures too large to count are the largest there is") {
    Fixture build;
    build.program.spaces[build.item].atMost = INT64_MAX;
    build.addRule("heavy", build.o, build.overLimit());
    CHECK(ruleCosts(build.program)[0].bound == INT64_MAX);
}

TEST_CASE("a window is looked through for each row that asks") {
    Fixture build;
    const auto i = build.addBinder("i", build.item);
    const auto other = build.addBinder("other", build.item);
    build.program.spaces[build.item].atMost = 10;
    const auto of = build.up(build.row(i), build.program.spaces[build.item].toParent);
    const auto all = build.total(of, other, build.read(build.row(other), build.weight));
    build.addRule("plain", i, build.compare(typed::Comparison::Greater, all, build.constant(5)));
    const auto windowed = build.total(of, other, build.read(build.row(other), build.weight));
    typed::Window window;
    window.kind = typed::Window::Kind::UpTo;
    window.row = build.row(i);
    build.program.exprs[windowed].windows = {window};
    build.addRule(
        "windowed", i, build.compare(typed::Comparison::Greater, windowed, build.constant(5)));
    const auto costs = ruleCosts(build.program);
    REQUIRE(costs.size() == 2);
    // Per pair: running over it, the window, and the two nodes of its value.
    CHECK(weightOf(costs[1], build.item) - weightOf(costs[0], build.item) == 2);
    CHECK(costs[0].bound < costs[1].bound);
    CHECK(costs[1].boundAlone >= 100 * 4);
}
