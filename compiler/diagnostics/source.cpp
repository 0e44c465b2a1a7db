#include "compiler/diagnostics/source.h"

#include <algorithm>
#include <utility>

namespace proviso {

Span cover(Span first, Span second) {
    if (first.source != second.source) {
        return first;
    }
    return {first.source, std::min(first.begin, second.begin), std::max(first.end, second.end)};
}

SourceId Sources::add(std::string path, std::string text) {
    Source source{std::move(path), std::move(text), {0}};
    for (std::size_t offset = 0; offset < source.text.size(); ++offset) {
        if (source.text[offset] == '\n') {
            source.lineStarts.push_back(static_cast<std::uint32_t>(offset + 1));
        }
    }
    sources_.push_back(std::move(source));
    return SourceId{static_cast<std::uint32_t>(sources_.size() - 1)};
}

const Sources::Source& Sources::at(SourceId id) const {
    static const Source kEmpty{{}, {}, {0}};
    return id.value < sources_.size() ? sources_[id.value] : kEmpty;
}

std::string_view Sources::path(SourceId id) const {
    return at(id).path;
}

std::string_view Sources::text(SourceId id) const {
    return at(id).text;
}

std::string_view Sources::text(Span span) const {
    const std::string_view whole = text(span.source);
    const std::size_t begin = std::min<std::size_t>(span.begin, whole.size());
    const std::size_t end = std::clamp<std::size_t>(span.end, begin, whole.size());
    return whole.substr(begin, end - begin);
}

Position Sources::position(SourceId id, std::uint32_t offset) const {
    const Source& source = at(id);
    offset = std::min(offset, static_cast<std::uint32_t>(source.text.size()));
    const auto next = std::upper_bound(source.lineStarts.begin(), source.lineStarts.end(), offset);
    const auto line = static_cast<std::uint32_t>(next - source.lineStarts.begin());
    const std::uint32_t start = source.lineStarts[line - 1];
    const std::string_view before = std::string_view(source.text).substr(start, offset - start);
    return {line, countCodePoints(before) + 1};
}

std::uint32_t Sources::lineStart(SourceId id, std::uint32_t number) const {
    const Source& source = at(id);
    if (number == 0 || number > source.lineStarts.size()) {
        return static_cast<std::uint32_t>(source.text.size());
    }
    return source.lineStarts[number - 1];
}

std::string_view Sources::line(SourceId id, std::uint32_t number) const {
    const Source& source = at(id);
    const std::uint32_t begin = lineStart(id, number);
    std::string_view rest = std::string_view(source.text).substr(begin);
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) {
        rest.remove_suffix(1);
    }
    return rest;
}

std::size_t codePointLength(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    const auto first = static_cast<unsigned char>(text.front());
    std::size_t length = 1;
    if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
    } else if (first >= 0xE0 && first < 0xF0) {
        length = 3;
    } else if (first >= 0xC2 && first < 0xE0) {
        length = 2;
    }
    if (length > text.size()) {
        return 1;
    }
    for (std::size_t index = 1; index < length; ++index) {
        if ((static_cast<unsigned char>(text[index]) & 0xC0U) != 0x80U) {
            return 1;
        }
    }
    return length;
}

std::uint32_t countCodePoints(std::string_view text) {
    std::uint32_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(codePointLength(text));
        ++count;
    }
    return count;
}

}  // namespace proviso
