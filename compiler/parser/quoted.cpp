#include "compiler/parser/quoted.h"

namespace proviso::syntax {

char escapedCharacter(char letter) {
    switch (letter) {
    case '"':
        return '"';
    case '\\':
        return '\\';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '{':
        return '{';
    case '}':
        return '}';
    default:
        return '\0';
    }
}

QuotedScan scanQuoted(std::string_view text, std::size_t begin) {
    QuotedScan scan;
    const bool opensCurly = text.substr(begin).starts_with(kOpeningCurly);
    scan.curly = opensCurly;
    std::size_t offset = begin + (opensCurly ? kOpeningCurly.size() : 1);
    // A closing curly quote may stand inside plain quotes, so it closes them only if nothing else
    // does.
    QuotedScan atCurly;
    while (offset < text.size() && text[offset] != '\n' && text[offset] != '\r') {
        const std::string_view rest = text.substr(offset);
        if (rest.front() == '"') {
            scan.end = offset + 1;
            scan.closed = true;
            return scan;
        }
        if (rest.starts_with(kClosingCurly)) {
            QuotedScan here = scan;
            here.end = offset + kClosingCurly.size();
            here.closed = true;
            here.curly = true;
            if (opensCurly) {
                return here;
            }
            if (!atCurly.closed) {
                atCurly = std::move(here);
            }
        }
        if (rest.front() == '\\' && rest.size() > 1 && rest[1] != '\n' && rest[1] != '\r') {
            if (escapedCharacter(rest[1]) == '\0') {
                scan.badEscapes.push_back(offset);
                offset += 1 + codePointLength(rest.substr(1));
            } else {
                offset += 2;
            }
            continue;
        }
        offset += codePointLength(rest);
    }
    if (atCurly.closed) {
        return atCurly;
    }
    while (offset > begin + 1 && (text[offset - 1] == ' ' || text[offset - 1] == '\t')) {
        --offset;
    }
    scan.end = offset;
    return scan;
}

std::string_view insideQuotes(std::string_view token) {
    const bool opensCurly = token.starts_with(kOpeningCurly);
    token.remove_prefix(opensCurly ? kOpeningCurly.size() : std::min<std::size_t>(1, token.size()));
    if (token.ends_with(kClosingCurly)) {
        token.remove_suffix(kClosingCurly.size());
    } else if (token.ends_with('"') || token.ends_with('\'')) {
        token.remove_suffix(1);
    }
    return token;
}

std::string unquote(std::string_view token) {
    const std::string_view inside = insideQuotes(token);
    std::string text;
    text.reserve(inside.size());
    for (std::size_t offset = 0; offset < inside.size(); ++offset) {
        if (inside[offset] == '\\' && offset + 1 < inside.size()) {
            const char character = escapedCharacter(inside[offset + 1]);
            if (character != '\0') {
                text.push_back(character);
                ++offset;
                continue;
            }
        }
        text.push_back(inside[offset]);
    }
    return text;
}

}  // namespace proviso::syntax
