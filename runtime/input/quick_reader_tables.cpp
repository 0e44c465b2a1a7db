// How a schema becomes the tables that the quick reader reads by.

#include "runtime/base/check.h"
#include "runtime/input/quick_reader.h"
#include "runtime/input/quick_scanner.h"
#include "runtime/input/record_decoder.h"

#include <algorithm>
#include <bit>

namespace proviso {

// Whether a name stands in quotes as it is. Where it has escapes all the same, it is not
// recognized.
static bool isPlainName(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char character) {
        return character == '"' || character == '\\' ||
               static_cast<unsigned char>(character) < 0x20;
    });
}

QuickReader::QuickReader(const Schema& schema,
                         Dictionary& dictionary,
                         const RecordShape& shape,
                         const RecordRows& rows,
                         JsonLimits limits)
    : schema_(schema), dictionary_(dictionary), shape_(shape), limits_(limits),
      recent_(schema.codes.size()), scanner_(std::make_unique<Scanner>()) {
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
    for (std::uint32_t space = 0; space < schema.spaces.size(); ++space) {
        const SchemaSpace& declared = schema.spaces[space];
        List& list = lists_.emplace_back();
        list.most = declared.atMost > 0 ? std::min<std::size_t>(declared.atMost, limits.elements)
                                        : limits.elements;
        list.object = shape.roots[space];
        list.scalar = declared.scalar;
        if (declared.scalar) {
            list.element = valueOf(space, 0, rows);
        }
    }
    for (const RecordShape::Object& from : shape.objects) {
        addObject(from, rows);
    }
    addPaths(shape.roots[0], {});
}

QuickReader::~QuickReader() = default;

QuickReader::Value
QuickReader::valueOf(std::uint32_t space, std::uint32_t field, const RecordRows& rows) const {
    const SchemaField& declared = schema_.spaces[space].fields[field];
    Value value;
    value.isSigned = declared.isSigned;
    value.scale = static_cast<std::uint8_t>(declared.type.scale);
    value.index = declared.type.ref;
    value.column = rows.columnOf(space, field);
    value.isKept = rows.isKept(value.column);
    switch (declared.type.kind) {
    case TypeKind::Text:
        value.kind = space == 0 && field == schema_.keyField ? Kind::Key
                     : value.isKept                          ? Kind::Text
                                                             : Kind::UnreadText;
        break;
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
        value.kind = declared.type.kind == TypeKind::Money || declared.type.scale > 0
                         ? Kind::Decimal
                         : Kind::Whole;
        break;
    case TypeKind::Date:
        value.kind = Kind::Date;
        break;
    case TypeKind::Enumeration:
        value.kind = Kind::Enumeration;
        break;
    case TypeKind::Code:
        value.kind = Kind::Code;
        break;
    case TypeKind::YesNo:
        value.kind = Kind::YesNo;
        break;
    case TypeKind::Attestation:
        value.kind = Kind::Attestation;
        break;
    default:
        PROVISO_CHECK(false, "a field of a type that records cannot hold");
    }
    return value;
}

void QuickReader::addObject(const RecordShape::Object& from, const RecordRows& rows) {
    Object& object = objects_.emplace_back();
    object.space = from.space;
    object.names.reserve(kMaximumNames);  // so that names stay where they are
    for (const auto& [text, slot] : from.slots) {
        usable_ = usable_ && object.names.size() < kMaximumNames && isPlainName(text);
        Name name;
        name.pattern = HeadPattern("\"" + text + "\":");
        name.text = text;
        if (slot.kind == RecordShape::Kind::Field) {
            name.value = valueOf(from.space, slot.index, rows);
        } else {
            name.value.kind = slot.kind == RecordShape::Kind::Object ? Kind::Object : Kind::List;
            name.value.index = slot.index;
        }
        const std::vector<std::uint32_t>& required =
            name.value.kind == Kind::List ? from.requiredLists : from.requiredFields;
        if (name.value.kind != Kind::Object &&
            std::find(required.begin(), required.end(), slot.index) != required.end()) {
            const int bit = std::popcount(object.required);
            usable_ = usable_ && bit < 64;
            name.required = usable_ ? std::uint64_t{1} << bit : 0;
            object.required |= name.required;
        }
        object.byText.add(name.text, static_cast<std::int64_t>(object.names.size()));
        object.names.push_back(name);
    }
}

void QuickReader::forgetCounts() {
    for (Ignored& each : unknown_) {
        each.count = nullptr;
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the schema
void QuickReader::addPaths(std::uint32_t object, const std::string& path) {
    objects_[object].path = path;
    for (const Name& name : objects_[object].names) {
        const std::string inner = (path.empty() ? "" : path + ".") + std::string(name.text);
        if (name.value.kind == Kind::Object) {
            addPaths(name.value.index, inner);
        } else if (name.value.kind == Kind::List) {
            addPaths(shape_.roots[name.value.index], inner);
        }
    }
}

// A name that the schema does not know: values are skipped under it from now on.
std::uint32_t QuickReader::learn(Object& object, std::string_view text) {
    if (object.names.size() >= kMaximumNames || !looksLikeFieldName(text)) {
        return kNoName;
    }
    const auto number = static_cast<std::uint32_t>(object.names.size());
    const std::string& kept = unknownNames_.emplace_back(text);
    Name name;
    name.pattern = HeadPattern("\"" + kept + "\":");
    name.text = kept;
    name.value.index = static_cast<std::uint32_t>(unknown_.size());
    unknown_.push_back({(object.path.empty() ? "" : object.path + ".") + kept, nullptr});
    object.byText.add(kept, number);
    object.names.push_back(name);
    return number;
}

}  // namespace proviso
