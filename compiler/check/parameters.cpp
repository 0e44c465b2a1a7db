#include "compiler/check/dates.h"
#include "compiler/check/expressions.h"
#include "compiler/check/values.h"

#include <algorithm>

namespace proviso::check {

namespace {

/// A literal, perhaps negative, or one bare word.
bool isWritten(const Context& context, PackId pack, const ast::Expression& expression) {
    const ast::Expression* one = &expression;
    if (const auto* negated = std::get_if<ast::Negate>(&one->node)) {
        one = negated->operand.get();
    }
    if (const auto* path = std::get_if<ast::Path>(&one->node)) {
        auto& names = const_cast<Names&>(context.names);
        return path->names.size() == 1 &&
               names
                   .find(pack, path->names.front().text, {SymbolKind::Parameter, SymbolKind::Table})
                   .empty();
    }
    return std::holds_alternative<ast::MoneyLiteral>(one->node) ||
           std::holds_alternative<ast::DecimalLiteral>(one->node) ||
           std::holds_alternative<ast::PercentLiteral>(one->node) ||
           std::holds_alternative<ast::MinutesLiteral>(one->node) ||
           std::holds_alternative<ast::DaysLiteral>(one->node) ||
           std::holds_alternative<ast::DateValue>(one->node) ||
           std::holds_alternative<ast::TextLiteral>(one->node) ||
           std::holds_alternative<ast::CodeLiteral>(one->node) ||
           std::holds_alternative<ast::YesNoLiteral>(one->node);
}

void checkValues(Context& context, PackId pack, std::uint32_t index, const ast::Parameter& ast) {
    const std::string words = "parameter `" + ast.name.text + "`";
    const Type type = context.program.parameters[index].type;
    std::vector<DatedEntry> entries;
    std::vector<typed::Parameter::Value> values;
    for (const ast::DatedValue& dated : ast.values) {
        checkPeriod(context, dated.period);
        typed::Parameter::Value value;
        value.inForce = inForceOf(dated.period, dated.published);
        value.sources = sourcesOf(dated.sources);
        value.span = dated.value->span;
        if (ast.sources.empty() && dated.sources.empty()) {
            context.report(DiagnosticKind::MissingSource, dated.value->span, {words})
                .help("add `source \"...\"` after its name, or after this value");
        }
        value.value = checkConstant(context, pack, *dated.value, type).value_or(0);
        entries.push_back({value.inForce, dated.value->span});
        values.push_back(std::move(value));
    }
    checkOverlaps(context, words, entries);
    std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
        return a.inForce.period.from != b.inForce.period.from
                   ? a.inForce.period.from < b.inForce.period.from
                   : a.inForce.published < b.inForce.published;
    });
    context.program.parameters[index].values = std::move(values);
}

}  // namespace

std::optional<std::int64_t>
checkConstant(Context& context, PackId pack, const ast::Expression& expression, Type type) {
    if (!isWritten(context, pack, expression)) {
        context.report(DiagnosticKind::NotConstant, expression.span, {"this value"})
            .help("write the amount, date, code or member itself");
        return std::nullopt;
    }
    Scope scope;
    scope.pack = pack;
    if (type.kind == TypeKind::Attestation) {
        type = kYesNo;
    }
    const ExprId id = ExpressionChecker(context, scope).checkAs(expression, type);
    if (id == kNone || context.expr(id).kind != typed::ExprKind::Constant) {
        return std::nullopt;
    }
    return context.expr(id).value;
}

void declareParameters(Context& context) {
    for (Symbol* symbol : context.symbolsInOrder(SymbolKind::Parameter)) {
        const auto& ast = std::get<ast::Parameter>(symbol->node->item);
        const std::optional<Type> type = resolveValueType(context, symbol->pack, ast.type);
        if (!type) {
            continue;
        }
        typed::Parameter parameter;
        parameter.name = context.names.qualified(*symbol);
        parameter.type = *type;
        parameter.label = textOf(ast.label);
        parameter.sources = sourcesOf(ast.sources);
        parameter.span = ast.name.span;
        symbol->index = static_cast<std::uint32_t>(context.program.parameters.size());
        context.program.parameters.push_back(std::move(parameter));
    }
}

void checkParameters(Context& context) {
    for (const Symbol* symbol : context.symbolsInOrder(SymbolKind::Parameter)) {
        if (symbol->index != kNone) {
            checkValues(
                context, symbol->pack, symbol->index, std::get<ast::Parameter>(symbol->node->item));
        }
    }
}

}  // namespace proviso::check
