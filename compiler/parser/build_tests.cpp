#include "compiler/parser/build.h"
#include "compiler/parser/literals.h"

namespace proviso::syntax {

using SyntaxRule = Rule;

ast::Sample Builder::sample(const Node& node) {
    Reader reader(node);
    reader.take("sample");
    ast::Sample result;
    result.name = name(reader.token());
    reader.take("of");
    result.record = name(reader.token());
    do {
        result.fields.push_back(givenField(reader.node()));
    } while (reader.take(","));
    return result;
}

ast::Test Builder::test(const Node& node) {
    Reader reader(node);
    reader.take("test");
    ast::Test result;
    result.title = text(reader.token());
    if (reader.take("known")) {
        reader.take("as");
        reader.take("of");
        const Token& date = reader.token();
        result.knownAsOf = ast::DateLiteral{readDate(date, sink_), date.span};
    }
    while (reader.at(SyntaxRule::Given)) {
        result.given.push_back(given(reader.node()));
    }
    while (reader.at(SyntaxRule::Expectation)) {
        result.expectations.push_back(expectation(reader.node()));
    }
    return result;
}

ast::Given Builder::given(const Node& node) {
    Reader reader(node);
    reader.take("given");
    ast::Given result;
    result.span = node.span();
    result.record = name(reader.token());
    if (reader.take("as")) {
        result.binder = name(reader.token());
    }
    if (reader.take("like")) {
        result.like = name(reader.token());
    }
    while (reader.at(SyntaxRule::GivenField)) {
        result.fields.push_back(givenField(reader.node()));
        reader.take(",");
    }
    return result;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
ast::GivenField Builder::givenField(const Node& node) {
    Reader reader(node);
    ast::GivenField result;
    result.name = name(reader.node().token(0));
    if (reader.at(SyntaxRule::GivenValue)) {
        result.value = givenValue(reader.node(), result.unknown);
    }
    while (reader.at(SyntaxRule::GivenBlock)) {
        result.blocks.push_back(givenBlock(reader.node()));
    }
    return result;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by ParseLimits::nesting
ast::GivenBlock Builder::givenBlock(const Node& node) {
    Reader reader(node);
    reader.take("{");
    ast::GivenBlock result;
    result.span = node.span();
    while (!reader.atWord("}")) {
        if (reader.at(SyntaxRule::GivenField)) {
            result.fields.push_back(givenField(reader.node()));
        } else {
            const Node entry = reader.node();
            bool unknown = false;
            ast::ExpressionPtr member = givenValue(entry, unknown);
            if (unknown) {
                sink_
                    .report(DiagnosticKind::UnexpectedToken,
                            entry.span(),
                            {"a member of the set", "`unknown`"})
                    .help("leave the whole field `unknown`");
            } else {
                result.values.push_back(std::move(member));
            }
        }
        reader.take(",");
    }
    return result;
}

ast::ExpressionPtr Builder::givenValue(const Node& node, bool& unknown) {
    Reader reader(node);
    unknown = reader.take("unknown");
    return unknown ? nullptr : signedLiteral(node);
}

ast::Text Builder::place(const Node& node) {
    ast::Text result;
    result.span = node.span();
    // Spaces inside a place mean nothing, so it is put together from its tokens.
    std::vector<Node> open{node};
    std::vector<std::size_t> places{0};
    while (!open.empty()) {
        const Node current = open.back();
        const std::size_t at = places.back()++;
        if (at == current.childCount()) {
            open.pop_back();
            places.pop_back();
        } else if (current.isToken(at)) {
            result.text += current.token(at).text;
        } else {
            open.push_back(current.node(at));
            places.push_back(0);
        }
    }
    return result;
}

ast::Expectation Builder::expectation(const Node& node) {
    using Kind = ast::Expectation::Kind;
    Reader reader(node);
    reader.take("expect");
    ast::Expectation result;
    result.span = node.span();
    const auto readBecause = [&] {
        if (reader.take("because")) {
            reader.take("of");
            result.becauseOf = qualifiedName(reader.node());
        }
    };
    const auto readPlace = [&] {
        if (reader.take("on")) {
            result.place = place(reader.node());
        }
    };
    if (reader.take("undetermined")) {
        result.kind = Kind::Undetermined;
        result.name = qualifiedName(reader.node());
        readPlace();
        if (reader.take("missing")) {
            do {
                result.missing.push_back(place(reader.node()));
            } while (reader.take(","));
        }
    } else if (reader.take("error")) {
        result.kind = Kind::Error;
        result.name = qualifiedName(reader.node());
        readPlace();
    } else if (reader.take("no")) {
        if (reader.take("findings")) {
            result.kind = Kind::NoFindings;
        } else {
            result.kind = Kind::NoFinding;
            result.name = qualifiedName(reader.node());
        }
        readPlace();
    } else if (reader.take("finding")) {
        result.kind = Kind::Finding;
        result.name = qualifiedName(reader.node());
        readPlace();
        readBecause();
    } else {
        result.subject = value(reader.node());
        if (reader.take("are")) {
            result.kind = Kind::Rows;
            result.none = reader.take("none");
            while (reader.at(SyntaxRule::GivenBlock)) {
                result.blocks.push_back(givenBlock(reader.node()));
                reader.take(",");
            }
            return result;
        }
        result.kind = Kind::Value;
        if (reader.take("is")) {
            result.negated = reader.take("not");
            if (reader.at(SyntaxRule::GivenBlock)) {
                result.blocks.push_back(givenBlock(reader.node()));
            } else {
                result.value = value(reader.node());
            }
        }
        readBecause();
    }
    return result;
}

}  // namespace proviso::syntax
