#pragma once

#include "compiler/diagnostics/source.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

/// What the grammar makes of a text, free of the parser generator: tokens and a tree of rules.
namespace proviso::syntax {

enum class TokenKind : std::uint8_t {
    Keyword,  ///< a reserved word
    Sign,     ///< punctuation and operators
    Name,
    Money,
    Date,
    Percent,
    Decimal,
    Integer,
    Code,  ///< digits, then letters
    String,
    Comment,
    EndOfFile
};

struct Token {
    TokenKind kind = TokenKind::EndOfFile;
    /// The parser's own number for the token; opaque outside the adapter.
    std::uint16_t type = 0;
    /// Whether only space stands before it on its line.
    bool startsLine = false;
    /// Something stands before it that has no meaning and may have been meant for anything.
    bool isAfterUnknown = false;
    Span span;
    /// Points into the source text; a mended token has the text that was meant.
    std::string_view text;
};

/// The tokens that have meaning, closed by one EndOfFile token, and the comments apart.
struct TokenList {
    std::vector<Token> tokens;
    std::vector<Token> comments;
};

/// The rules of the grammar by their names there.
enum class Rule : std::uint8_t {
#define PROVISO_SYNTAX_RULE(name) name,
#include "compiler/parser/syntax_rules.def"
#undef PROVISO_SYNTAX_RULE
};

/// A tree in one vector. Node 0 is the root; children stand in the order of the text.
struct Tree {
    struct Child {
        bool isToken = false;
        /// Of a token or of a node.
        std::uint32_t index = 0;
    };
    struct NodeData {
        Rule rule{};
        std::uint32_t firstChild = 0;
        std::uint32_t childCount = 0;
    };
    std::vector<NodeData> nodes;
    std::vector<Child> children;
};

/// One node of a tree with the tokens it was made from. A light view: valid as long as both.
class Node {
  public:
    Node(const Tree& tree, const TokenList& list, std::uint32_t index)
        : tree_(&tree), list_(&list), index_(index) {}

    [[nodiscard]] Rule rule() const { return data().rule; }
    [[nodiscard]] std::size_t childCount() const { return data().childCount; }
    [[nodiscard]] bool isToken(std::size_t place) const { return child(place).isToken; }
    [[nodiscard]] const Token& token(std::size_t place) const {
        return list_->tokens[child(place).index];
    }
    [[nodiscard]] Node node(std::size_t place) const {
        return {*tree_, *list_, child(place).index};
    }

    [[nodiscard]] const Token& firstToken() const;
    [[nodiscard]] const Token& lastToken() const;
    /// From the first token to the last; nodes without tokens do not exist in this grammar.
    [[nodiscard]] Span span() const { return cover(firstToken().span, lastToken().span); }

  private:
    [[nodiscard]] const Tree::NodeData& data() const { return tree_->nodes[index_]; }
    [[nodiscard]] const Tree::Child& child(std::size_t place) const {
        return tree_->children[data().firstChild + place];
    }

    const Tree* tree_;
    const TokenList* list_;
    std::uint32_t index_;
};

/// Reads the children of one node from left to right, as the grammar lists them.
class Reader {
  public:
    explicit Reader(const Node& node) : node_(node) {}

    [[nodiscard]] bool done() const { return place_ == node_.childCount(); }
    [[nodiscard]] bool atWord(std::string_view text) const;
    [[nodiscard]] bool at(TokenKind kind) const;
    [[nodiscard]] bool at(Rule rule) const;

    /// Steps over the word or sign if it stands here.
    bool take(std::string_view text);
    /// The child here, which must be a token (or a node).
    const Token& token();
    Node node();
    /// Steps over tokens until a child node, which must follow.
    Node nextNode();

  private:
    Node node_;
    std::size_t place_ = 0;
};

}  // namespace proviso::syntax
