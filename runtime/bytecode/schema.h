#pragma once

#include "runtime/values/type.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What records come in: the entry record and the lists inside it. Part of the bytecode; the
/// decoder is driven by it.
namespace proviso {

inline constexpr std::uint32_t kNoIndex = 0xffffffffU;

struct SchemaField {
    std::string name;  ///< as the pack says it, nested records dotted: `delivery.address`
    std::vector<std::string> path;  ///< names in the input, outermost first
    Type type;
    bool required = false;  ///< inside an optional nested object: required when the object is there
    bool isSigned = false;  ///< otherwise amounts below zero are rejected
    bool isPrivate = false;
    std::optional<std::int64_t>
        absentMeans;  ///< by type; texts and codes: index into Program::texts
    bool operator==(const SchemaField&) const = default;
};

/// One row space of the input: the entry record (parent kNoIndex) or a list inside another space.
struct SchemaSpace {
    std::string name;                 ///< record name: `service`
    std::string listName;             ///< `services`; nested objects dotted
    std::vector<std::string> path;    ///< names in the input from the parent's object
    std::uint32_t parent = kNoIndex;  ///< index into Schema::spaces, always smaller
    bool scalar = false;       ///< a list of plain values: one field named `value`, empty path
    bool required = false;     ///< a list: absent rejects the record; otherwise absent means none
    std::uint32_t atMost = 0;  ///< a list: elements, 0 = the decoder's limit
    std::vector<SchemaField> fields;
    bool operator==(const SchemaSpace&) const = default;
};

struct SchemaEnumeration {
    std::string name;
    std::vector<std::string> members;
    bool operator==(const SchemaEnumeration&) const = default;
};

struct SchemaCodes {
    std::string name;
    bool open = true;                  ///< closed: only `members` are accepted
    std::vector<std::string> members;  ///< normalised: trimmed, upper case; in the order of output
    bool operator==(const SchemaCodes&) const = default;
};

struct Schema {
    std::vector<SchemaSpace> spaces;              ///< [0] is the entry record
    std::vector<SchemaEnumeration> enumerations;  ///< Type::ref of Enumeration
    std::vector<SchemaCodes> codes;               ///< Type::ref of Code
    std::uint32_t keyField = kNoIndex;            ///< field of spaces[0]; text
    std::vector<std::uint32_t>
        correctedBy;  ///< fields of spaces[0], most significant first: the higher record counts
    std::uint32_t voidedBy = kNoIndex;  ///< yes/no field of spaces[0]
    bool operator==(const Schema&) const = default;
};

}  // namespace proviso
