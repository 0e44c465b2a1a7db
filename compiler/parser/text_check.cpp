#include "compiler/parser/text_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace proviso::syntax {

namespace {

/// The code point of a whole character; overlong forms and surrogates give nothing.
struct Decoded {
    char32_t codePoint = 0;
    std::size_t length = 0;  ///< 0: not UTF-8
};

Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    if (byte(0) < 0x80) {
        return {byte(0), 1};
    }
    const std::size_t length = codePointLength(text);
    if (length == 1) {
        return {};
    }
    constexpr std::array<unsigned, 5> kFirstMask{0, 0, 0x1F, 0x0F, 0x07};
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    char32_t codePoint = byte(0) & kFirstMask[length];
    for (std::size_t index = 1; index < length; ++index) {
        codePoint = (codePoint << 6U) | (byte(index) & 0x3FU);
    }
    if (codePoint < kLeast[length] || codePoint > 0x10FFFF ||
        (codePoint >= 0xD800 && codePoint <= 0xDFFF)) {
        return {};
    }
    return {codePoint, length};
}

/// Characters that change how a text looks without being seen: a rule must read as it is written.
bool isInvisible(char32_t codePoint) {
    const auto within = [&](char32_t first, char32_t last) {
        return codePoint >= first && codePoint <= last;
    };
    return (codePoint < 0x20 && codePoint != '\t' && codePoint != '\r' && codePoint != '\n') ||
           within(0x7F, 0x9F) || codePoint == 0xAD || within(0x200B, 0x200F) ||
           within(0x2028, 0x202E) || within(0x2060, 0x206F) || codePoint == 0xFEFF ||
           within(0xFFF9, 0xFFFB) || within(0xE0000, 0xE007F);
}

}  // namespace

bool checkText(const Sources& sources,
               SourceId id,
               DiagnosticSink& sink,
               const ParseLimits& limits) {
    const std::string_view text = sources.text(id);
    if (text.size() > limits.fileBytes) {
        sink.report(DiagnosticKind::FileTooLarge, {id, 0, 0}, {limits.fileBytes})
            .help("split the pack into several packs");
        return false;
    }
    if (text.find('\0') != std::string_view::npos) {
        sink.report(DiagnosticKind::NotText, {id, 0, 0})
            .help("a pack is plain text; save it as UTF-8 text with the ending .prv");
        return false;
    }
    std::size_t offset = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    while (offset < text.size()) {
        const auto [codePoint, length] = decode(text.substr(offset));
        const auto begin = static_cast<std::uint32_t>(offset);
        if (length == 0) {
            sink.report(DiagnosticKind::NotUtf8, {id, begin, begin + 1})
                .help("save the file as UTF-8 text");
            return false;
        }
        if (isInvisible(codePoint)) {
            const Span span{id, begin, static_cast<std::uint32_t>(offset + length)};
            sink.report(DiagnosticKind::InvisibleCharacter,
                        span,
                        {fmt::format("{:04X}", static_cast<std::uint32_t>(codePoint))})
                .help("delete it")
                .fix(span, "");
            return false;
        }
        offset += length;
    }
    return true;
}

}  // namespace proviso::syntax
