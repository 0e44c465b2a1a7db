#pragma once

#include "compiler/typed/program.h"

#include <cstdint>
#include <string>
#include <vector>

/// How messages of the analysis name parts of the typed program: in the words of the packs.
namespace proviso::analysis {

/// `units` of `parcel`
[[nodiscard]] std::string columnInWords(const typed::Program& program, typed::ColumnId column);
/// `FRAGILE` in `marks` of `parcel`
[[nodiscard]] std::string
memberInWords(const typed::Program& program, typed::ColumnId column, std::uint32_t member);
/// the rows of `parcel`
[[nodiscard]] std::string spaceInWords(const typed::Program& program, typed::SpaceId space);
[[nodiscard]] std::string stepInWords(const typed::Program& program,
                                      const typed::Program::Step& step);

/// The name of a member of a Set or Step decision.
[[nodiscard]] std::string
memberName(const typed::Program& program, typed::ColumnId column, std::uint32_t member);
/// How many members a Set or Step decision can have.
[[nodiscard]] std::uint32_t memberCount(const typed::Program& program, typed::ColumnId column);
[[nodiscard]] bool isByMember(const typed::Column& column);

/// A value as a table cell or a condition writes it: a member, a code, an amount, a date.
[[nodiscard]] std::string
valueInWords(const typed::Program& program, const Type& type, std::int64_t value);

/// `2025-01-01`, or words for an open end.
[[nodiscard]] std::string dayInWords(std::int64_t day);

/// `12,000,000`
[[nodiscard]] std::string figure(std::int64_t number);

}  // namespace proviso::analysis
