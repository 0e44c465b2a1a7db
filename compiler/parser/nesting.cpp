#include "compiler/parser/nesting.h"

#include <algorithm>
#include <array>
#include <vector>

namespace proviso::syntax {

namespace {

constexpr std::array<std::string_view, 18> kItemWords{"layers",
                                                      "enum",
                                                      "scale",
                                                      "step",
                                                      "codes",
                                                      "record",
                                                      "grouping",
                                                      "decision",
                                                      "finding",
                                                      "parameter",
                                                      "table",
                                                      "define",
                                                      "collect",
                                                      "rule",
                                                      "exception",
                                                      "output",
                                                      "sample",
                                                      "test"};

bool isSignOrWord(const Token& token, std::string_view text) {
    return (token.kind == TokenKind::Keyword || token.kind == TokenKind::Sign) &&
           token.text == text;
}

/// Whether an operand may end with this token, so that a minus behind it subtracts.
bool endsOperand(const Token& token) {
    switch (token.kind) {
    case TokenKind::Keyword:
        return token.text == "end" || token.text == "minutes" || token.text == "days" ||
               token.text == "yes" || token.text == "no";
    case TokenKind::Sign:
        return token.text == ")" || token.text == "]";
    case TokenKind::EndOfFile:
    case TokenKind::Comment:
        return false;
    case TokenKind::Name:
    case TokenKind::Money:
    case TokenKind::Date:
    case TokenKind::Percent:
    case TokenKind::Decimal:
    case TokenKind::Integer:
    case TokenKind::Code:
    case TokenKind::String:
        return true;
    }
    return false;
}

char closerOf(std::string_view bracket) {
    return bracket == "(" ? ')' : bracket == "{" ? '}' : bracket == "[" ? ']' : '\0';
}

}  // namespace

std::span<const std::string_view> itemWords() {
    return kItemWords;
}

bool isItemWord(const Token& token) {
    return token.kind == TokenKind::Keyword &&
           std::find(kItemWords.begin(), kItemWords.end(), token.text) != kItemWords.end();
}

bool looksLikeItemStart(const TokenList& list, std::size_t index) {
    const Token& token = list.tokens[index];
    if (!isItemWord(token)) {
        return false;
    }
    if (index > 0) {
        const Token& before = list.tokens[index - 1];
        const bool behindEnd = isSignOrWord(before, "end");
        if ((!token.startsLine && !behindEnd) || isSignOrWord(before, "expect")) {
            return false;
        }
    }
    // A rule may define values of its own: `define x as`.
    return token.text != "define" ||
           (index + 2 < list.tokens.size() && isSignOrWord(list.tokens[index + 2], "of"));
}

bool opensInnerBlock(const TokenList& list, std::size_t index) {
    const Token& token = list.tokens[index];
    if (isSignOrWord(token, "case")) {
        return true;
    }
    return (isSignOrWord(token, "all") || isSignOrWord(token, "any")) &&
           index + 1 < list.tokens.size() && isSignOrWord(list.tokens[index + 1], "of");
}

bool checkNesting(const TokenList& list, DiagnosticSink& sink, const ParseLimits& limits) {
    std::vector<char> open;  // closing brackets wanted; 'e' stands for `end`
    std::size_t prefixes = 0;
    for (std::size_t index = 0; index < list.tokens.size(); ++index) {
        const Token& token = list.tokens[index];
        const bool fixed = token.kind == TokenKind::Keyword || token.kind == TokenKind::Sign;
        if (isItemWord(token)) {
            open.clear();
            prefixes = 0;
        } else if (fixed && closerOf(token.text) != '\0') {
            // INVARIANT: prefixes in front of a bracket stay open as long as the bracket.
            open.insert(open.end(), prefixes, 'p');
            prefixes = 0;
            open.push_back(closerOf(token.text));
        } else if (opensInnerBlock(list, index)) {
            open.insert(open.end(), prefixes, 'p');
            prefixes = 0;
            open.push_back('e');
            index += token.text == "case" ? 0 : 1;  // the `of` of `all of`
        } else if (fixed && (token.text == ")" || token.text == "}" || token.text == "]" ||
                             token.text == "end")) {
            const char closer = token.text == "end" ? 'e' : token.text.front();
            if (!open.empty() && open.back() == closer) {
                open.pop_back();
                while (!open.empty() && open.back() == 'p') {
                    open.pop_back();
                }
            }
            prefixes = 0;
        } else if (fixed &&
                   (token.text == "not" || token.text == "of" ||
                    (token.text == "-" && (index == 0 || !endsOperand(list.tokens[index - 1]))))) {
            ++prefixes;
        } else if (token.kind == TokenKind::Name && index > 0 &&
                   // NOLINTNEXTLINE(bugprone-branch-clone): each has a reason of its own
                   list.tokens[index - 1].kind == TokenKind::Name) {
            prefixes = 0;  // no operand holds two names in a row
        } else if (token.kind != TokenKind::Name && token.kind != TokenKind::Percent &&
                   !isSignOrWord(token, "list") && !isSignOrWord(token, ".")) {
            prefixes = 0;
        }
        if (open.size() + prefixes > limits.nesting) {
            sink.report(DiagnosticKind::NestingTooDeep, token.span, {limits.nesting})
                .help("give the inner part a name with `define`");
            return false;
        }
    }
    return true;
}

}  // namespace proviso::syntax
