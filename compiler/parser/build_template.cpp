#include "compiler/parser/antlr_adapter.h"
#include "compiler/parser/build.h"
#include "compiler/parser/nesting.h"
#include "compiler/parser/quoted.h"
#include "compiler/parser/syntax_errors.h"

namespace proviso::syntax {

ast::Template Builder::messageTemplate(const Token& token) {
    const std::string_view inside = insideQuotes(token.text);
    const auto base = static_cast<std::uint32_t>(
        token.span.begin + static_cast<std::size_t>(inside.data() - token.text.data()));
    const auto spanOf = [&](std::size_t begin, std::size_t end) {
        return Span{token.span.source,
                    base + static_cast<std::uint32_t>(begin),
                    base + static_cast<std::uint32_t>(end)};
    };
    ast::Template result;
    result.span = token.span;
    std::string text;
    const auto flush = [&] {
        if (!text.empty()) {
            result.parts.push_back({std::move(text), nullptr});
            text.clear();
        }
    };
    for (std::size_t offset = 0; offset < inside.size();) {
        const char character = inside[offset];
        const char next = offset + 1 < inside.size() ? inside[offset + 1] : '\0';
        if (character == '\\' && escapedCharacter(next) != '\0') {
            text.push_back(escapedCharacter(next));
            offset += 2;
        } else if ((character == '{' || character == '}') && next == character) {
            text.push_back(character);
            offset += 2;
        } else if (character == '{') {
            const std::size_t close = inside.find('}', offset);
            if (close == std::string_view::npos || close == offset + 1 ||
                inside.substr(offset, close - offset).find_first_of("\\\n") !=
                    std::string_view::npos) {
                const std::string_view why =
                    close == std::string_view::npos ? "`{` is not closed by `}`"
                    : close == offset + 1           ? "nothing stands between the braces"
                                                    : "a backslash stands between the braces";
                sink_.report(DiagnosticKind::BadTemplate, spanOf(offset, offset + 1), {why})
                    .help(
                        "write a name in braces, as in `{limit}`; a brace itself is written `{{`");
                break;
            }
            flush();
            result.parts.push_back({{}, templatePart(spanOf(offset + 1, close))});
            offset = close + 1;
        } else if (character == '}') {
            sink_
                .report(
                    DiagnosticKind::BadTemplate, spanOf(offset, offset + 1), {"`}` closes nothing"})
                .help("a brace itself is written `}}`");
            ++offset;
        } else {
            text.push_back(character);
            ++offset;
        }
    }
    flush();
    return result;
}

// NOLINTNEXTLINE(misc-no-recursion): an expression holds no templates, so the depth is one
ast::ExpressionPtr Builder::templatePart(Span span) {
    const auto list = readTokens(sources_, {span.source, span.begin, span.end}, sink_, limits_);
    if (!list || !checkNesting(*list, sink_, limits_)) {
        return makeExpression(span, ast::TextLiteral{});
    }
    Grammar grammar(*list);
    ParseOutcome outcome = grammar.parse(Start::Template, 0);
    if (!outcome.tree) {
        reportSyntax({sources_, *list, Start::Template, 0, outcome.failure}, sink_);
        return makeExpression(span, ast::TextLiteral{});
    }
    return templateExpression({*outcome.tree, *list, 0});
}

}  // namespace proviso::syntax
