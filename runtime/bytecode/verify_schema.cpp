#include "runtime/bytecode/verify_parts.h"
#include "runtime/values/decimal.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::bytecode::verification {

namespace {

using Path = std::vector<std::string>;

bool isUnit(const Type& type) {
    return type.kind == TypeKind::Minutes || type.kind == TypeKind::Days;
}

class SchemaCheck {
  public:
    SchemaCheck(const Program& program, Report& report)
        : program_(program), schema_(program.schema), report_(report) {}

    bool check() { return checkSpaces() && checkRecord() && checkPlaces(); }

  private:
    bool fail(std::string_view message) { return report_.fail("schema", std::string(message)); }
    bool failAt(std::size_t space, std::string_view message) {
        return report_.fail(fmt::format("schema space {}", space), std::string(message));
    }

    bool checkField(const SchemaField& field, std::string where) {
        if (!isColumnType(program_, field.type) || field.type.kind == TypeKind::Row ||
            field.type.scale > kMaximumScale || (isUnit(field.type) && field.type.scale != 0)) {
            return report_.fail(std::move(where), "a stored field of a type that cannot be stored");
        }
        if (field.absentMeans.has_value() && !isValueOf(program_, field.type, *field.absentMeans)) {
            return report_.fail(std::move(where), "what absence means is not a value of the field");
        }
        return true;
    }

    bool checkSpaces() {
        if (schema_.spaces.empty()) {
            return fail("there is no entry record");
        }
        std::vector<std::size_t> levels;
        for (std::size_t index = 0; index < schema_.spaces.size(); ++index) {
            const SchemaSpace& space = schema_.spaces[index];
            const bool parentIsRight = index == 0 ? space.parent == kNoIndex : space.parent < index;
            if (!parentIsRight) {
                return failAt(index, "the parent is not an earlier space");
            }
            levels.push_back(index == 0 ? 0 : levels[space.parent] + 1);
            if (levels.back() > kMostLevels) {
                return failAt(index, "lists are nested too deeply");
            }
            if (space.scalar && space.fields.size() != 1) {
                return failAt(index, "a list of plain values has one field");
            }
            for (std::size_t field = 0; field < space.fields.size(); ++field) {
                if (!checkField(space.fields[field],
                                fmt::format("schema space {} field {}", index, field))) {
                    return false;
                }
            }
        }
        return true;
    }

    bool checkRecord() {
        const std::vector<SchemaField>& fields = schema_.spaces[0].fields;
        // Whatever is said of a record names it by its key, which every record therefore has.
        if (schema_.keyField >= fields.size() ||
            fields[schema_.keyField].type.kind != TypeKind::Text ||
            !fields[schema_.keyField].required) {
            return fail("the key is not a required text field of the entry record");
        }
        if (schema_.voidedBy != kNoIndex &&
            (schema_.voidedBy >= fields.size() ||
             classOf(fields[schema_.voidedBy].type) != TypeClass::Logical)) {
            return fail("what voids a record is not a yes or no of the entry record");
        }
        const auto isField = [&](std::uint32_t field) { return field < fields.size(); };
        return std::all_of(schema_.correctedBy.begin(), schema_.correctedBy.end(), isField) ||
               fail("a field that orders records is not there");
    }

    /// Each field and list has a name in the input, and none stands where another does or inside
    /// it.
    bool checkPlaces() {
        std::vector<std::vector<Path>> places(schema_.spaces.size());
        for (std::size_t index = 0; index < schema_.spaces.size(); ++index) {
            const SchemaSpace& space = schema_.spaces[index];
            if (index != 0) {
                places[space.parent].push_back(space.path);
            }
            if (space.scalar) {
                continue;
            }
            for (const SchemaField& field : space.fields) {
                places[index].push_back(field.path);
            }
        }
        for (std::size_t index = 0; index < places.size(); ++index) {
            if (!arePlaces(index, places[index])) {
                return false;
            }
        }
        return true;
    }

    bool arePlaces(std::size_t space, std::vector<Path>& paths) {
        // A place and what lies inside it are neighbours then.
        std::sort(paths.begin(), paths.end());
        for (std::size_t index = 0; index < paths.size(); ++index) {
            const Path& inner = paths[index];
            if (inner.empty()) {
                return failAt(space, "a field or list has no name in the input");
            }
            if (index != 0 && paths[index - 1].size() <= inner.size() &&
                std::equal(paths[index - 1].begin(), paths[index - 1].end(), inner.begin())) {
                return failAt(space, "two fields or lists have one place in the input");
            }
        }
        return true;
    }

    const Program& program_;
    const Schema& schema_;
    Report& report_;
};

}  // namespace

bool verifySchema(const Program& program, Report& report) {
    return SchemaCheck(program, report).check();
}

}  // namespace proviso::bytecode::verification
