#include "compiler/analysis/visit_ast.h"

#include <type_traits>

namespace proviso::analysis {

using ast::Action;
using ast::Add;
using ast::Aggregate;
using ast::Apportion;
using ast::Arithmetic;
using ast::Call;
using ast::Case;
using ast::Collect;
using ast::Comparison;
using ast::Contains;
using ast::DatedValue;
using ast::Decision;
using ast::Define;
using ast::Exception;
using ast::Expectation;
using ast::Expression;
using ast::ExpressionPtr;
using ast::Field;
using ast::Finding;
using ast::IsApplicable;
using ast::IsIn;
using ast::IsKnown;
using ast::IsOneOf;
using ast::ItemNode;
using ast::LocalDefine;
using ast::Logic;
using ast::Lookup;
using ast::MemberOf;
using ast::Negate;
using ast::Not;
using ast::OnDate;
using ast::OrElse;
using ast::Pack;
using ast::Parameter;
using ast::PercentOf;
using ast::Record;
using ast::Report;
using ast::Require;
using ast::Rounded;
using ast::Rule;
using ast::Satisfies;
using ast::Set;
using ast::Template;
using ast::Test;

namespace {

/// Gathers the expressions of items, then goes through them without recursion.
class Visitor {
  public:
    explicit Visitor(const std::function<void(const Expression&)>& action) : action_(action) {}

    void run() {
        while (!waiting_.empty()) {
            const Expression* expression = waiting_.back();
            waiting_.pop_back();
            action_(*expression);
            std::visit([&](const auto& node) { children(node); }, expression->node);
        }
    }

    template <typename Item>
    void item(const Item&) {}
    void item(const Record& record) {
        for (const Field& field : record.fields) {
            if (field.absentMeans) {
                add(*field.absentMeans);
            }
        }
    }
    void item(const Decision& decision) {
        add(decision.when);
        for (const Decision::Need& need : decision.needs) {
            add(need.when);
        }
    }
    void item(const Finding& finding) { add(finding.remedy); }
    void item(const Parameter& parameter) { add(parameter.values); }
    void item(const Define& define) { add(define.values); }
    void item(const Collect& collect) {
        add(collect.over);
        add(collect.onePer);
        for (const Collect::Row& row : collect.rows) {
            add(row.when);
            for (const Collect::RowField& field : row.fields) {
                add(field.value);
            }
        }
    }
    void item(const Rule& rule) {
        add(rule.in);
        add(rule.defines);
        add(rule.when);
        add(rule.unless);
        for (const Action& action : rule.actions) {
            add(action);
        }
    }
    void item(const Exception& exception) {
        add(exception.defines);
        add(exception.when);
        add(exception.unless);
        if (exception.instead) {
            add(*exception.instead);
        }
        add(exception.because);
    }
    void item(const Test& test) {
        for (const Expectation& expectation : test.expectations) {
            add(expectation.subject);
            add(expectation.value);
        }
    }

  private:
    void add(const ExpressionPtr& expression) {
        if (expression) {
            waiting_.push_back(expression.get());
        }
    }
    void add(const std::optional<ExpressionPtr>& expression) {
        if (expression) {
            add(*expression);
        }
    }
    void add(const std::vector<ExpressionPtr>& expressions) {
        for (const ExpressionPtr& expression : expressions) {
            add(expression);
        }
    }
    void add(const std::vector<DatedValue>& values) {
        for (const DatedValue& value : values) {
            add(value.value);
        }
    }
    void add(const std::vector<LocalDefine>& defines) {
        for (const LocalDefine& define : defines) {
            add(define.value);
        }
    }
    void add(const std::optional<Template>& text) {
        if (text) {
            for (const Template::Part& part : text->parts) {
                add(part.expression);
            }
        }
    }
    void add(const Action& action) {
        std::visit([&](const auto& body) { children(body); }, action.body);
        add(action.because);
    }

    void children(const Require& require) {
        add(require.target.row);
        add(require.value);
    }
    void children(const Add& adding) {
        add(adding.target.row);
        add(adding.members);
    }
    void children(const Set& set) {
        add(set.target.row);
        add(set.value);
    }
    void children(const Report& report) {
        add(report.row);
        for (const Report::SlotValue& slot : report.slots) {
            add(slot.value);
        }
        add(report.atStake);
    }

    // Literals and paths have nothing inside them.
    template <typename Node>
    void children(const Node&) {}
    void children(const MemberOf& node) { add(node.row); }
    void children(const Lookup& node) { add(node.arguments); }
    void children(const Call& node) { add(node.arguments); }
    void children(const OnDate& node) {
        add(node.value);
        add(node.date);
    }
    void children(const Arithmetic& node) {
        add(node.left);
        add(node.right);
    }
    void children(const Negate& node) { add(node.operand); }
    void children(const PercentOf& node) { add(node.operand); }
    void children(const Rounded& node) { add(node.operand); }
    void children(const OrElse& node) {
        add(node.value);
        add(node.otherwise);
    }
    void children(const Comparison& node) {
        add(node.left);
        add(node.right);
    }
    void children(const IsOneOf& node) {
        add(node.value);
        add(node.choices);
    }
    void children(const IsIn& node) { add(node.value); }
    void children(const IsKnown& node) { add(node.value); }
    void children(const IsApplicable& node) { add(node.value); }
    void children(const Satisfies& node) {
        add(node.fact);
        add(node.demand);
    }
    void children(const Contains& node) {
        add(node.set);
        add(node.member);
    }
    void children(const Not& node) { add(node.operand); }
    void children(const Logic& node) { add(node.operands); }
    void children(const Case& node) {
        add(node.subject);
        for (const Case::Arm& arm : node.arms) {
            add(arm.tests);
            add(arm.value);
        }
        add(node.otherwise);
    }
    void children(const Aggregate& node) {
        add(node.value);
        add(node.over);
        add(node.where);
        add(node.has);
        for (const ast::Window& window : node.windows) {
            add(window.value);
            add(window.through);
        }
    }
    void children(const Apportion& node) {
        add(node.total);
        add(node.over);
        add(node.where);
        add(node.by);
        add(node.each);
    }

    const std::function<void(const Expression&)>& action_;
    std::vector<const Expression*> waiting_;
};

}  // namespace

void forEachExpression(const Pack& pack, const std::function<void(const Expression&)>& action) {
    Visitor visitor(action);
    for (const ItemNode& node : pack.items) {
        std::visit([&](const auto& item) { visitor.item(item); }, node.item);
    }
    visitor.run();
}

}  // namespace proviso::analysis
