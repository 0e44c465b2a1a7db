#include "compiler/analysis/lint.h"

#include "compiler/analysis/facts.h"
#include "compiler/analysis/graph.h"
#include "compiler/analysis/unused.h"
#include "compiler/analysis/visit_ast.h"
#include "compiler/analysis/words.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace proviso {

using analysis::Graph;
using typed::Comparison;
using typed::Expr;
using typed::ExprId;
using typed::ExprKind;
using typed::FoldKind;
using typed::kNone;
using typed::LinkId;
using typed::Program;
using typed::SpaceId;
using typed::SpaceKind;

namespace {

/// `x > 10% of y`: whether exactly 10% counts is what such rules turn on, so that the words must
/// say it.
void checkPercentTests(const ast::Pack& pack, DiagnosticSink& sink) {
    analysis::forEachExpression(pack, [&](const ast::Expression& expression) {
        const auto* comparison = std::get_if<ast::Comparison>(&expression.node);
        if (comparison == nullptr || comparison->inWords ||
            comparison->op == ast::ComparisonOperator::Equal ||
            comparison->op == ast::ComparisonOperator::NotEqual) {
            return;
        }
        const auto isPercent = [](const ast::ExpressionPtr& side) {
            return side && (std::holds_alternative<ast::PercentOf>(side->node) ||
                            std::holds_alternative<ast::PercentLiteral>(side->node));
        };
        if (!isPercent(comparison->left) && !isPercent(comparison->right)) {
            return;
        }
        using Operator = ast::ComparisonOperator;
        const char* words = comparison->op == Operator::Greater          ? "exceeds"
                            : comparison->op == Operator::GreaterOrEqual ? "is at least"
                            : comparison->op == Operator::Less           ? "is below"
                                                                         : "is at most";
        sink.report(DiagnosticKind::PercentTestBySign, comparison->operatorSpan)
            .fix(comparison->operatorSpan, words);
    });
}

/// Goes through the expressions below a root, each once.
void forEachBelow(const Program& program, ExprId root, const auto& action) {
    std::unordered_set<ExprId> seen{root};
    std::vector<ExprId> waiting{root};
    while (!waiting.empty()) {
        const ExprId id = waiting.back();
        waiting.pop_back();
        action(id);
        analysis::forEachChild(program, program.exprs[id], [&](ExprId child) {
            if (seen.insert(child).second) {
                waiting.push_back(child);
            }
        });
    }
}

class TypedLint {
  public:
    TypedLint(const Program& program, DiagnosticSink& sink)
        : program_(program), sink_(sink), terms_(program) {}

    void run() {
        const Graph graph(program_);
        for (Graph::Node node = 0; node < graph.size(); ++node) {
            for (const Graph::Root& root : graph.roots(node)) {
                checkRoot(root.expr);
            }
        }
        for (std::uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
            for (const Graph::Root& root : graph.rootsOfRule(rule)) {
                checkRoot(root.expr);
            }
        }
    }

  private:
    void checkRoot(ExprId root) {
        if (!roots_.insert(root).second) {
            return;
        }
        // Lists of which something else is asked, most often whether they have rows at all.
        std::set<std::pair<analysis::Terms::Term, std::vector<LinkId>>> asked;
        std::vector<ExprId> every;
        forEachBelow(program_, root, [&](ExprId id) {
            const Expr& expr = program_.exprs[id];
            if (expr.kind == ExprKind::Or) {
                checkAllMembers(id);
            } else if (expr.kind == ExprKind::Fold && expr.fold == FoldKind::Every) {
                every.push_back(id);
            } else if (expr.kind == ExprKind::Fold) {
                asked.insert({terms_.of(expr.operands[0]), expr.over});
            }
        });
        for (const ExprId id : every) {
            const Expr& expr = program_.exprs[id];
            const SpaceId space = program_.binders[expr.binder].space;
            // A group has a member at least.
            const bool hasRows = expr.where == kNone && expr.windows.empty() &&
                                 program_.spaces[space].kind == SpaceKind::Record;
            if (!hasRows && asked.count({terms_.of(expr.operands[0]), expr.over}) == 0) {
                reportOnce(DiagnosticKind::EveryOverNone, expr.span, {});
            }
        }
    }

    /// `x is one of` all members of its enumeration.
    void checkAllMembers(ExprId id) {
        const Expr& either = program_.exprs[id];
        std::set<std::int64_t> members;
        std::optional<analysis::Terms::Term> subject;
        for (const ExprId operand : either.operands) {
            const Expr& test = program_.exprs[operand];
            if (test.kind != ExprKind::Compare || test.comparison != Comparison::Equal) {
                return;
            }
            const std::optional<std::int64_t> value = terms_.constantOf(test.operands[1]);
            const Type& type = program_.exprs[test.operands[0]].type;
            if (!value || type.kind != TypeKind::Enumeration) {
                return;
            }
            const analysis::Terms::Term term = terms_.of(test.operands[0]);
            if (subject && *subject != term) {
                return;
            }
            subject = term;
            members.insert(*value);
            if (members.size() == program_.enumerations[type.ref].members.size()) {
                reportOnce(DiagnosticKind::ComparedToAllMembers,
                           either.span,
                           {program_.enumerations[type.ref].name});
                return;
            }
        }
    }

    void reportOnce(DiagnosticKind kind,
                    Span span,
                    std::initializer_list<DiagnosticArgument> arguments) {
        if (reported_.emplace(span.source.value, span.begin, span.end).second) {
            sink_.report(kind, span, arguments);
        }
    }

    const Program& program_;
    DiagnosticSink& sink_;
    analysis::Terms terms_;
    std::unordered_set<ExprId> roots_;
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> reported_;
};

}  // namespace

void lint(const std::vector<ast::Pack>& packs,
          const Program& program,
          DiagnosticSink& sink,
          LintOptions options) {
    for (const ast::Pack& pack : packs) {
        checkPercentTests(pack, sink);
    }
    TypedLint(program, sink).run();
    if (options.strict) {
        analysis::checkUnused(packs, program, sink);
        analysis::checkUntested(packs, program, sink);
    }
}

}  // namespace proviso
