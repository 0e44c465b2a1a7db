#include "compiler/analysis/words.h"

#include "runtime/values/date.h"

namespace proviso::analysis {

using typed::CodeSet;
using typed::Column;
using typed::ColumnId;
using typed::ColumnKind;
using typed::kNone;
using typed::Program;
using typed::SpaceId;

namespace {

std::string quoted(const std::string& name) {
    return "`" + name + "`";
}

std::string decimal(std::int64_t mantissa, std::uint8_t scale) {
    const bool negative = mantissa < 0;
    std::string digits = std::to_string(mantissa);
    if (negative) {
        digits.erase(0, 1);
    }
    if (scale != 0) {
        if (digits.size() <= scale) {
            digits.insert(0, scale + 1U - digits.size(), '0');
        }
        digits.insert(digits.size() - scale, ".");
    }
    return (negative ? "-" : "") + digits;
}

}  // namespace

bool isByMember(const Column& column) {
    return column.kind == ColumnKind::Decided &&
           (column.type.kind == TypeKind::Set || column.type.kind == TypeKind::Step);
}

std::uint32_t memberCount(const Program& program, ColumnId column) {
    const Type& type = program.columns[column].type;
    if (type.kind == TypeKind::Step) {
        return static_cast<std::uint32_t>(program.scales[type.ref].steps.size());
    }
    const CodeSet& set = program.codeSets[type.ref];
    const CodeSet& base = set.base == kNone ? set : program.codeSets[set.base];
    return static_cast<std::uint32_t>(base.entries.size());
}

std::string memberName(const Program& program, ColumnId column, std::uint32_t member) {
    const Type& type = program.columns[column].type;
    if (type.kind == TypeKind::Step) {
        return program.scales[type.ref].steps[member].name;
    }
    const CodeSet& set = program.codeSets[type.ref];
    const CodeSet& base = set.base == kNone ? set : program.codeSets[set.base];
    return base.entries[member].code;
}

std::string columnInWords(const Program& program, ColumnId column) {
    const Column& named = program.columns[column];
    return quoted(named.name) + " of " + quoted(program.spaces[named.space].name);
}

std::string memberInWords(const Program& program, ColumnId column, std::uint32_t member) {
    return quoted(memberName(program, column, member)) + " in " + columnInWords(program, column);
}

std::string spaceInWords(const Program& program, SpaceId space) {
    return "the rows of " + quoted(program.spaces[space].name);
}

std::string stepInWords(const Program& program, const Program::Step& step) {
    if (step.kind == Program::Step::Kind::Space) {
        return spaceInWords(program, step.index);
    }
    return step.member == kNone ? columnInWords(program, step.index)
                                : memberInWords(program, step.index, step.member);
}

std::string dayInWords(std::int64_t day) {
    if (day == INT64_MIN) {
        return "the beginning";
    }
    return day == INT64_MAX ? "the end of time" : formatDate({day});
}

std::string valueInWords(const Program& program, const Type& type, std::int64_t value) {
    switch (type.kind) {
    case TypeKind::YesNo:
    case TypeKind::Attestation:
        return value != 0 ? "yes" : "no";
    case TypeKind::Enumeration: {
        const auto& members = program.enumerations[type.ref].members;
        const auto index = static_cast<std::size_t>(value);
        return index < members.size() ? members[index] : std::to_string(value);
    }
    case TypeKind::Step: {
        const auto& steps = program.scales[type.ref].steps;
        const auto index = static_cast<std::size_t>(value);
        return index < steps.size() ? steps[index].name : std::to_string(value);
    }
    case TypeKind::Text:
    case TypeKind::Code: {
        const auto index = static_cast<std::size_t>(value);
        return index < program.texts.size() ? program.texts[index] : std::to_string(value);
    }
    case TypeKind::Date:
        return dayInWords(value);
    case TypeKind::Money:
        return "$" + decimal(value, type.scale);
    case TypeKind::Minutes:
        return std::to_string(value) + " minutes";
    case TypeKind::Days:
        return std::to_string(value) + " days";
    case TypeKind::Number:
    case TypeKind::Set:
    case TypeKind::Row:
    case TypeKind::Ratio:
    case TypeKind::None:
        break;
    }
    return decimal(value, type.scale);
}

std::string figure(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t start = number < 0 ? 1 : 0;
    for (std::size_t place = digits.size(); place > start + 3; place -= 3) {
        digits.insert(place - 3, ",");
    }
    return digits;
}

}  // namespace proviso::analysis
