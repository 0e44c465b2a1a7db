#include "compiler/ast/print_writer.h"

#include <fmt/format.h>

#include <array>
#include <variant>

namespace proviso {

namespace {

using namespace ast;

std::string_view nameOf(ArithmeticOperator op) {
    switch (op) {
    case ArithmeticOperator::Add:
        return "+";
    case ArithmeticOperator::Subtract:
        return "-";
    case ArithmeticOperator::Multiply:
        return "*";
    case ArithmeticOperator::Divide:
        return "/";
    case ArithmeticOperator::IntegerDivide:
        return "div";
    case ArithmeticOperator::Modulo:
        return "mod";
    }
    return {};
}

std::string_view nameOf(ComparisonOperator op) {
    switch (op) {
    case ComparisonOperator::Equal:
        return "=";
    case ComparisonOperator::NotEqual:
        return "<>";
    case ComparisonOperator::Less:
        return "<";
    case ComparisonOperator::LessOrEqual:
        return "<=";
    case ComparisonOperator::Greater:
        return ">";
    case ComparisonOperator::GreaterOrEqual:
        return ">=";
    }
    return {};
}

std::string_view nameOf(AggregateKind kind) {
    switch (kind) {
    case AggregateKind::Total:
        return "total";
    case AggregateKind::Count:
        return "count";
    case AggregateKind::CountDistinct:
        return "count_distinct";
    case AggregateKind::Highest:
        return "highest";
    case AggregateKind::Lowest:
        return "lowest";
    case AggregateKind::Any:
        return "any";
    case AggregateKind::Every:
        return "every";
    case AggregateKind::Only:
        return "only";
    case AggregateKind::First:
        return "first";
    case AggregateKind::Latest:
        return "latest";
    case AggregateKind::Earliest:
        return "earliest";
    }
    return {};
}

std::string_view nameOf(Window::Kind kind) {
    switch (kind) {
    case Window::Kind::During:
        return "during";
    case Window::Kind::Since:
        return "since";
    case Window::Kind::UpTo:
        return "up_to";
    case Window::Kind::LastDays:
        return "last_days";
    case Window::Kind::LastRows:
        return "last_rows";
    case Window::Kind::Between:
        return "between";
    case Window::Kind::Whole:
        return "whole";
    }
    return {};
}

std::string pathText(const Path& path) {
    std::string text;
    for (const Name& name : path.names) {
        text += (text.empty() ? "" : ".") + name.text;
    }
    return text;
}

/// Prints one node as `(word part...)`. The depth is that of the tree, which the parser bounds.
// NOLINTBEGIN(misc-no-recursion)
class ExpressionPrinter {
  public:
    explicit ExpressionPrinter(std::string& out) : out_(out) {}

    void print(const Expression& expression) {
        if (expression.parenthesised) {
            out_ += "(paren ";
        }
        std::visit(*this, expression.node);
        if (expression.parenthesised) {
            out_ += ')';
        }
    }

