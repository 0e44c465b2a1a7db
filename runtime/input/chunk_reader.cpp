#include "runtime/input/chunk_reader.h"

#include <istream>

namespace proviso {

static constexpr std::size_t kByteOrderMarkBytes = 3;
static constexpr std::size_t kMoreBytes = std::size_t{64} << 10U;

ChunkReader::ChunkReader(std::istream& stream, std::size_t maximumBytes, std::size_t chunkBytes)
    : stream_(stream), maximumBytes_(maximumBytes), chunkBytes_(chunkBytes) {}

std::size_t ChunkReader::read(std::string& chunk, std::size_t bytes) {
    const std::size_t before = chunk.size();
    chunk.resize(before + bytes);
    stream_.read(chunk.data() + before, static_cast<std::streamsize>(bytes));
    const auto count = static_cast<std::size_t>(stream_.gcount());
    chunk.resize(before + count);
    atEnd_ = count < bytes;
    failed_ = stream_.bad();
    return count;
}

bool ChunkReader::next(std::string& chunk) {
    chunk.swap(rest_);
    rest_.clear();
    if (!atEnd_ && chunk.size() < chunkBytes_) {
        read(chunk, chunkBytes_ - chunk.size());
    }
    std::size_t newline = chunk.rfind('\n');
    // One line, longer than a chunk. Two bytes beyond the limit, one of which may be a '\r', say
    // that it is too long; a byte order mark before it does not count.
    const std::size_t enough = maximumBytes_ + 2 + kByteOrderMarkBytes;
    while (newline == std::string::npos && !atEnd_) {
        const std::size_t before = chunk.size();
        read(chunk, kMoreBytes);
        newline = chunk.find('\n', before);
        if (newline == std::string::npos && chunk.size() > enough) {
            chunk.resize(enough);
        } else if (newline != std::string::npos && newline > enough) {
            chunk.erase(enough, newline - enough);
            newline = enough;
        }
    }
    if (newline != std::string::npos && !atEnd_) {
        rest_.assign(chunk, newline + 1);
        chunk.resize(newline + 1);
    }
    return !chunk.empty();
}

}  // namespace proviso
