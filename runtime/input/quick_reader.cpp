#include "runtime/input/quick_reader.h"

#include "runtime/base/text_hash.h"
#include "runtime/input/record_decoder.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <simdjson.h>

namespace proviso {

namespace {

constexpr std::size_t kSmallestLine = std::size_t{16} << 10U;
constexpr std::size_t kMaximumNames = 256;  // of one object, those not known to the schema included
constexpr std::size_t kMaximumSkippedNames = 64;
constexpr std::size_t kHops = 3;
constexpr std::size_t kPlainDigits = 18;  // as many always fit 64 bits

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

// Whether a name stands in quotes as it is. Where it has escapes all the same, it is not
// recognized.
bool isPlainName(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char character) {
        return character == '"' || character == '\\' ||
               static_cast<unsigned char>(character) < 0x20;
    });
}

// Names and members come with the schema, from the packs' authors.
std::size_t hashOf(std::string_view text) {
    return static_cast<std::size_t>(hashText(text, 0));
}

}  // namespace

/// simdjson's first stage, which is a public interface of its implementations: it fills a list of
/// the places where tokens begin, and reads no byte behind the text.
struct QuickReader::Scanner {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    std::size_t capacity = 0;

    bool scan(std::string_view line) {
        if (line.size() > capacity) {
            const std::size_t wanted = std::bit_ceil(std::max(line.size(), kSmallestLine));
            if (simdjson::get_active_implementation()->create_dom_parser_implementation(
                    wanted, simdjson::DEFAULT_MAX_DEPTH, stage) != simdjson::SUCCESS) {
                capacity = 0;
                return false;
            }
            capacity = wanted;
        }
        return stage->stage1(reinterpret_cast<const std::uint8_t*>(line.data()),
                             line.size(),
                             simdjson::stage1_mode::regular) == simdjson::SUCCESS;
    }
};

// ---- tables ------------------------------------------------------------------------------------

void QuickReader::Meanings::add(std::string_view text, std::int64_t meaning) {
    if (2 * (count_ + 1) > entries_.size()) {
        grow();
    }
    const std::size_t mask = entries_.size() - 1;
    std::size_t at = hashOf(text) & mask;
    while (entries_[at].taken) {
        at = (at + 1) & mask;
    }
    entries_[at] = {text, meaning, true};
    ++count_;
}

void QuickReader::Meanings::grow() {
    std::vector<Entry> before = std::move(entries_);
    entries_.assign(std::max<std::size_t>(8, before.size() * 2), {});
    count_ = 0;
    for (const Entry& entry : before) {
        if (entry.taken) {
            add(entry.text, entry.meaning);
        }
    }
}

const std::int64_t* QuickReader::Meanings::find(std::string_view text) const {
    if (entries_.empty()) {
        return nullptr;
    }
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t at = hashOf(text) & mask; entries_[at].taken; at = (at + 1) & mask) {
        if (entries_[at].text.size() == text.size() &&
            sameBytes(entries_[at].text.data(), text.data(), text.size())) {
            return &entries_[at].meaning;
        }
    }
    return nullptr;
}

QuickReader::QuickReader(const Schema& schema,
                         Dictionary& dictionary,
                         const RecordShape& shape,
                         JsonLimits limits)
    : schema_(schema), dictionary_(dictionary), shape_(shape), limits_(limits),
      scanner_(std::make_unique<Scanner>()) {
    for (const SchemaEnumeration& enumeration : schema.enumerations) {
        Meanings& members = members_.emplace_back();
        for (std::size_t member = 0; member < enumeration.members.size(); ++member) {
            members.add(enumeration.members[member], static_cast<std::int64_t>(member));
        }
    }
    for (const SchemaCodes& codes : schema.codes) {
        Meanings& listed = codes_.emplace_back();
        for (const std::string& member : codes.open ? std::vector<std::string>{} : codes.members) {
            const std::uint32_t id = dictionary.intern(member);
            listed.add(dictionary.text(id), id);
        }
    }
    for (const RecordShape::Object& from : shape.objects) {
        Object& object = objects_.emplace_back();
        object.space = from.space;
        object.names.reserve(kMaximumNames);  // so that names stay where they are
        for (const auto& [text, slot] : from.slots) {
            usable_ = usable_ && object.names.size() < kMaximumNames && isPlainName(text);
            Name name;
            name.text = text;
            name.index = slot.index;
            name.kind = slot.kind == RecordShape::Kind::Field    ? Name::Kind::Field
                        : slot.kind == RecordShape::Kind::Object ? Name::Kind::Object
                                                                 : Name::Kind::List;
            const std::vector<std::uint32_t>& required =
                name.kind == Name::Kind::List ? from.requiredLists : from.requiredFields;
            if (name.kind != Name::Kind::Object &&
                std::find(required.begin(), required.end(), name.index) != required.end()) {
                const int bit = std::popcount(object.required);
                usable_ = usable_ && bit < 64;
                name.required = static_cast<std::uint32_t>(bit);
                object.required |= usable_ ? std::uint64_t{1} << name.required : 0;
            }
            object.byText.add(text, static_cast<std::int64_t>(object.names.size()));
            object.names.push_back(name);
        }
    }
    addPaths(shape.roots[0], {});
}

