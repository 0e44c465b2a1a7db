#include "compiler/parser/build.h"
#include "compiler/parser/literals.h"
#include "compiler/parser/quoted.h"

namespace proviso::syntax {

ast::Name Builder::name(const Token& token) {
    return {std::string(token.text), token.span};
}

ast::QualifiedName Builder::qualifiedName(const Node& node) {
    ast::QualifiedName result;
    result.span = node.span();
    for (std::size_t place = 0; place < node.childCount(); ++place) {
        result.text += node.token(place).text;
    }
    return result;
}

ast::Text Builder::text(const Token& token) {
    return {unquote(token.text), token.span};
}

std::vector<ast::Name> Builder::idList(const Node& node) {
    std::vector<ast::Name> names;
    for (std::size_t place = 0; place < node.childCount(); place += 2) {
        names.push_back(name(node.token(place)));
    }
    return names;
}

std::optional<ast::Text> Builder::label(Reader& reader) {
    if (!reader.at(TokenKind::String)) {
        return std::nullopt;
    }
    return text(reader.token());
}

std::vector<ast::Text> Builder::sources(Reader& reader) {
    std::vector<ast::Text> sources;
    while (reader.at(syntax::Rule::SourceClause)) {
        sources.push_back(text(reader.node().lastToken()));
    }
    return sources;
}

std::optional<ast::DateLiteral> Builder::published(Reader& reader) {
    if (!reader.at(syntax::Rule::PublishedClause)) {
        return std::nullopt;
    }
    const Token& date = reader.node().token(1);
    return ast::DateLiteral{readDate(date, sink_), date.span};
}

std::optional<ast::Period> Builder::period(Reader& reader) {
    if (!reader.at(syntax::Rule::Period)) {
        return std::nullopt;
    }
    const Node node = reader.node();
    Reader parts(node);
    ast::Period period;
    period.span = node.span();
    if (parts.take("always")) {
        period.always = true;
        return period;
    }
    if (parts.take("from")) {
        period.from = readDate(parts.token(), sink_);
    }
    if (parts.take("through")) {
        period.through = readDate(parts.token(), sink_);
    }
    return period;
}

ast::TypeName Builder::type(const Node& node) {
    ast::TypeName type;
    type.span = node.span();
    Reader reader(node);
    if (reader.take("list")) {
        reader.take("of");
        const Node element = reader.node();
        type.shape = ast::TypeName::Shape::List;
        // `list of list of x` is read by the grammar and means nothing: the name shows it.
        type.name = {std::string(sources_.text(element.span())), element.span()};
        return type;
    }
    if (reader.take("set")) {
        reader.take("of");
        type.shape = ast::TypeName::Shape::Set;
        type.name = name(reader.token());
        return type;
    }
    type.name = name(reader.node().firstToken());
    if (reader.take("with")) {
        const Token& digits = reader.token();
        const std::int64_t decimals = readInteger(digits, sink_);
        if (decimals > kMostDecimals) {
            sink_.report(DiagnosticKind::BadNumber, digits.span, {digits.text})
                .help("at most " + std::to_string(kMostDecimals) + " decimals are kept");
        } else {
            type.decimals = static_cast<int>(decimals);
        }
    }
    return type;
}

std::vector<ast::Slot> Builder::slots(Reader& reader) {
    std::vector<ast::Slot> slots;
    while (reader.at(syntax::Rule::SlotDeclaration)) {
        const Node node = reader.node();
        slots.push_back({name(node.token(0)), type(node.node(2))});
        reader.take(",");
    }
    return slots;
}

}  // namespace proviso::syntax
