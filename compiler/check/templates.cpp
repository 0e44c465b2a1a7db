#include "compiler/check/templates.h"

namespace proviso::check {

std::optional<typed::Template>
checkTemplate(Context& context, Scope& scope, const ast::Template& ast) {
    typed::Template result;
    result.span = ast.span;
    bool failed = false;
    ExpressionChecker checker(context, scope);
    for (const ast::Template::Part& part : ast.parts) {
        typed::Template::Part one;
        if (part.expression == nullptr) {
            one.text = part.text;
            result.parts.push_back(std::move(one));
            continue;
        }
        Value value = checker.check(*part.expression);
        if (value.shape == Value::Shape::Decision) {
            one.decision = value.column;
        } else {
            value = checker.asValue(value);
            failed = failed || value.isError();
        }
        one.expr = value.id;
        if (!value.isError()) {
            context.shown.push_back({one.expr, part.expression->span});
        }
        result.parts.push_back(std::move(one));
    }
    return failed ? std::nullopt : std::optional(std::move(result));
}

std::optional<typed::Template> checkRemedy(Context& context,
                                           PackId /*pack*/,
                                           const typed::Finding& finding,
                                           const ast::Template& ast) {
    typed::Template result;
    result.span = ast.span;
    bool failed = false;
    std::vector<std::string> known;
    for (const typed::Finding::Slot& slot : finding.slots) {
        known.push_back(slot.name);
    }
    for (const ast::Template::Part& part : ast.parts) {
        typed::Template::Part one;
        if (part.expression == nullptr) {
            one.text = part.text;
            result.parts.push_back(std::move(one));
            continue;
        }
        const auto* path = std::get_if<ast::Path>(&part.expression->node);
        for (std::uint32_t index = 0;
             path != nullptr && path->names.size() == 1 && index < known.size();
             ++index) {
            if (known[index] == path->names.front().text) {
                one.slot = index;
            }
        }
        if (one.slot == kNone) {
            context
                .report(DiagnosticKind::RemedyReads,
                        part.expression->span,
                        {context.sources.text(part.expression->span)})
                .help(known.empty() ? "declare it: `finding ... \"...\" with name : type`"
                                    : "it is given " + listInWords(known));
            failed = true;
        }
        result.parts.push_back(std::move(one));
    }
    return failed ? std::nullopt : std::optional(std::move(result));
}

}  // namespace proviso::check