QuickReader::~QuickReader() = default;

// NOLINTNEXTLINE(misc-no-recursion): as deep as the schema
void QuickReader::addPaths(std::uint32_t object, const std::string& path) {
    objects_[object].path = path;
    for (const Name& name : objects_[object].names) {
        const std::string inner = (path.empty() ? "" : path + ".") + std::string(name.text);
        if (name.kind == Name::Kind::Object) {
            addPaths(name.index, inner);
        } else if (name.kind == Name::Kind::List) {
            addPaths(shape_.roots[name.index], inner);
        }
    }
}

// ---- tokens ------------------------------------------------------------------------------------
// Between the end of one token and the beginning of the next stands nothing but space: anything
// else would begin a token. So a token ends with the last character before the next that is none.

char QuickReader::current() const {
    return at_ < end_ ? text_[*at_] : '\0';
}

bool QuickReader::take(char expected) {
    const bool fits = current() == expected;
    at_ += fits ? 1 : 0;
    return fits;
}

std::string_view QuickReader::token() {
    if (at_ >= end_) {
        return {};
    }
    const std::uint32_t first = *at_;
    ++at_;
    std::uint32_t behind = at_ < end_ ? *at_ : size_;
    while (isSpace(text_[behind - 1])) {
        --behind;
    }
    return {text_ + first, behind - first};
}

bool QuickReader::takeString(std::string_view& text) {
    const std::string_view quoted = token();
    if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') {
        return false;
    }
    text = quoted.substr(1, quoted.size() - 2);
    return !hasEscapes_ || std::memchr(text.data(), '\\', text.size()) == nullptr || unescape(text);
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

bool QuickReader::takeNull(bool& isNull) {
    isNull = current() == 'n';
    return !isNull || token() == "null";
}

// ---- records -----------------------------------------------------------------------------------

bool QuickReader::append(std::string_view line, RecordRows& rows) {
    ignored_.clear();
    keys_.clear();
    texts_.clear();
    unescaped_.clear();
    if (!usable_ || line.size() >= UINT32_MAX || !scanner_->scan(line)) {
        return false;
    }
    rows_ = &rows;
    text_ = line.data();
    size_ = static_cast<std::uint32_t>(line.size());
    at_ = scanner_->stage->structural_indexes.get();
    end_ = at_ + scanner_->stage->n_structural_indexes;
    hasEscapes_ = std::memchr(text_, '\\', size_) != nullptr;
    if (hasEscapes_) {
        unescaped_.reserve(size_);  // so that views into it stay
    }
    rows.append(0, 0, 0);
    if (!readObject(shape_.roots[0], 0) || at_ != end_) {
        return false;
    }
    for (const Text& text : texts_) {
        rows.set(text.space, text.field, text.row, dictionary_.intern(text.text), State::Value);
    }
    return true;
}

// Which of the object's names comes next, and its token taken; kFree where that is not sure.
// `expected` is the guess, and becomes the name.
std::uint32_t QuickReader::nameAt(Object& object, std::uint32_t& expected) {
    if (current() != '"') {
        return Name::kFree;
    }
    const std::uint32_t first = *at_ + 1;
    const std::uint32_t left = size_ - first;
    std::uint32_t guess = expected;
    for (std::size_t hop = 0; hop < kHops && guess < object.names.size(); ++hop) {
        const std::string_view name = object.names[guess].text;
        // A name has no backslash, so a quote behind it is the string's end.
        if (name.size() < left && text_[first + name.size()] == '"' &&
            sameBytes(text_ + first, name.data(), name.size())) {
            ++at_;
            expected = guess;
            return guess;
        }
        guess = object.names[guess].next;
    }
    const std::string_view quoted = token();
    if (quoted.size() < 2 || quoted.back() != '"') {
        return Name::kFree;
    }
    const std::string_view text = quoted.substr(1, quoted.size() - 2);
    const std::int64_t* const known = object.byText.find(text);
    const std::uint32_t name =
        known != nullptr ? static_cast<std::uint32_t>(*known) : learn(object, text);
    expected = name;
    return name;
}