    void operator()(const MoneyLiteral& node) { number("money", node.mantissa, node.scale); }
    void operator()(const DecimalLiteral& node) { list("number", node.written); }
    void operator()(const PercentLiteral& node) { number("percent", node.mantissa, node.scale); }
    void operator()(const MinutesLiteral& node) { list("minutes", std::to_string(node.minutes)); }
    void operator()(const DaysLiteral& node) { list("days", std::to_string(node.days)); }
    void operator()(const DateValue& node) { list("date", dateText(node.days)); }
    void operator()(const TextLiteral& node) { out_ += quoted(node.text); }
    void operator()(const CodeLiteral& node) { list("code", node.text); }
    void operator()(const YesNoLiteral& node) { out_ += node.value ? "yes" : "no"; }
    void operator()(const Path& node) { out_ += pathText(node); }
    void operator()(const MemberOf& node) { list("of", node.member.text, node.row); }
    void operator()(const Lookup& node) { list("lookup", pathText(node.path), node.arguments); }
    void operator()(const Call& node) { list("call", node.function.text, node.arguments); }
    void operator()(const OnDate& node) { list("on", node.value, node.date); }
    void operator()(const Arithmetic& node) { list(nameOf(node.op), node.left, node.right); }
    void operator()(const Negate& node) { list("negate", node.operand); }
    void operator()(const PercentOf& node) {
        out_ += "(percent_of ";
        (*this)(node.percent);
        out_ += ' ';
        print(*node.operand);
        out_ += ')';
    }
    void operator()(const Rounded& node) {
        list("rounded",
             node.operand,
             node.cents ? std::string("cents") : std::to_string(node.scale),
             node.mode.text);
    }
    void operator()(const OrElse& node) { list("else", node.value, node.otherwise); }
    void operator()(const Comparison& node) { list(nameOf(node.op), node.left, node.right); }
    void operator()(const IsOneOf& node) {
        list(node.negated ? "is_not_one_of" : "is_one_of", node.value, node.choices);
    }
    void operator()(const IsIn& node) {
        list(node.negated ? "is_not_in" : "is_in", node.value, node.set.text);
    }
    void operator()(const IsKnown& node) {
        list(node.negated ? "is_not_known" : "is_known", node.value);
    }
    void operator()(const IsApplicable& node) {
        list(node.negated ? "is_not_applicable" : "is_applicable", node.value);
    }
    void operator()(const Satisfies& node) {
        list(node.negated ? "does_not_satisfy" : "satisfies", node.fact, node.demand);
    }
    void operator()(const Contains& node) {
        list(node.negated ? "does_not_contain" : "contains", node.set, node.member);
    }
    void operator()(const Not& node) { list("not", node.operand); }
    void operator()(const Logic& node) {
        list(node.block ? (node.conjunction ? "all_of" : "any_of")
                        : (node.conjunction ? "and" : "or"),
             node.operands);
    }
    void operator()(const Case& node) {
        out_ += "(case";
        part(node.subject);
        for (const Case::Arm& arm : node.arms) {
            out_ += " (when";
            part(arm.tests);
            out_ += " :";
            part(arm.value);
            out_ += ')';
        }
        option("otherwise", node.otherwise);
        out_ += ')';
    }
    void operator()(const Aggregate& node) {
        out_ += '(';
        out_ += nameOf(node.kind);
        part(node.value);
        out_ += node.descending ? " descending" : "";
        overRows(node.over, node.binder);
        option("where", node.where);
        option("has", node.has);
        for (const Window& window : node.windows) {
            print(window);
        }
        out_ += ')';
    }
    void operator()(const Apportion& node) {
        out_ += "(apportion";
        part(node.total);
        overRows(node.over, node.binder);
        option("where", node.where);
        option("by", node.by);
        option("each", node.each);
        out_ += " (ties " + node.tiesBy.text + "))";
    }

  private:
    void number(std::string_view word, std::int64_t mantissa, int scale) {
        out_ += fmt::format("({} {} {})", word, mantissa, scale);
    }

    void print(const Window& window) {
        out_ += " (";
        out_ += nameOf(window.kind);
        if (window.kind == Window::Kind::LastDays || window.kind == Window::Kind::LastRows) {
            part(std::to_string(window.count));
        } else if (window.kind == Window::Kind::UpTo) {
            part(window.row.text);
            out_ += window.exclusive ? " exclusive" : "";
        }
        part(window.value);
        part(window.through);
        out_ += ')';
    }

    void overRows(const ExpressionPtr& over, const Name& binder) {
        option("over", over);
        out_ += " (as " + binder.text + ")";
    }

    void option(std::string_view word, const ExpressionPtr& value) {
        if (value != nullptr) {
            out_ += ' ';
            list(word, value);
        }
    }

    void part(const ExpressionPtr& value) {
        if (value != nullptr) {
            out_ += ' ';
            print(*value);
        }
    }
    void part(const std::vector<ExpressionPtr>& values) {
        for (const ExpressionPtr& value : values) {
            part(value);
        }
    }
    void part(std::string_view text) {
        out_ += ' ';
        out_ += text;
    }

    template <typename... Parts>
    void list(std::string_view word, const Parts&... parts) {
        out_ += '(';
        out_ += word;
        (part(parts), ...);
        out_ += ')';
    }

    std::string& out_;
};
// NOLINTEND(misc-no-recursion)

}  // namespace

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char character : text) {
        if (character == '\n') {
            result += "\\n";
        } else if (character == '\t') {
            result += "\\t";
        } else {
            if (character == '"' || character == '\\') {
                result += '\\';
            }
            result += character;
        }
    }
    return result + '"';
}

/// Howard Hinnant's civil_from_days.
std::string dateText(std::int64_t days) {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const std::int64_t dayOfEra = days - era * 146097;
    const std::int64_t yearOfEra =
        (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
    const std::int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    const std::int64_t shifted = (5 * dayOfYear + 2) / 153;
    const std::int64_t day = dayOfYear - (153 * shifted + 2) / 5 + 1;
    const std::int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    const std::int64_t year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string printAst(const ast::Expression& expression) {
    std::string text;
    ExpressionPrinter(text).print(expression);
    return text;
}

}  // namespace proviso
