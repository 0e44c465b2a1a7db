#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace proviso::tool {

/// What the command tells the shell.
enum class ExitCode : std::uint8_t {
    Clean = 0,
    Found = 1,     ///< findings, failed tests, a file to format
    BadInput = 2,  ///< usage, packs, records, output that cannot be written
    Internal = 3,  ///< our mistake
};

enum class ColourMode : std::uint8_t {
    Auto,
    Always,
    Never
};

/// Data goes to stdout, everything said about it to stderr. Output that cannot be written (a full
/// disk, a reader that is gone) is remembered, and what follows is dropped: loops over much data
/// ask `failed`. One thread at a time.
class Console {
  public:
    Console() = default;
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    void setColour(ColourMode mode) { colour_ = mode; }
    /// Only on a terminal and without NO_COLOR, unless asked for.
    [[nodiscard]] bool colourOnOutput() const;
    [[nodiscard]] bool colourOnMessages() const;
    [[nodiscard]] bool messagesOnTerminal() const;

    void write(std::string_view data);
    /// Hands everything to the system; call before the end.
    void flush();
    [[nodiscard]] bool failed() const { return errorNumber_ != 0; }
    /// Why, in the system's words.
    [[nodiscard]] std::string failure() const;

    /// A message, which should end with a line break; removes a progress bar that is shown.
    void message(std::string_view text);
    /// `proviso: text`, as a line.
    void complain(std::string_view text);
    void complainUnreadable(std::string_view name, std::string_view problem);
    void complainUnwritable(std::string_view name, std::string_view problem);

  private:
    friend class Progress;
    void clearProgress();

    std::string buffer_;
    int errorNumber_ = 0;
    ColourMode colour_ = ColourMode::Auto;
    bool progressShown_ = false;
};

/// A bar on stderr while something long runs; shown on a terminal only, and only once it has taken
/// a moment.
class Progress {
  public:
    Progress(Console& console, std::string label);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(std::uint64_t done, std::uint64_t total);

  private:
    Console& console_;
    std::string label_;
    bool enabled_;
    std::int64_t startedAt_;  ///< milliseconds
    std::int64_t shownAt_ = 0;
};

/// `1,204`.
std::string grouped(std::uint64_t number);

/// `1 rule`, `3 rules`; a name ending in -y changes as English does.
std::string counted(std::uint64_t number, std::string_view singular);

}  // namespace proviso::tool
