#include "runtime/input/record_decoder.h"

#include "runtime/base/check.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace proviso {

static constexpr std::size_t kMaximumIgnoredNames = 100;
static constexpr std::size_t kMaximumNameBytes = 64;
static constexpr std::size_t kMaximumOtherFaults = 5;
static const std::string kOtherNames = "(other)";  // no name looks like that

bool looksLikeFieldName(std::string_view text) {
    const auto isDigit = [](char character) { return character >= '0' && character <= '9'; };
    return !text.empty() && text.size() <= kMaximumNameBytes && !isDigit(text[0]) &&
           std::all_of(text.begin(), text.end(), [&](char character) {
               return (character >= 'a' && character <= 'z') ||
                      (character >= 'A' && character <= 'Z') || isDigit(character) ||
                      character == '_' || character == '-';
           });
}

RecordDecoder::RecordDecoder(const Schema& schema,
                             Dictionary& dictionary,
                             JsonLimits limits,
                             const ReadOfRecords* read)
    : schema_(schema), shape_(RecordShape::of(schema)), reader_(schema, dictionary),
      rows_(schema, dictionary, read), quick_(schema, dictionary, shape_, rows_, limits) {
    PROVISO_CHECK(!schema.spaces.empty(), "a schema without an entry record");
    listPasses_.resize(schema.spaces.size());
}

bool RecordDecoder::appendQuickly(const InputLine& line) {
    rows_.beginRecord();
    if (!quick_.append(line, rows_)) {
        rows_.takeBack();
        return false;
    }
    for (QuickReader::Ignored* const ignored : quick_.ignored()) {
        if (ignored->count == nullptr) {
            ignored->count = &ignoredCount(ignored->path);
        }
        *ignored->count += 1;
    }
    return true;
}

std::map<std::string, std::uint64_t> RecordDecoder::takeIgnoredFields() {
    quick_.forgetCounts();
    ignoredInOrder_.clear();
    return std::exchange(ignored_, {});
}

std::vector<std::pair<std::string, std::uint64_t>> RecordDecoder::takeIgnoredInOrder() {
    std::vector<std::pair<std::string, std::uint64_t>> names;
    for (const std::string& name : ignoredInOrder_) {
        names.emplace_back(name, ignored_.at(name));
    }
    takeIgnoredFields();
    return names;
}

void RecordDecoder::addIgnored(const std::vector<std::pair<std::string, std::uint64_t>>& names) {
    for (const auto& [name, count] : names) {
        (name == kOtherNames ? countOf(name) : ignoredCount(name)) += count;
    }
}

const RecordDecoder::Failure* RecordDecoder::append(const JsonDocument& document) {
    document_ = &document;
    failure_ = {};
    missing_ = {};
    others_.clear();
    path_.clear();
    rows_.beginRecord();
    rows_.appendCarefully(0, 0);
    decodeObject(shape_.roots[0], 0);
    if (failure_.reason != RejectionReason::None) {
        if (missing_.reason != RejectionReason::None) {
            others_.push_back({missing_.reason, missing_.field});
        }
        return withOthers(failure_);
    }
    if (missing_.reason != RejectionReason::None && !mayMissFields()) {
        return withOthers(missing_);
    }
    return nullptr;
}

const RecordDecoder::Failure* RecordDecoder::withOthers(Failure& failure) {
    const auto isWrong = [&](const std::string& field) {
        return failure.field == field ||
               std::any_of(others_.begin(), others_.end(), [&](const Fault& other) {
                   return other.reason != RejectionReason::MissingField && other.field == field;
               });
    };
    std::size_t told = 0;
    for (const Fault& other : others_) {
        // What is wrong is not missing, too, and a void record may leave much out.
        const bool isMissing = other.reason == RejectionReason::MissingField;
        if (isMissing && (mayMissFields() || isWrong(other.field))) {
            continue;
        }
        if (told == kMaximumOtherFaults) {
            failure.message += " and more";
            break;
        }
        failure.message += told == 0 ? "; also wrong: `" : ", `";
        failure.message += other.field;
        failure.message += "` (";
        failure.message += rejectionCode(other.reason);
        failure.message += ')';
        ++told;
    }
    return &failure;
}

// A void record need say no more than which record it removes.
bool RecordDecoder::mayMissFields() const {
    if (schema_.voidedBy == kNoIndex || schema_.keyField == kNoIndex) {
        return false;
    }
    return rows_.state(0, schema_.keyField) == State::Value &&
           rows_.state(0, schema_.voidedBy) == State::Value &&
           rows_.value(0, schema_.voidedBy) != 0;
}

// Fills the last row of the object's space.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
void RecordDecoder::decodeObject(std::uint32_t objectIndex, std::uint32_t index) {
    const RecordShape::Object& object = shape_.objects[objectIndex];
    const JsonNode& node = document_->node(index);
    const std::uint64_t pass = ++passes_;
    for (std::uint32_t key = index + 1; key < node.next; key = document_->node(key + 1).next) {
        const std::string_view name = document_->node(key).text;
        const std::uint32_t valueIndex = key + 1;
        const auto slot = object.slots.find(name);
        if (slot == object.slots.end()) {
            ignore(name);
            continue;
        }
        // Null is another way to leave a field out.
        const JsonNode& value = document_->node(valueIndex);
        if (value.kind == JsonKind::Null) {
            continue;
        }
        path_.push_back({name});
        switch (slot->second.kind) {
        case RecordShape::Kind::Field:
            decodeField(object.space, slot->second.index, valueIndex);
            break;
        case RecordShape::Kind::Object:
            if (value.kind == JsonKind::Object) {
                decodeObject(slot->second.index, valueIndex);
            } else {
                fail(RejectionReason::WrongKind, {}, "expected an object with further fields");
            }
            break;
        case RecordShape::Kind::List:
            listPasses_[slot->second.index] = pass;
            decodeList(slot->second.index, valueIndex);
            break;
        }
        path_.pop_back();
    }
    checkRequired(object, pass);
}

