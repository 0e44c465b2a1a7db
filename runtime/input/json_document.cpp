#include "runtime/input/json_document.h"

#include <algorithm>
#include <array>
#include <simdjson.h>

namespace proviso {

namespace {

bool isDigit(char character) {
    return character >= '0' && character <= '9';
}

// Bytes that end the plain part of a string: the quote, the backslash and control characters.
constexpr std::array<bool, 256> makeStringStops() {
    std::array<bool, 256> stops{};
    for (std::size_t code = 0; code < 0x20; ++code) {
        stops[code] = true;
    }
    stops[static_cast<unsigned char>('"')] = true;
    stops[static_cast<unsigned char>('\\')] = true;
    return stops;
}

constexpr std::array<bool, 256> kStringStops = makeStringStops();

}  // namespace

// What stands at the current place is wrong; at the end of the text it is what is missing.
JsonProblem JsonDocument::broken() const {
    return position_ >= text_.size() ? JsonProblem::Truncated : JsonProblem::Malformed;
}

void JsonDocument::skipSpace() {
    while (position_ < text_.size()) {
        const char character = text_[position_];
        if (character != ' ' && character != '\t' && character != '\n' && character != '\r') {
            return;
        }
        ++position_;
    }
}

void JsonDocument::addNode(JsonKind kind, std::string_view text) {
    const auto next = static_cast<std::uint32_t>(nodes_.size() + 1);
    nodes_.push_back({kind, 0, next, text});
}

JsonProblem JsonDocument::parse(std::string_view text) {
    text_ = text;
    position_ = 0;
    nodes_.clear();
    open_.clear();
    unescaped_.clear();
    unescaped_.reserve(text.size());
    problemKey_ = {};
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        return JsonProblem::InvalidUtf8;
    }
    if (const JsonProblem problem = parseTokens(); problem != JsonProblem::None) {
        return problem;
    }
    skipSpace();
    return position_ == text_.size() ? JsonProblem::None : JsonProblem::Malformed;
}

// One turn reads one value, and closes what ends behind it. Containers wait in `open_` instead of
// on the call stack, so depth costs nothing but the limit.
JsonProblem JsonDocument::parseTokens() {
    while (true) {
        skipSpace();
        bool entered = false;
        JsonProblem problem = JsonProblem::None;
        switch (current()) {
        case '{':
        case '[':
            if (open_.size() >= limits_.nesting) {
                return JsonProblem::TooDeep;
            }
            open_.push_back(static_cast<std::uint32_t>(nodes_.size()));
            addNode(current() == '{' ? JsonKind::Object : JsonKind::Array, {});
            ++position_;
            entered = true;
            break;
        case '"': {
            std::string_view string;
            problem = parseString(string);
            addNode(JsonKind::String, string);
            break;
        }
        case 't':
        case 'f':
        case 'n':
            problem = parseWord();
            break;
        default:
            problem = parseNumber();
        }
        if (problem != JsonProblem::None) {
            return problem;
        }

        // Behind a value: close containers as long as they end here, then find the next value.
        while (true) {
            if (open_.empty()) {
                return JsonProblem::None;
            }
            const std::uint32_t container = open_.back();
            const bool isObject = nodes_[container].kind == JsonKind::Object;
            skipSpace();
            if (current() == (isObject ? '}' : ']')) {
                ++position_;
                nodes_[container].next = static_cast<std::uint32_t>(nodes_.size());
                if (isObject) {
                    if (problem = checkKeys(container); problem != JsonProblem::None) {
                        return problem;
                    }
                }
                open_.pop_back();
                entered = false;
                continue;
            }
            if (!entered) {
                if (current() != ',') {
                    return broken();
                }
                ++position_;
                skipSpace();
            }
            if (nodes_[container].count >= limits_.elements) {
                return JsonProblem::TooManyElements;
            }
            nodes_[container].count += 1;
            if (isObject) {
                if (current() != '"') {
                    return broken();
                }
                std::string_view key;
                if (problem = parseString(key); problem != JsonProblem::None) {
                    return problem;
                }
                addNode(JsonKind::String, key);
                skipSpace();
                if (current() != ':') {
                    return broken();
                }
                ++position_;
            }
            break;
        }
    }
}

JsonProblem JsonDocument::parseWord() {
    for (const auto& [word, kind] : {std::pair{std::string_view("true"), JsonKind::True},
                                     std::pair{std::string_view("false"), JsonKind::False},
                                     std::pair{std::string_view("null"), JsonKind::Null}}) {
        const std::string_view rest = text_.substr(position_, word.size());
        if (rest == word) {
            position_ += word.size();
            addNode(kind, {});
            return JsonProblem::None;
        }
        if (position_ + rest.size() == text_.size() && word.substr(0, rest.size()) == rest) {
            return JsonProblem::Truncated;
        }
    }
    return JsonProblem::Malformed;
}

JsonProblem JsonDocument::parseNumber() {
    const std::size_t start = position_;
    const auto digits = [this] {
        const std::size_t first = position_;
        while (isDigit(current())) {
            ++position_;
        }
        return position_ > first;
    };
    if (current() == '-') {
        ++position_;
    }
    if (current() == '0') {
        ++position_;
    } else if (!digits()) {
        return broken();
    }
    if (current() == '.') {
        ++position_;
        if (!digits()) {
            return broken();
        }
    }
    if (current() == 'e' || current() == 'E') {
        ++position_;
        if (current() == '+' || current() == '-') {
            ++position_;
        }
        if (!digits()) {
            return broken();
        }
    }
    addNode(JsonKind::Number, text_.substr(start, position_ - start));
    return JsonProblem::None;
}

