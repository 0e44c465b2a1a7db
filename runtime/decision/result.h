#pragma once

#include "runtime/values/state.h"
#include "runtime/values/type.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// What was decided about one entry record, as data. Every engine fills these and one writer prints
/// them, so that engines can be compared byte for byte.
namespace proviso {

/// Why a pack leaves a place open, for people: `table:NAME` and what its rows say. Places about
/// which no pack says more are not there.
using PlaceReasons = std::map<std::string, std::set<std::string>>;

/// A value as it is shown. `text` is the machine form: `2`, `0.85`, `2025-03-03`, `on_site`, `yes`.
struct ShownValue {
    enum class Kind : std::uint8_t {
        Text,
        Number,
        YesNo,
        Set
    } kind = Kind::Text;
    State state = State::Value;
    std::string text;
    std::vector<std::string> members;  ///< Set: certain members, in declared order
    std::vector<std::string> open;     ///< Set: members that are possible and not certain
    std::vector<std::string> missing;  ///< unknown (or open members): places, sorted
    std::vector<std::string> errors;   ///< error: codes, sorted
    /// Unknown: what it is at least and at most, like `text`; empty where nothing is known or
    /// nothing is said by it.
    std::string atLeast;
    std::string atMost;
    PlaceReasons reasons{};  ///< of `missing`
};

struct OutputRow {
    bool certain = true;
    std::vector<std::pair<std::string, ShownValue>> fields;
};

struct OutputValue {
    std::string name;
    bool list = false;
    ShownValue value;                             ///< not a list
    std::vector<OutputRow> rows;                  ///< a list
    std::vector<std::vector<OutputRow>> choices;  ///< the other outcomes that are equally right
    /// Of a group: key of the record that it counts with, when that is another. A list then has no
    /// rows; a value stands in each member all the same.
    std::string claimedWith;
};

struct FindingResult {
    std::string code;
    std::uint8_t severity = 0;  ///< bytecode::Severity
    std::string on;             ///< place, `visit` style record name for the record itself
    std::string because;
    std::string rule;
    std::vector<std::string> sources;
    std::string remedy;
    std::vector<std::pair<std::string, ShownValue>> slots;
    std::optional<std::int64_t> atStake;  ///< cents; absent: not stated or not known
    bool shared = false;                  ///< about a group: stands in each member, counted once
    std::uint32_t sharedRow =
        0;  ///< number of the group's first member among all records, in the order of keys
    bool counted = true;  ///< false in members of the group other than its first
};

struct UndeterminedResult {
    std::string rule;
    std::string on;
    std::vector<std::string> missing;
    PlaceReasons reasons{};  ///< of `missing`
};

struct ErrorResult {
    std::string rule;
    std::string on;
    std::string code;
    std::string message;
};

struct DecidedResult {
    std::string decision;  ///< short name
    std::string on;        ///< place; empty for the record itself
    ShownValue value;
    std::string boundBy;  ///< first by name of those that bind; empty: none
    std::vector<std::string> alsoBoundBy;
};

struct RecordResult {
    std::string key;
    std::vector<OutputValue> outputs;
    std::vector<FindingResult> findings;           ///< by code, on, rule
    std::vector<UndeterminedResult> undetermined;  ///< by rule, on
    std::vector<ErrorResult> errors;               ///< by rule, on, code
    std::vector<DecidedResult> decided;            ///< by decision, on
    std::int64_t budgetSpent = 0;
    /// A rejected record belongs to one of its groups, or may: sums and pools over the group may be
    /// too low.
    bool besideRejected = false;
};

}  // namespace proviso
