#include "compiler/analysis/order.h"
#include "compiler/analysis/words.h"
#include "tests/catch.h"
#include "tests/unit/compiler/analysis_builder.h"

#include <algorithm>

using namespace proviso;
using namespace proviso::test;
using typed::ExprKind;

namespace {

std::vector<std::string> orderInWords(const typed::Program& program) {
    std::vector<std::string> words;
    for (const auto& step : program.order) {
        words.push_back(analysis::stepInWords(program, step));
    }
    return words;
}

std::size_t placeOf(const std::vector<std::string>& words, const std::string& word) {
    const auto found = std::find(words.begin(), words.end(), word);
    REQUIRE(found != words.end());
    return static_cast<std::size_t>(found - words.begin());
}

}  // namespace

TEST_CASE("definitions come after what they read, by name where there is a choice") {
    const auto make = [](bool otherWay) {
        ProgramBuilder build;
        const auto weight = build.stored("weight", build.item);
        std::vector<std::pair<std::string, typed::ColumnId>> made;
        typed::ColumnId total = 0;
        typed::ColumnId heavy = 0;
        const auto first = [&] { total = build.declare("weight_of_all", build.order); };
        const auto second = [&] {
            heavy = build.declare("heavy", build.order, ProgramBuilder::kYesNo);
        };
        if (otherWay) {
            second();
            first();
        } else {
            first();
            second();
        }
        const auto line = build.addBinder("i", build.item);
        build.define(total,
                     build.total(build.row(build.binderOf(total)),
                                 line,
                                 build.read(build.row(line), weight)));
        build.define(heavy,
                     build.compare(typed::Comparison::Greater,
                                   build.read(build.row(build.binderOf(heavy)), total),
                                   build.constant(100)));
        return build.program;
    };
    std::vector<std::string> orders[2];
    for (const bool otherWay : {false, true}) {
        typed::Program program = make(otherWay);
        DiagnosticSink sink;
        REQUIRE(analyse(program, Sources{}, sink));
        orders[otherWay ? 1 : 0] = orderInWords(program);
        const auto& words = orders[otherWay ? 1 : 0];
        CHECK(placeOf(words, "`weight` of `item`") < placeOf(words, "`weight_of_all` of `order`"));
        CHECK(placeOf(words, "`weight_of_all` of `order`") < placeOf(words, "`heavy` of `order`"));
        CHECK(placeOf(words, "the rows of `order`") < placeOf(words, "the rows of `item`"));
    }
    CHECK(orders[0] == orders[1]);
}

TEST_CASE("a cycle is reported once with every link") {
    ProgramBuilder build;
    const auto a = build.declare("alpha", build.order);
    const auto b = build.declare("beta", build.order);
    const auto c = build.declare("gamma", build.order);
    build.define(a, build.read(build.row(build.binderOf(a)), b));
    build.define(b, build.read(build.row(build.binderOf(b)), a));
    build.define(c, build.read(build.row(build.binderOf(c)), b));
    DiagnosticSink sink;
    const Sources sources;
    CHECK_FALSE(analyse(build.program, sources, sink));
    const auto found = sink.sorted(sources);
    REQUIRE(found.size() == 1);
    CHECK(found[0].code() == "E0901");
    CHECK(found[0].message() == "`alpha` of `order` cannot be worked out; it reads itself");
    REQUIRE(found[0].labels.size() == 2);
    CHECK(found[0].labels[0].text == "`alpha` of `order` reads `beta` of `order` here");
    CHECK(build.program.order.empty());
}

TEST_CASE("a definition that reads itself is a cycle") {
    ProgramBuilder build;
    const auto a = build.declare("alpha", build.order);
    build.define(a, build.read(build.row(build.binderOf(a)), a));
    DiagnosticSink sink;
    CHECK_FALSE(analyse(build.program, Sources{}, sink));
    CHECK(codesOf(sink, Sources{}) == std::vector<std::string>{"E0901"});
}

