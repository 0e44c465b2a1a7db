#pragma once

#include "runtime/bytecode/schema.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proviso {

/// What the objects of the input look like, turned around from the schema's paths: for each object,
/// which of its names is a field, an object inside it, or a list.
struct RecordShape {
    enum class Kind : std::uint8_t {
        Field,
        Object,
        List
    };

    struct Slot {
        Kind kind = Kind::Field;
        std::uint32_t index = 0;  ///< a field of the space, another object, or the list's space
    };

    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept {
            return std::hash<std::string_view>{}(name);
        }
    };

    struct Object {
        std::uint32_t space = 0;
        std::unordered_map<std::string, Slot, NameHash, std::equal_to<>> slots;
        std::vector<std::uint32_t> requiredFields;
        std::vector<std::uint32_t> requiredLists;  ///< spaces
    };

    std::vector<Object> objects;
    std::vector<std::uint32_t> roots;  ///< by space: its element's object

    static RecordShape of(const Schema& schema);
};

}  // namespace proviso
