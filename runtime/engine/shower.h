#pragma once

#include "runtime/base/text_hash.h"
#include "runtime/decision/view.h"
#include "runtime/engine/cell_map.h"
#include "runtime/engine/places.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::engine {

/// Turns registers into what is printed, for machines (ValueView) and for people (texts). Views are
/// good as long as those of the places. Not thread-safe.
class Shower {
  public:
    explicit Shower(Places& places) : places_(places), program_(places.program()) {}

    /// The places look at another run.
    void forget() {
        sets_.clear();
        closed_.clear();
        manyNumbers_.clear();
        manyUsed_ = 0;
    }

    /// Many rows of a column or decision will be asked for: what it says of all of them is put
    /// together at once. `rows`: how many there are.
    void expect(const bytecode::Shown& shown, std::uint32_t rows);

    /// A column or a decision of a row, on the decision of `record`.
    ValueView value(const bytecode::Shown& shown, std::uint32_t row, std::uint32_t record);

    /// The steps that a Step decision demands and that no other demanded step implies, ascending.
    /// Good until something else is asked for.
    const std::vector<std::uint32_t>& minimalDemands(const bytecode::Shown& shown,
                                                     std::uint32_t row);

    /// A message with its values; `slots` fill a remedy's.
    std::string_view
    render(const bytecode::Template& text, std::uint32_t row, const bytecode::Effect* slots);

    std::string people(const bytecode::Shown& shown, std::uint32_t row);
    std::string text(const Type& type, std::int64_t value, bool forPeople) const;

    /// Money in cents, rounded half up; absent where there is no value.
    std::optional<std::int64_t> cents(bytecode::Register amount, std::uint32_t row) const;

    /// What the values of each row of a list are called.
    TextList columns(const bytecode::OutputInfo& output);
    RowList list(const bytecode::OutputInfo& output, std::uint32_t row, std::uint32_t record);

    /// Several answers to what is missing as one.
    MissingView joined(const std::vector<MissingView>& all);

  private:
    struct BoundTexts {
        std::string atLeast;
        std::string atMost;
    };
    /// What the members of a decision say, by row.
    struct ManyRows {
        std::vector<std::uint64_t> yes;      ///< a bit a member that is certain
        std::vector<std::uint8_t> isClosed;  ///< every member is a yes or a no
    };
    struct ShownHash {
        std::uint64_t operator()(const bytecode::Shown* shown) const {
            return foldedProduct(reinterpret_cast<std::uintptr_t>(shown), kOdd);
        }
    };
    /// A closed set: of codes, with some members.
    struct ClosedSet {
        std::uint32_t codes = 0;
        std::uint64_t members = 0;

        friend bool operator==(const ClosedSet&, const ClosedSet&) = default;
    };
    struct ClosedSetHash {
        std::uint64_t operator()(const ClosedSet& set) const {
            return foldedProduct(set.members ^ kOdd, set.codes ^ kOdd);
        }
    };
    static constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    static constexpr std::size_t kMostBits = 64;

    /// nullptr: nobody expected it.
    const ManyRows* many(const bytecode::Shown& shown) const;
    std::string_view memberName(const bytecode::Shown& shown, std::uint32_t member) const;
    const OpenView* closedSet(const bytecode::Shown& shown, std::uint64_t members);
    /// What is worth saying of an unknown value: not that an amount is at least 0.
    BoundTexts
    bounds(const Type& type, bytecode::Register reg, std::uint32_t row, bool forPeople) const;
    /// The text for machines, wherever it stands.
    std::string_view view(const Type& type, std::int64_t value);
    ValueView
    plain(const Type& type, bytecode::Register reg, std::uint32_t row, std::uint32_t record);
    ValueView members(const bytecode::Shown& shown, std::uint32_t row, std::uint32_t record);
    TextList errorsOf(const std::vector<bytecode::Register>& registers, std::uint32_t row);
    std::uint64_t facts(const bytecode::Scale::Step& step, std::int64_t date) const;
    /// The steps that a Step decision demands in any case, ascending.
    const std::vector<std::uint32_t>& demands(const bytecode::Shown& shown, std::uint32_t row);
    /// Whether one of the steps demanded, other than `step` itself, implies `step`.
    bool isImplied(const bytecode::Shown& shown,
                   std::uint32_t step,
                   const std::vector<std::uint32_t>& demanded,
                   std::uint32_t row) const;

    Places& places_;
    const bytecode::Program& program_;
    // Used again and again.
    std::vector<std::uint32_t> demanded_;
    std::vector<std::uint32_t> minimal_;
    std::vector<std::uint32_t> chosen_;
    std::vector<bytecode::Register> wrong_;
    std::vector<MissingView> missing_;
    std::vector<std::string_view> open_;
    std::vector<std::string_view> members_;
    std::vector<std::string_view> missingTexts_;
    std::vector<ReasonView> reasons_;
    NumberMap<ClosedSet, ClosedSetHash> sets_;  ///< in `closed_`
    std::vector<const OpenView*> closed_;
    NumberMap<const bytecode::Shown*, ShownHash> manyNumbers_;  ///< in `many_`
    std::vector<ManyRows> many_;
    std::size_t manyUsed_ = 0;
    std::string text_;
};

}  // namespace proviso::engine