TEST_CASE("members of a set are ordered singly") {
    ProgramBuilder build;
    const auto marks = build.addCodes("mark", {"FRAGILE", "INSURED"});
    const auto decision =
        build.decide("marks", build.item, {TypeKind::Set, 0, marks}, typed::Combination::Union);
    const auto column = build.program.decisions[decision].column;
    const auto fragile = build.stored("fragile", build.item, ProgramBuilder::kYesNo);
    const auto binder = build.addBinder("i", build.item);
    const auto first = build.addRule("fragile", binder, build.read(build.row(binder), fragile));
    build.contribute(first, decision, 0);
    const auto second =
        build.addRule("insured", binder, build.readMember(build.row(binder), column, 0));
    build.contribute(second, decision, 1);

    SECTION("one member may stand on another") {
        DiagnosticSink sink;
        REQUIRE(analyse(build.program, Sources{}, sink));
        const auto words = orderInWords(build.program);
        CHECK(placeOf(words, "`FRAGILE` in `marks` of `item`") <
              placeOf(words, "`INSURED` in `marks` of `item`"));
    }
    SECTION("but not on itself, and the rule is named") {
        build.contribute(second, decision, 0);
        DiagnosticSink sink;
        const Sources sources;
        CHECK_FALSE(analyse(build.program, sources, sink));
        const auto found = sink.sorted(sources);
        REQUIRE(found.size() == 1);
        CHECK(found[0].code() == "E0901");
        CHECK(found[0].labels[0].text == "rule `orders.insured`: `FRAGILE` in `marks` of `item` "
                                         "reads `FRAGILE` in `marks` of `item` here");
    }
    SECTION("what a layer needs is met by all its contributions") {
        build.program.decisions[decision].needs.push_back({"house", typed::kNone});
        DiagnosticSink sink;
        CHECK_FALSE(analyse(build.program, Sources{}, sink));
    }
}

TEST_CASE("chains have a limit") {
    for (const std::uint32_t length : {analysis::kLongestChain - 2, analysis::kLongestChain + 10}) {
        ProgramBuilder build;
        typed::ColumnId below = build.stored("start", build.order);
        for (std::uint32_t number = 0; number < length; ++number) {
            const auto next = build.declare("step_" + std::to_string(number), build.order);
            build.define(next, build.read(build.row(build.binderOf(next)), below));
            below = next;
        }
        DiagnosticSink sink;
        const bool fits = length < analysis::kLongestChain;
        CHECK(analyse(build.program, Sources{}, sink) == fits);
        CHECK(codesOf(sink, Sources{}) ==
              (fits ? std::vector<std::string>{} : std::vector<std::string>{"E0902"}));
    }
}

TEST_CASE("collected rows stand on their source, and apportionments are numbered in order") {
    ProgramBuilder build;
    const auto weight = build.stored("weight", build.item);
    const auto heavy = build.declare("heavy", build.item, ProgramBuilder::kYesNo);
    build.define(heavy,
                 build.compare(typed::Comparison::Greater,
                               build.read(build.row(build.binderOf(heavy)), weight),
                               build.constant(5)));
    const auto parcel = build.addSpace("parcel", typed::SpaceKind::Collected, build.order);
    build.program.spaces[parcel].collect = 0;
    typed::Collect collect;
    collect.space = parcel;
    collect.parent = build.order;
    collect.over = {build.program.spaces[build.item].toParent};
    collect.source = build.item;
    collect.binder = build.addBinder("i", build.item);
    collect.origin = build.addLink(typed::Link::Kind::Origin, parcel, build.item);
    const auto mass = build.stored("mass", parcel);
    build.program.columns[mass].kind = typed::ColumnKind::Collected;
    collect.fields = {mass};
    collect.rows.push_back({build.read(build.row(collect.binder), heavy),
                            {build.read(build.row(collect.binder), weight)},
                            build.span()});
    build.program.collects.push_back(collect);

    // Declared the wrong way round: the second pool reads what the first one gives out.
    const auto addPool = [&](typed::ColumnId result, typed::ColumnId by) {
        typed::Apportionment pool;
        pool.parent = build.order;
        pool.list = build.item;
        pool.over = {build.program.spaces[build.item].toParent};
        pool.parentBinder = build.addBinder("order", build.order);
        pool.binder = build.addBinder("i", build.item);
        pool.total = build.constant(10);
        pool.by = build.read(build.row(pool.binder), by);
        pool.each = build.constant(2);
        pool.ties = weight;
        build.program.apportionments.push_back(pool);
        const auto id = build.apply(
            ExprKind::Apportion, {build.row(build.binderOf(result))}, ProgramBuilder::kCount);
        build.program.exprs[id].index =
            static_cast<std::uint32_t>(build.program.apportionments.size() - 1);
        build.define(result, id);
    };
    const auto early = build.declare("z_early", build.item);
    const auto late = build.declare("a_late", build.item);
    addPool(late, early);
    addPool(early, weight);

    DiagnosticSink sink;
    REQUIRE(analyse(build.program, Sources{}, sink));
    const auto words = orderInWords(build.program);
    CHECK(placeOf(words, "`heavy` of `item`") < placeOf(words, "the rows of `parcel`"));
    CHECK(placeOf(words, "the rows of `parcel`") < placeOf(words, "`mass` of `parcel`"));
    const auto readBy = [&](std::uint32_t pool) {
        return build.program.exprs[build.program.apportionments[pool].by].index;
    };
    CHECK(readBy(0) == weight);
    CHECK(readBy(1) == early);
}