void RecordDecoder::decodeField(std::uint32_t space, std::uint32_t field, std::uint32_t node) {
    const SchemaField& declared = schema_.spaces[space].fields[field];
    FieldReading reading = reader_.read(declared.type, declared.isSigned, *document_, node);
    if (space == 0 && field == schema_.keyField && reading.reason == RejectionReason::None &&
        document_->node(node).text.empty()) {
        reading.reason = RejectionReason::EmptyText;
    }
    if (reading.reason != RejectionReason::None) {
        // What cannot be read is unknown even where absence would mean something.
        rows_.set(space, field, 0, State::Unknown);
        std::string wanted;
        if (reading.reason == RejectionReason::WrongKind && reading.part.empty()) {
            wanted = "expected " + describeType(declared.type);
        } else if (reading.reason == RejectionReason::NotAMember ||
                   reading.reason == RejectionReason::NotACode) {
            wanted = "expected " + describeNames(schema_, declared.type);
        }
        fail(reading.reason, reading.part, wanted);
        return;
    }
    rows_.set(space, field, reading.value, State::Value);
}

// NOLINTNEXTLINE(misc-no-recursion): depth bounded by JsonLimits::nesting
void RecordDecoder::decodeList(std::uint32_t space, std::uint32_t index) {
    const SchemaSpace& declared = schema_.spaces[space];
    const JsonNode& node = document_->node(index);
    if (node.kind != JsonKind::Array) {
        fail(RejectionReason::WrongKind, {}, "expected a list");
        return;
    }
    if (declared.atMost > 0 && node.count > declared.atMost) {
        fail(RejectionReason::TooManyElements, {});
        return;
    }
    const std::uint32_t parent = rows_.last(declared.parent);
    std::uint32_t element = index + 1;
    for (std::uint32_t position = 0; position < node.count; ++position) {
        path_.back().element = position;
        const JsonNode& value = document_->node(element);
        const std::uint32_t next = value.next;
        rows_.appendCarefully(space, parent);
        if (declared.scalar) {
            if (value.kind != JsonKind::Null) {
                decodeField(space, 0, element);
            } else if (declared.fields[0].required) {
                fail(RejectionReason::MissingField, {});
            }
        } else if (value.kind == JsonKind::Object) {
            decodeObject(shape_.roots[space], element);
        } else {
            fail(RejectionReason::WrongKind, {}, "expected an object with further fields");
        }
        element = next;
    }
    path_.back().element = -1;
}

void RecordDecoder::checkRequired(const RecordShape::Object& object, std::uint64_t pass) {
    const std::vector<SchemaField>& fields = schema_.spaces[object.space].fields;
    for (const std::uint32_t field : object.requiredFields) {
        if (rows_.state(object.space, field) != State::Value) {
            fail(RejectionReason::MissingField, fields[field].path.back());
        }
    }
    for (const std::uint32_t list : object.requiredLists) {
        if (listPasses_[list] != pass) {
            fail(RejectionReason::MissingField, schema_.spaces[list].path.back());
        }
    }
}

// `name` lies inside the place where `path_` stands; empty: the place itself. The first failure of
// a record is told whole, and of others where they are; reading goes on in any case, because the
// record's keys tell which groups are not whole.
void RecordDecoder::fail(RejectionReason reason, std::string_view name, std::string_view detail) {
    Failure& failure = reason == RejectionReason::MissingField ? missing_ : failure_;
    if (failure.reason != RejectionReason::None) {
        // One more than is told, so that it is known whether there are more.
        if (others_.size() <= kMaximumOtherFaults) {
            others_.push_back({reason, pathTo(name, /*withElements=*/true)});
        }
        return;
    }
    failure.reason = reason;
    failure.field = pathTo(name, /*withElements=*/true);
    failure.message = rejectionMessage(reason);
    if (!detail.empty()) {
        failure.message += "; ";
        failure.message += detail;
    }
}

std::string RecordDecoder::pathTo(std::string_view name, bool withElements) const {
    std::string text;
    for (const PathPart& part : path_) {
        text += text.empty() ? "" : ".";
        text += part.name;
        if (withElements && part.element >= 0) {
            text += "[" + std::to_string(part.element) + "]";
        }
    }
    if (!name.empty()) {
        text += text.empty() ? "" : ".";
        text += name;
    }
    return text;
}

void RecordDecoder::ignore(std::string_view name) {
    if (looksLikeFieldName(name)) {
        ignoredCount(pathTo(name, /*withElements=*/false)) += 1;
        return;
    }
    countOf(kOtherNames) += 1;
}

std::uint64_t& RecordDecoder::ignoredCount(const std::string& path) {
    const bool fits =
        countsEveryName_ || ignored_.size() < kMaximumIgnoredNames || ignored_.count(path) != 0;
    return countOf(fits ? path : kOtherNames);
}

// A place in a map stays where it is.
std::uint64_t& RecordDecoder::countOf(const std::string& path) {
    const auto [place, isNew] = ignored_.try_emplace(path, 0);
    if (isNew) {
        ignoredInOrder_.push_back(path);
    }
    return place->second;
}

}  // namespace proviso
