#include "compiler/testing/literals.h"

#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <cctype>

namespace proviso::testing {

namespace {

bool isNumeric(const Type& type) {
    switch (type.kind) {
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
    case TypeKind::Ratio:
        return true;
    default:
        return false;
    }
}

/// `1.00` and `1` are one amount.
std::string_view withoutTrailingZeros(std::string_view digits) {
    if (digits.find('.') != std::string_view::npos) {
        while (digits.ends_with('0')) {
            digits.remove_suffix(1);
        }
        if (digits.ends_with('.')) {
            digits.remove_suffix(1);
        }
    }
    return digits == "-0" ? std::string_view("0") : digits;
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    return out;
}

std::optional<std::string> unsignedText(const ast::Expression& expression) {
    if (const auto* money = std::get_if<ast::MoneyLiteral>(&expression.node)) {
        return formatDecimal(money->mantissa, money->scale);
    }
    if (const auto* decimal = std::get_if<ast::DecimalLiteral>(&expression.node)) {
        return formatDecimal(decimal->mantissa, decimal->scale);
    }
    if (const auto* percent = std::get_if<ast::PercentLiteral>(&expression.node)) {
        return formatDecimal(percent->mantissa, percent->scale + 2);
    }
    if (const auto* minutes = std::get_if<ast::MinutesLiteral>(&expression.node)) {
        return std::to_string(minutes->minutes);
    }
    if (const auto* days = std::get_if<ast::DaysLiteral>(&expression.node)) {
        return std::to_string(days->days);
    }
    return std::nullopt;
}

/// A literal, or a sign before one.
std::optional<std::string> numberText(const ast::Expression& expression) {
    const auto* negated = std::get_if<ast::Negate>(&expression.node);
    std::optional<std::string> text = unsignedText(negated ? *negated->operand : expression);
    if (negated != nullptr && text) {
        text->insert(0, "-");
    }
    return text;
}

/// Codes and texts may look like a number or a name.
std::optional<std::string> wordText(const ast::Expression& expression) {
    if (const auto* text = std::get_if<ast::TextLiteral>(&expression.node)) {
        return text->text;
    }
    if (const auto* code = std::get_if<ast::CodeLiteral>(&expression.node)) {
        return code->text;
    }
    if (const auto* decimal = std::get_if<ast::DecimalLiteral>(&expression.node)) {
        return decimal->written;
    }
    if (const auto* path = std::get_if<ast::Path>(&expression.node);
        path && path->names.size() == 1) {
        return path->names.front().text;
    }
    return std::nullopt;
}

}  // namespace

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
std::optional<std::vector<std::string>> namesOf(const ast::Expression& expression) {
    if (const auto* path = std::get_if<ast::Path>(&expression.node)) {
        std::vector<std::string> names;
        names.reserve(path->names.size());
        for (const ast::Name& name : path->names) {
            names.push_back(name.text);
        }
        return names;
    }
    if (const auto* member = std::get_if<ast::MemberOf>(&expression.node)) {
        std::optional<std::vector<std::string>> names = namesOf(*member->row);
        if (names) {
            names->push_back(member->member.text);
        }
        return names;
    }
    return std::nullopt;
}

std::optional<std::string> machineText(const ast::Expression& expression, const Type& type) {
    if (isNumeric(type)) {
        return numberText(expression);
    }
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        if (const auto* answer = std::get_if<ast::YesNoLiteral>(&expression.node)) {
            return answer->value ? "yes" : "no";
        }
        return std::nullopt;
    case TypeKind::Date:
        if (const auto* date = std::get_if<ast::DateValue>(&expression.node)) {
            return formatDate({date->days});
        }
        return std::nullopt;
    case TypeKind::Code:
    case TypeKind::Set: {
        const std::optional<std::string> word = wordText(expression);
        return word ? std::optional(upper(*word)) : std::nullopt;
    }
    default:
        return wordText(expression);
    }
}

bool equalValues(const Type& type, std::string_view decided, std::string_view written) {
    return isNumeric(type) ? withoutTrailingZeros(decided) == withoutTrailingZeros(written)
                           : decided == written;
}

}  // namespace proviso::testing
