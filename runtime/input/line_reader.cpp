#include "runtime/input/line_reader.h"

#include <cstring>
#include <istream>

namespace proviso {

static constexpr std::size_t kChunkBytes = std::size_t{256} << 10U;
static constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

LineReader::LineReader(std::istream& stream, std::size_t maximumBytes)
    : stream_(&stream), maximumBytes_(maximumBytes) {}

LineReader::LineReader(std::string_view text, std::size_t maximumBytes, bool atStart)
    : maximumBytes_(maximumBytes), window_(text), atStart_(atStart), atEnd_(true) {}

// Moves what is left to the front of the buffer and reads on. False when the source has ended.
bool LineReader::refill() {
    if (atEnd_) {
        return false;
    }
    const std::size_t kept = window_.size();
    if (kept > 0) {
        std::memmove(buffer_.data(), window_.data(), kept);
    }
    buffer_.resize(kept + kChunkBytes);
    stream_->read(buffer_.data() + kept, static_cast<std::streamsize>(kChunkBytes));
    const auto count = static_cast<std::size_t>(stream_->gcount());
    atEnd_ = count < kChunkBytes;
    failed_ = stream_->bad();
    window_ = std::string_view(buffer_).substr(0, kept + count);
    return true;
}

bool LineReader::take(InputLine& line, std::string_view text, bool endsWithNewline) {
    if (!text.empty() && text.back() == '\r') {
        text.remove_suffix(1);
    }
    line.number = ++number_;
    line.tooLong = text.size() > maximumBytes_;
    line.text = line.tooLong ? std::string_view{} : text;
    line.endsWithNewline = endsWithNewline;
    line.readableBehind =
        static_cast<std::size_t>(window_.data() + window_.size() - text.data()) - text.size();
    return true;
}

bool LineReader::next(InputLine& line) {
    if (atStart_) {
        atStart_ = false;
        refill();
        if (window_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
            window_.remove_prefix(kByteOrderMark.size());
        }
    }
    bool overlong = false;
    std::size_t searched = 0;
    while (true) {
        const std::size_t newline = window_.find('\n', searched);
        if (newline != std::string_view::npos) {
            const std::string_view text = window_.substr(0, newline);
            window_.remove_prefix(newline + 1);
            take(line, text, /*endsWithNewline=*/true);
            break;
        }
        if (stream_ != nullptr && window_.size() > maximumBytes_ + 1) {
            // Only the fact is kept, not the bytes; one byte more than the limit may be the '\r'.
            overlong = true;
            window_ = window_.substr(window_.size());
        }
        searched = window_.size();
        if (!refill()) {
            if (window_.empty() && !overlong) {
                return false;
            }
            const std::string_view text = window_;
            window_ = window_.substr(window_.size());
            take(line, text, /*endsWithNewline=*/false);
            break;
        }
    }
    if (overlong) {
        line.tooLong = true;
        line.text = {};
    }
    return true;
}

}  // namespace proviso
