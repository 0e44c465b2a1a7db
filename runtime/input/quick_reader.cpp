#include "runtime/input/quick_reader.h"

#include "runtime/input/quick_scanner.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace proviso {

namespace {

constexpr std::size_t kMaximumSkippedNames = 64;
constexpr std::size_t kHops = 3;

bool isSpace(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

bool isDigit(char character) {
    return character >= '0' && character <= '9';
}

bool isTrimmable(char character) {
    return isSpace(character) || character == '\v' || character == '\f';
}

// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
bool isJsonNumber(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t first = at;
        while (at < text.size() && isDigit(text[at])) {
            ++at;
        }
        return at > first;
    };
    const auto has = [&](char character) { return at < text.size() && text[at] == character; };
    at += has('-') ? 1 : 0;
    if (has('0')) {
        ++at;
    } else if (!digits()) {
        return false;
    }
    if (has('.')) {
        ++at;
        if (!digits()) {
            return false;
        }
    }
    if (has('e') || has('E')) {
        ++at;
        at += has('+') || has('-') ? 1 : 0;
        if (!digits()) {
            return false;
        }
    }
    return at == text.size();
}

}  // namespace

// ---- tokens ------------------------------------------------------------------------------------
// Between the end of one token and the beginning of the next stands nothing but space: anything
// else would begin a token. So a token ends with the last character before the next that is none.

std::string_view QuickReader::token(Token at) const {
    const char* const first = text_ + at[0];
    const char* behind = text_ + at[1];
    while (behind > first && isSpace(behind[-1])) {
        --behind;
    }
    return {first, static_cast<std::size_t>(behind - first)};
}

// A string whose text stands as it is between its quotes.
bool QuickReader::plainString(Token at, std::string_view& text) const {
    const char* const first = text_ + at[0];
    const char* behind = text_ + at[1];
    while (behind[-1] != '"') {
        if (!isSpace(behind[-1])) {
            return false;
        }
        --behind;
    }
    if (*first != '"' || behind - first < 2) {
        return false;
    }
    text = {first + 1, static_cast<std::size_t>(behind - first - 2)};
    return !hasEscapes_ || std::memchr(text.data(), '\\', text.size()) == nullptr;
}

bool QuickReader::string(Token at, std::string_view& text) {
    if (plainString(at, text)) {
        return true;
    }
    const std::string_view quoted = token(at);
    if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') {
        return false;
    }
    text = quoted.substr(1, quoted.size() - 2);
    return unescape(text);
}

// Leaves what is longer than a character to the careful reader.
bool QuickReader::unescape(std::string_view& text) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t first = unescaped_.size();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            unescaped_ += text[at];
            continue;
        }
        ++at;
        const std::size_t name = at < text.size() ? kNames.find(text[at]) : std::string_view::npos;
        if (name == std::string_view::npos) {
            return false;
        }
        unescaped_ += kMeanings[name];
    }
    text = std::string_view(unescaped_).substr(first);
    return true;
}

// ---- fields ------------------------------------------------------------------------------------

void QuickReader::keep(const Value& value, std::uint32_t row, std::int64_t read) {
    if (value.isKept) {
        rows_->setValue(value.column, row, read);
    } else {
        rows_->digestValue(value.column, row, read);
    }
}

QuickReader::Token QuickReader::readText(Token at, const Value& value, std::uint32_t row) {
    std::string_view text;
    if (!string(at, text) || (value.kind == Kind::Key && text.empty())) {
        return nullptr;
    }
    const std::uint32_t hash = dictionary_.hash(text);
    dictionary_.expect(hash);
    texts_.push_back({text, hash, value.column, row});
    return at + 1;
}

bool QuickReader::readNumber(Token at, const Value& value, std::int64_t& number) const {
    std::string_view text = token(at);
    if (value.kind == Kind::Whole && !text.empty() && text.size() <= 8 &&
        readShortNumber(text.data(), text.size(), number)) {
        return true;
    }
    if (value.kind == Kind::Decimal && text.size() >= 2 && text.front() == '"' &&
        text.back() == '"') {
        text = text.substr(1, text.size() - 2);  // an escape in it is no number
    } else if (!isJsonNumber(text)) {
        return false;
    }
    const ParsedDecimal parsed = parseDecimal(text, value.scale);
    number = parsed.value;
    return parsed.ok() && (value.isSigned || number >= 0);
}

