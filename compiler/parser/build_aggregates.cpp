#include "compiler/parser/build.h"
#include "compiler/parser/literals.h"

namespace proviso::syntax {

using SyntaxRule = Rule;

namespace {

ast::Window::Kind windowKind(const Node& node) {
    using Kind = ast::Window::Kind;
    const std::string_view word = node.token(0).text;
    if (word == "during") {
        return Kind::During;
    }
    if (word == "since") {
        return Kind::Since;
    }
    if (word == "up") {
        return Kind::UpTo;
    }
    if (word == "between") {
        return Kind::Between;
    }
    if (word == "whole") {
        return Kind::Whole;
    }
    return node.token(2).text == "days" ? Kind::LastDays : Kind::LastRows;
}

}  // namespace

ast::ExpressionPtr Builder::aggregate(const Node& node) {
    using Kind = ast::AggregateKind;
    Reader reader(node);
    ast::Aggregate result;
    const std::string_view word = reader.token().text;
    if (word == "total" || word == "highest" || word == "lowest") {
        result.kind = word == "total"     ? Kind::Total
                      : word == "highest" ? Kind::Highest
                                          : Kind::Lowest;
        result.value = value(reader.nextNode());
    } else if (word == "count") {
        result.kind = reader.atWord("of") ? Kind::CountDistinct : Kind::Count;
        if (result.kind == Kind::CountDistinct) {
            result.value = value(reader.nextNode());
        }
    } else if (word == "first") {
        result.kind = Kind::First;
        result.value = value(reader.nextNode());
        result.descending = reader.take("descending");
    } else {
        result.kind = word == "any"      ? Kind::Any
                      : word == "every"  ? Kind::Every
                      : word == "only"   ? Kind::Only
                      : word == "latest" ? Kind::Latest
                                         : Kind::Earliest;
    }
    over(reader.nextNode(), result);
    if (result.kind == Kind::Every) {
        result.has = condition(reader.nextNode());
    }
    return makeExpression(node.span(), std::move(result));
}

void Builder::over(const Node& node, ast::Aggregate& aggregate) {
    Reader reader(node);
    reader.take("over");
    aggregate.over = pathExpression(reader.node());
    reader.take("as");
    aggregate.binder = name(reader.token());
    if (reader.take("where")) {
        aggregate.where = condition(reader.node());
    }
    while (reader.at(SyntaxRule::Window)) {
        aggregate.windows.push_back(window(reader.node()));
    }
}

ast::Window Builder::window(const Node& node) {
    using Kind = ast::Window::Kind;
    ast::Window result;
    result.span = node.span();
    result.kind = windowKind(node);
    Reader reader(node);
    switch (result.kind) {
    case Kind::During:
        result.value = value(reader.nextNode());
        break;
    case Kind::Since:
    case Kind::Whole:
        result.value = condition(reader.nextNode());
        break;
    case Kind::UpTo:
        reader.take("up");
        reader.take("to");
        result.row = name(reader.token());
        result.exclusive = reader.take("exclusive");
        break;
    case Kind::LastDays:
        reader.take("last");
        result.count = readInteger(reader.token(), sink_);
        result.value = value(reader.nextNode());
        break;
    case Kind::LastRows:
        reader.take("last");
        result.count = readInteger(reader.token(), sink_);
        break;
    case Kind::Between:
        result.value = value(reader.nextNode());
        result.through = value(reader.nextNode());
        break;
    }
    return result;
}

ast::ExpressionPtr Builder::apportion(const Node& node) {
    Reader reader(node);
    reader.take("apportion");
    ast::Apportion result;
    result.total = value(reader.node());
    reader.take("over");
    result.over = pathExpression(reader.node());
    reader.take("as");
    result.binder = name(reader.token());
    if (reader.take("where")) {
        result.where = condition(reader.node());
    }
    result.by = value(reader.nextNode());
    result.each = value(reader.nextNode());
    for (const std::string_view word : {"largest", "remainder", "ties", "by"}) {
        reader.take(word);
    }
    result.tiesBy = name(reader.token());
    return makeExpression(node.span(), std::move(result));
}

}  // namespace proviso::syntax
