#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace proviso {

/// Names one text held by a `Sources`. A default-built id names none.
struct SourceId {
    static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

    std::uint32_t value = kNone;

    [[nodiscard]] bool isValid() const { return value != kNone; }
    friend bool operator==(SourceId, SourceId) = default;
};

/// A piece of a source text: byte offsets, half open. `begin == end` is a place between two bytes.
/// A default-built span points nowhere (a message about a whole run, say).
struct Span {
    SourceId source;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    [[nodiscard]] std::uint32_t size() const { return end - begin; }
    friend bool operator==(const Span&, const Span&) = default;
};

/// The smallest span that covers both. Both must be of one source; otherwise `first` is returned.
[[nodiscard]] Span cover(Span first, Span second);

/// A place as people read it: both count from one, columns count code points.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;

    friend bool operator==(const Position&, const Position&) = default;
};

/// Owns the texts of one compilation and answers where an offset stands.
///
/// Views returned stay valid as long as the `Sources`. Adding is for one thread; once nothing is
/// added any more, all other functions may be called from several threads at once. The text need
/// not be valid UTF-8. An id that names no text here reads as an empty text without a path.
class Sources {
  public:
    /// Takes a text under the path that messages show. The text must be below 4 GiB.
    SourceId add(std::string path, std::string text);

    [[nodiscard]] std::string_view path(SourceId id) const;
    [[nodiscard]] std::string_view text(SourceId id) const;

    /// The text a span covers; offsets beyond the text are cut to it.
    [[nodiscard]] std::string_view text(Span span) const;

    /// An offset beyond the text is taken as its end.
    [[nodiscard]] Position position(SourceId id, std::uint32_t offset) const;

    /// Line `number` (from one) without its line break; empty if there is none.
    [[nodiscard]] std::string_view line(SourceId id, std::uint32_t number) const;

    /// The offset at which line `number` begins; the text's size if there is no such line.
    [[nodiscard]] std::uint32_t lineStart(SourceId id, std::uint32_t number) const;

    [[nodiscard]] std::size_t count() const { return sources_.size(); }

  private:
    struct Source {
        std::string path;
        std::string text;
        /// The offset at which each line begins; the first is 0.
        std::vector<std::uint32_t> lineStarts;
    };

    [[nodiscard]] const Source& at(SourceId id) const;

    // A deque keeps the texts in place while others are added.
    std::deque<Source> sources_;
};

/// How many code points a text holds; every byte that begins no character counts as one.
[[nodiscard]] std::uint32_t countCodePoints(std::string_view text);

/// The byte length (1 to 4) of the character at the start of `text`; 1 for a byte that begins none,
/// 0 for an empty text.
[[nodiscard]] std::size_t codePointLength(std::string_view text);

}  // namespace proviso
