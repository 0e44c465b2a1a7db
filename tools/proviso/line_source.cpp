#include "tools/proviso/line_source.h"

#include "tools/proviso/records.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace proviso::tool {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string systemsWords() {
    return std::error_code(errno, std::generic_category()).message();
}

}  // namespace

LineSource::~LineSource() {
    if (owned_) {
        ::close(descriptor_);
    }
}

std::string LineSource::open(const std::string& path) {
    if (path == "-") {
        descriptor_ = STDIN_FILENO;
    } else {
        if (std::string problem = problemOfInput(path); !problem.empty()) {
            return problem;
        }
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        owned_ = descriptor_ >= 0;
        if (!owned_) {
            return systemsWords();
        }
        struct stat status{};
        grows_ = ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
    }
    return {};
}

LineSource::Progress LineSource::read(std::vector<history::Feeder::Line>& lines) {
    std::array<char, kChunkBytes> chunk{};
    const ssize_t count = ::read(descriptor_, chunk.data(), chunk.size());
    if (count < 0) {
        if (errno == EINTR || errno == EAGAIN) {
            return Progress::Nothing;
        }
        problem_ = systemsWords();
        return Progress::Failed;
    }
    if (count > 0) {
        offset_ += static_cast<std::uint64_t>(count);
        buffer_.append(chunk.data(), static_cast<std::size_t>(count));
        cut(lines);
        return Progress::Read;
    }
    if (!grows_) {
        if (!buffer_.empty() || tooLong_) {
            take(lines, buffer_);
            buffer_.clear();
        }
        return Progress::Ended;
    }
    struct stat status{};
    if (::fstat(descriptor_, &status) == 0 &&
        static_cast<std::uint64_t>(status.st_size) < offset_) {
        problem_ = "the file became shorter while it was read";
        return Progress::Failed;
    }
    return Progress::Nothing;
}

void LineSource::cut(std::vector<history::Feeder::Line>& lines) {
    std::string_view rest = buffer_;
    if (atStart_ && rest.size() >= kByteOrderMark.size()) {
        atStart_ = false;
        if (rest.starts_with(kByteOrderMark)) {
            rest.remove_prefix(kByteOrderMark.size());
        }
    }
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        take(lines, rest.substr(0, end));
        rest.remove_prefix(end + 1);
        atStart_ = false;
    }
    if (rest.size() > maximumBytes_ + 1) {
        // Only the fact is kept, not the bytes; one byte more than the limit may be the '\r'.
        tooLong_ = true;
        rest = {};
    }
    buffer_ = std::string(rest);
}

void LineSource::take(std::vector<history::Feeder::Line>& lines, std::string_view text) {
    if (!text.empty() && text.back() == '\r') {
        text.remove_suffix(1);
    }
    const bool tooLong = tooLong_ || text.size() > maximumBytes_;
    lines.push_back({++number_, tooLong ? std::string() : std::string(text), tooLong});
    tooLong_ = false;
}

}  // namespace proviso::tool
