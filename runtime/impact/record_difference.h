#pragma once

#include "runtime/decision/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What two pack sets decide differently about one record.
namespace proviso::impact {

enum class Side : std::uint8_t {
    Gained,  ///< only the new set says it
    Lost,    ///< only the old set says it
    Changed
};

/// "gained", "lost", "changed".
const char* sideName(Side side);

struct FindingDifference {
    Side side = Side::Changed;
    std::optional<FindingResult> before;
    std::optional<FindingResult> after;

    const FindingResult& known() const { return after ? *after : *before; }
};

/// A value that is one: an output, or a decision on some row.
struct ValueDifference {
    std::string name;
    std::string on;  ///< empty for the record itself
    std::string before;
    std::string after;
    std::string boundBefore;  ///< decisions: the rules that bind
    std::string boundAfter;

    bool sameValue() const { return before == after; }
};

/// A row of a list. Rows are paired by what they say, then by their first column, in order.
struct RowDifference {
    Side side = Side::Changed;
    std::string list;
    std::string row;  ///< its first column
    struct Field {
        std::string name;
        std::string before;
        std::string after;
    };
    std::vector<Field> fields;  ///< changed: those that differ; otherwise all
};

/// An answer that cannot be given, or a rule that fails.
struct TroubleDifference {
    Side side = Side::Changed;
    std::string rule;
    std::string on;
    std::string before;  ///< the places that are missing, or the error
    std::string after;
};

struct RecordDifference {
    std::string key;
    bool decidedBefore = true;
    bool decidedAfter = true;
    std::vector<FindingDifference> findings;
    std::vector<ValueDifference> outputs;
    std::vector<RowDifference> rows;
    std::vector<ValueDifference> decisions;
    std::vector<TroubleDifference> undetermined;
    std::vector<TroubleDifference> errors;
    std::vector<std::string> otherwise;  ///< what else differs, in words

    /// Whether the two decisions are other bytes.
    bool differs() const;
};

/// Compares what was decided about one record; at least one side must be there. Where only one
/// side decided, nothing but that is said.
RecordDifference differenceOf(const RecordResult* before, const RecordResult* after);

/// Those of a record's findings that it counts: one that records share counts with its first
/// member, once a rule.
std::vector<const FindingResult*> countedFindings(const RecordResult& result);

}  // namespace proviso::impact
