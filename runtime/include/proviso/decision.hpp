#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <proviso/export.h>
#include <span>
#include <string>
#include <string_view>

/// What was decided, to be read where it lies. Nothing here owns anything: views are valid until
/// the next call on the session they came from. Reading is safe from several threads at once, with
/// the exception of Decision::json.
namespace proviso {

struct DecisionData;

enum class ValueKind : std::uint8_t {
    Text,  ///< texts, codes, dates, members of enumerations
    Number,
    YesNo,
    Set
};

enum class ValueState : std::uint8_t {
    Known,
    NotApplicable,
    Unknown,  ///< `missing` says for want of what
    Error     ///< `errors` says why
};

/// `text` is the machine form: `2`, `0.85`, `2025-03-03`, `yes`. Numbers are exact and never pass
/// through floating point.
struct Value {
    ValueKind kind = ValueKind::Text;
    ValueState state = ValueState::Known;
    std::string_view text;
    std::span<const std::string_view> members;  ///< Set: certain ones, in declared order
    std::span<const std::string_view> open;     ///< Set: possible and not certain ones
    std::span<const std::string_view> missing;  ///< places, sorted
    std::span<const std::string_view> errors;   ///< codes, sorted
    std::string_view atLeast;              ///< Unknown: bounds where there are any
    std::string_view atMost;
};

enum class FindingSeverity : std::uint8_t {
    Violation,
    Warning,
    Notice
};

struct Finding {
    std::string_view code;
    FindingSeverity severity = FindingSeverity::Violation;
    std::string_view on;  ///< the place, `items[0]`; the record's name for the record itself
    std::string_view because;
    std::string_view rule;
    std::string_view remedy;
    std::span<const std::string_view> sources;
    std::optional<std::int64_t> atStakeCents;  ///< absent: not stated or not known
    /// About a group: stands in each of its records and is `counted` in the first.
    bool shared = false;
    bool counted = true;
};

/// A rule that could not be determined, and for want of what.
struct Undetermined {
    std::string_view rule;
    std::string_view on;
    std::span<const std::string_view> missing;
};

struct RuleError {
    std::string_view rule;
    std::string_view on;
    std::string_view code;
    std::string_view message;
};

/// One decision of the packs and the rules that bound it.
struct DecidedValue {
    std::string_view name;
    std::string_view on;  ///< empty for the record itself
    Value value;
    std::string_view boundBy;  ///< first by name; empty: none
    std::span<const std::string_view> alsoBoundBy;
};

/// A named value that packs put out, or a list of rows with fields.
struct Output {
    std::string_view name;
    bool isList = false;
    Value value;                   ///< not a list
    std::size_t rowCount = 0;      ///< a list
    std::size_t choiceCount = 0;   ///< a list: other outcomes that are equally right
    std::string_view claimedWith;  ///< a group's list: the record it stands in, when another
};

struct OutputField {
    std::string_view name;
    Value value;
};

/// One record's decision. Cheap to copy.
class PROVISO_API Decision {
  public:
    explicit Decision(DecisionData* data) noexcept : data_(data) {}

    std::string_view key() const noexcept;

    /// Which set decided: its digest, and its number among those the engine published.
    std::string_view packSetDigest() const noexcept;
    std::uint64_t revision() const noexcept;
    /// Whether the set was not signed (EngineOptions::allowUnsigned).
    bool isUnsigned() const noexcept;

    // Indexes below the count; one beyond it gives an empty element.
    std::size_t findingCount() const noexcept;
    Finding finding(std::size_t index) const noexcept;
    std::size_t undeterminedCount() const noexcept;
    Undetermined undetermined(std::size_t index) const noexcept;
    std::size_t errorCount() const noexcept;
    RuleError error(std::size_t index) const noexcept;
    std::size_t decidedCount() const noexcept;
    DecidedValue decided(std::size_t index) const noexcept;
    std::size_t outputCount() const noexcept;
    Output output(std::size_t index) const noexcept;
    /// A list's row; `isCertain` says whether it is sure to be there.
    bool rowIsCertain(std::size_t output, std::size_t row) const noexcept;
    std::size_t fieldCount(std::size_t output, std::size_t row) const noexcept;
    OutputField field(std::size_t output, std::size_t row, std::size_t field) const noexcept;

    /// The decision by its short name, on the record itself or the place `on`; nothing where no
    /// such decision was made.
    std::optional<DecidedValue> decided(std::string_view name,
                                        std::string_view on = {}) const noexcept;

    /// A record that was rejected belongs to one of this one's groups, or may: sums over the group
    /// may be too low.
    bool isBesideRejected() const noexcept;

    /// Cost units spent on this record and on those decided together with it.
    std::int64_t budgetSpent() const noexcept;

    /// One JSON object without a line break; equal decisions are equal bytes. Written when first
    /// asked for; empty where memory does not suffice. One thread at a time.
    std::string_view json() const noexcept;

    /// For the library.
    DecisionData* data() const noexcept { return data_; }

  private:
    DecisionData* data_;
};

/// A record that was left out, by itself: the others count. Names fields, never values.
struct RejectedRecord {
    std::uint64_t line = 0;    ///< in the text or among the records handed in, from 1
    std::string_view code;     ///< stable, "E2001"
    std::string_view field;    ///< `items[2].price`; empty: the line as a whole
    std::string_view message;  ///< what is wrong
    std::string_view key;      ///< empty where it cannot be read or is private
    std::string_view text;     ///< all of it in one line, for a log
};

/// A name in the records that no pack declares: what stands there was not read.
struct IgnoredField {
    std::string_view name;  ///< dotted; "(other)": names beyond the first hundred
    std::uint64_t count = 0;
};

/// What became of the lines of a call.
struct RecordCounts {
    std::uint64_t lines = 0;
    std::uint64_t decided = 0;
    std::uint64_t rejected = 0;
    std::uint64_t superseded = 0;   ///< a later version of the record is there
    std::uint64_t identical = 0;    ///< the same record once more
    std::uint64_t voided = 0;       ///< taken back
    std::uint64_t notYetKnown = 0;  ///< recorded after SessionOptions::knownAsOf
};

}  // namespace proviso
