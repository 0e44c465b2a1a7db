#include "compiler/parser/wrong_characters.h"

#include "compiler/parser/literals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace proviso::syntax {

namespace {

struct KnownMistake {
    std::string_view seen;
    std::string_view meant;
    std::string_view type;
    std::string_view help;
};

constexpr std::array<KnownMistake, 12> kMistakes{{
    {"!=", "<>", "<>", "write `is not` or `<>`"},
    {"&&", "and", "and", "write `and`"},
    {"!", "not", "not", "write `not`"},
    {"\xE2\x89\xA0", "<>", "<>", "write `is not` or `<>`"},
    {"\xE2\x89\xA4", "<=", "<=", "write `is at most` or `<=`"},
    {"\xE2\x89\xA5", ">=", ">=", "write `is at least` or `>=`"},
    {"\xE2\x80\x93", "-", "-", "this is a dash of a word processor; write `-`"},
    {"\xE2\x80\x94", "-", "-", "this is a dash of a word processor; write `-`"},
    {"\xE2\x88\x92", "-", "-", "this is a typeset minus; write `-`"},
    {"\xC3\x97", "*", "*", "write `*`"},
    {"\xC3\xB7", "/", "/", "write `/`"},
    {"&", "and", "and", "write `and`"},
}};

constexpr std::array<std::string_view, 3> kSingleQuotes{"'", "\xE2\x80\x98", "\xE2\x80\x99"};

bool isPlain(char character) {
    constexpr std::string_view kSigns = " \t\r\n\"$()*+,-./:;<=>[]{|}";
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') ||
           kSigns.find(character) != std::string_view::npos;
}

std::optional<WrongCharacters> readSingleQuoted(std::string_view text, std::size_t begin) {
    for (const std::string_view quote : kSingleQuotes) {
        if (!text.substr(begin).starts_with(quote)) {
            continue;
        }
        const std::size_t first = begin + quote.size();
        const std::string_view line = text.substr(first, text.find('\n', first) - first);
        std::size_t close = std::string_view::npos;
        std::size_t closeSize = 0;
        for (const std::string_view other : kSingleQuotes) {
            const std::size_t found = line.find(other);
            if (found < close) {
                close = found;
                closeSize = other.size();
            }
        }
        if (close != std::string_view::npos &&
            line.substr(0, close).find('"') == std::string_view::npos) {
            return WrongCharacters{first + close + closeSize,
                                   "text stands in double quotes",
                                   fmt::format("\"{}\"", line.substr(0, close)),
                                   "STRING"};
        }
    }
    return std::nullopt;
}

}  // namespace

WrongCharacters readWrongCharacters(std::string_view text, std::size_t begin) {
    if (auto quoted = readSingleQuoted(text, begin)) {
        return *std::move(quoted);
    }
    for (const KnownMistake& mistake : kMistakes) {
        if (text.substr(begin).starts_with(mistake.seen)) {
            return {begin + mistake.seen.size(),
                    std::string(mistake.help),
                    std::string(mistake.meant),
                    mistake.type};
        }
    }
    std::size_t end = begin;
    // One message for a run; a long one is cut, as nobody reads it.
    constexpr std::size_t kLongestShown = 40;
    while (end < text.size() && !isPlain(text[end]) && end - begin < kLongestShown) {
        end += codePointLength(text.substr(end));
    }
    end = std::max(end, begin + 1);
    if (text[begin] == '_') {
        return {end, "a name begins with a letter", {}, {}};
    }
    if (text[begin] == '%') {
        return {end, "a percent is written after its number, as in `10%`", {}, {}};
    }
    if (static_cast<unsigned char>(text[begin]) >= 0x80) {
        return {end, "names are written with the letters a to z, digits and `_`", {}, {}};
    }
    return {end, "delete it", {}, {}};
}

std::string withPlainEscapes(std::string_view inside) {
    std::string escaped;
    for (std::size_t offset = 0; offset < inside.size(); ++offset) {
        if (inside[offset] == '\\' && offset + 1 < inside.size()) {
            escaped += inside.substr(offset, 2);
            ++offset;
        } else if (inside[offset] == '"') {
            escaped += "\\\"";
        } else {
            escaped += inside[offset];
        }
    }
    return escaped;
}

void reportBadDate(DiagnosticSink& sink, Span span, std::string_view text) {
    auto report = sink.report(DiagnosticKind::BadDate, span, {text});
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('-', begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    // Only year first has one meaning: 1-2-2025 is January to some and February to others.
    if (parts.size() == 3 && parts[0].size() == 4 && parts[1].size() <= 2 && parts[2].size() <= 2) {
        const std::string meant = fmt::format("{}-{:0>2}-{:0>2}", parts[0], parts[1], parts[2]);
        if (daysOfDate(meant)) {
            report.help(fmt::format("write {}", meant)).fix(span, meant);
            return;
        }
    }
    report.help("write year, month and day, as in 2025-01-31");
}

void reportBadMoney(DiagnosticSink& sink, Span span, std::string_view text) {
    auto report = sink.report(DiagnosticKind::BadMoney, span, {text});
    std::string digits;
    for (const char character : text) {
        if (character != ',' && character != '$') {
            digits.push_back(character);
        }
    }
    if (std::count(digits.begin(), digits.end(), '.') > 1 || text.find("..") != text.npos) {
        report.help("an amount has one point, as in $1,234.50");
    } else if (text.find(',') != text.npos) {
        report.help("commas stand before each three digits, as in $1,234.50; they may be left out");
    } else {
        report.help("write dollars and cents, as in $12.50");
    }
}

}  // namespace proviso::syntax
