#include "compiler/check/constants.h"

#include <algorithm>

namespace proviso::check {

namespace {

bool isTrivial(std::int64_t mantissa, int scale) {
    if (mantissa == 0) {
        return true;
    }
    for (; scale > 0; --scale) {
        if (mantissa % 10 != 0) {
            return false;
        }
        mantissa /= 10;
    }
    return mantissa == 1;
}

/// Adds what stands directly below a node.
struct Children {
    std::vector<const ast::Expression*>& open;

    void add(const ast::ExpressionPtr& child) const {
        if (child != nullptr) {
            open.push_back(child.get());
        }
    }
    void add(const std::vector<ast::ExpressionPtr>& children) const {
        for (const ast::ExpressionPtr& child : children) {
            add(child);
        }
    }

    template <typename Node>
    void operator()(const Node& node) const {
        if constexpr (std::is_same_v<Node, ast::MemberOf>) {
            add(node.row);
        } else if constexpr (std::is_same_v<Node, ast::Lookup> || std::is_same_v<Node, ast::Call>) {
            add(node.arguments);
        } else if constexpr (std::is_same_v<Node, ast::OnDate>) {
            add(node.value);
            add(node.date);
        } else if constexpr (std::is_same_v<Node, ast::Arithmetic> ||
                             std::is_same_v<Node, ast::Comparison>) {
            add(node.left);
            add(node.right);
        } else if constexpr (std::is_same_v<Node, ast::Negate> ||
                             std::is_same_v<Node, ast::PercentOf> ||
                             std::is_same_v<Node, ast::Rounded> || std::is_same_v<Node, ast::Not>) {
            add(node.operand);
        } else if constexpr (std::is_same_v<Node, ast::OrElse>) {
            add(node.value);
            add(node.otherwise);
        } else if constexpr (std::is_same_v<Node, ast::IsOneOf>) {
            add(node.value);
            add(node.choices);
        } else if constexpr (std::is_same_v<Node, ast::IsIn> ||
                             std::is_same_v<Node, ast::IsKnown> ||
                             std::is_same_v<Node, ast::IsApplicable>) {
            add(node.value);
        } else if constexpr (std::is_same_v<Node, ast::Satisfies>) {
            add(node.fact);
            add(node.demand);
        } else if constexpr (std::is_same_v<Node, ast::Contains>) {
            add(node.set);
            add(node.member);
        } else if constexpr (std::is_same_v<Node, ast::Logic>) {
            add(node.operands);
        } else if constexpr (std::is_same_v<Node, ast::Case>) {
            add(node.subject);
            for (const ast::Case::Arm& arm : node.arms) {
                add(arm.tests);
                add(arm.value);
            }
            add(node.otherwise);
        } else if constexpr (std::is_same_v<Node, ast::Aggregate>) {
            add(node.value);
            add(node.where);
            add(node.has);
            for (const ast::Window& window : node.windows) {
                add(window.value);
                add(window.through);
            }
        } else if constexpr (std::is_same_v<Node, ast::Apportion>) {
            add(node.total);
            add(node.where);
            add(node.by);
            add(node.each);
        }
    }
};

/// `last 90 days` holds a number of its own; the last row alone is a word like `latest`.
bool holdsCount(const ast::Aggregate& aggregate) {
    return std::any_of(
        aggregate.windows.begin(), aggregate.windows.end(), [](const ast::Window& window) {
            return window.kind == ast::Window::Kind::LastDays ||
                   (window.kind == ast::Window::Kind::LastRows && window.count > 1);
        });
}

bool isConstant(const ast::Expression& expression) {
    if (const auto* aggregate = std::get_if<ast::Aggregate>(&expression.node)) {
        return holdsCount(*aggregate);
    }
    if (const auto* money = std::get_if<ast::MoneyLiteral>(&expression.node)) {
        return money->mantissa != 0;
    }
    if (const auto* number = std::get_if<ast::DecimalLiteral>(&expression.node)) {
        return !isTrivial(number->mantissa, number->scale);
    }
    if (const auto* minutes = std::get_if<ast::MinutesLiteral>(&expression.node)) {
        return !isTrivial(minutes->minutes, 0);
    }
    if (const auto* days = std::get_if<ast::DaysLiteral>(&expression.node)) {
        return !isTrivial(days->days, 0);
    }
    return std::holds_alternative<ast::PercentLiteral>(expression.node) ||
           std::holds_alternative<ast::PercentOf>(expression.node) ||
           std::holds_alternative<ast::DateValue>(expression.node) ||
           std::holds_alternative<ast::CodeLiteral>(expression.node) ||
           std::holds_alternative<ast::TextLiteral>(expression.node);
}

}  // namespace

bool holdsConstant(const ast::Expression& expression) {
    std::vector<const ast::Expression*> open{&expression};
    while (!open.empty()) {
        const ast::Expression* next = open.back();
        open.pop_back();
        if (isConstant(*next)) {
            return true;
        }
        std::visit(Children{open}, next->node);
    }
    return false;
}

bool sameExpression(const typed::Program& program, ExprId first, ExprId second) {
    std::vector<std::pair<ExprId, ExprId>> open{{first, second}};
    while (!open.empty()) {
        const auto [a, b] = open.back();
        open.pop_back();
        if (a == b) {
            continue;
        }
        if (a == kNone || b == kNone) {
            return false;
        }
        const typed::Expr& one = program.exprs[a];
        const typed::Expr& other = program.exprs[b];
        const bool samePeriods = one.periods.size() == other.periods.size();
        if (one.kind != other.kind || !(one.type == other.type) || one.value != other.value ||
            one.index != other.index || one.comparison != other.comparison ||
            one.rounding != other.rounding || one.fold != other.fold || one.over != other.over ||
            one.binder != other.binder || !samePeriods || one.text != other.text ||
            one.operands.size() != other.operands.size() ||
            one.windows.size() != other.windows.size()) {
            return false;
        }
        for (std::size_t index = 0; index < one.periods.size(); ++index) {
            if (one.periods[index].period.from != other.periods[index].period.from ||
                one.periods[index].period.through != other.periods[index].period.through ||
                one.periods[index].published != other.periods[index].published) {
                return false;
            }
        }
        for (std::size_t index = 0; index < one.operands.size(); ++index) {
            open.emplace_back(one.operands[index], other.operands[index]);
        }
        open.emplace_back(one.where, other.where);
        open.emplace_back(one.body, other.body);
        for (std::size_t index = 0; index < one.windows.size(); ++index) {
            const typed::Window& window = one.windows[index];
            const typed::Window& otherWindow = other.windows[index];
            if (window.kind != otherWindow.kind || window.exclusive != otherWindow.exclusive ||
                window.count != otherWindow.count) {
                return false;
            }
            const auto parts = typed::partsOf(window);
            const auto otherParts = typed::partsOf(otherWindow);
            for (std::size_t part = 0; part < parts.size(); ++part) {
                open.emplace_back(parts[part], otherParts[part]);
            }
        }
    }
    return true;
}

}  // namespace proviso::check
