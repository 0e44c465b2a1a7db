#include "compiler/diagnostics/render.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace proviso {

namespace {

constexpr std::uint32_t kTabWidth = 4;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kCut = "...";

enum class Style : std::uint8_t {
    Plain,
    Bold,
    Frame,
    Error,
    Warning,
    Note,
    Second
};

std::string_view escapeOf(Style style) {
    switch (style) {
    case Style::Plain:
        return "";
    case Style::Bold:
        return "\x1b[1m";
    case Style::Frame:
    case Style::Second:
        return "\x1b[1;34m";
    case Style::Error:
        return "\x1b[1;31m";
    case Style::Warning:
        return "\x1b[1;33m";
    case Style::Note:
        return "\x1b[1;36m";
    }
    return "";
}

Style styleOf(Severity severity) {
    switch (severity) {
    case Severity::Error:
        return Style::Error;
    case Severity::Warning:
        return Style::Warning;
    case Severity::Note:
        return Style::Note;
    }
    return Style::Plain;
}

/// Characters that a terminal would act on, or that reorder or hide what stands around them.
bool isUnsafe(std::string_view character) {
    if (character.size() == 1) {
        const auto byte = static_cast<unsigned char>(character.front());
        return byte < 0x20 || byte >= 0x7F;
    }
    if (character.size() == 2) {
        return character.front() == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
    }
    // U+200B to U+200F, U+202A to U+202E, U+2066 to U+2069, U+FEFF.
    return (character >= "\xE2\x80\x8B" && character <= "\xE2\x80\x8F") ||
           (character >= "\xE2\x80\xAA" && character <= "\xE2\x80\xAE") ||
           (character >= "\xE2\x81\xA6" && character <= "\xE2\x81\xA9") ||
           character == "\xEF\xBB\xBF";
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, codePointLength(text));
        text.remove_prefix(character.size());
        if (character == "\n" || character == "\t") {
            result += ' ';
        } else {
            result += isUnsafe(character) ? kReplacement : character;
        }
    }
    return result;
}

/// A source line as it is shown: one string a column, and the column at which each byte stands.
struct ShownLine {
    std::vector<std::string> columns;
    std::vector<std::uint32_t> columnOfByte;
};

ShownLine showLine(std::string_view text) {
    ShownLine shown;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, codePointLength(text));
        text.remove_prefix(character.size());
        const auto column = static_cast<std::uint32_t>(shown.columns.size());
        shown.columnOfByte.insert(shown.columnOfByte.end(), character.size(), column);
        if (character == "\t") {
            shown.columns.insert(shown.columns.end(), kTabWidth - column % kTabWidth, " ");
        } else {
            shown.columns.emplace_back(isUnsafe(character) ? kReplacement : character);
        }
    }
    shown.columnOfByte.push_back(static_cast<std::uint32_t>(shown.columns.size()));
    return shown;
}

/// One place to point at.
struct Mark {
    Span span;
    std::string text;
    bool primary = false;
};

/// A mark on one line: half-open columns, at least one wide.
struct Underline {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::string_view text;
    bool primary = false;
};

class TextRenderer {
  public:
    TextRenderer(const Diagnostic& diagnostic, const Sources& sources, const TextOptions& options)
        : diagnostic_(diagnostic), sources_(sources), options_(options) {}

    std::string render() {
        const Severity severity = diagnostic_.severity();
        put(styleOf(severity),
            std::string(severityWord(severity)) + "[" + std::string(diagnostic_.code()) + "]");
        put(Style::Bold, ": " + printable(diagnostic_.message()));
        output_ += '\n';
        collectMarks();
        if (diagnostic_.span.source.isValid() && !sources_.path(diagnostic_.span.source).empty()) {
            putSource(diagnostic_.span.source, "--> ", diagnostic_.span);
        }
        for (const auto& [source, marks] : marks_) {
            if (SourceId{source} != diagnostic_.span.source) {
                putSource(SourceId{source}, "::: ", marks.begin()->second.front().span);
            }
        }
        putClosingLines();
        return std::move(output_);
    }

  private:
    void put(Style style, std::string_view text) {
        const bool coloured = options_.colour && style != Style::Plain;
        if (coloured) {
            output_ += escapeOf(style);
        }
        output_ += text;
        if (coloured) {
            output_ += "\x1b[0m";
        }
    }

    void endLine() {
        // Margins and empty labels leave spaces behind.
        while (output_.ends_with(' ')) {
            output_.pop_back();
        }
        output_ += '\n';
    }

    void putMargin(std::string_view number) {
        put(Style::Frame,
            std::string(numberWidth_ - std::min<std::size_t>(numberWidth_, number.size()), ' ') +
                std::string(number) + " |");
        output_ += ' ';
    }