bool QuickReader::readCode(Token at, std::uint32_t set, std::int64_t& code) {
    std::string_view text;
    if (!plainString(at, text)) {
        return false;
    }
    const bool open = schema_.codes[set].open;
    const std::int64_t* const known = open ? recent_[set].find(text) : codes_[set].find(text);
    if (known != nullptr) {
        code = *known;
        return true;
    }
    const std::string_view written = text;
    while (!text.empty() && isTrimmable(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && isTrimmable(text.back())) {
        text.remove_suffix(1);
    }
    if (text.empty()) {
        return false;
    }
    normalised_ = text;
    for (char& character : normalised_) {
        const bool isLower = character >= 'a' && character <= 'z';
        character = isLower ? static_cast<char>(character - 'a' + 'A') : character;
    }
    if (open) {
        code = dictionary_.intern(normalised_);
        recent_[set].remember(written, code);
        return true;
    }
    const std::size_t size = normalised_.size();
    normalised_.append(kReadableBehind, ' ');
    const std::int64_t* const listed =
        codes_[set].find(std::string_view(normalised_).substr(0, size));
    code = listed != nullptr ? *listed : 0;
    return listed != nullptr;
}

bool QuickReader::readYesNo(Token at, std::int64_t& answer) const {
    const std::string_view text = token(at);
    answer = text == "true" || text == "\"yes\"" ? 1 : 0;
    return answer == 1 || text == "false" || text == "\"no\"";
}

// As FieldReader::readAttestation.
QuickReader::Token QuickReader::readAttestation(Token at, std::size_t depth, std::int64_t& holds) {
    if (depth >= limits_.nesting || text_[*at] != '{') {
        return nullptr;
    }
    ++at;
    bool hasBy = false;
    bool hasOn = false;
    bool hasHolds = false;
    holds = 1;
    while (true) {
        std::string_view name;
        std::string_view text;
        std::int64_t day = 0;
        if (!plainString(at, name) || text_[at[1]] != ':') {
            return nullptr;
        }
        at += 2;
        // A value that is null, another name, or one that is there twice: the careful way.
        if (name == "by" && !hasBy) {
            hasBy = true;
            if (!string(at, text) || std::all_of(text.begin(), text.end(), isTrimmable)) {
                return nullptr;
            }
        } else if (name == "on" && !hasOn) {
            hasOn = true;
            if (!plainString(at, text) || !readDate(text, day)) {
                return nullptr;
            }
        } else if (name == "holds" && !hasHolds) {
            hasHolds = true;
            if (!readYesNo(at, holds)) {
                return nullptr;
            }
        } else {
            return nullptr;
        }
        ++at;
        const char behind = text_[*at++];
        if (behind == '}') {
            return hasBy && hasOn ? at : nullptr;
        }
        if (behind != ',') {
            return nullptr;
        }
    }
}

QuickReader::Token
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
QuickReader::readValue(Token at, const Value& value, std::uint32_t row, std::size_t depth) {
    std::int64_t read = 0;
    std::string_view text;
    switch (value.kind) {
    case Kind::Ignored:
        ignored_.push_back(&unknown_[value.index]);
        return skipValue(at, depth);
    case Kind::Object:
        return readObject(at, value.index, row, depth);
    case Kind::List:
        return readList(at, value.index, row, depth);
    case Kind::Text:
    case Kind::Key:
        return readText(at, value, row);
    case Kind::UnreadText:
        if (!plainString(at, text) && !string(at, text)) {
            return nullptr;
        }
        read = rows_->digestOf(text);
        break;
    case Kind::Whole:
    case Kind::Decimal:
        if (!readNumber(at, value, read)) {
            return nullptr;
        }
        break;
    case Kind::Date:
        if (!plainString(at, text) || !readDate(text, read)) {
            return nullptr;
        }
        break;
    case Kind::Enumeration: {
        const std::int64_t* const member =
            plainString(at, text) ? members_[value.index].find(text) : nullptr;
        if (member == nullptr) {
            return nullptr;
        }
        read = *member;
        break;
    }
    case Kind::Code:
        if (!readCode(at, value.index, read)) {
            return nullptr;
        }
        if (!value.isKept) {
            // Of its text, since ids are another dictionary's in another thread.
            read = rows_->digestOf(dictionary_.text(static_cast<std::uint32_t>(read)));
        }
        break;
    case Kind::YesNo:
        if (!readYesNo(at, read)) {
            return nullptr;
        }
        break;
    case Kind::Attestation:
        at = readAttestation(at, depth, read);
        if (at != nullptr) {
            keep(value, row, read);
        }
        return at;
    }
    keep(value, row, read);
    return at + 1;
}

// The places of the texts that were read a while ago have come by now.
void QuickReader::expectTexts() {
    for (; expected_ < texts_.size(); ++expected_) {
        dictionary_.expectSame(texts_[expected_].hash);
    }
}

// ---- records -----------------------------------------------------------------------------------

// Which of the object's names comes next, in `number`, which holds a guess. Returns its value's
// token; nullptr where that is not sure.
QuickReader::Token QuickReader::nameAt(Token at, Object& object, std::uint32_t& number) {
    const char* const first = text_ + at[0];
    for (std::size_t hop = 0; hop < kHops && number < object.names.size(); ++hop) {
        const Name& name = object.names[number];
        // A name has no backslash, so a quote behind it is the string's end.
        if (name.pattern.fits(first) &&
            (name.text.size() + 3 <= kHeadBytes ||
             (std::memcmp(first + 1, name.text.data(), name.text.size()) == 0 &&
              first[name.text.size() + 1] == '"' && first[name.text.size() + 2] == ':'))) {
            return at + 2;
        }
        number = name.next;
    }
    std::string_view text;
    // Where it has escapes, it is not recognized.
    if (*first != '"' || !plainString(at, text) || text_[at[1]] != ':') {
        return nullptr;
    }
    const std::int64_t* const known = object.byText.find(text);
    number = known != nullptr ? static_cast<std::uint32_t>(*known) : learn(object, text);
    return number == kNoName ? nullptr : at + 2;
}

// `row` is the object's in its space.
QuickReader::Token
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
QuickReader::readObject(Token at, std::uint32_t index, std::uint32_t row, std::size_t depth) {
    if (depth >= limits_.nesting || text_[*at] != '{') {
        return nullptr;
    }
    ++at;
    Object& object = objects_[index];
    if (text_[*at] == '}') {
        return object.required == 0 ? at + 1 : nullptr;
    }
    std::array<std::uint64_t, kMaximumNames / 64> seen{};
    std::uint64_t present = 0;
    std::size_t count = 0;
    std::uint32_t* expected = &object.first;
    while (true) {
        std::uint32_t number = *expected;
        at = nameAt(at, object, number);
        if (at == nullptr || ++count > limits_.elements) {
            return nullptr;
        }
        // Reading makes `names` longer only in other objects: an object does not hold itself.
        Name& name = object.names[number];
        *expected = number;
        expected = &name.next;
        const std::uint64_t bit = std::uint64_t{1} << (number % 64);
        if ((seen[number / 64] & bit) != 0) {
            return nullptr;
        }
        seen[number / 64] |= bit;

        if (text_[*at] == 'n' && name.value.kind != Kind::Ignored) {
            at = token(at) == "null" ? at + 1 : nullptr;
        } else {
            at = readValue(at, name.value, row, depth + 1);
            present |= name.required;
        }
        if (at == nullptr) {
            return nullptr;
        }
        const char behind = text_[*at++];
        if (behind == '}') {
            return (present & object.required) == object.required ? at : nullptr;
        }
        if (behind != ',') {
            return nullptr;
        }
    }
}

QuickReader::Token
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
QuickReader::readList(Token at, std::uint32_t space, std::uint32_t parent, std::size_t depth) {
    if (depth >= limits_.nesting || text_[*at] != '[') {
        return nullptr;
    }
    ++at;
    if (text_[*at] == ']') {
        return at + 1;
    }
    expectTexts();
    const List& list = lists_[space];
    for (std::uint32_t element = 0; element < list.most; ++element) {
        const std::uint32_t row = rows_->append(space, parent);
        at = list.scalar ? readValue(at, list.element, row, depth + 1)
                         : readObject(at, list.object, row, depth + 1);
        if (at == nullptr) {
            return nullptr;
        }
        const char behind = text_[*at++];
        if (behind == ']') {
            return at;
        }
        if (behind != ',') {
            return nullptr;
        }
    }
    return nullptr;
}

bool QuickReader::append(const InputLine& line, RecordRows& rows) {
    ignored_.clear();
    keys_.clear();
    texts_.clear();
    expected_ = 0;
    std::string_view text = line.text;
    if (!usable_ || text.size() >= UINT32_MAX) {
        return false;
    }
    if (!line.endsWithNewline || line.readableBehind < kReadableBehind) {
        padded_.assign(text);
        padded_.append(kReadableBehind, '\n');
        text = std::string_view(padded_).substr(0, text.size());
    }
    Token at = nullptr;
    Token end = nullptr;
    if (!scanner_->scan(text, at, end)) {
        return false;
    }
    rows_ = &rows;
    text_ = text.data();
    hasEscapes_ = std::memchr(text_, '\\', text.size()) != nullptr;
    if (hasEscapes_) {
        unescaped_.clear();
        unescaped_.reserve(text.size());  // so that views into it stay
    }
    if (readObject(at, shape_.roots[0], rows.append(0, 0), 0) != end) {
        return false;
    }
    expectTexts();
    for (const Text& each : texts_) {
        rows.setValue(each.column, each.row, dictionary_.intern(each.text, each.hash));
    }
    return true;
}

// ---- what the schema does not know -------------------------------------------------------------

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
QuickReader::Token QuickReader::skipValue(Token at, std::size_t depth) {
    std::string_view text;
    switch (text_[*at]) {
    case '{':
        return skipObject(at, depth);
    case '[':
        return skipList(at, depth);
    case '"':
        return string(at, text) ? at + 1 : nullptr;
    default:
        text = token(at);
        return text == "true" || text == "false" || text == "null" || isJsonNumber(text) ? at + 1
                                                                                         : nullptr;
    }
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
QuickReader::Token QuickReader::skipObject(Token at, std::size_t depth) {
    if (depth >= limits_.nesting) {
        return nullptr;
    }
    ++at;
    if (text_[*at] == '}') {
        return at + 1;
    }
    const std::size_t first = keys_.size();
    while (true) {
        std::string_view name;
        if (!string(at, name) || text_[at[1]] != ':' ||
            keys_.size() - first >= kMaximumSkippedNames ||
            keys_.size() - first >= limits_.elements ||
            std::find(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end(), name) !=
                keys_.end()) {
            return nullptr;
        }
        keys_.push_back(name);
        at = skipValue(at + 2, depth + 1);
        if (at == nullptr) {
            return nullptr;
        }
        const char behind = text_[*at++];
        if (behind == '}') {
            keys_.resize(first);
            return at;
        }
        if (behind != ',') {
            return nullptr;
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
QuickReader::Token QuickReader::skipList(Token at, std::size_t depth) {
    if (depth >= limits_.nesting) {
        return nullptr;
    }
    ++at;
    if (text_[*at] == ']') {
        return at + 1;
    }
    for (std::size_t count = 1; count <= limits_.elements; ++count) {
        at = skipValue(at, depth + 1);
        if (at == nullptr) {
            return nullptr;
        }
        const char behind = text_[*at++];
        if (behind == ']') {
            return at;
        }
        if (behind != ',') {
            return nullptr;
        }
    }
    return nullptr;
}

}  // namespace proviso
