#include "compiler/check/expressions.h"
#include "compiler/check/vocabulary.h"
#include "compiler/diagnostics/suggest.h"
#include "runtime/values/decimal.h"

#include <algorithm>

namespace proviso::check {

Value ExpressionChecker::literal(const ast::Expression& expression,
                                 const ast::DecimalLiteral& node,
                                 const Type* expected) {
    if (expected != nullptr && expected->kind == TypeKind::Code) {
        return code(node.written, expected->ref, expression.span);
    }
    Type type = kCount;
    type.scale = static_cast<std::uint8_t>(node.scale);
    return plain(context_.constant(type, node.mantissa, expression.span), expression.span);
}

Value ExpressionChecker::literal(const ast::Expression& expression, const ast::MoneyLiteral& node) {
    Type type = kMoney;
    std::int64_t mantissa = node.mantissa;
    type.scale = static_cast<std::uint8_t>(node.scale);
    if (type.scale < kMoney.scale) {
        const Checked scaled = rescaleUp(mantissa, kMoney.scale - type.scale);
        if (scaled.ok()) {
            mantissa = scaled.value;
            type.scale = kMoney.scale;
        }
    }
    return plain(context_.constant(type, mantissa, expression.span), expression.span);
}

Value ExpressionChecker::literal(const ast::Expression& expression,
                                 const ast::PercentLiteral& node) {
    std::int64_t mantissa = node.mantissa;
    int scale = node.scale + 2;
    // Fewer decimals leave more room for products.
    while (scale > 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        --scale;
    }
    const Type type{TypeKind::Number, static_cast<std::uint8_t>(scale)};
    return plain(context_.constant(type, mantissa, expression.span), expression.span);
}

Value ExpressionChecker::literal(const ast::Expression& expression,
                                 const ast::TextLiteral& node,
                                 const Type* expected) {
    if (expected != nullptr && expected->kind == TypeKind::Code) {
        return code(node.text, expected->ref, expression.span);
    }
    return plain(context_.textConstant(kText, node.text, expression.span), expression.span);
}

Value ExpressionChecker::literal(const ast::Expression& expression,
                                 const ast::CodeLiteral& node,
                                 const Type* expected) {
    if (expected != nullptr && expected->kind == TypeKind::Code) {
        return code(node.text, expected->ref, expression.span);
    }
    context_.report(DiagnosticKind::TypeMismatch,
                    expression.span,
                    {expected != nullptr ? inWords(context_.program, *expected)
                                         : std::string("a name or an amount"),
                     "the code `" + node.text + "`"});
    return error();
}

Value ExpressionChecker::code(std::string_view text, std::uint32_t set, Span span) {
    const typed::CodeSet& codes = context_.program.codeSets[set];
    const std::string normalised = normalisedCode(text);
    if (!codes.open && codeEntry(codes, normalised) == kNone) {
        std::vector<std::string> known;
        for (const typed::CodeSet::Entry& entry : codes.entries) {
            known.push_back(entry.code);
        }
        auto builder = context_.report(
            DiagnosticKind::UnknownMember, span, {normalised, "in `" + codes.name + "`"});
        builder.label(codes.span, "declared here");
        if (const auto near = nearestName(normalised, known)) {
            builder.help("did you mean `" + std::string(*near) + "`?");
        }
        return error();
    }
    return plain(context_.textConstant({TypeKind::Code, 0, set}, normalised, span), span);
}

std::optional<Value> ExpressionChecker::expectedMember(const ast::Name& name,
                                                       const Type& expected) {
    const auto indexIn = [&](const auto& members, auto nameOf) -> std::int64_t {
        for (std::size_t index = 0; index < members.size(); ++index) {
            if (nameOf(members[index]) == name.text) {
                return static_cast<std::int64_t>(index);
            }
        }
        return -1;
    };
    std::int64_t index = -1;
    if (expected.kind == TypeKind::Enumeration) {
        index = indexIn(context_.program.enumerations[expected.ref].members,
                        [](const std::string& member) { return member; });
    } else if (expected.kind == TypeKind::Step) {
        index = indexIn(context_.program.scales[expected.ref].steps,
                        [](const typed::Scale::Step& step) { return step.name; });
    } else if (expected.kind == TypeKind::Code || expected.kind == TypeKind::Set) {
        // A word beside a set can only be one of its codes.
        const typed::CodeSet& codes = context_.program.codeSets[expected.ref];
        if (codeEntry(codes, normalisedCode(name.text)) == kNone) {
            return std::nullopt;
        }
        return code(name.text, expected.ref, name.span);
    }
    if (index < 0) {
        return std::nullopt;
    }
    return plain(context_.constant(expected, index, name.span), name.span);
}

Value ExpressionChecker::unknownMember(const ast::Name& name, const Type& expected) {
    std::vector<std::string> known;
    std::string set;
    Span declared;
    if (expected.kind == TypeKind::Enumeration) {
        const typed::Enumeration& enumeration = context_.program.enumerations[expected.ref];
        known = enumeration.members;
        set = enumeration.name;
        declared = enumeration.span;
    } else {
        const typed::Scale& scale = context_.program.scales[expected.ref];
        for (const typed::Scale::Step& step : scale.steps) {
            known.push_back(step.name);
        }
        set = scale.name;
        declared = scale.span;
    }
    auto builder = context_.report(
        DiagnosticKind::UnknownMember, name.span, {name.text, "one of `" + set + "`"});
    builder.label(declared, "declared here");
    const std::string closed = "; what it lacks is added where it is declared";
    if (const auto near = nearestName(name.text, known)) {
        builder.help("did you mean `" + std::string(*near) + "`?" + closed);
    } else {
        builder.help("it has " + listInWords(known) + closed);
    }
    return error();
}

std::uint32_t ExpressionChecker::checkSetMember(const ast::Expression& expression,
                                                std::uint32_t codeSet) {
    const Type type{TypeKind::Code, 0, codeSet};
    const Value value = checkValue(expression, &type);
    if (value.isError()) {
        return kNone;
    }
    if (coerce(value, type) == kNone) {
        return kNone;
    }
    const typed::Expr& one = context_.expr(value.id);
    if (one.kind != typed::ExprKind::Constant) {
        context_.report(DiagnosticKind::NotConstant, expression.span, {"a member of a set"})
            .help("write a rule for each code");
        return kNone;
    }
    const typed::CodeSet& codes = context_.program.codeSets[codeSet];
    const std::string& text = context_.program.texts[static_cast<std::size_t>(one.value)];
    const std::uint32_t entry = codeEntry(codes, text);
    if (entry == kNone) {
        context_
            .report(DiagnosticKind::UnknownMember,
                    expression.span,
                    {text, "listed in `" + codes.name + "`"})
            .label(codes.span, "declared here")
            .help("a decision holds only codes that its code set lists");
    }
    return entry;
}

std::uint32_t ExpressionChecker::checkStep(const ast::Expression& expression, std::uint32_t scale) {
    const Type type{TypeKind::Step, 0, scale};
    const Value value = checkValue(expression, &type);
    if (value.isError() || coerce(value, type) == kNone) {
        return kNone;
    }
    const typed::Expr& one = context_.expr(value.id);
    if (one.kind != typed::ExprKind::Constant) {
        context_.report(DiagnosticKind::NotConstant, expression.span, {"a step"})
            .help("write a rule for each step");
        return kNone;
    }
    return static_cast<std::uint32_t>(one.value);
}

}  // namespace proviso::check
