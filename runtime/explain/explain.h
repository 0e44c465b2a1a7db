#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/decision/result.h"
#include "runtime/engine/interpreter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Why a record was decided as it was: the rules with their clauses, the values these read, the
/// dated rows that were in force, their sources, what exceptions took away and which contribution
/// bound. Read from the registers of a run, so that an explanation can say nothing that the
/// decision does not rest on.
namespace proviso {

/// One clause, value or row, with what it rests on.
struct ExplainedNode {
    std::string kind;   ///< `all`, `any`, `not`, `test`, `field`, `definition`, `decision`,
                        ///< `parameter`, `table`, `total`, `row`, `value`
    std::string text;   ///< as the pack says it, or a place
    std::string value;  ///< for people; `not shown` for private fields
    State state = State::Value;
    std::string place;    ///< field: where in the record
    std::string inForce;  ///< parameter, table: `from 2025-01-01 through 2025-12-31`
    std::vector<std::string> sources;
    std::vector<std::string> missing;
    PlaceReasons reasons{};  ///< of `missing`
    std::vector<ExplainedNode> children{};
};

/// What a rule or an exception came to on one row.
enum class ExplainedOutcome : std::uint8_t {
    Applies,
    DoesNotApply,
    NotInForce,
    Excepted,
    CannotBeDetermined,
    Fails
};

struct ExplainedException {
    std::string name;
    std::string label;
    std::vector<std::string> sources;
    ExplainedOutcome outcome = ExplainedOutcome::DoesNotApply;
    std::string because;
    std::optional<ExplainedNode> condition;
};

struct ExplainedEffect {
    std::string said;  ///< `require supervision at least direct`, `report LATE`
    std::string on;
    std::string because;
    bool spoke = false;
    bool binds = false;  ///< a contribution that the decision rests on
    std::string by;      ///< the exception that says it, if any
};

struct ExplainedRule {
    std::string name;
    std::string label;
    std::string layer;
    std::string place;  ///< file and line
    std::string on;
    std::string inForce;
    std::vector<std::string> sources;
    ExplainedOutcome outcome = ExplainedOutcome::DoesNotApply;
    std::vector<std::string> missing;
    PlaceReasons reasons{};           ///< of `missing`
    std::vector<std::string> errors;  ///< code and text
    std::optional<ExplainedNode> condition;
    std::vector<ExplainedException> exceptions;
    std::vector<ExplainedEffect> effects;
};

struct Explanation {
    std::string key;
    std::vector<DecidedResult> decided;
    std::vector<ExplainedRule> rules;  ///< by name, then place
    bool unsignedPacks = false;        ///< as RunStamp says; whoever asked sets it
};

struct ExplainOptions {
    /// A rule's name, or its last part; absent: every rule that applies, is excepted, or cannot be
    /// determined.
    std::optional<std::string> rule;
    bool showPrivate = false;
};

/// Explains one entry record of the block that `run` has just evaluated; `result` is what was
/// decided about it.
Explanation explain(const Interpreter& run,
                    const Batch& batch,
                    std::uint32_t record,
                    const RecordResult& result,
                    const ExplainOptions& options);

std::string_view outcomeName(ExplainedOutcome outcome);

/// One line a rule, for those who only need to know what to do.
std::string explanationLines(const Explanation& explanation);
/// A page for those who need to know why.
std::string explanationPage(const Explanation& explanation);
/// One JSON object, with fixed order of keys.
std::string explanationJson(const Explanation& explanation);

}  // namespace proviso
