#include "runtime/input/field_reader.h"

#include "runtime/base/check.h"
#include "runtime/values/date.h"
#include "runtime/values/decimal.h"

#include <algorithm>
#include <optional>

namespace proviso {

namespace {

FieldReading failed(RejectionReason reason, std::string_view part = {}) {
    return {reason, 0, part};
}

FieldReading good(std::int64_t value) {
    return {RejectionReason::None, value, {}};
}

std::optional<bool> readYesNo(const JsonNode& node) {
    if (node.kind == JsonKind::True || (node.kind == JsonKind::String && node.text == "yes")) {
        return true;
    }
    if (node.kind == JsonKind::False || (node.kind == JsonKind::String && node.text == "no")) {
        return false;
    }
    return std::nullopt;
}

FieldReading readDate(const JsonNode& node) {
    if (node.kind != JsonKind::String) {
        return failed(RejectionReason::WrongKind);
    }
    const std::optional<Date> date = parseDate(node.text);
    return date ? good(date->days) : failed(RejectionReason::NotADate);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\n\v\f\r";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

FieldReader::FieldReader(const Schema& schema, Dictionary& dictionary)
    : schema_(schema), dictionary_(dictionary) {
    for (const SchemaEnumeration& enumeration : schema.enumerations) {
        auto& members = members_.emplace_back();
        for (const std::string& member : enumeration.members) {
            members.emplace(member, static_cast<std::int64_t>(members.size()));
        }
    }
    for (const SchemaCodes& codes : schema.codes) {
        std::vector<bool>& listed = listed_.emplace_back();
        if (codes.open) {
            continue;
        }
        for (const std::string& member : codes.members) {
            const std::uint32_t id = dictionary.intern(member);
            if (id >= listed.size()) {
                listed.resize(id + std::size_t{1});
            }
            listed[id] = true;
        }
    }
}

FieldReading
FieldReader::read(Type type, bool isSigned, const JsonDocument& document, std::uint32_t index) {
    const JsonNode& node = document.node(index);
    switch (type.kind) {
    case TypeKind::YesNo: {
        const std::optional<bool> answer = readYesNo(node);
        return answer ? good(*answer ? 1 : 0) : failed(RejectionReason::WrongKind);
    }
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
        return readNumber(type, isSigned, node);
    case TypeKind::Date:
        return readDate(node);
    case TypeKind::Text:
        return node.kind == JsonKind::String ? good(dictionary_.intern(node.text))
                                             : failed(RejectionReason::WrongKind);
    case TypeKind::Enumeration:
        return readMember(type, node);
    case TypeKind::Code:
        return readCode(type, node);
    case TypeKind::Attestation:
        return readAttestation(document, index);
    case TypeKind::Step:
    case TypeKind::Set:
    case TypeKind::Row:
    case TypeKind::Ratio:
    case TypeKind::None:
        break;
    }
    PROVISO_CHECK(false, "a field of a type that records cannot hold");
    return failed(RejectionReason::WrongKind);
}

// Amounts with decimals may also be written as strings, because many programs that write JSON pass
// numbers through floating point. Whole numbers survive that, so they are numbers only.
FieldReading FieldReader::readNumber(Type type, bool isSigned, const JsonNode& node) const {
    const bool hasDecimals = type.kind == TypeKind::Money || type.scale > 0;
    const bool fits =
        node.kind == JsonKind::Number || (hasDecimals && node.kind == JsonKind::String);
    if (!fits) {
        return failed(RejectionReason::WrongKind);
    }
    const ParsedDecimal number = parseDecimal(node.text, type.scale);
    switch (number.outcome) {
    case DecimalText::Exact:
        break;
    case DecimalText::Malformed:
        return failed(RejectionReason::NotPlainNumber);
    case DecimalText::TooPrecise:
        return failed(RejectionReason::TooPrecise);
    case DecimalText::TooLarge:
        return failed(RejectionReason::OutOfRange);
    }
    if (number.value < 0 && !isSigned) {
        return failed(RejectionReason::Negative);
    }
    return good(number.value);
}

FieldReading FieldReader::readMember(Type type, const JsonNode& node) const {
    if (node.kind != JsonKind::String) {
        return failed(RejectionReason::WrongKind);
    }
    const auto& members = members_[type.ref];
    const auto member = members.find(node.text);
    return member != members.end() ? good(member->second) : failed(RejectionReason::NotAMember);
}

FieldReading FieldReader::readCode(Type type, const JsonNode& node) {
    if (node.kind != JsonKind::String) {
        return failed(RejectionReason::WrongKind);
    }
    normalised_ = trimmed(node.text);
    if (normalised_.empty()) {
        return failed(RejectionReason::EmptyText);
    }
    for (char& character : normalised_) {
        if (character >= 'a' && character <= 'z') {
            character = static_cast<char>(character - 'a' + 'A');
        }
    }
    const std::uint32_t id = dictionary_.intern(normalised_);
    if (!schema_.codes[type.ref].open) {
        const std::vector<bool>& listed = listed_[type.ref];
        if (id >= listed.size() || !listed[id]) {
            return failed(RejectionReason::NotACode);
        }
    }
    return good(id);
}

// {"by": text, "on": date, "holds": yes or no, yes where it is not said}: a judgement counts only
// with who made it and when.
FieldReading FieldReader::readAttestation(const JsonDocument& document, std::uint32_t index) {
    const JsonNode& node = document.node(index);
    if (node.kind != JsonKind::Object) {
        return failed(RejectionReason::WrongKind);
    }
    bool hasBy = false;
    bool hasOn = false;
    bool holds = true;
    for (std::uint32_t key = index + 1; key < node.next; key = document.node(key + 1).next) {
        const std::string_view name = document.node(key).text;
        const JsonNode& value = document.node(key + 1);
        if (value.kind == JsonKind::Null) {
            continue;
        }
        if (name == "by") {
            if (value.kind != JsonKind::String) {
                return failed(RejectionReason::WrongKind, "by");
            }
            if (trimmed(value.text).empty()) {
                return failed(RejectionReason::EmptyText, "by");
            }
            hasBy = true;
        } else if (name == "on") {
            if (const FieldReading date = readDate(value); date.reason != RejectionReason::None) {
                return failed(date.reason, "on");
            }
            hasOn = true;
        } else if (name == "holds") {
            const std::optional<bool> answer = readYesNo(value);
            if (!answer) {
                return failed(RejectionReason::WrongKind, "holds");
            }
            holds = *answer;
        }
    }
    if (!hasBy || !hasOn) {
        return failed(RejectionReason::MissingField, hasBy ? "on" : "by");
    }
    return good(holds ? 1 : 0);
}

std::string describeType(Type type) {
    switch (type.kind) {
    case TypeKind::YesNo:
        return "yes or no, written true or false";
    case TypeKind::Number:
        return type.scale == 0 ? "a whole number" : "a number";
    case TypeKind::Money:
        return "an amount of money, written as a number or as text in quotes";
    case TypeKind::Minutes:
        return "a whole number of minutes";
    case TypeKind::Days:
        return "a whole number of days";
    case TypeKind::Date:
        return "a date in quotes";
    case TypeKind::Text:
        return "text in quotes";
    case TypeKind::Enumeration:
        return "a name in quotes";
    case TypeKind::Code:
        return "a code in quotes";
    case TypeKind::Attestation:
        return "who attests and when, an object with `by` and `on`";
    case TypeKind::Step:
    case TypeKind::Set:
    case TypeKind::Row:
    case TypeKind::Ratio:
    case TypeKind::None:
        break;
    }
    return "a value";
}

std::string describeNames(const Schema& schema, Type type) {
    constexpr std::size_t kMostTold = 12;
    const bool isCode = type.kind == TypeKind::Code;
    if (!isCode && type.kind != TypeKind::Enumeration) {
        return {};
    }
    if (isCode && schema.codes[type.ref].open) {
        return {};
    }
    const std::vector<std::string>& names =
        isCode ? schema.codes[type.ref].members : schema.enumerations[type.ref].members;
    const std::size_t told = std::min(names.size(), kMostTold);
    std::string text;
    for (std::size_t index = 0; index < told; ++index) {
        const bool isLast = index + 1 == names.size();
        text += index == 0 ? "`" : isLast ? " or `" : ", `";
        text += names[index];
        text += '`';
    }
    if (told < names.size()) {
        text += " or one of " + std::to_string(names.size() - told) + " more";
    }
    return text;
}

}  // namespace proviso
