#pragma once

#include "runtime/base/arena.h"
#include "runtime/decision/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// Results as result.h describes them, without memory of their own: texts and lists stand in an
/// arena, in the program or in a dictionary, and the view is good as long as those are. What
/// engines find, and what is written, so that nothing is built for each finding.
namespace proviso {

using TextList = std::span<const std::string_view>;

/// What a pack says of a place that it leaves open.
struct ReasonView {
    std::string_view place;
    std::string_view why;

    friend auto operator<=>(const ReasonView&, const ReasonView&) = default;
};
/// By place, then by what is said; each once.
using ReasonList = std::span<const ReasonView>;

/// Of a value that is not just a text.
struct OpenView {
    std::string_view text{};
    TextList members{};
    TextList open{};
    TextList missing{};
    TextList errors{};
    std::string_view atLeast{};
    std::string_view atMost{};
    ReasonList reasons{};
};

/// A value, in two words: there are many of them.
class ValueView {
  public:
    using Kind = ShownValue::Kind;

    ValueView() = default;
    ValueView(Kind kindOfIt, State stateOfIt, std::string_view text)
        : kind(kindOfIt), state(stateOfIt) {
        setText(text);
    }

    Kind kind = Kind::Text;
    State state = State::Value;

    std::string_view text() const { return isOpen_ ? open_->text : std::string_view(text_, size_); }
    /// What there is besides a text.
    const OpenView& more() const {
        static constexpr OpenView kNothing;
        return isOpen_ ? *open_ : kNothing;
    }

    void setText(std::string_view text) {
        isOpen_ = false;
        text_ = text.data();
        size_ = static_cast<std::uint32_t>(text.size());
    }
    /// Instead of the text.
    void setOpen(const OpenView* open) {
        isOpen_ = true;
        open_ = open;
        size_ = 0;
    }

  private:
    bool isOpen_ = false;
    std::uint32_t size_ = 0;
    union {
        // NOLINTBEGIN(readability-identifier-naming): private as the others
        const char* text_ = nullptr;
        const OpenView* open_;
        // NOLINTEND(readability-identifier-naming)
    };
};

struct FieldView {
    std::string_view name;
    ValueView value;
};

struct RowView {
    std::span<const ValueView> values;  ///< parallel to ListView::columns
    bool certain = true;
};
using RowList = std::span<const RowView>;

struct ListView {
    TextList columns{};  ///< what the values of all rows are called, those of choices too
    RowList rows{};
    std::span<const RowList> choices{};
    std::string_view claimedWith{};
};

/// Which output it is: said once for all records that have it.
struct OutputName {
    std::string_view text;
    std::uint32_t number = 0;  ///< in the program
    bool isList = false;
};

struct OutputView {
    const OutputName* name = nullptr;
    ValueView value{};         ///< not a list
    ListView* list = nullptr;  ///< of a list, and where a value is claimed with another

    std::string_view claimedWith() const {
        return list == nullptr ? std::string_view() : list->claimedWith;
    }
};

struct FindingView {
    std::string_view code;
    std::string_view on;
    std::string_view because;
    std::string_view rule;
    TextList sources;
    std::string_view remedy;
    std::span<const FieldView> slots;
    std::optional<std::int64_t> atStake;
    std::uint32_t sharedRow = 0;
    std::uint8_t severity = 0;
    bool shared = false;
    bool counted = true;
};

struct UndeterminedView {
    std::string_view rule;
    std::string_view on;
    TextList missing;
    ReasonList reasons;
};

struct ErrorView {
    std::string_view rule;
    std::string_view on;
    std::string_view code;
    std::string_view message;
};

/// Which decision it is: said once for all records that it was made for.
struct DecisionName {
    std::string_view text;
    std::string_view on;       ///< what it is about, if not the record
    std::uint32_t number = 0;  ///< in the program
};

struct DecidedView {
    const DecisionName* name = nullptr;
    ValueView value{};
    TextList boundBy{};  ///< by name

    std::string_view firstBoundBy() const {
        return boundBy.empty() ? std::string_view() : boundBy.front();
    }
    TextList alsoBoundBy() const { return boundBy.empty() ? boundBy : boundBy.subspan(1); }
};

struct RecordView {
    std::string_view key;
    std::span<const OutputView> outputs{};
    std::span<const FindingView> findings{};
    std::span<const UndeterminedView> undetermined{};
    std::span<const ErrorView> errors{};
    std::span<const DecidedView> decided{};
    std::int64_t budgetSpent = 0;
    bool besideRejected = false;
};

/// The result's own texts, in lists of the arena.
RecordView viewOf(const RecordResult& result, Arena& arena);
ValueView viewOf(const ShownValue& value, Arena& arena);

/// What binds a decision, of which the first is said by itself; empty: nothing does.
TextList boundBy(std::string_view first, TextList also, Arena& arena);

/// A copy that needs nothing else.
RecordResult own(const RecordView& view);
ShownValue own(const ValueView& view);
std::vector<OutputRow> own(RowList rows, TextList columns);

}  // namespace proviso
