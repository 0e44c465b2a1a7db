#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

enum class JsonKind : std::uint8_t {
    Null,
    False,
    True,
    Number,
    String,
    Array,
    Object
};

/// One value of a document. Children follow their parent directly; an object's are key, value, key,
/// value. Numbers keep the characters they were written with: nothing is ever read through a
/// double.
struct JsonNode {
    JsonKind kind = JsonKind::Null;
    std::uint32_t count = 0;  ///< elements of an array, members of an object
    std::uint32_t next = 0;   ///< the index after this value and everything in it
    std::string_view text;    ///< of a number as written, of a string without its escapes
};

enum class JsonProblem : std::uint8_t {
    None,
    Malformed,
    Truncated,  ///< the text ends before the document does
    InvalidUtf8,
    DuplicateKey,
    TooDeep,
    TooManyElements,
};

struct JsonLimits {
    std::size_t nesting = 32;
    std::size_t elements = 10'000;  ///< of one list or one object
};

/// Reads one JSON document (RFC 8259, all of it checked, also what nobody asks for) into a flat
/// list of nodes that is reused from document to document. Numbers as text, repeated keys and the
/// limits are why this is not one of the usual readers. Not thread-safe.
class JsonDocument {
  public:
    explicit JsonDocument(JsonLimits limits = {}) : limits_(limits) {}

    /// On success node(0) is the document. Nodes point into `text` and into this object; both must
    /// stay as they are while the nodes are used. `text` has at most 2^32 - 1 bytes.
    JsonProblem parse(std::string_view text);

    const JsonNode& node(std::uint32_t index) const { return nodes_[index]; }
    std::uint32_t nodeCount() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }

    /// Where the problem stands, in bytes from the start of the text.
    std::size_t problemOffset() const noexcept { return position_; }

    /// After DuplicateKey the name that is there twice; otherwise empty.
    std::string_view problemKey() const noexcept { return problemKey_; }

  private:
    JsonProblem parseTokens();
    JsonProblem parseString(std::string_view& out);
    JsonProblem parseEscape();
    JsonProblem parseUnicodeEscape();
    bool parseHex(std::uint32_t& unit);
    JsonProblem parseNumber();
    JsonProblem parseWord();
    JsonProblem checkKeys(std::uint32_t object);
    JsonProblem broken() const;
    void skipSpace();
    void addNode(JsonKind kind, std::string_view text);
    void appendUtf8(std::uint32_t codePoint);
    char current() const { return position_ < text_.size() ? text_[position_] : '\0'; }

    JsonLimits limits_;
    std::string_view text_;
    std::size_t position_ = 0;
    std::vector<JsonNode> nodes_;
    std::vector<std::uint32_t> open_;  ///< the containers around the current place
    std::string unescaped_;            ///< reserved for the whole text, so views into it stay
    std::vector<std::string_view> keys_;
    std::string_view problemKey_;
};

}  // namespace proviso