    void collectMarks() {
        std::vector<Mark> all{{diagnostic_.span, printable(diagnostic_.primaryLabel), true}};
        for (const Label& label : diagnostic_.labels) {
            all.push_back({label.span, printable(label.text), false});
        }
        std::uint32_t lastLine = 1;
        for (Mark& mark : all) {
            if (!mark.span.source.isValid()) {
                continue;
            }
            const std::uint32_t line = sources_.position(mark.span.source, mark.span.begin).line;
            lastLine = std::max(lastLine, line);
            marks_[mark.span.source.value][line].push_back(std::move(mark));
        }
        numberWidth_ = std::to_string(lastLine).size();
    }

    void putSource(SourceId source, std::string_view arrow, Span at) {
        const Position position = sources_.position(source, at.begin);
        output_.append(numberWidth_, ' ');
        put(Style::Frame, arrow);
        output_ += printable(sources_.path(source)) + ":" + std::to_string(position.line) + ":" +
                   std::to_string(position.column);
        endLine();
        putMargin("");
        endLine();
        std::uint32_t previous = 0;
        for (const auto& [line, marks] : marks_[source.value]) {
            if (previous != 0 && line > previous + 1) {
                put(Style::Frame, kCut);
                endLine();
            }
            putLine(source, line, marks);
            previous = line;
        }
    }

    void putLine(SourceId source, std::uint32_t line, const std::vector<Mark>& marks) {
        const std::string_view text = sources_.line(source, line);
        const std::uint32_t start = sources_.lineStart(source, line);
        const ShownLine shown = showLine(text);
        std::vector<Underline> underlines;
        for (const Mark& mark : marks) {
            // A span over several lines is underlined to the end of its first.
            const auto column = [&](std::uint32_t offset) {
                const std::size_t byte = std::min<std::size_t>(offset - start, text.size());
                return shown.columnOfByte[byte];
            };
            const std::uint32_t begin = column(std::max(mark.span.begin, start));
            const std::uint32_t end = column(std::max(mark.span.end, mark.span.begin));
            underlines.push_back({begin, std::max(end, begin + 1), mark.text, mark.primary});
        }
        std::stable_sort(underlines.begin(),
                         underlines.end(),
                         [](const Underline& a, const Underline& b) { return a.begin < b.begin; });
        putMargin(std::to_string(line));
        const auto [cutBefore, shift] = putText(shown, underlines);
        endLine();
        keepVisible(underlines, cutBefore, shift, line);
        putUnderlines(underlines);
    }

    /// Writes the line, cut to the width around its first primary (or first) place. Returns the
    /// first column shown and how far to the right it stands.
    std::pair<std::uint32_t, std::uint32_t> putText(const ShownLine& shown,
                                                    const std::vector<Underline>& underlines) {
        const auto width = static_cast<std::uint32_t>(shown.columns.size());
        std::uint32_t first = 0;
        std::uint32_t last = width;
        if (width > options_.lineWidth) {
            auto centre = std::find_if(underlines.begin(),
                                       underlines.end(),
                                       [](const Underline& one) { return one.primary; });
            centre = centre == underlines.end() ? underlines.begin() : centre;
            const std::uint32_t lead = options_.lineWidth / 3;
            first = centre->begin > lead ? centre->begin - lead : 0;
            first = std::min(first, width - options_.lineWidth);
            last = first + options_.lineWidth;
        }
        std::uint32_t shift = 0;
        if (first != 0) {
            output_ += kCut;
            shift = static_cast<std::uint32_t>(kCut.size());
        }
        for (std::uint32_t column = first; column < last; ++column) {
            output_ += shown.columns[column];
        }
        if (last != width) {
            output_ += kCut;
        }
        return {first, shift};
    }

    /// Moves the underlines to where the cut line stands; those outside it become closing lines.
    void keepVisible(std::vector<Underline>& underlines,
                     std::uint32_t first,
                     std::uint32_t shift,
                     std::uint32_t line) {
        std::vector<Underline> visible;
        for (Underline one : underlines) {
            const bool reaches = one.begin >= first && one.begin <= first + options_.lineWidth;
            if (!reaches) {
                if (!one.text.empty()) {
                    notes_.push_back("line " + std::to_string(line) + ", column " +
                                     std::to_string(one.begin + 1) + ": " + std::string(one.text));
                }
                continue;
            }
            one.end = std::min(one.end, first + options_.lineWidth + 1);
            one.begin = one.begin - first + shift;
            one.end = one.end - first + shift;
            visible.push_back(one);
        }
        underlines = std::move(visible);
    }

