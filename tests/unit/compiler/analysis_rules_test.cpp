#include "compiler/analysis/rules.h"
#include "tests/catch.h"
#include "tests/unit/compiler/analysis_builder.h"

using namespace proviso;
using namespace proviso::test;
using typed::Comparison;
using typed::ExprKind;

namespace {

struct Fixture : ProgramBuilder {
    typed::ColumnId weight = stored("weight", order);
    typed::ColumnId day = stored("day", order, {TypeKind::Date, 0, 0});
    std::uint32_t price = decide("price", order, kCount, typed::Combination::ExactlyOne);

    typed::ExprId heavier(typed::BinderId binder, std::int64_t than) {
        return compare(Comparison::Greater, read(row(binder), weight), constant(than));
    }
    typed::ExprId inForce(typed::BinderId binder, std::int64_t from, std::int64_t through) {
        const auto id = apply(ExprKind::InForceAt, {read(row(binder), day)});
        program.exprs[id].periods = {{{from, through}, INT64_MIN}};
        return id;
    }
    /// A rule that sets the price of orders above a weight, in force for some days.
    std::uint32_t pricing(const std::string& name,
                          std::int64_t than,
                          std::int64_t value,
                          std::int64_t from = INT64_MIN,
                          std::int64_t through = INT64_MAX) {
        const auto binder = addBinder("o", order);
        const auto condition = heavier(binder, than);
        const auto id = addRule(name, binder, condition);
        program.rules[id].applies =
            apply(ExprKind::And, {inForce(binder, from, through), condition});
        contribute(id, price, typed::kNone, constant(value));
        return id;
    }
    std::vector<std::string> codes() {
        DiagnosticSink sink;
        const Sources sources;
        analyse(program, sources, sink);
        return codesOf(sink, sources);
    }
};

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a condition that contradicts itself") {
    Fixture build;
    const auto binder = build.addBinder("o", build.order);
    const auto never = build.apply(ExprKind::And,
                                   {build.heavier(binder, 5),
                                    build.compare(Comparison::Less,
                                                  build.read(build.row(binder), build.weight),
                                                  build.constant(3))});
    build.addRule("never", binder, never);
    CHECK(build.codes() == Codes{"W0907"});
}

TEST_CASE("rules that set one value differently") {
    Fixture build;
    build.pricing("first", 5, 10);
    SECTION("for the same case") {
        build.pricing("second", 5, 20);
        CHECK(build.codes() == Codes{"E0911"});
    }
    SECTION("where one case is within the other") {
        build.pricing("second", 9, 20);
        CHECK(build.codes() == Codes{"E0911"});
    }
    SECTION("but not where they agree") {
        build.pricing("second", 5, 10);
        CHECK(build.codes().empty());
    }
}

TEST_CASE("dates keep rules apart") {
    Fixture build;
    build.pricing("first", 5, 10, 100, 200);
    SECTION("one after the other") {
        build.pricing("second", 5, 20, 201, 300);
        CHECK(build.codes().empty());
    }
    SECTION("overlapping by a day") {
        build.pricing("second", 5, 20, 200, 300);
        CHECK(build.codes() == Codes{"E0911"});
    }
}

TEST_CASE("cases that merely may overlap are left to the evaluation") {
    Fixture build;
    build.pricing("first", 5, 10);
    const auto binder = build.addBinder("o", build.order);
    const auto rush = build.stored("rush", build.order, ProgramBuilder::kYesNo);
    const auto second = build.addRule("second", binder, build.read(build.row(binder), rush));
    build.contribute(second, build.price, typed::kNone, build.constant(20));
    CHECK(build.codes().empty());
}

TEST_CASE("exceptions") {
    Fixture build;
    const auto binder = build.addBinder("o", build.order);
    const auto condition = build.heavier(binder, 5);
    const auto rule = build.addRule("heavy", binder, condition);
    const auto except = [&](typed::ExprId applies) {
        typed::Exception exception;
        exception.name = "orders.but";
        exception.applies = applies;
        exception.condition = applies;
        exception.span = build.span();
        build.program.exceptions.push_back(exception);
        build.program.rules[rule].exceptions.push_back(
            static_cast<std::uint32_t>(build.program.exceptions.size() - 1));
        build.program.rules[rule].applies =
            build.apply(ExprKind::And,
                        {build.program.rules[rule].applies, build.apply(ExprKind::Not, {applies})});
    };
    SECTION("within the rule") {
        except(build.heavier(binder, 9));
        CHECK(build.codes().empty());
    }
    SECTION("wherever the rule is") {
        except(build.heavier(binder, 4));
        CHECK(build.codes() == Codes{"W0909"});
    }
    SECTION("never where the rule is") {
        except(build.apply(ExprKind::Not, {build.heavier(binder, 3)}));
        CHECK(build.codes() == Codes{"W0908"});
    }
    SECTION("together everywhere") {
        except(build.heavier(binder, 9));
        except(build.apply(ExprKind::Not, {build.heavier(binder, 10)}));
        CHECK(build.codes() == Codes{"W0907"});
    }
}

TEST_CASE("a dated choice outside the rule's own dates") {
    Fixture build;
    const auto id = build.pricing("first", 5, 10, 100, 200);
    const auto binder = build.program.rules[id].binder;
    auto& effect = build.program.rules[id].effects[0];
    effect.guard = build.apply(ExprKind::And,
                               {build.program.rules[id].applies, build.inForce(binder, 300, 400)});
    CHECK(build.codes() == Codes{"W0910"});
}
