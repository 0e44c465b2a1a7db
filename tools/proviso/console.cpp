#include "tools/proviso/console.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <unistd.h>

namespace proviso::tool {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16U;
constexpr std::int64_t kQuietMilliseconds = 300;
constexpr std::int64_t kRedrawMilliseconds = 100;

/// Zero, or the number of the error that ended the writing.
int writeAll(int descriptor, std::string_view data) {
    while (!data.empty()) {
        const ssize_t written = ::write(descriptor, data.data(), data.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        data.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

bool wantsColour(ColourMode mode, int descriptor) {
    switch (mode) {
    case ColourMode::Always:
        return true;
    case ColourMode::Never:
        return false;
    case ColourMode::Auto:
        break;
    }
    // Nothing changes the environment while the command runs.
    const char* noColour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
    const char* terminal = std::getenv("TERM");      // NOLINT(concurrency-mt-unsafe)
    const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
    return ::isatty(descriptor) != 0 && (noColour == nullptr || *noColour == '\0') && !dumb;
}

std::int64_t nowMilliseconds() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

bool Console::colourOnOutput() const {
    return wantsColour(colour_, STDOUT_FILENO);
}
bool Console::colourOnMessages() const {
    return wantsColour(colour_, STDERR_FILENO);
}
bool Console::messagesOnTerminal() const {
    return ::isatty(STDERR_FILENO) != 0;
}

void Console::write(std::string_view data) {
    if (failed()) {
        return;
    }
    if (data.size() < kBufferBytes) {
        buffer_ += data;
        if (buffer_.size() >= kBufferBytes) {
            flush();
        }
        return;
    }
    // What is long already need not be copied first.
    flush();
    if (!failed()) {
        clearProgress();
        errorNumber_ = writeAll(STDOUT_FILENO, data);
    }
}

void Console::flush() {
    if (failed()) {
        buffer_.clear();
        return;
    }
    if (buffer_.empty()) {
        return;
    }
    // On one terminal the bar and the data would share a line.
    clearProgress();
    errorNumber_ = writeAll(STDOUT_FILENO, buffer_);
    buffer_.clear();
}

std::string Console::failure() const {
    return std::error_code(errorNumber_, std::generic_category()).message();
}

void Console::message(std::string_view text) {
    clearProgress();
    // Nobody is left to tell when this fails.
    (void)writeAll(STDERR_FILENO, text);
}

void Console::complain(std::string_view text) {
    std::string line = "proviso: ";
    line += text;
    line += '\n';
    message(line);
}

void Console::complainUnreadable(std::string_view name, std::string_view problem) {
    complain(fmt::format("cannot read `{}`: {}", name, problem));
}

void Console::complainUnwritable(std::string_view name, std::string_view problem) {
    complain(fmt::format("cannot write `{}`: {}", name, problem));
}

void Console::clearProgress() {
    if (progressShown_) {
        progressShown_ = false;
        (void)writeAll(STDERR_FILENO, "\r\x1b[K");
    }
}

Progress::Progress(Console& console, std::string label)
    : console_(console), label_(std::move(label)), enabled_(console.messagesOnTerminal()),
      startedAt_(nowMilliseconds()) {}

Progress::~Progress() {
    console_.clearProgress();
}

void Progress::update(std::uint64_t done, std::uint64_t total) {
    static constexpr std::size_t kWidth = 30;
    if (!enabled_ || total == 0) {
        return;
    }
    const std::int64_t now = nowMilliseconds();
    if (now - startedAt_ < kQuietMilliseconds || now - shownAt_ < kRedrawMilliseconds) {
        return;
    }
    shownAt_ = now;
    const auto filled = static_cast<std::size_t>(done * kWidth / total);
    const std::string line = "\r\x1b[K" + label_ + " [" + std::string(filled, '#') +
                             std::string(kWidth - filled, ' ') + "] " + grouped(done) + " of " +
                             grouped(total);
    (void)writeAll(STDERR_FILENO, line);
    console_.progressShown_ = true;
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t place = digits.size(); place > 3;) {
        place -= 3;
        digits.insert(place, ",");
    }
    return digits;
}

std::string counted(std::uint64_t number, std::string_view singular) {
    std::string text = grouped(number) + " " + std::string(singular);
    if (number != 1) {
        const std::size_t size = text.size();
        const bool changesY =
            size >= 2 && text[size - 1] == 'y' &&
            std::string_view("aeiou").find(text[size - 2]) == std::string_view::npos;
        if (changesY) {
            text.back() = 'i';
            text += "es";
        } else {
            text += 's';
        }
    }
    return text;
}

}  // namespace proviso::tool
