#include "runtime/bytecode/verify_parts.h"
#include "runtime/values/date.h"

#include <fmt/format.h>

#include <algorithm>

namespace proviso::bytecode::verification {

TypeClass classOf(const Type& type) {
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return TypeClass::Logical;
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
    case TypeKind::Date:
        return TypeClass::Numeric;
    case TypeKind::Text:
    case TypeKind::Code:
        return TypeClass::Text;
    case TypeKind::Enumeration:
        return TypeClass::Enumeration;
    case TypeKind::Step:
        return TypeClass::Step;
    case TypeKind::Row:
        return TypeClass::Row;
    case TypeKind::Set:
    case TypeKind::Ratio:
    case TypeKind::None:
        break;
    }
    return TypeClass::Other;
}

bool isCountable(const Type& type) {
    return classOf(type) == TypeClass::Numeric && type.kind != TypeKind::Date;
}

bool isWhole(const Type& type) {
    return isCountable(type) && type.scale == 0;
}

bool isSame(const Type& a, const Type& b) {
    const TypeClass shared = classOf(a);
    if (shared != classOf(b)) {
        return false;
    }
    switch (shared) {
    case TypeClass::Logical:
    case TypeClass::Text:
        return true;
    case TypeClass::Numeric:
        // A date has a range of its own.
        return a.scale == b.scale && (a.kind == TypeKind::Date) == (b.kind == TypeKind::Date);
    case TypeClass::Enumeration:
    case TypeClass::Step:
    case TypeClass::Row:
        return a.ref == b.ref;
    case TypeClass::Other:
        break;
    }
    return false;
}

bool isColumnType(const Program& program, const Type& type) {
    // Products may have twice the decimals of what is stored.
    constexpr std::uint8_t kMostDecimals = 2 * kMaximumScale;
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
    case TypeKind::Text:
        return true;
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
        return type.scale <= kMostDecimals;
    case TypeKind::Date:
        return type.scale == 0;
    case TypeKind::Enumeration:
        return type.ref < program.schema.enumerations.size();
    case TypeKind::Code:
        return type.ref < program.schema.codes.size();
    case TypeKind::Step:
        return type.ref < program.scales.size();
    case TypeKind::Row:
        return type.ref < program.spaces.size();
    case TypeKind::Set:
    case TypeKind::Ratio:
    case TypeKind::None:
        break;
    }
    return false;
}

bool isValueOf(const Program& program, const Type& type, std::int64_t value) {
    const auto below = [value](std::size_t count) {
        return value >= 0 && static_cast<std::uint64_t>(value) < count;
    };
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return below(2);
    case TypeKind::Number:
    case TypeKind::Money:
    case TypeKind::Minutes:
    case TypeKind::Days:
        return true;
    case TypeKind::Date:
        return isInRange({value});
    case TypeKind::Text:
    case TypeKind::Code:
        return below(program.texts.size());
    case TypeKind::Enumeration:
        return type.ref < program.schema.enumerations.size() &&
               below(program.schema.enumerations[type.ref].members.size());
    case TypeKind::Step:
        return type.ref < program.scales.size() && below(program.scales[type.ref].steps.size());
    case TypeKind::Row:
    case TypeKind::Set:
    case TypeKind::Ratio:
    case TypeKind::None:
        break;
    }
    return false;
}

namespace {

class Pools {
  public:
    Pools(const Program& program, Report& report) : program_(program), report_(report) {}

    bool check() {
        return checkSpaces() && checkParameters() && checkSets() && checkScales() &&
               checkTables() && checkWindows();
    }

  private:
    bool checkSpaces() {
        const std::size_t inputs = program_.schema.spaces.size();
        if (program_.spaces.size() < inputs) {
            return report_.fail("spaces", "fewer row spaces than the schema has");
        }
        for (std::size_t index = 0; index < program_.spaces.size(); ++index) {
            const bool isInput = program_.spaces[index].kind == SpaceInfo::Kind::Input;
            if (isInput != (index < inputs)) {
                return report_.fail(fmt::format("space {}", index),
                                    "the first row spaces, and no others, are the input's");
            }
        }
        return true;
    }

