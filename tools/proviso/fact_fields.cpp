#include "tools/proviso/fact_fields.h"

#include "compiler/diagnostics/suggest.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::tool {

namespace {

constexpr std::string_view kNone = "none";

std::vector<std::string> splitNames(const std::string& text) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        std::string name = text.substr(begin, end - begin);
        while (!name.empty() && name.front() == ' ') {
            name.erase(name.begin());
        }
        while (!name.empty() && name.back() == ' ') {
            name.pop_back();
        }
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(std::move(name));
        }
        begin = end + 1;
    }
    return names;
}

std::string fullName(const Schema& schema, std::uint32_t space, const std::string& field) {
    std::string name = schema.spaces[space].scalar ? "" : field;
    for (std::uint32_t at = space; at != 0 && at != kNoIndex; at = schema.spaces[at].parent) {
        name.insert(0, name.empty() ? "" : ".");
        name.insert(0, schema.spaces[at].listName);
    }
    return name;
}

bool isGroupKind(TypeKind kind) {
    return kind == TypeKind::Enumeration || kind == TypeKind::Code || kind == TypeKind::YesNo ||
           kind == TypeKind::Attestation || kind == TypeKind::Text || kind == TypeKind::Date;
}

/// `wanted(space, field)`: whether it is of the right kind; `usual`: whether it counts unasked.
template <typename Wanted, typename Usual>
bool find(Console& console,
          const Schema& schema,
          const std::string& option,
          const std::string& text,
          const std::string& kind,
          Wanted wanted,
          Usual usual,
          NamedFields& found) {
    if (text == kNone) {
        return true;
    }
    std::vector<std::pair<std::string, FactField>> known;
    std::vector<std::string> names;
    std::vector<std::string> hidden;
    for (std::uint32_t space = 0; space < schema.spaces.size(); ++space) {
        for (std::uint32_t field = 0; field < schema.spaces[space].fields.size(); ++field) {
            const SchemaField& one = schema.spaces[space].fields[field];
            if (!wanted(space, one)) {
                continue;
            }
            std::string name = fullName(schema, space, one.name);
            if (one.isPrivate) {
                hidden.push_back(std::move(name));
                continue;
            }
            if (text.empty() && usual(space, field)) {
                found.names.push_back(name);
                found.fields.push_back({space, field});
            }
            names.push_back(name);
            known.emplace_back(std::move(name), FactField{space, field});
        }
    }
    for (const std::string& name : splitNames(text)) {
        if (std::find(hidden.begin(), hidden.end(), name) != hidden.end()) {
            console.complain(fmt::format("{}: `{}` is private", option, name));
            return false;
        }
        const auto match = std::find_if(
            known.begin(), known.end(), [&](const auto& one) { return one.first == name; });
        if (match == known.end()) {
            const auto nearest = nearestName(name, std::span<const std::string>(names));
            console.complain(
                fmt::format("{}: `{}` is no {} of the records{}",
                            option,
                            name,
                            kind,
                            nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""));
            return false;
        }
        found.names.push_back(name);
        found.fields.push_back(match->second);
    }
    return true;
}

}  // namespace

bool findGroupFields(Console& console,
                     const bytecode::Program& program,
                     const std::string& text,
                     NamedFields& found) {
    const Schema& schema = program.schema;
    return find(
        console,
        schema,
        "--by",
        text,
        "field",
        [](std::uint32_t space, const SchemaField& field) {
            return space == 0 && isGroupKind(field.type.kind);
        },
        [&](std::uint32_t /*space*/, std::uint32_t index) {
            const SchemaField& field = schema.spaces[0].fields[index];
            return index != schema.keyField && field.path.size() == 1 &&
                   (field.required || field.absentMeans) &&
                   (field.type.kind == TypeKind::Enumeration || field.type.kind == TypeKind::Code);
        },
        found);
}

bool findSumFields(Console& console,
                   const bytecode::Program& program,
                   const std::string& text,
                   NamedFields& found) {
    return find(
        console,
        program.schema,
        "--sum",
        text,
        "money field",
        [](std::uint32_t /*space*/, const SchemaField& field) {
            return field.type.kind == TypeKind::Money;
        },
        [](std::uint32_t /*space*/, std::uint32_t /*field*/) { return true; },
        found);
}

}  // namespace proviso::tool
