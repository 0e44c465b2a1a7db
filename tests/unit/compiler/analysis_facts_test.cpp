#include "compiler/analysis/facts.h"
#include "tests/catch.h"
#include "tests/unit/compiler/analysis_builder.h"

#include <functional>
#include <random>

using namespace proviso;
using namespace proviso::analysis;
using namespace proviso::test;
using typed::Comparison;
using typed::ExprKind;

namespace {

struct Fixture : ProgramBuilder {
    Fixture() {
        program.enumerations.push_back({"colour", {"red", "green", "blue"}, {"", "", ""}, span()});
    }

    Type colour{TypeKind::Enumeration, 0, 0};
    typed::ColumnId weight = stored("weight", order);
    typed::ColumnId paint = stored("paint", order, colour);
    typed::ColumnId rush = stored("rush", order, kYesNo);
    typed::BinderId o = addBinder("o", order);

    typed::ExprId weightIs(Comparison comparison, std::int64_t value) {
        return compare(comparison, read(row(o), weight), constant(value));
    }
    typed::ExprId paintIs(std::int64_t member) {
        return compare(Comparison::Equal, read(row(o), paint), constant(member, colour));
    }
    typed::ExprId both(typed::ExprId a, typed::ExprId b) { return apply(ExprKind::And, {a, b}); }
    typed::ExprId either(typed::ExprId a, typed::ExprId b) { return apply(ExprKind::Or, {a, b}); }
    typed::ExprId no(typed::ExprId a) { return apply(ExprKind::Not, {a}); }

    bool possible(typed::ExprId condition) {
        Terms terms(program);
        return Facts(terms).assume(condition);
    }
};

}  // namespace

TEST_CASE("contradictions of one thing are found") {
    Fixture build;
    CHECK_FALSE(build.possible(build.both(build.paintIs(0), build.paintIs(1))));
    CHECK(build.possible(build.both(build.paintIs(0), build.paintIs(0))));
    CHECK_FALSE(build.possible(
        build.both(build.weightIs(Comparison::Greater, 5), build.weightIs(Comparison::Less, 6))));
    CHECK(build.possible(
        build.both(build.weightIs(Comparison::Greater, 5), build.weightIs(Comparison::Less, 7))));
    CHECK_FALSE(build.possible(
        build.both(build.no(build.paintIs(0)),
                   build.both(build.no(build.paintIs(1)), build.no(build.paintIs(2))))));
    const auto rush = build.read(build.row(build.o), build.rush);
    CHECK_FALSE(
        build.possible(build.both(rush, build.no(build.read(build.row(build.o), build.rush)))));
    // What is given is never negative unless it says so.
    CHECK_FALSE(build.possible(build.weightIs(Comparison::Less, 0)));
    build.program.columns[build.weight].isSigned = true;
    CHECK(build.possible(build.weightIs(Comparison::Less, 0)));
}

TEST_CASE("alternatives rule out what none of them allows") {
    Fixture build;
    const auto warm = build.either(build.paintIs(0), build.paintIs(1));
    CHECK_FALSE(build.possible(build.both(warm, build.paintIs(2))));
    CHECK(build.possible(build.both(warm, build.paintIs(1))));
    CHECK_FALSE(build.possible(build.both(build.no(warm), build.paintIs(1))));
    // One alternative is out, so that the other must hold.
    const auto heavy = build.either(build.paintIs(2), build.weightIs(Comparison::Greater, 10));
    CHECK_FALSE(
        build.possible(build.both(warm, build.both(heavy, build.weightIs(Comparison::Less, 10)))));
}

