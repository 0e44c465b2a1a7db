#include "runtime/input/record_shape.h"

#include "runtime/base/check.h"

#include <cstddef>

namespace proviso {

// The object that holds the last name of `path`, seen from `object`; makes what is not there yet.
static std::uint32_t
holderOf(RecordShape& shape, std::uint32_t object, const std::vector<std::string>& path) {
    for (std::size_t depth = 0; depth + 1 < path.size(); ++depth) {
        const auto known = shape.objects[object].slots.find(path[depth]);
        if (known != shape.objects[object].slots.end()) {
            PROVISO_CHECK(known->second.kind == RecordShape::Kind::Object,
                          "a field of the schema lies inside another field");
            object = known->second.index;
            continue;
        }
        const auto inner = static_cast<std::uint32_t>(shape.objects.size());
        shape.objects[object].slots.emplace(path[depth],
                                            RecordShape::Slot{RecordShape::Kind::Object, inner});
        RecordShape::Object added;
        added.space = shape.objects[object].space;
        shape.objects.push_back(std::move(added));
        object = inner;
    }
    return object;
}

static void addSlot(RecordShape::Object& object, const std::string& name, RecordShape::Slot slot) {
    const bool added = object.slots.emplace(name, slot).second;
    PROVISO_CHECK(added, "two fields of the schema have one name in the input");
}

RecordShape RecordShape::of(const Schema& schema) {
    RecordShape shape;
    for (std::uint32_t index = 0; index < schema.spaces.size(); ++index) {
        shape.roots.push_back(index);
        Object root;
        root.space = index;
        shape.objects.push_back(std::move(root));
    }
    for (std::uint32_t index = 0; index < schema.spaces.size(); ++index) {
        const SchemaSpace& space = schema.spaces[index];
        if (index > 0) {
            PROVISO_CHECK(space.parent < index && !space.path.empty(), "a list without a place");
            Object& holder = shape.objects[holderOf(shape, shape.roots[space.parent], space.path)];
            addSlot(holder, space.path.back(), {Kind::List, index});
            if (space.required) {
                holder.requiredLists.push_back(index);
            }
        }
        if (space.scalar) {
            PROVISO_CHECK(space.fields.size() == 1, "a list of plain values has one field");
            continue;
        }
        for (std::uint32_t field = 0; field < space.fields.size(); ++field) {
            const std::vector<std::string>& path = space.fields[field].path;
            PROVISO_CHECK(!path.empty(), "a field without a name in the input");
            Object& holder = shape.objects[holderOf(shape, shape.roots[index], path)];
            addSlot(holder, path.back(), {Kind::Field, field});
            if (space.fields[field].required) {
                holder.requiredFields.push_back(field);
            }
        }
    }
    return shape;
}

}  // namespace proviso
