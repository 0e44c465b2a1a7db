#include "compiler/parser/antlr_adapter.h"

#include "ProvisoLexer.h"
#include "ProvisoParser.h"
#include "compiler/parser/quoted.h"
#include "compiler/parser/wrong_characters.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace proviso::syntax {

namespace {

using antlr::ProvisoLexer;
using antlr::ProvisoParser;

#define PROVISO_SYNTAX_RULE(name)                                                                  \
    static_assert(ProvisoParser::Rule##name == static_cast<std::size_t>(Rule::name));
#include "compiler/parser/syntax_rules.def"
#undef PROVISO_SYNTAX_RULE

// ---- names of token types ---------------------------------------------------------------------

struct TokenTypes {
    std::vector<std::string> names;  // by type; views into it are handed out
    std::unordered_map<std::string_view, std::uint16_t> byName;
    std::vector<bool> isKeyword;
    std::vector<std::string_view> keywords;
};

TokenTypes readTokenTypes() {
    antlr4::ANTLRInputStream input;
    const ProvisoLexer lexer(&input);
    const antlr4::dfa::Vocabulary& vocabulary = lexer.getVocabulary();
    TokenTypes types;
    for (std::size_t type = 0; type <= vocabulary.getMaxTokenType(); ++type) {
        std::string name = vocabulary.getLiteralName(type);
        const bool literal = name.size() > 2;
        name = literal ? name.substr(1, name.size() - 2) : vocabulary.getSymbolicName(type);
        types.isKeyword.push_back(literal && name.front() >= 'a' && name.front() <= 'z');
        types.names.push_back(std::move(name));
    }
    for (std::size_t type = 0; type < types.names.size(); ++type) {
        types.byName.emplace(types.names[type], static_cast<std::uint16_t>(type));
        if (types.isKeyword[type]) {
            types.keywords.emplace_back(types.names[type]);
        }
    }
    std::sort(types.keywords.begin(), types.keywords.end());
    return types;
}

const TokenTypes& tokenTypes() {
    static const TokenTypes kTypes = readTokenTypes();
    return kTypes;
}

TokenKind kindOf(std::size_t type) {
    switch (type) {
    case ProvisoLexer::MONEY:
    case ProvisoLexer::BAD_MONEY:
        return TokenKind::Money;
    case ProvisoLexer::DATE:
    case ProvisoLexer::BAD_DATE:
        return TokenKind::Date;
    case ProvisoLexer::PERCENT:
        return TokenKind::Percent;
    case ProvisoLexer::DECIMAL:
        return TokenKind::Decimal;
    case ProvisoLexer::INTEGER:
        return TokenKind::Integer;
    case ProvisoLexer::CODE:
        return TokenKind::Code;
    case ProvisoLexer::STRING:
    case ProvisoLexer::UNCLOSED_STRING:
        return TokenKind::String;
    case ProvisoLexer::ID:
        return TokenKind::Name;
    case ProvisoLexer::COMMENT:
        return TokenKind::Comment;
    default:
        return tokenTypes().isKeyword[type] ? TokenKind::Keyword : TokenKind::Sign;
    }
}

// ---- tokens -----------------------------------------------------------------------------------

/// Turns the code point offsets of the runtime into byte offsets and back.
class Offsets {
  public:
    explicit Offsets(std::string_view text) {
        if (std::all_of(text.begin(), text.end(), [](char c) {
                return static_cast<unsigned char>(c) < 0x80;
            })) {
            return;
        }
        for (std::size_t offset = 0; offset < text.size();
             offset += codePointLength(text.substr(offset))) {
            bytes_.push_back(static_cast<std::uint32_t>(offset));
        }
        bytes_.push_back(static_cast<std::uint32_t>(text.size()));
    }

    [[nodiscard]] std::size_t toByte(std::size_t codePoint) const {
        return bytes_.empty() ? codePoint : bytes_[std::min(codePoint, bytes_.size() - 1)];
    }
    [[nodiscard]] std::size_t toCodePoint(std::size_t byte) const {
        if (bytes_.empty()) {
            return byte;
        }
        return static_cast<std::size_t>(std::lower_bound(bytes_.begin(), bytes_.end(), byte) -
                                        bytes_.begin());
    }

  private:
    std::vector<std::uint32_t> bytes_;  // empty for plain ASCII
};

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What may follow the first letter of ID.
bool isOfWord(char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '_';
}

class TokenReader {
  public:
    TokenReader(const Sources& sources, TextRange range, DiagnosticSink& sink)
        : whole_(sources.text(range.source)), range_(range), sink_(sink), base_(range.begin) {
        text_ = whole_.substr(0, range.end).substr(range.begin);
        // The runtime leaves a byte order mark out of its offsets.
        if (text_.starts_with("\xEF\xBB\xBF")) {
            text_.remove_prefix(3);
            base_ += 3;
        }
    }

    std::optional<TokenList> read(const ParseLimits& limits) {
        const Offsets offsets(text_);
        antlr4::ANTLRInputStream input{std::string(text_)};
        ProvisoLexer lexer(&input);
        lexer.removeErrorListeners();
        const auto nextOf = [&](std::size_t at) -> Found {
            if (at == text_.size() || isLetter(text_[at])) {
                return wordAt(at);
            }
            input.seek(offsets.toCodePoint(at));
            const std::unique_ptr<antlr4::Token> token = lexer.nextToken();
            return {token->getType(),
                    offsets.toByte(token->getStartIndex()),
                    offsets.toByte(token->getStopIndex() + 1)};
        };
        for (std::size_t at = 0;;) {
            at = std::min(text_.find_first_not_of(" \t\r\n", at), text_.size());
            const Found found = nextOf(at);
            if (found.type == antlr4::Token::EOF) {
                break;
            }
            if (found.type == ProvisoLexer::SPACE) {
                at = found.end;
                continue;
            }
            if (list_.tokens.size() == limits.tokens) {
                sink_.report(DiagnosticKind::TooManyTokens, {range_.source, 0, 0}, {limits.tokens})
                    .help("split the pack into several packs");
                return std::nullopt;
            }
            at = accept(found.type, found.begin, found.end);
        }
        Token last;
        last.span = span(text_.size(), text_.size());
        list_.tokens.push_back(last);
        return std::move(list_);
    }

  private:
    struct Found {
        std::size_t type = 0;
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    /// A name or a keyword, or the end. ANTLR's lexer would find the same, letter by letter through
    /// all keywords, which is most of what its tables cost at a start; a test compares.
    [[nodiscard]] Found wordAt(std::size_t begin) const {
        if (begin == text_.size()) {
            return {antlr4::Token::EOF, begin, begin};
        }
        std::size_t end = begin + 1;
        while (end < text_.size() && isOfWord(text_[end])) {
            ++end;
        }
        const TokenTypes& types = tokenTypes();
        const auto named = types.byName.find(text_.substr(begin, end - begin));
        const bool isKeyword = named != types.byName.end() && types.isKeyword[named->second];
        return {isKeyword ? named->second : std::size_t{ProvisoLexer::ID}, begin, end};
    }

    [[nodiscard]] Span span(std::size_t begin, std::size_t end) const {
        return {range_.source,
                static_cast<std::uint32_t>(base_ + begin),
                static_cast<std::uint32_t>(base_ + end)};
    }

    void add(std::size_t type, std::size_t begin, std::size_t end) {
        Token token;
        token.type = static_cast<std::uint16_t>(type);
        token.kind = kindOf(type);
        token.span = span(begin, end);
        token.text = text_.substr(begin, end - begin);
        const std::string_view before = text_.substr(0, begin);
        const std::size_t solid = before.find_last_not_of(" \t\r");
        token.startsLine = solid == std::string_view::npos || before[solid] == '\n';
        if (token.kind != TokenKind::Comment) {
            token.isAfterUnknown = std::exchange(isAfterUnknown_, false);
        }
        (token.kind == TokenKind::Comment ? list_.comments : list_.tokens).push_back(token);
    }

    /// Keeps a token, mended if it is a wrong one; says where reading goes on.
    std::size_t accept(std::size_t type, std::size_t begin, std::size_t end) {
        const std::string_view text = text_.substr(begin, end - begin);
        switch (type) {
        case ProvisoLexer::STRING:
            if (text.front() == '"' && text.find('\\') == std::string_view::npos) {
                add(type, begin, end);
                return end;
            }
            return acceptQuoted(begin);
        case ProvisoLexer::UNCLOSED_STRING:
            return acceptQuoted(begin);
        case ProvisoLexer::BAD_DATE:
            reportBadDate(sink_, span(begin, end), text);
            add(ProvisoLexer::DATE, begin, end);
            return end;
        case ProvisoLexer::BAD_MONEY:
            reportBadMoney(sink_, span(begin, end), text);
            add(ProvisoLexer::MONEY, begin, end);
            return end;
        case ProvisoLexer::UNKNOWN_CHARACTER:
            return acceptUnknown(begin);
        default:
            if (text == "/" && !list_.tokens.empty() && isForeignComment(begin)) {
                list_.tokens.pop_back();
                return skipForeignComment(begin - 1);
            }
            add(type, begin, end);
            return end;
        }
    }

    [[nodiscard]] bool isForeignComment(std::size_t begin) const {
        return begin > 0 && text_[begin - 1] == '/' && list_.tokens.back().text == "/";
    }

    std::size_t skipForeignComment(std::size_t begin) {
        const std::size_t end = std::min(text_.find('\n', begin), text_.size());
        const std::size_t length = text_[begin] == '/' ? 2 : 1;
        sink_
            .report(DiagnosticKind::UnexpectedCharacter,
                    span(begin, begin + length),
                    {text_.substr(begin, length)})
            .help("a comment begins with `--`")
            .fix(span(begin, begin + length), "--");
        return end;
    }

    std::size_t acceptQuoted(std::size_t begin) {
        const QuotedScan scan = scanQuoted(text_, begin);
        for (const std::size_t offset : scan.badEscapes) {
            const std::size_t length = 1 + codePointLength(text_.substr(offset + 1));
            sink_
                .report(DiagnosticKind::BadEscape,
                        span(offset, offset + length),
                        {text_.substr(offset, length)})
                .help("a backslash is written `\\\\`; the escapes are \\\" \\\\ \\n \\t \\{ \\}");
        }
        const Span whole = span(begin, scan.end);
        if (!scan.closed) {
            sink_.report(DiagnosticKind::UnterminatedString, whole)
                .help("close the text with `\"` on the same line");
        } else if (scan.curly) {
            const std::string_view inside = insideQuotes(text_.substr(begin, scan.end - begin));
            sink_.report(DiagnosticKind::SmartQuote, whole)
                .help("write plain quotes")
                .fix(whole, '"' + withPlainEscapes(inside) + '"');
        }
        add(ProvisoLexer::STRING, begin, scan.end);
        return scan.end;
    }

    std::size_t acceptUnknown(std::size_t begin) {
        if (text_[begin] == '#') {
            return skipForeignComment(begin);
        }
        const WrongCharacters wrong = readWrongCharacters(text_, begin);
        auto report = sink_.report(DiagnosticKind::UnexpectedCharacter,
                                   span(begin, wrong.end),
                                   {text_.substr(begin, wrong.end - begin)});
        report.help(wrong.help);
        if (!wrong.meant.empty()) {
            report.fix(span(begin, wrong.end), wrong.meant);
            const std::uint16_t type = tokenTypeByName(wrong.type);
            add(type, begin, wrong.end);
            if (type != ProvisoLexer::STRING) {
                list_.tokens.back().text = tokenTypeName(type);
            }
        } else {
            isAfterUnknown_ = true;
        }
        return wrong.end;
    }

    std::string_view whole_;
    TextRange range_;
    DiagnosticSink& sink_;
    std::size_t base_;
    std::string_view text_;
    TokenList list_;
    bool isAfterUnknown_ = false;  ///< of the next token
};

// ---- trees ------------------------------------------------------------------------------------

/// Stops at the first mistake and remembers it.
class StopAtFirst : public antlr4::BailErrorStrategy {
  public:
    SyntaxFailure failure;

    void recover(antlr4::Parser* parser, std::exception_ptr reason) override {
        const antlr4::Token* offending = parser->getCurrentToken();
        try {
            std::rethrow_exception(reason);
        } catch (const antlr4::RecognitionException& exception) {
            offending = exception.getOffendingToken();
        }
        stop(*parser, offending);
    }

    antlr4::Token* recoverInline(antlr4::Parser* parser) override {
        stop(*parser, parser->getCurrentToken());
    }

    void sync(antlr4::Parser* /*parser*/) override {}

  private:
    [[noreturn]] void stop(antlr4::Parser& parser, const antlr4::Token* offending) {
        failure.token = static_cast<std::uint32_t>(offending->getTokenIndex());
        for (const ssize_t type : parser.getExpectedTokens().toList()) {
            if (type > 0) {
                failure.expected.push_back(static_cast<std::uint16_t>(type));
            }
        }
        for (const antlr4::tree::ParseTree* at = parser.getContext(); at != nullptr;
             at = at->parent) {
            const auto* context = dynamic_cast<const antlr4::RuleContext*>(at);
            if (context != nullptr) {
                failure.inside.push_back(static_cast<Rule>(context->getRuleIndex()));
            }
        }
        throw antlr4::ParseCancellationException();
    }
};

Tree convert(antlr4::ParserRuleContext* root) {
    Tree tree;
    // Breadth first, so that the children of a node stand together, and no depth costs stack.
    std::vector<antlr4::ParserRuleContext*> contexts{root};
    tree.nodes.push_back({static_cast<Rule>(root->getRuleIndex()), 0, 0});
    for (std::size_t index = 0; index < contexts.size(); ++index) {
        tree.nodes[index].firstChild = static_cast<std::uint32_t>(tree.children.size());
        tree.nodes[index].childCount = static_cast<std::uint32_t>(contexts[index]->children.size());
        for (antlr4::tree::ParseTree* child : contexts[index]->children) {
            if (auto* terminal = dynamic_cast<antlr4::tree::TerminalNode*>(child)) {
                tree.children.push_back(
                    {true, static_cast<std::uint32_t>(terminal->getSymbol()->getTokenIndex())});
            } else {
                auto* context = dynamic_cast<antlr4::ParserRuleContext*>(child);
                tree.children.push_back({false, static_cast<std::uint32_t>(contexts.size())});
                tree.nodes.push_back({static_cast<Rule>(context->getRuleIndex()), 0, 0});
                contexts.push_back(context);
            }
        }
    }
    return tree;
}

std::vector<std::unique_ptr<antlr4::Token>> foreignTokens(std::span<const std::uint16_t> types) {
    std::vector<std::unique_ptr<antlr4::Token>> tokens;
    tokens.reserve(types.size() + 1);
    for (const std::uint16_t type : types) {
        tokens.push_back(std::make_unique<antlr4::CommonToken>(type));
    }
    tokens.push_back(std::make_unique<antlr4::CommonToken>(antlr4::Token::EOF));
    return tokens;
}

antlr4::ParserRuleContext* start(ProvisoParser& parser, Start what) {
    switch (what) {
    case Start::Header:
        return parser.packHeader();
    case Start::Item:
        return parser.item();
    case Start::Template:
        return parser.templateExpression();
    }
    return nullptr;
}

/// A parse of one piece in one of the two prediction modes.
struct Attempt {
    bool succeeded = false;
    std::size_t next = 0;
    SyntaxFailure failure;
};

template <typename Use>
Attempt attempt(antlr4::TokenStream& stream,
                Start what,
                std::size_t first,
                antlr4::atn::PredictionMode mode,
                const Use& use) {
    Attempt result;
    ProvisoParser parser(&stream);
    parser.removeErrorListeners();
    const auto strategy = std::make_shared<StopAtFirst>();
    parser.setErrorHandler(strategy);
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
    stream.seek(first);
    try {
        use(start(parser, what));
        result.succeeded = true;
        result.next = stream.index();
    } catch (const antlr4::ParseCancellationException&) {
        result.failure = std::move(strategy->failure);
    } catch (const antlr4::RuntimeException&) {
        // Nothing else is thrown by a generated parser; should it be, the piece is wrong at its
        // start.
        result.failure.token = static_cast<std::uint32_t>(first);
    }
    return result;
}

/// SLL is faster and, as a test holds, enough for this grammar; LL has the last word on a mistake.
template <typename Use>
Attempt attemptBoth(antlr4::TokenStream& stream, Start what, std::size_t first, const Use& use) {
    Attempt result = attempt(stream, what, first, antlr4::atn::PredictionMode::SLL, use);
    if (!result.succeeded) {
        result = attempt(stream, what, first, antlr4::atn::PredictionMode::LL, use);
    }
    return result;
}

}  // namespace

std::optional<TokenList> readTokens(const Sources& sources,
                                    TextRange range,
                                    DiagnosticSink& sink,
                                    const ParseLimits& limits) {
    return TokenReader(sources, range, sink).read(limits);
}

struct Grammar::Stream {
    explicit Stream(std::span<const std::uint16_t> types)
        : source(foreignTokens(types)), tokens(&source) {}

    antlr4::ListTokenSource source;
    antlr4::BufferedTokenStream tokens;
};

Grammar::Grammar(const TokenList& list) {
    std::vector<std::uint16_t> types;
    types.reserve(list.tokens.size());
    for (const Token& token : list.tokens) {
        if (token.kind != TokenKind::EndOfFile) {
            types.push_back(token.type);
        }
    }
    stream_ = std::make_unique<Stream>(types);
}

Grammar::~Grammar() = default;

ParseOutcome Grammar::parse(Start what, std::uint32_t first) {
    ParseOutcome outcome;
    Attempt result =
        attemptBoth(stream_->tokens, what, first, [&](antlr4::ParserRuleContext* context) {
            outcome.tree = convert(context);
        });
    outcome.next = static_cast<std::uint32_t>(result.next);
    outcome.failure = std::move(result.failure);
    return outcome;
}

Reach reachOf(Start what, std::span<const std::uint16_t> types) {
    Grammar::Stream stream(types);
    const Attempt result = attempt(
        stream.tokens, what, 0, antlr4::atn::PredictionMode::SLL, [](antlr4::ParserRuleContext*) {
        });
    return {result.succeeded ? result.next : result.failure.token, result.succeeded};
}

std::uint16_t highestTokenType() {
    return static_cast<std::uint16_t>(tokenTypes().names.size() - 1);
}

std::string_view tokenTypeName(std::uint16_t type) {
    return type < tokenTypes().names.size() ? std::string_view(tokenTypes().names[type])
                                            : std::string_view();
}

std::uint16_t tokenTypeByName(std::string_view name) {
    const auto found = tokenTypes().byName.find(name);
    return found == tokenTypes().byName.end() ? std::uint16_t{0} : found->second;
}

bool isKeywordType(std::uint16_t type) {
    return type < tokenTypes().isKeyword.size() && tokenTypes().isKeyword[type];
}

const std::vector<std::string_view>& keywords() {
    return tokenTypes().keywords;
}

}  // namespace proviso::syntax