    bool checkParameters() {
        for (const Parameter& parameter : program_.parameters) {
            if (!isColumnType(program_, parameter.type)) {
                return report_.fail("parameter " + parameter.name,
                                    "no type that a column can have");
            }
            for (const DatedValue& value : parameter.values) {
                if (!isValueOf(program_, parameter.type, value.value)) {
                    return report_.fail("parameter " + parameter.name,
                                        "a value that its type does not have");
                }
            }
        }
        return true;
    }

    bool checkSets() {
        for (const CodeSet& set : program_.codeSets) {
            if (set.base != kNone && set.base >= program_.schema.codes.size()) {
                return report_.fail("code set " + set.name, "the base set is not there");
            }
            for (const CodeSet::Entry& entry : set.entries) {
                if (entry.text >= program_.texts.size()) {
                    return report_.fail("code set " + set.name, "a code's text is not there");
                }
            }
        }
        return true;
    }

    bool checkScales() {
        constexpr std::size_t kMostFacts = 63;
        for (const Scale& scale : program_.scales) {
            if (scale.enumeration >= program_.schema.enumerations.size() ||
                program_.schema.enumerations[scale.enumeration].members.size() > kMostFacts) {
                return report_.fail("scale " + scale.name,
                                    "the facts are not an enumeration of at most 63 members");
            }
            if (scale.steps.empty()) {
                return report_.fail("scale " + scale.name, "it has no step");
            }
        }
        return true;
    }

    bool checkCell(const Table::Cell& cell, const Type& type) const {
        const auto isValue = [&](std::int64_t value) { return isValueOf(program_, type, value); };
        switch (cell.test) {
        case Table::Cell::Test::Any:
            return true;
        case Table::Cell::Test::OneOf:
            return std::all_of(cell.values.begin(), cell.values.end(), isValue);
        case Table::Cell::Test::AtLeast:
        case Table::Cell::Test::AtMost:
        case Table::Cell::Test::Exceeds:
        case Table::Cell::Test::Below:
            return classOf(type) == TypeClass::Numeric && cell.values.size() == 1 &&
                   isValue(cell.values[0]);
        }
        return false;
    }

    bool checkRow(const Table& table, const Table::Row& row) const {
        if (row.cells.size() != table.given.size() || row.results.size() != table.gives.size()) {
            return false;
        }
        for (std::size_t column = 0; column < row.cells.size(); ++column) {
            if (!checkCell(row.cells[column], table.given[column])) {
                return false;
            }
        }
        for (std::size_t column = 0; column < row.results.size(); ++column) {
            const Table::Result& result = row.results[column];
            if (!result.unknown && !isValueOf(program_, table.gives[column], result.value)) {
                return false;
            }
        }
        return true;
    }

    bool checkTables() {
        for (const Table& table : program_.tables) {
            const auto isUsable = [&](const Type& type) {
                return isColumnType(program_, type) && type.kind != TypeKind::Row;
            };
            if (!std::all_of(table.given.begin(), table.given.end(), isUsable) ||
                !std::all_of(table.gives.begin(), table.gives.end(), isUsable)) {
                return report_.fail("table " + table.name, "no type that a column can have");
            }
            for (std::size_t row = 0; row < table.rows.size(); ++row) {
                if (!checkRow(table, table.rows[row])) {
                    return report_.fail(fmt::format("table {} row {}", table.name, row),
                                        "cells or results that do not fit the table's columns");
                }
            }
        }
        return true;
    }

    bool checkWindows() {
        for (std::size_t index = 0; index < program_.windows.size(); ++index) {
            const WindowInfo& window = program_.windows[index];
            const bool isUpTo = window.upTo == WindowInfo::UpTo::Inclusive ||
                                window.upTo == WindowInfo::UpTo::Exclusive;
            if ((!isUpTo && window.upTo != WindowInfo::UpTo::None) ||
                window.upToOrders > window.orders.size() || window.lastRows < 0 ||
                (!isUpTo && window.upToOrders != 0)) {
                return report_.fail(fmt::format("window {}", index), "no window that there can be");
            }
        }
        return true;
    }

    const Program& program_;
    Report& report_;
};

}  // namespace

bool verifyPools(const Program& program, Report& report) {
    return Pools(program, report).check();
}

}  // namespace proviso::bytecode::verification
