#pragma once

#include "runtime/decision/result.h"
#include "runtime/engine/places.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proviso::engine {

/// Turns registers into what is printed, for machines (ShownValue) and for people (texts). Not
/// thread-safe.
class Shower {
  public:
    explicit Shower(Places& places) : places_(places), program_(places.program()) {}

    /// A column or a decision of a row, on the decision of `record`.
    ShownValue value(const bytecode::Shown& shown, std::uint32_t row, std::uint32_t record);

    /// The steps that a Step decision demands and that no other demanded step implies, ascending.
    std::vector<std::uint32_t> minimalDemands(const bytecode::Shown& shown,
                                              std::uint32_t row) const;

    /// A message with its values; `slots` fill a remedy's.
    std::string
    render(const bytecode::Template& text, std::uint32_t row, const bytecode::Effect* slots);

    std::string people(const bytecode::Shown& shown, std::uint32_t row);
    std::string text(const Type& type, std::int64_t value, bool forPeople) const;

    /// Money in cents, rounded half up; absent where there is no value.
    std::optional<std::int64_t> cents(bytecode::Register amount, std::uint32_t row) const;

    std::vector<OutputRow>
    list(const bytecode::OutputInfo& output, std::uint32_t row, std::uint32_t record);

  private:
    struct BoundTexts {
        std::string atLeast;
        std::string atMost;
    };
    /// What is worth saying of an unknown value: not that an amount is at least 0.
    BoundTexts
    bounds(const Type& type, bytecode::Register reg, std::uint32_t row, bool forPeople) const;
    ShownValue
    plain(const Type& type, bytecode::Register reg, std::uint32_t row, std::uint32_t record);
    ShownValue members(const bytecode::Shown& shown, std::uint32_t row, std::uint32_t record);
    std::uint64_t facts(const bytecode::Scale::Step& step, std::int64_t date) const;
    /// The steps that a Step decision demands in any case, ascending.
    std::vector<std::uint32_t> demands(const bytecode::Shown& shown, std::uint32_t row) const;
    /// Whether one of the steps demanded, other than `step` itself, implies `step`.
    bool isImplied(const bytecode::Shown& shown,
                   std::uint32_t step,
                   const std::vector<std::uint32_t>& demanded,
                   std::uint32_t row) const;

    Places& places_;
    const bytecode::Program& program_;
};

}  // namespace proviso::engine
