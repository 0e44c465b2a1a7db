#include "runtime/decision/json_buffer.h"

namespace proviso {

static constexpr std::size_t kLeastBytes = 4096;

void JsonBuffer::grow(std::size_t size) {
    const std::size_t used = static_cast<std::size_t>(next_ - memory_.get());
    const std::size_t wider = std::max({kLeastBytes, 2 * used, used + size});
    std::unique_ptr<char[]> memory(new char[wider]);  // written before it is read
    if (used != 0) {
        std::memcpy(memory.get(), memory_.get(), used);
    }
    memory_ = std::move(memory);
    next_ = memory_.get() + used;
    end_ = memory_.get() + wider;
}

// The first quote is there.
void JsonBuffer::escape(std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::size_t plain = 0;
    for (std::size_t index = 0; index < text.size(); ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        *this += text.substr(plain, index - plain);
        plain = index + 1;
        switch (byte) {
        case '"':
            *this += "\\\"";
            break;
        case '\\':
            *this += "\\\\";
            break;
        case '\n':
            *this += "\\n";
            break;
        case '\r':
            *this += "\\r";
            break;
        case '\t':
            *this += "\\t";
            break;
        default:
            *this += "\\u00";
            *this += kHex[byte >> 4U];
            *this += kHex[byte & 0x0FU];
            break;
        }
    }
    *this += text.substr(plain);
    *this += '"';
}

}  // namespace proviso