// A name that the schema does not know: values are skipped under it from now on.
std::uint32_t QuickReader::learn(Object& object, std::string_view text) {
    if (object.names.size() >= kMaximumNames || !looksLikeFieldName(text)) {
        return Name::kFree;
    }
    const auto number = static_cast<std::uint32_t>(object.names.size());
    const std::string& kept = unknownNames_.emplace_back(text);
    Name name;
    name.text = kept;
    name.kind = Name::Kind::Ignored;
    name.index = static_cast<std::uint32_t>(unknown_.size());
    unknown_.push_back({(object.path.empty() ? "" : object.path + ".") + kept, nullptr});
    object.byText.add(kept, number);
    object.names.push_back(name);
    return number;
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
bool QuickReader::readObject(std::uint32_t index, std::size_t depth) {
    if (depth >= limits_.nesting || !take('{')) {
        return false;
    }
    Object& object = objects_[index];
    if (take('}')) {
        return object.required == 0;
    }
    std::array<std::uint64_t, kMaximumNames / 64> seen{};
    std::uint64_t present = 0;
    std::size_t count = 0;
    std::uint32_t* previous = &object.first;
    while (true) {
        std::uint32_t number = *previous;
        if (nameAt(object, number) == Name::kFree || !take(':') || ++count > limits_.elements) {
            return false;
        }
        *previous = number;
        Name& name = object.names[number];
        previous = &name.next;
        const std::uint64_t bit = std::uint64_t{1} << (number % 64);
        if ((seen[number / 64] & bit) != 0) {
            return false;
        }
        seen[number / 64] |= bit;

        bool isNull = false;
        if (name.kind == Name::Kind::Ignored) {
            ignored_.push_back(&unknown_[name.index]);
            if (!skipValue(depth + 1)) {
                return false;
            }
        } else if (!takeNull(isNull)) {
            return false;
        } else if (!isNull) {
            const bool read = name.kind == Name::Kind::Field
                                  ? readField(object.space, name.index, depth + 1)
                              : name.kind == Name::Kind::Object ? readObject(name.index, depth + 1)
                                                                : readList(name.index, depth + 1);
            if (!read) {
                return false;
            }
            present |= name.required != Name::kFree ? std::uint64_t{1} << name.required : 0;
        }
        // Reading may have made `names` longer only in other objects: an object does not hold
        // itself.
        if (take('}')) {
            return (present & object.required) == object.required;
        }
        if (!take(',')) {
            return false;
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
bool QuickReader::readList(std::uint32_t space, std::size_t depth) {
    if (depth >= limits_.nesting || !take('[')) {
        return false;
    }
    if (take(']')) {
        return true;
    }
    const SchemaSpace& declared = schema_.spaces[space];
    const std::size_t most = declared.atMost > 0
                                 ? std::min<std::size_t>(declared.atMost, limits_.elements)
                                 : limits_.elements;
    const std::uint32_t parent = rows_->last(declared.parent);
    const std::uint32_t root = shape_.roots[space];
    for (std::uint32_t position = 0;; ++position) {
        if (position >= most) {
            return false;
        }
        rows_->append(space, parent, position);
        if (!(declared.scalar ? readField(space, 0, depth + 1) : readObject(root, depth + 1))) {
            return false;
        }
        if (take(']')) {
            return true;
        }
        if (!take(',')) {
            return false;
        }
    }
}

// ---- fields ------------------------------------------------------------------------------------

bool QuickReader::readField(std::uint32_t space, std::uint32_t field, std::size_t depth) {
    const SchemaField& declared = schema_.spaces[space].fields[field];
    std::int64_t value = 0;
    std::string_view text;
    switch (declared.type.kind) {
    case TypeKind::Text:
        if (!takeString(text)) {
            return false;
        }
        if (space == 0 && field == schema_.keyField && text.empty()) {
            return false;
        }
        dictionary_.expect(text);
        texts_.push_back({text, space, field, rows_->last(space)});
        return true;
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
        if (!readNumber(declared.type, declared.isSigned, value)) {
            return false;
        }
        break;
    case TypeKind::Date: {
        if (!takeString(text)) {
            return false;
        }
        const std::optional<Date> date = parseDate(text);
        if (!date) {
            return false;
        }
        value = date->days;
        break;
    }
    case TypeKind::Enumeration: {
        if (!takeString(text)) {
            return false;
        }
        const std::int64_t* const member = members_[declared.type.ref].find(text);
        if (member == nullptr) {
            return false;
        }
        value = *member;
        break;
    }
    case TypeKind::Code:
        if (!readCode(declared.type, value)) {
            return false;
        }
        break;
    case TypeKind::YesNo:
        if (!readYesNo(value)) {
            return false;
        }
        break;
    case TypeKind::Attestation:
        if (!readAttestation(depth, value)) {
            return false;
        }
        break;
    default:
        return false;
    }
    rows_->set(space, field, rows_->last(space), value, State::Value);
    return true;
}

bool QuickReader::readNumber(Type type, bool isSigned, std::int64_t& value) {
    const bool hasDecimals = type.kind == TypeKind::Money || type.scale > 0;
    std::string_view text = token();
    if (!hasDecimals && !text.empty() && text.size() <= kPlainDigits &&
        (text.front() != '0' || text.size() == 1)) {
        std::uint64_t number = 0;
        std::size_t at = 0;
        while (at < text.size() && isDigit(text[at])) {
            number = number * 10 + static_cast<std::uint64_t>(text[at++] - '0');
        }
        if (at == text.size()) {
            value = static_cast<std::int64_t>(number);
            return true;
        }
    }
    if (hasDecimals && text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        text = text.substr(1, text.size() - 2);  // an escape in it is no number
    } else if (!isJsonNumber(text)) {
        return false;
    }
    const ParsedDecimal number = parseDecimal(text, type.scale);
    value = number.value;
    return number.ok() && (isSigned || value >= 0);
}

bool QuickReader::readCode(Type type, std::int64_t& value) {
    std::string_view text;
    if (!takeString(text) || text.empty()) {
        return false;
    }
    const auto isLower = [](char character) { return character >= 'a' && character <= 'z'; };
    if (isTrimmable(text.front()) || isTrimmable(text.back()) ||
        std::any_of(text.begin(), text.end(), isLower)) {
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
            character = isLower(character) ? static_cast<char>(character - 'a' + 'A') : character;
        }
        text = normalised_;
    }
    if (schema_.codes[type.ref].open) {
        value = dictionary_.intern(text);
        return true;
    }
    const std::int64_t* const listed = codes_[type.ref].find(text);
    value = listed != nullptr ? *listed : 0;
    return listed != nullptr;
}

bool QuickReader::readYesNo(std::int64_t& value) {
    const std::string_view text = token();
    value = text == "true" || text == "\"yes\"" ? 1 : 0;
    return value == 1 || text == "false" || text == "\"no\"";
}

// As FieldReader::readAttestation.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
bool QuickReader::readAttestation(std::size_t depth, std::int64_t& value) {
    if (depth >= limits_.nesting || !take('{')) {
        return false;
    }
    bool hasBy = false;
    bool hasOn = false;
    bool hasHolds = false;
    value = 1;
    while (true) {
        std::string_view name;
        std::string_view text;
        if (!takeString(name) || !take(':')) {
            return false;
        }
        // A value that is null, another name, or one that is there twice: the careful way.
        if (name == "by" && !hasBy) {
            hasBy = true;
            if (!takeString(text) || std::all_of(text.begin(), text.end(), isTrimmable)) {
                return false;
            }
        } else if (name == "on" && !hasOn) {
            hasOn = true;
            if (!takeString(text) || !parseDate(text)) {
                return false;
            }
        } else if (name == "holds" && !hasHolds) {
            hasHolds = true;
            if (!readYesNo(value)) {
                return false;
            }
        } else {
            return false;
        }
        if (take('}')) {
            return hasBy && hasOn;
        }
        if (!take(',')) {
            return false;
        }
    }
}

// ---- what the schema does not know -------------------------------------------------------------

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
bool QuickReader::skipValue(std::size_t depth) {
    switch (current()) {
    case '{':
        return skipObject(depth);
    case '[':
        return skipList(depth);
    case '"': {
        std::string_view text;
        return takeString(text);
    }
    default: {
        const std::string_view text = token();
        return text == "true" || text == "false" || text == "null" || isJsonNumber(text);
    }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
bool QuickReader::skipObject(std::size_t depth) {
    if (depth >= limits_.nesting || !take('{')) {
        return false;
    }
    if (take('}')) {
        return true;
    }
    const std::size_t first = keys_.size();
    while (true) {
        std::string_view name;
        if (!takeString(name) || !take(':') || keys_.size() - first >= kMaximumSkippedNames ||
            keys_.size() - first >= limits_.elements ||
            std::find(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end(), name) !=
                keys_.end()) {
            return false;
        }
        keys_.push_back(name);
        if (!skipValue(depth + 1)) {
            return false;
        }
        if (take('}')) {
            keys_.resize(first);
            return true;
        }
        if (!take(',')) {
            return false;
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
bool QuickReader::skipList(std::size_t depth) {
    if (depth >= limits_.nesting || !take('[')) {
        return false;
    }
    if (take(']')) {
        return true;
    }
    for (std::size_t count = 1;; ++count) {
        if (count > limits_.elements || !skipValue(depth + 1)) {
            return false;
        }
        if (take(']')) {
            return true;
        }
        if (!take(',')) {
            return false;
        }
    }
}

}  // namespace proviso
