#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace proviso {

/// One line of a source. `text` lives until the next call of LineReader::next.
struct InputLine {
    std::uint64_t number = 0;  ///< counted from 1
    std::string_view text;     ///< without the line's end; empty when `tooLong`
    bool tooLong = false;      ///< beyond the limit; its bytes were skipped
    bool endsWithNewline = true;
    std::size_t readableBehind = 0;  ///< bytes behind `text` that lie in the same memory
};

/// Cuts a stream or a text into lines through one reused buffer, so that memory stays bounded
/// whatever the source holds. Takes a byte order mark off the start; accepts LF and CRLF and a last
/// line without an end. Not thread-safe.
class LineReader {
  public:
    /// `stream` must outlive the reader.
    LineReader(std::istream& stream, std::size_t maximumBytes);
    /// `text` must outlive the reader and is not copied. `atStart`: of a source, not a later chunk
    /// of one (ChunkReader).
    LineReader(std::string_view text, std::size_t maximumBytes, bool atStart = true);

    /// The next line, or false at the end of the source.
    bool next(InputLine& line);

    /// Whether the stream failed for another reason than its end.
    bool failed() const noexcept { return failed_; }

  private:
    bool refill();
    bool take(InputLine& line, std::string_view text, bool endsWithNewline);

    std::istream* stream_ = nullptr;
    std::size_t maximumBytes_;
    std::string buffer_;
    std::string_view window_;  ///< what is read and not yet handed out
    std::uint64_t number_ = 0;
    bool atStart_ = true;
    bool atEnd_ = false;
    bool failed_ = false;
};

}  // namespace proviso
