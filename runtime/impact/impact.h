#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/decision/result.h"
#include "runtime/impact/record_difference.h"
#include "runtime/values/decimal.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What exchanging one pack set for another does to many records, counted.
namespace proviso::impact {

/// Sums of money are kept with so many decimals; a value with more is not summed and counts as not
/// known.
inline constexpr int kMoneyScale = 4;

struct Money {
    Total sum;                  ///< of what is known
    std::uint64_t known = 0;    ///< values in `sum`
    std::uint64_t unknown = 0;  ///< values that are not, or cannot be, told

    void add(const std::optional<std::int64_t>& amount);
};

/// Both sides of a sum.
struct MoneyChange {
    Money before;
    Money after;
};

struct FindingTally {
    std::uint8_t severity = 0;  ///< bytecode::Severity, of the new set where it has the finding
    std::uint64_t before = 0;
    std::uint64_t after = 0;
    std::uint64_t gained = 0;
    std::uint64_t lost = 0;
    std::uint64_t changed = 0;  ///< says something else, or puts something else at stake
    Total stakeBefore;          ///< cents
    Total stakeAfter;
};

struct RuleTally {
    std::uint64_t records = 0;  ///< in which something of the rule's differs
    std::uint64_t findingsGained = 0;
    std::uint64_t findingsLost = 0;
    std::uint64_t findingsChanged = 0;
    std::uint64_t bindsNow = 0;  ///< decisions that it binds and did not before
    std::uint64_t bindsNoLonger = 0;
    std::uint64_t undeterminedGained = 0;
    std::uint64_t undeterminedLost = 0;
    std::uint64_t errorsGained = 0;
    std::uint64_t errorsLost = 0;
};

/// Records that have one value in a field.
struct GroupTally {
    std::uint64_t records = 0;  ///< decided by both
    std::uint64_t changed = 0;
    std::uint64_t gained = 0;  ///< findings
    std::uint64_t lost = 0;
    std::uint64_t undeterminedGained = 0;
    std::uint64_t undeterminedLost = 0;
    Total stakeBefore;  ///< cents
    Total stakeAfter;
    std::map<std::string, MoneyChange> money;  ///< by money output
};

/// A decision or an output of one value.
struct ValueTally {
    std::uint64_t records = 0;       ///< with another value
    std::uint64_t otherReasons = 0;  ///< decisions: the same value, bound by other rules
    std::map<std::string, std::uint64_t> moves;  ///< `general -> direct`
};

struct ListTally {
    std::uint64_t records = 0;
    std::uint64_t rowsBefore = 0;
    std::uint64_t rowsAfter = 0;
    std::uint64_t gained = 0;
    std::uint64_t lost = 0;
    std::uint64_t changed = 0;
    std::map<std::string, std::uint64_t> columns;  ///< rows in which it differs
    std::map<std::string, MoneyChange> sums;       ///< of money and whole numbers
};

/// What is known about a record beside its decisions.
struct RecordFacts {
    std::vector<std::string> groups;  ///< parallel to ImpactShape::by; empty: not known
    std::vector<Money> sums;          ///< parallel to ImpactShape::sums
};

/// Which columns of outputs can be summed, and what records are told apart by.
struct ImpactShape {
    std::vector<std::string> by;    ///< fields
    std::vector<std::string> sums;  ///< money fields of the records, `items.price`
    struct Column {
        bool money = false;  ///< otherwise a whole number
        int scale = 0;
    };
    std::map<std::string, Column> values;                           ///< outputs of one value
    std::map<std::pair<std::string, std::string>, Column> columns;  ///< list, column

    /// The outputs of both programs; what is money in one and not in the other is not summed.
    static ImpactShape of(const bytecode::Program& before, const bytecode::Program& after);
};

/// Adds records up, in any order and with the same outcome. One thread at a time. What it holds
/// grows with the rules and codes there are, not with the records.
class Impact {
  public:
    explicit Impact(ImpactShape asked) : shape(std::move(asked)) {}

    /// `difference` is differenceOf both.
    void add(const RecordResult* before,
             const RecordResult* after,
             const RecordDifference& difference,
             const RecordFacts& facts);

    bool nothingChanged() const { return changed == 0 && onlyBefore == 0 && onlyAfter == 0; }

    ImpactShape shape;
    std::uint64_t both = 0;  ///< records that both sets decided
    std::uint64_t changed = 0;
    std::uint64_t onlyBefore = 0;
    std::uint64_t onlyAfter = 0;
    std::uint64_t findingsOnlyBefore = 0;  ///< of those records, and in no other number here
    std::uint64_t findingsOnlyAfter = 0;
    Total stakeOnlyBefore;
    Total stakeOnlyAfter;
    std::uint64_t findingsBefore = 0;
    std::uint64_t findingsAfter = 0;
    std::uint64_t gained = 0;
    std::uint64_t lost = 0;
    std::uint64_t undeterminedBefore = 0;  ///< answers
    std::uint64_t undeterminedAfter = 0;
    std::uint64_t undeterminedGained = 0;
    std::uint64_t undeterminedLost = 0;
    std::uint64_t errorsGained = 0;
    std::uint64_t errorsLost = 0;
    Total stakeBefore;  ///< cents
    Total stakeAfter;
    std::map<std::string, FindingTally> codes;
    std::map<std::string, RuleTally> rules;
    std::vector<std::map<std::string, GroupTally>> groups;  ///< parallel to shape.by
    std::map<std::string, ValueTally> decisions;
    std::map<std::string, ValueTally> outputs;
    std::map<std::string, ListTally> lists;
    std::map<std::string, MoneyChange> money;  ///< by output of one value
    std::vector<Money> sumsOfChanged;          ///< parallel to shape.sums
    std::map<std::string, std::uint64_t> otherwise;

  private:
    struct Counted;
    void addFindings(const RecordResult& before, const RecordResult& after, Counted& counted);
    void addValues(const RecordResult& before, const RecordResult& after, Counted& counted);
    void addDifference(const RecordDifference& difference);
    void addRules(const RecordDifference& difference);
};

/// `$1,204.50`, or words where it is more than can be counted.
std::string moneyText(const Total& sum, int scale);
/// `1204.50`; empty where it is more than can be counted.
std::string decimalText(const Total& sum, int scale);
/// The difference of two sums.
Total differenceOf(const Total& before, const Total& after);

}  // namespace proviso::impact
