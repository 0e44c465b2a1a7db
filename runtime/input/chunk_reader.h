#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

namespace proviso {

/// Cuts a stream into chunks of whole lines, to be read by several LineReaders, which find in them
/// what one of them would find in the stream. Memory stays bounded whatever the source holds: of a
/// line that is too long only so much is kept as shows that it is. Not thread-safe.
class ChunkReader {
  public:
    /// `stream` must outlive the reader. `maximumBytes`: of a line; `chunkBytes`: of a chunk,
    /// unless one line has more.
    ChunkReader(std::istream& stream, std::size_t maximumBytes, std::size_t chunkBytes);

    /// The next chunk, into the memory of `chunk`; false at the end of the source.
    bool next(std::string& chunk);

    /// Whether nothing is left.
    bool ended() const noexcept { return atEnd_ && rest_.empty(); }
    /// Whether the stream failed for another reason than its end.
    bool failed() const noexcept { return failed_; }

  private:
    std::size_t read(std::string& chunk, std::size_t bytes);

    std::istream& stream_;
    std::size_t maximumBytes_;
    std::size_t chunkBytes_;
    std::string rest_;  ///< the beginning of the next chunk
    bool atEnd_ = false;
    bool failed_ = false;
};

}  // namespace proviso
