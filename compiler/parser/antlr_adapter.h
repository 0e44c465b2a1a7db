#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/parser/limits.h"
#include "compiler/parser/syntax.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The only door to the generated parser. Nothing of it, exceptions included, comes out.
namespace proviso::syntax {

/// A piece of a source text to read: a whole file, or the inside of a `{...}` in a message.
struct TextRange {
    SourceId source;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Splits a text into tokens, mending wrong ones after reporting them: what comes out parses as if
/// they had been written well. Nothing if the text has too many tokens, which is reported.
[[nodiscard]] std::optional<TokenList> readTokens(const Sources& sources,
                                                  TextRange range,
                                                  DiagnosticSink& sink,
                                                  const ParseLimits& limits);

/// Where reading may begin.
enum class Start : std::uint8_t {
    Header,
    Item,
    Template
};

/// A parse that stopped: at which token, what could have stood there, and inside which rules,
/// innermost first.
struct SyntaxFailure {
    std::uint32_t token = 0;
    std::vector<std::uint16_t> expected;
    std::vector<Rule> inside;
};

struct ParseOutcome {
    std::optional<Tree> tree;
    /// The token behind what was read.
    std::uint32_t next = 0;
    /// Meaningful without a tree.
    SyntaxFailure failure;
};

/// Reads pieces of one token list. The nesting of the tokens must have been checked before
/// (checkNesting). For one thread.
class Grammar {
  public:
    /// The list must not be empty; the first EndOfFile token closes it.
    explicit Grammar(const TokenList& list);
    ~Grammar();
    Grammar(const Grammar&) = delete;
    Grammar& operator=(const Grammar&) = delete;

    /// Reads one header, item or expression from token `first` on; stops at the first mistake.
    [[nodiscard]] ParseOutcome parse(Start what, std::uint32_t first);

    struct Stream;

  private:
    std::unique_ptr<Stream> stream_;
};

struct Reach {
    /// The first wrong token or, of a whole piece, the token behind it.
    std::size_t place = 0;
    bool whole = false;
};

/// How far a parse of these token types gets. For finding out how a mistake could be mended.
[[nodiscard]] Reach reachOf(Start what, std::span<const std::uint16_t> types);

/// The token types of the grammar: 1 to this.
[[nodiscard]] std::uint16_t highestTokenType();
/// `end`, `<>` and so on; the kind's grammar name (`MONEY`, `ID`) for tokens without a fixed text.
[[nodiscard]] std::string_view tokenTypeName(std::uint16_t type);
/// The reverse; 0 for an unknown name.
[[nodiscard]] std::uint16_t tokenTypeByName(std::string_view name);
[[nodiscard]] bool isKeywordType(std::uint16_t type);
/// Every reserved word, by alphabet.
[[nodiscard]] const std::vector<std::string_view>& keywords();

}  // namespace proviso::syntax