    void putUnderlines(const std::vector<Underline>& underlines) {
        if (underlines.empty()) {
            return;
        }
        std::uint32_t width = 0;
        for (const Underline& one : underlines) {
            width = std::max(width, one.end);
        }
        // The primary place is drawn last, over the others.
        std::string row(width, ' ');
        for (const bool primary : {false, true}) {
            for (const Underline& one : underlines) {
                if (one.primary == primary) {
                    std::fill(row.begin() + one.begin, row.begin() + one.end, primary ? '^' : '-');
                }
            }
        }
        // The words of the last place stand beside it unless another one reaches further; the rest
        // hang below on bars, the rightmost first.
        std::vector<const Underline*> hanging;
        const Underline* beside = nullptr;
        if (underlines.back().end == width) {
            beside = &underlines.back();
        }
        for (const Underline& one : underlines) {
            if (&one != beside && !one.text.empty()) {
                hanging.push_back(&one);
            }
        }
        putMargin("");
        putRow(row);
        if (beside != nullptr && !beside->text.empty()) {
            output_ += ' ';
            put(wordStyle(*beside), beside->text);
        }
        endLine();
        if (!hanging.empty()) {
            putMargin("");
            putRow(bars(hanging, hanging.size()));
            endLine();
        }
        while (!hanging.empty()) {
            const Underline& one = *hanging.back();
            hanging.pop_back();
            std::string before = bars(hanging, hanging.size());
            before.resize(one.begin, ' ');
            putMargin("");
            putRow(before);
            put(wordStyle(one), one.text);
            endLine();
        }
    }

    static std::string bars(const std::vector<const Underline*>& hanging, std::size_t count) {
        std::string row;
        for (std::size_t index = 0; index < count; ++index) {
            row.resize(std::max<std::size_t>(row.size(), hanging[index]->begin + 1), ' ');
            row[hanging[index]->begin] = '|';
        }
        return row;
    }

    [[nodiscard]] Style wordStyle(const Underline& one) const {
        return one.primary ? styleOf(diagnostic_.severity()) : Style::Second;
    }

    /// Underlines and bars, each stretch of one sign in its colour.
    void putRow(std::string_view row) {
        while (!row.empty()) {
            const std::size_t size = std::min(row.find_first_not_of(row.front()), row.size());
            Style style = Style::Second;
            if (row.front() == ' ') {
                style = Style::Plain;
            } else if (row.front() == '^') {
                style = styleOf(diagnostic_.severity());
            }
            put(style, row.substr(0, size));
            row.remove_prefix(size);
        }
    }

    void putClosingLine(std::string_view word, std::string_view text) {
        output_.append(numberWidth_ + 1, ' ');
        put(Style::Frame, "= ");
        put(Style::Bold, word);
        output_ += ": " + printable(text);
        endLine();
    }

    void putClosingLines() {
        for (const std::string& note : notes_) {
            putClosingLine("note", note);
        }
        if (!diagnostic_.help.empty()) {
            putClosingLine("help", diagnostic_.help);
        } else if (diagnostic_.fix) {
            const std::string old(sources_.text(diagnostic_.fix->span));
            const std::string& replacement = diagnostic_.fix->replacement;
            if (old.empty()) {
                putClosingLine("help", "insert `" + replacement + "`");
            } else if (replacement.empty()) {
                putClosingLine("help", "remove `" + old + "`");
            } else {
                putClosingLine("help", "write `" + replacement + "` instead of `" + old + "`");
            }
        }
    }

    const Diagnostic& diagnostic_;
    const Sources& sources_;
    const TextOptions& options_;
    std::string output_;
    /// By source and line, so that places come in the order of the text.
    std::map<std::uint32_t, std::map<std::uint32_t, std::vector<Mark>>> marks_;
    std::vector<std::string> notes_;
    std::size_t numberWidth_ = 1;
};

std::string counted(std::size_t count, std::string_view word) {
    return std::to_string(count) + " " + std::string(word) + (count == 1 ? "" : "s");
}

}  // namespace

std::string_view severityWord(Severity severity) {
    switch (severity) {
    case Severity::Error:
        return "error";
    case Severity::Warning:
        return "warning";
    case Severity::Note:
        return "note";
    }
    return "";
}

std::string
renderText(const Diagnostic& diagnostic, const Sources& sources, const TextOptions& options) {
    return TextRenderer(diagnostic, sources, options).render();
}

std::string renderText(std::span<const Diagnostic> diagnostics,
                       const Sources& sources,
                       const TextOptions& options) {
    std::string result;
    std::size_t errors = 0;
    std::size_t warnings = 0;
    for (const Diagnostic& diagnostic : diagnostics) {
        result += renderText(diagnostic, sources, options) + "\n";
        errors += diagnostic.severity() == Severity::Error ? 1U : 0U;
        warnings += diagnostic.severity() == Severity::Warning ? 1U : 0U;
    }
    if (errors != 0 || warnings != 0) {
        result += counted(errors, "error") + ", " + counted(warnings, "warning") + "\n";
    }
    return result;
}

std::string renderOneLine(const Diagnostic& diagnostic, const Sources& sources) {
    std::string result;
    const std::string_view path = sources.path(diagnostic.span.source);
    if (!path.empty()) {
        const Position position = sources.position(diagnostic.span.source, diagnostic.span.begin);
        result = printable(path) + ":" + std::to_string(position.line) + ":" +
                 std::to_string(position.column) + ": ";
    }
    result += severityWord(diagnostic.severity());
    result += "[" + std::string(diagnostic.code()) + "]: " + printable(diagnostic.message());
    return result;
}

}  // namespace proviso
