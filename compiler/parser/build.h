#pragma once

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/limits.h"
#include "compiler/parser/syntax.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace proviso::syntax {

/// Makes the abstract syntax out of the trees of the grammar. Mistakes that the grammar lets
/// through (days that do not exist, `and` mixed with `or`, message templates) are reported here,
/// each once; something harmless stands in. Each function reads the rule of the grammar that its
/// name says.
class Builder {
  public:
    Builder(const Sources& sources, DiagnosticSink& sink, const ParseLimits& limits)
        : sources_(sources), sink_(sink), limits_(limits) {}

    void header(const Node& node, ast::Pack& pack);
    ast::ItemNode item(const Node& node);
    ast::ExpressionPtr templateExpression(const Node& node);

  private:
    // build_names.cpp
    static ast::Name name(const Token& token);
    static ast::QualifiedName qualifiedName(const Node& node);
    static ast::Text text(const Token& token);
    static std::vector<ast::Name> idList(const Node& node);
    /// What stands here, if it does: a label, `source` clauses, `published`, dates.
    static std::optional<ast::Text> label(Reader& reader);
    static std::vector<ast::Text> sources(Reader& reader);
    std::optional<ast::DateLiteral> published(Reader& reader);
    std::optional<ast::Period> period(Reader& reader);
    ast::TypeName type(const Node& node);
    std::vector<ast::Slot> slots(Reader& reader);

    // build_schema.cpp
    ast::Layers layers(const Node& node);
    ast::Enumeration enumeration(const Node& node);
    ast::Scale scale(const Node& node);
    std::vector<ast::SatisfiedBy> satisfiedBy(const Node& node);
    ast::StepDeclaration step(const Node& node);
    ast::CodeSet codes(const Node& node);
    ast::Record record(const Node& node);
    ast::Field field(const Node& node);
    void fieldMark(const Node& node, ast::Field& field);
    ast::Grouping grouping(const Node& node);
    ast::Decision decision(const Node& node);
    ast::Finding finding(const Node& node);
    ast::Output output(const Node& node);

    // build_values.cpp
    ast::Parameter parameter(const Node& node);
    std::vector<ast::DatedValue> datedValues(Reader& reader, Rule rule);
    ast::Table table(const Node& node);
    ast::TableCell tableCell(const Node& node);
    ast::Define define(const Node& node);
    ast::Collect collect(const Node& node);

    // build_rules.cpp
    ast::Rule rule(const Node& node);
    ast::Exception exception(const Node& node);
    std::vector<ast::LocalDefine> localDefines(Reader& reader);
    void ruleCondition(const Node& node,
                       std::optional<ast::ExpressionPtr>& when,
                       std::optional<ast::ExpressionPtr>& unless);
    ast::Action action(const Node& node);
    ast::Action actionBody(const Node& node);
    std::optional<ast::Template> because(Reader& reader);
    ast::Target target(const Node& node);
    ast::DatedChoice datedChoice(const Node& node);

    // build_tests.cpp
    ast::Sample sample(const Node& node);
    ast::Test test(const Node& node);
    ast::Given given(const Node& node);
    ast::GivenField givenField(const Node& node);
    ast::GivenBlock givenBlock(const Node& node);
    ast::ExpressionPtr givenValue(const Node& node, bool& unknown);
    ast::Expectation expectation(const Node& node);
    static ast::Text place(const Node& node);

    // build_template.cpp
    ast::Template messageTemplate(const Token& token);
    ast::ExpressionPtr templatePart(Span span);

    // build_expressions.cpp
    ast::ExpressionPtr expression(const Node& node);
    /// Terms of a condition, and the `and` and `or` between them.
    struct Terms {
        std::vector<ast::ExpressionPtr> terms;
        std::vector<Span> spans;
        std::vector<const Token*> words;

        void add(ast::ExpressionPtr term, Span span) {
            terms.push_back(std::move(term));
            spans.push_back(span);
        }
    };
    ast::ExpressionPtr condition(const Node& node);
    void addTerms(Terms& terms, const Node& node, std::size_t place);
    ast::ExpressionPtr join(Terms terms, Span span);
    ast::ExpressionPtr conditionTerm(const Node& node);
    ast::ExpressionPtr term(Reader& reader);
    ast::ExpressionPtr wordedTerm(const Node& node);
    ast::ExpressionPtr conditionOf(const Node& valuesOrCondition);
    ast::ExpressionPtr comparison(ast::ExpressionPtr left, const Node& node);
    ast::ExpressionPtr isTest(ast::ExpressionPtr left, Reader reader, Span span, Span sign);
    ast::ExpressionPtr value(const Node& node);
    /// The operands of a value from the one at `begin` to before `end`, with what joins them.
    ast::ExpressionPtr chain(const Node& node, std::size_t begin, std::size_t end);
    ast::ExpressionPtr
    combine(ast::ExpressionPtr left, const Node& value, std::size_t place, std::size_t end);
    ast::ExpressionPtr unary(const Node& node);
    ast::ExpressionPtr postfix(const Node& node);
    ast::ExpressionPtr primary(const Node& node);
    ast::ExpressionPtr named(const Node& node, Reader reader);
    ast::ExpressionPtr memberOf(const ast::Name& member, const Node& row, Span span);
    ast::ExpressionPtr pathExpression(const Node& node);
    ast::ExpressionPtr pathExpression(ast::Path path, Span span);
    static ast::Path path(const Node& node);
    ast::ExpressionPtr literal(const Node& node);
    ast::ExpressionPtr signedLiteral(const Node& node);
    ast::ExpressionPtr caseExpression(const Node& node);
    std::vector<ast::ExpressionPtr> values(Reader& reader);
    void reportMixed(const Terms& terms, Span span);

    // build_aggregates.cpp
    ast::ExpressionPtr aggregate(const Node& node);
    void over(const Node& node, ast::Aggregate& aggregate);
    ast::Window window(const Node& node);
    ast::ExpressionPtr apportion(const Node& node);

    /// Whether a chain of so many terms may be built here; otherwise reports it.
    bool admitChain(std::size_t terms, Span span);

    /// Counts levels of the tree being built while it lives.
    class Depth {
      public:
        Depth(Builder& builder, std::size_t levels) : builder_(builder), levels_(levels) {
            builder_.depth_ += levels_;
        }
        ~Depth() { builder_.depth_ -= levels_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;

      private:
        Builder& builder_;
        std::size_t levels_;
    };

    const Sources& sources_;
    DiagnosticSink& sink_;
    const ParseLimits& limits_;
    std::size_t depth_ = 0;
};

/// An expression node of any kind.
template <typename Kind>
ast::ExpressionPtr makeExpression(Span span, Kind kind) {
    auto expression = std::make_unique<ast::Expression>();
    expression->span = span;
    expression->node = std::move(kind);
    return expression;
}

}  // namespace proviso::syntax