TEST_CASE("two things are compared with each other") {
    Fixture build;
    const auto limit = build.stored("limit", build.order);
    const auto over = [&](bool swapped, Comparison comparison) {
        const auto a = build.read(build.row(build.o), swapped ? limit : build.weight);
        const auto b = build.read(build.row(build.o), swapped ? build.weight : limit);
        return build.compare(comparison, a, b);
    };
    CHECK_FALSE(build.possible(
        build.both(over(false, Comparison::Greater), over(true, Comparison::Greater))));
    CHECK(build.possible(build.both(over(false, Comparison::GreaterOrEqual),
                                    over(true, Comparison::GreaterOrEqual))));
    CHECK_FALSE(build.possible(build.compare(Comparison::Less,
                                             build.read(build.row(build.o), limit),
                                             build.read(build.row(build.o), limit))));
}

TEST_CASE("conflicts name both places") {
    Fixture build;
    const auto first = build.paintIs(0);
    const auto second = build.paintIs(1);
    Terms terms(build.program);
    Facts facts(terms);
    REQUIRE_FALSE(facts.assume(build.both(first, second)));
    CHECK(facts.conflict().second == build.program.exprs[first].span);
    CHECK(facts.conflict().first == build.program.exprs[second].span);
}

// Whatever is found contradictory must have no solution among all small values: reasoning may miss,
// never invent.
TEST_CASE("no contradiction is invented") {
    std::mt19937 random(4711);
    const auto below = [&](unsigned bound) { return static_cast<int>(random() % bound); };
    int contradictions = 0;
    for (int round = 0; round < 3000; ++round) {
        Fixture build;
        struct Tree {
            typed::ExprId id;
            std::function<bool(int, int, bool)> holds;
        };
        std::function<Tree(int)> make = [&](int depth) -> Tree {
            const int kind = below(depth == 0 ? 3 : 6);
            if (kind == 0) {
                const int member = below(3);
                return {build.paintIs(member),
                        [=](int, int paint, bool) { return paint == member; }};
            }
            if (kind == 1) {
                const int value = below(6);
                const auto comparison = static_cast<Comparison>(below(6));
                return {build.weightIs(comparison, value), [=](int weight, int, bool) {
                            switch (comparison) {
                            case Comparison::Equal:
                                return weight == value;
                            case Comparison::NotEqual:
                                return weight != value;
                            case Comparison::Less:
                                return weight < value;
                            case Comparison::LessOrEqual:
                                return weight <= value;
                            case Comparison::Greater:
                                return weight > value;
                            case Comparison::GreaterOrEqual:
                                return weight >= value;
                            }
                            return false;
                        }};
            }
            if (kind == 2) {
                return {build.read(build.row(build.o), build.rush),
                        [](int, int, bool rush) { return rush; }};
            }
            const Tree a = make(depth - 1);
            if (kind == 3) {
                return {build.no(a.id), [=](int w, int p, bool r) { return !a.holds(w, p, r); }};
            }
            const Tree b = make(depth - 1);
            if (kind == 4) {
                return {build.both(a.id, b.id),
                        [=](int w, int p, bool r) { return a.holds(w, p, r) && b.holds(w, p, r); }};
            }
            return {build.either(a.id, b.id),
                    [=](int w, int p, bool r) { return a.holds(w, p, r) || b.holds(w, p, r); }};
        };
        const Tree tree = make(5);
        bool solvable = false;
        for (int weight = 0; weight < 8; ++weight) {
            for (int paint = 0; paint < 3; ++paint) {
                solvable =
                    solvable || tree.holds(weight, paint, false) || tree.holds(weight, paint, true);
            }
        }
        if (!build.possible(tree.id)) {
            ++contradictions;
            REQUIRE_FALSE(solvable);
        }
    }
    CHECK(contradictions > 10);
}

TEST_CASE("conditions that repeat themselves without end are given up on") {
    Fixture build;
    auto condition = build.paintIs(0);
    for (int times = 0; times < 60; ++times) {
        condition = times % 2 == 0 ? build.either(condition, condition)
                                   : build.both(condition, build.no(condition));
    }
    // Whatever the answer, it comes.
    static_cast<void>(build.possible(condition));
    static_cast<void>(build.possible(build.no(condition)));
    SUCCEED();
}
