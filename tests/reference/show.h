#pragma once

#include "tests/reference/machine.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace proviso::reference {

struct RowName {
    typed::SpaceId space = typed::kNone;
    std::uint32_t row = 0;
};

/// Turns values, rows and places into what is printed. `record` is always the entry row on whose
/// decision it stands.
class Shower {
  public:
    explicit Shower(Machine& machine) : machine_(machine), program_(machine.program()) {}

    std::string key(std::uint32_t record);
    std::string place(const RowName& row, std::uint32_t record);
    std::vector<std::string> places(const std::set<Place>& missing, std::uint32_t record);

    /// A column of a row, decisions of several members as a whole.
    ShownValue column(typed::ColumnId column, std::uint32_t row, std::uint32_t record);
    ShownValue slot(const typed::Effect& effect,
                    std::size_t slot,
                    const Type& type,
                    const Environment& environment,
                    std::uint32_t record);
    std::optional<std::int64_t> cents(typed::ExprId amount, const Environment& environment);
    std::vector<OutputRow>
    list(const typed::Output& output, std::uint32_t row, std::uint32_t record);

    /// A message for people. `effect` gives the values of slots.
    std::string render(const typed::Template& text,
                       const Environment& environment,
                       const typed::Effect* effect);

    /// The demanded steps that no other demanded step implies, as step indexes.
    std::set<std::uint32_t> minimalDemands(typed::ColumnId column, std::uint32_t row);

  private:
    std::set<std::uint32_t> demands(typed::ColumnId column, std::uint32_t row);
    bool isImplied(typed::ColumnId column, std::uint32_t step, std::uint32_t row);
    ShownValue value(const Type& type, const Value& value, std::uint32_t record);
    ShownValue stepDecision(typed::ColumnId column, std::uint32_t row, std::uint32_t record);
    ShownValue setDecision(typed::ColumnId column, std::uint32_t row, std::uint32_t record);
    bool implies(const typed::Scale& scale,
                 std::uint32_t stricter,
                 std::uint32_t looser,
                 std::int64_t date) const;
    std::set<std::uint32_t> facts(const typed::Scale::Step& step, std::int64_t date) const;
    std::string forPeople(const Type& type, const Value& value);
    std::string decisionForPeople(typed::ColumnId column, const Value& row);
    /// A decision of several members, of a row that may be none.
    ShownValue whole(typed::ColumnId decision, const Value& row, std::uint32_t record);
    std::string text(const Type& type, std::int64_t value, bool people);

    Machine& machine_;
    const typed::Program& program_;
};

}  // namespace proviso::reference
