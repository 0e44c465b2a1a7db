#include "compiler/analysis/lint.h"
#include "tests/catch.h"
#include "tests/unit/compiler/analysis_builder.h"

#include <memory>

using namespace proviso;
using namespace proviso::test;
using typed::ExprKind;

namespace {

using Codes = std::vector<std::string>;

Codes lintCodes(const std::vector<ast::Pack>& packs,
                const typed::Program& program,
                LintOptions options = {}) {
    DiagnosticSink sink;
    lint(packs, program, sink, options);
    return codesOf(sink, Sources{});
}

ast::ExpressionPtr expression(auto node) {
    auto made = std::make_unique<ast::Expression>();
    made->node = std::move(node);
    return made;
}

}  // namespace

TEST_CASE("percent tests say in words what happens at exactly that much") {
    for (const bool inWords : {false, true}) {
        ast::Comparison comparison;
        comparison.op = ast::ComparisonOperator::Greater;
        comparison.inWords = inWords;
        comparison.left = expression(ast::DecimalLiteral{});
        comparison.right = expression(ast::PercentOf{{10, 0}, expression(ast::DecimalLiteral{})});
        ast::Rule rule;
        rule.when = expression(ast::Not{expression(std::move(comparison))});
        std::vector<ast::Pack> packs(1);
        packs[0].items.push_back({{}, std::move(rule)});
        CHECK(lintCodes(packs, {}) == (inWords ? Codes{} : Codes{"W0803"}));
    }
}

TEST_CASE("every over rows that may be none") {
    ProgramBuilder build;
    const auto fine = build.stored("fine", build.item, ProgramBuilder::kYesNo);
    const auto o = build.addBinder("o", build.order);
    const auto fold = [&](typed::FoldKind kind) {
        const auto i = build.addBinder("i", build.item);
        const auto id = build.total(build.row(o), i, build.read(build.row(i), fine));
        build.program.exprs[id].fold = kind;
        build.program.exprs[id].type = ProgramBuilder::kYesNo;
        return id;
    };
    const auto every = fold(typed::FoldKind::Every);
    SECTION("alone") {
        build.addRule("all_fine", o, every);
        CHECK(lintCodes({}, build.program) == Codes{"W0804"});
    }
    SECTION("beside a question whether there are any") {
        build.addRule(
            "all_fine", o, build.apply(ExprKind::And, {every, fold(typed::FoldKind::Any)}));
        CHECK(lintCodes({}, build.program).empty());
    }
}

TEST_CASE("a comparison with all members") {
    ProgramBuilder build;
    build.program.enumerations.push_back({"colour", {"red", "green"}, {"", ""}, build.span()});
    const Type colour{TypeKind::Enumeration, 0, 0};
    const auto paint = build.stored("paint", build.order, colour);
    const auto o = build.addBinder("o", build.order);
    const auto is = [&](std::int64_t member) {
        return build.compare(typed::Comparison::Equal,
                             build.read(build.row(o), paint),
                             build.constant(member, colour));
    };
    SECTION("all") {
        build.addRule("painted", o, build.apply(ExprKind::Or, {is(0), is(1)}));
        CHECK(lintCodes({}, build.program) == Codes{"W0805"});
    }
    SECTION("not all") {
        build.addRule("painted", o, build.apply(ExprKind::Or, {is(0), is(0)}));
        CHECK(lintCodes({}, build.program).empty());
    }
}

TEST_CASE("left-over names are reported on request") {
    ProgramBuilder build;
    build.program.parameters.push_back(
        {"orders.limit", ProgramBuilder::kCount, "", {}, {}, build.span()});
    build.program.findings.emplace_back();
    build.program.findings[0].name = "HEAVY";
    build.program.findings[0].span = build.span();
    const auto o = build.addBinder("o", build.order);
    const auto weight = build.stored("weight", build.order);
    const auto rule = build.addRule("heavy",
                                    o,
                                    build.compare(typed::Comparison::Greater,
                                                  build.read(build.row(o), weight),
                                                  build.constant(5)));
    CHECK(lintCodes({}, build.program).empty());
    CHECK(lintCodes({}, build.program, {true}) == Codes{"W0806", "W0806", "W0807"});

    typed::Effect effect;
    effect.kind = typed::Effect::Kind::Report;
    effect.finding = 0;
    effect.guard = build.program.rules[rule].applies;
    effect.row = build.row(o);
    build.program.rules[rule].effects.push_back(effect);
    ast::Test test;
    test.expectations.emplace_back();
    test.expectations[0].kind = ast::Expectation::Kind::Finding;
    test.expectations[0].name.text = "HEAVY";
    std::vector<ast::Pack> packs(1);
    packs[0].items.push_back({{}, std::move(test)});
    CHECK(lintCodes(packs, build.program, {true}) == Codes{"W0806"});
}
