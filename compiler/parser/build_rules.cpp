#include "compiler/parser/build.h"

namespace proviso::syntax {

using SyntaxRule = Rule;

ast::Rule Builder::rule(const Node& node) {
    Reader reader(node);
    reader.take("rule");
    ast::Rule result;
    result.name = name(reader.token());
    result.label = label(reader);
    result.sources = sources(reader);
    result.period = period(reader).value_or(ast::Period{});
    result.published = published(reader);

    const Node forNode = reader.node();
    Reader each(forNode);
    each.take("for");
    each.take("each");
    const bool pair = each.take("pair");
    result.binder = name(each.token());
    if (pair) {
        each.take(",");
        result.secondBinder = name(each.token());
    }
    if (each.take("in")) {
        result.in = pathExpression(each.node());
    }

    result.defines = localDefines(reader);
    if (reader.at(SyntaxRule::RuleCondition)) {
        ruleCondition(reader.node(), result.when, result.unless);
    }
    while (reader.at(SyntaxRule::Action)) {
        result.actions.push_back(action(reader.node()));
    }
    return result;
}

ast::Exception Builder::exception(const Node& node) {
    Reader reader(node);
    reader.take("exception");
    ast::Exception result;
    result.name = name(reader.token());
    reader.take("to");
    result.target = qualifiedName(reader.node());
    result.label = label(reader);
    result.sources = sources(reader);
    result.period = period(reader).value_or(ast::Period{});
    result.published = published(reader);
    result.defines = localDefines(reader);
    ruleCondition(reader.node(), result.when, result.unless);
    reader.take("then");
    if (reader.take("waive")) {
        result.because = because(reader);
    } else {
        reader.take("instead");
        ast::Action instead = actionBody(reader.node());
        instead.because = because(reader);
        result.instead = std::move(instead);
    }
    return result;
}

std::vector<ast::LocalDefine> Builder::localDefines(Reader& reader) {
    std::vector<ast::LocalDefine> defines;
    while (reader.at(SyntaxRule::LocalDefine)) {
        const Node node = reader.node();
        defines.push_back({name(node.token(1)), expression(node.node(3))});
    }
    return defines;
}

void Builder::ruleCondition(const Node& node,
                            std::optional<ast::ExpressionPtr>& when,
                            std::optional<ast::ExpressionPtr>& unless) {
    Reader reader(node);
    reader.take("when");
    when = condition(reader.node());
    if (reader.take("unless")) {
        unless = condition(reader.node());
    }
}

ast::Action Builder::action(const Node& node) {
    Reader reader(node);
    reader.take("then");
    ast::Action result = actionBody(reader.node());
    result.because = because(reader);
    result.span = node.span();
    return result;
}

std::optional<ast::Template> Builder::because(Reader& reader) {
    if (!reader.take("because")) {
        return std::nullopt;
    }
    return messageTemplate(reader.token());
}

ast::Action Builder::actionBody(const Node& node) {
    Reader reader(node);
    ast::Action result;
    result.span = node.span();
    if (reader.take("require")) {
        ast::Require require;
        require.target = target(reader.node());
        reader.take("at");
        require.atMost = reader.take("most");
        require.value = datedChoice(reader.nextNode());
        result.body = std::move(require);
    } else if (reader.take("add")) {
        ast::Add add;
        add.members = values(reader);
        add.target = target(reader.nextNode());
        result.body = std::move(add);
    } else if (reader.take("set")) {
        ast::Set set;
        set.target = target(reader.node());
        set.value = datedChoice(reader.nextNode());
        result.body = std::move(set);
    } else {
        reader.take("report");
        ast::Report report;
        report.finding = name(reader.token());
        reader.take("on");
        report.row = pathExpression(reader.node());
        if (reader.take("with")) {
            do {
                const Node slot = reader.node();
                report.slots.push_back({name(slot.token(0)), value(slot.node(2))});
            } while (reader.take(","));
        }
        if (reader.take("at")) {
            reader.take("stake");
            report.atStake = value(reader.node());
        }
        result.body = std::move(report);
    }
    return result;
}

ast::Target Builder::target(const Node& node) {
    ast::Target result;
    result.span = node.span();
    Reader reader(node);
    if (reader.at(TokenKind::Name)) {
        result.decision = name(reader.token());
        result.row = pathExpression(reader.nextNode());
        return result;
    }
    ast::Path whole = path(reader.node());
    result.decision = std::move(whole.names.back());
    whole.names.pop_back();
    if (whole.names.empty()) {
        sink_.report(DiagnosticKind::DecisionWithoutRow, result.span, {result.decision.text})
            .help("name the row, as in `" + result.decision.text + " of row`");
        whole.names.push_back(result.decision);
    }
    const Span span = cover(whole.names.front().span, whole.names.back().span);
    result.row = makeExpression(span, std::move(whole));
    return result;
}

ast::DatedChoice Builder::datedChoice(const Node& node) {
    ast::DatedChoice choice;
    Reader reader(node);
    if (reader.at(SyntaxRule::Value)) {
        const Node right = reader.node();
        ast::DatedValue only;
        only.period.always = true;
        only.period.span = right.span();
        only.value = value(right);
        choice.push_back(std::move(only));
        return choice;
    }
    while (reader.at(SyntaxRule::Period)) {
        ast::DatedValue entry;
        entry.period = period(reader).value_or(ast::Period{});
        reader.take(":");
        entry.value = value(reader.node());
        choice.push_back(std::move(entry));
    }
    return choice;
}

}  // namespace proviso::syntax