// Leaves `out` pointing into the text where nothing is escaped, otherwise into `unescaped_`.
JsonProblem JsonDocument::parseString(std::string_view& out) {
    ++position_;
    const std::size_t start = position_;
    const auto skipPlain = [this] {
        while (position_ < text_.size() &&
               !kStringStops[static_cast<unsigned char>(text_[position_])]) {
            ++position_;
        }
    };
    skipPlain();
    if (current() == '"') {
        out = text_.substr(start, position_ - start);
        ++position_;
        return JsonProblem::None;
    }

    const std::size_t first = unescaped_.size();
    unescaped_.append(text_, start, position_ - start);
    while (position_ < text_.size() && text_[position_] == '\\') {
        ++position_;
        if (const JsonProblem problem = parseEscape(); problem != JsonProblem::None) {
            return problem;
        }
        const std::size_t plain = position_;
        skipPlain();
        unescaped_.append(text_, plain, position_ - plain);
    }
    if (position_ >= text_.size() || text_[position_] != '"') {
        return broken();
    }
    ++position_;
    out = std::string_view(unescaped_).substr(first);
    return JsonProblem::None;
}

JsonProblem JsonDocument::parseEscape() {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (position_ >= text_.size()) {
        return JsonProblem::Truncated;
    }
    const char name = text_[position_];
    if (name == 'u') {
        ++position_;
        return parseUnicodeEscape();
    }
    const std::size_t index = kNames.find(name);
    if (index == std::string_view::npos) {
        return JsonProblem::Malformed;
    }
    ++position_;
    unescaped_ += kMeanings[index];
    return JsonProblem::None;
}

bool JsonDocument::parseHex(std::uint32_t& unit) {
    unit = 0;
    for (int count = 0; count < 4; ++count) {
        const char digit = current();
        std::uint32_t value = 0;
        if (isDigit(digit)) {
            value = static_cast<std::uint32_t>(digit - '0');
        } else if (digit >= 'a' && digit <= 'f') {
            value = static_cast<std::uint32_t>(digit - 'a') + 10U;
        } else if (digit >= 'A' && digit <= 'F') {
            value = static_cast<std::uint32_t>(digit - 'A') + 10U;
        } else {
            return false;
        }
        unit = unit * 16U + value;
        ++position_;
    }
    return true;
}

JsonProblem JsonDocument::parseUnicodeEscape() {
    std::uint32_t unit = 0;
    if (!parseHex(unit)) {
        return broken();
    }
    if (unit >= 0xDC00U && unit <= 0xDFFFU) {
        return JsonProblem::Malformed;
    }
    if (unit >= 0xD800U && unit <= 0xDBFFU) {
        // The first half of a pair must be followed by the second.
        for (const char expected : {'\\', 'u'}) {
            if (current() != expected) {
                return broken();
            }
            ++position_;
        }
        std::uint32_t second = 0;
        if (!parseHex(second)) {
            return broken();
        }
        if (second < 0xDC00U || second > 0xDFFFU) {
            return JsonProblem::Malformed;
        }
        unit = 0x10000U + ((unit - 0xD800U) << 10U) + (second - 0xDC00U);
    }
    appendUtf8(unit);
    return JsonProblem::None;
}

void JsonDocument::appendUtf8(std::uint32_t codePoint) {
    const auto append = [this](std::uint32_t byte) { unescaped_ += static_cast<char>(byte); };
    const auto continuation = [&](unsigned shift) {
        append(0x80U | ((codePoint >> shift) & 0x3FU));
    };
    if (codePoint < 0x80U) {
        append(codePoint);
    } else if (codePoint < 0x800U) {
        append(0xC0U | (codePoint >> 6U));
        continuation(0);
    } else if (codePoint < 0x10000U) {
        append(0xE0U | (codePoint >> 12U));
        continuation(6);
        continuation(0);
    } else {
        append(0xF0U | (codePoint >> 18U));
        continuation(12);
        continuation(6);
        continuation(0);
    }
}

// A name twice in one object is two answers to one question, so neither counts.
JsonProblem JsonDocument::checkKeys(std::uint32_t object) {
    constexpr std::size_t kFew = 64;
    keys_.clear();
    // A set of 64 hashes answers for most names that they are new; only the others are compared.
    std::uint64_t present = 0;
    for (std::uint32_t key = object + 1; key < nodes_[object].next; key = nodes_[key + 1].next) {
        const std::string_view name = nodes_[key].text;
        std::size_t hash = name.size();
        if (!name.empty()) {
            hash = hash * 31U + static_cast<unsigned char>(name.front());
            hash = hash * 31U + static_cast<unsigned char>(name[name.size() / 2]);
            hash = hash * 31U + static_cast<unsigned char>(name.back());
        }
        const std::uint64_t bit = std::uint64_t{1} << (hash % 64U);
        if ((present & bit) != 0 && keys_.size() <= kFew &&
            std::find(keys_.begin(), keys_.end(), name) != keys_.end()) {
            problemKey_ = name;
            return JsonProblem::DuplicateKey;
        }
        present |= bit;
        keys_.push_back(name);
    }
    if (keys_.size() <= kFew) {
        return JsonProblem::None;
    }
    // Comparing each with each would let one hostile line take minutes.
    std::sort(keys_.begin(), keys_.end());
    const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
    if (twice == keys_.end()) {
        return JsonProblem::None;
    }
    problemKey_ = *twice;
    return JsonProblem::DuplicateKey;
}

}  // namespace proviso
