#pragma once

#include "runtime/bytecode/schema.h"
#include "runtime/values/type.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The bytecode: straight-line dataflow over row spaces. An instruction's number is its register;
/// it reads only earlier ones. There are no jumps: a rule that does not apply is a column of `no`.
/// The only thing that compiler and engines share. Immutable once verified; may then be read from
/// any thread.
namespace proviso::bytecode {

using Register = std::uint32_t;
inline constexpr std::uint32_t kNone = kNoIndex;

/// Raised whenever the meaning of a number below changes.
inline constexpr std::uint32_t kFormatVersion = 2;

enum class Op : std::uint8_t {
#define PROVISO_OP(number, name, family, weight, operands, meaning) name = (number),
#include "runtime/bytecode/ops.def"
#undef PROVISO_OP
};

struct Instruction {
    Op op{};
    std::uint8_t mode = 0;         ///< comparison, rounding or direction, by op
    Type type;                     ///< of the column; kind None for links
    std::uint32_t space = kNone;   ///< S: the rows of this register
    std::uint32_t target = kNone;  ///< a link: the space it leads to
    std::uint32_t index = kNone;
    std::int64_t immediate = 0;
    std::vector<Register> operands;
};

/// The row space whose rows an instruction makes; kNone for most.
inline std::uint32_t spaceMadeBy(const Instruction& one) {
    switch (one.op) {
    case Op::GroupBy:
    case Op::BuildKeyed:
        return one.index;
    case Op::BuildRows:
    case Op::BuildPairs:
    case Op::BuildProduct:
    case Op::BuildWindow:
    case Op::BuildInstants:
    case Op::BuildCovers:
        return one.space;
    default:
        return kNone;
    }
}

/// Both ends inclusive; days since 1970-01-01. `published` is the earliest day the text was known.
struct InForcePeriod {
    std::int64_t from = INT64_MIN;
    std::int64_t through = INT64_MAX;
    std::int64_t published = INT64_MIN;
};

struct DatedValue {
    InForcePeriod period;
    std::int64_t value = 0;  ///< texts and codes: index into texts
    std::vector<std::string> sources;
};
/// Of several values in force on a date the one published latest applies.
struct Parameter {
    std::string name;
    Type type;
    std::vector<DatedValue> values;
    std::vector<std::string> sources;
};

struct CodeSet {
    std::string name;
    std::uint32_t base = kNone;  ///< index into Schema::codes
    struct Entry {
        std::uint32_t text = 0;  ///< index into texts
        std::int64_t from = INT64_MIN;
        std::int64_t through = INT64_MAX;
    };
    std::vector<Entry> entries;
};

struct Scale {
    std::string name;
    std::uint32_t enumeration = kNone;
    struct Accepts {
        std::int64_t from = INT64_MIN;
        std::int64_t through = INT64_MAX;
        std::uint64_t facts = 0;  ///< bit by member index; at most 63 members
    };
    struct Step {
        std::string name;
        std::vector<Accepts> accepts;
        std::vector<std::string> sources;
    };
    std::vector<Step> steps;
};

struct Table {
    std::string name;
    std::vector<Type> given;
    std::vector<Type> gives;
    bool firstHit = false;
    struct Cell {
        enum class Test : std::uint8_t {
            Any = 0,
            OneOf = 1,
            AtLeast = 2,
            AtMost = 3,
            Exceeds = 4,
            Below = 5
        } test = Test::Any;
        std::vector<std::int64_t> values;
    };
    struct Result {
        bool unknown = false;
        std::string why;
        std::int64_t value = 0;
    };
    struct Row {
        std::vector<Cell> cells;
        std::vector<Result> results;
        InForcePeriod period;
        std::string source;
    };
    std::vector<Row> rows;
    std::vector<std::string> sources;
};

/// What a BuildWindow asks. Its operands after the two links, in this order: the mask (col C) if
/// `hasMask`; for each of `compares` a col C and a col A; for each of `dates` a col C date, col A
/// from, col A through; for each of `orders` a col C rank and a link C->L and, for the first
/// `upToOrders` of them, a col A rank and a link A->L; the marker (col C) if `since`.
///
/// A row c is in the window of a where all of these hold, as `And` says: the mask; the comparisons;
/// from <= date <= through; with `upTo`, c comes before a's row, or is it or lies below it (unless
/// exclusive); with `since`, for no row m of which all the former hold: marker of m and m is c or
/// comes after c; with `lastRows`, fewer than that many of those rows come after c. Rows that tie
/// come after each other unknown. Rows not in the window make no row; others say by SecondExists
/// whether they are certain.
struct WindowInfo {
    bool hasMask = false;
    std::vector<std::uint8_t> compares;  ///< modes of Compare: c `mode` a
    std::uint32_t dates = 0;             ///< how many
    std::vector<std::string> orders;  ///< for each, outermost first, the place missing where rows
                                      ///< tie: `order:sequence`
    enum class UpTo : std::uint8_t {
        None = 0,
        Inclusive = 1,
        Exclusive = 2
    } upTo = UpTo::None;
    std::uint32_t upToOrders = 0;
    bool since = false;
    std::int64_t lastRows = 0;  ///< 0: all
};

// ---- what the registers mean to people: symbols, rules, decisions, outputs, clauses ------------

/// A value, or a decision that is a set of members, one register a member.
struct Shown {
    std::string name;
    Type type;
    Register value = kNone;  ///< values
    std::vector<Register>
        members;            ///< Set and Step: parallel to Schema::codes[].members or Scale::steps
    Register date = kNone;  ///< Step: the governing date, to tell which step is strictest
    std::uint32_t decision = kNone;  ///< Set and Step, and other decisions
};

struct TextPart {
    std::string text;
    std::optional<Shown> shown;  ///< in the space of the effect's rule
    std::uint32_t slot = kNone;  ///< in a remedy
};
using Template = std::vector<TextPart>;

struct SpaceInfo {
    enum class Kind : std::uint8_t {
        Input = 0,
        Group = 1,
        Keyed = 2,
        Rows = 3,
        Pairs = 4,
        Helper = 5,
        Instants = 6,
        Covers = 7
    } kind = Kind::Input;
    std::string name;              ///< item, customer_day, invoice_line
    std::string listName;          ///< services, claim_lines
    std::uint32_t parent = kNone;  ///< owner of the list
    Register toParent = kNone;     ///< link
    Register exists = kNone;       ///< Rows and Pairs: whether the row is certain; kNone: always
    Register rank =
        kNone;  ///< position in the parent's list in declared order; kNone: input position
    Register membership = kNone;  ///< Group: link from the rows grouped
    bool complete = true;         ///< Group: as declared
    /// Group, and what hangs below one: index into Program::classes; kNone: a row belongs to one
    /// entry record.
    std::uint32_t partitionClass = kNone;
    Register first = kNone;  ///< Pairs; Covers: link to the source row
    Register second = kNone;
    std::vector<Shown> columns;  ///< every named column
};

/// Explanations repeat a clause under each clause that it stands below. The tree of a rule's or
/// exception's clause has, unfolded like that, at most so many nodes more than the program has
/// clauses.
inline constexpr std::uint32_t kMostRepeatedClauses = 10'000;

/// One node of a rule's explanation: what the text says and the register that holds its answer.
struct Clause {
    enum class Kind : std::uint8_t {
        Test,
        All,
        AnyOf,
        Not,
        Value,
        Field,
        Parameter,
        Table,
        Definition,
        Decision,
        Total,
        InForce,
        Set
    } kind = Kind::Test;
    std::string text;  ///< as written in the pack, spaces folded
    Register value = kNone;
    Type type;
    std::vector<Register> members;        ///< a Set or Step decision
    std::uint32_t detail = kNone;         ///< Parameter, Table, Set: index; Decision: index; Field:
                                          ///< column's place is found from the register
    std::vector<std::uint32_t> children;  ///< indexes into Program::clauses
    Register link = kNone;  ///< Definition: the children are about the row that this link leads to;
                            ///< kNone: the same row
};

struct Effect {
    enum class Kind : std::uint8_t {
        Contribute = 0,
        Report = 1
    } kind = Kind::Contribute;
    Register guard = kNone;  ///< in the rule's space
    std::uint32_t exception = kNone;
    Register row = kNone;  ///< link from the rule's space to the target's; kNone: the same row
    std::uint32_t decision = kNone;
    std::uint32_t member = kNone;
    Register value = kNone;  ///< in the rule's space
    std::uint32_t finding = kNone;
    std::vector<Shown> slots;
    Register atStake = kNone;
    std::optional<Template> because;
    std::string place;  ///< file:line of the text
};

struct ExceptionInfo {
    std::string name;
    std::string label;
    std::vector<std::string> sources;
    Register applies = kNone;  ///< in the rule's space
    bool waives = true;
    std::optional<Template> because;
    std::uint32_t clause = kNone;
    std::string place;
};

struct RuleInfo {
    std::string name;
    std::string pack;
    std::string layer;
    std::string label;
    std::vector<std::string> sources;
    std::uint32_t space = kNone;
    Register applies = kNone;
    Register inForce = kNone;
    std::vector<ExceptionInfo> exceptions;
    std::vector<Effect> effects;
    std::uint32_t clause = kNone;  ///< the condition; kNone: always
    InForcePeriod period;
    std::string place;
    std::int64_t cost = 0;  ///< static bound, by the declared sizes of lists
    /// For the budget: rows of each space count weight each.
    std::vector<std::pair<std::uint32_t, std::int64_t>> weights;
};

enum class Combination : std::uint8_t {
    Strictest = 0,
    Union = 1,
    Lowest = 2,
    Highest = 3,
    ExactlyOne = 4
};

struct DecisionInfo {
    std::string name;  ///< qualified
    std::string shortName;
    std::string label;
    std::uint32_t space = kNone;
    Combination combination = Combination::ExactlyOne;
    Shown shown;
    struct Contribution {
        std::uint32_t rule = kNone;
        std::uint32_t effect = kNone;
        Register guard = kNone;  ///< in the decision's space
        Register value = kNone;  ///< in the decision's space; Set and Step: kNone
    };
    std::vector<Contribution> contributions;  ///< by rule name
};

enum class Severity : std::uint8_t {
    Violation = 0,
    Warning = 1,
    Notice = 2
};
struct FindingInfo {
    std::string name;
    Severity severity = Severity::Violation;
    std::string title;
    std::vector<std::string> slots;
    std::optional<Template> remedy;
};

struct OutputInfo {
    std::string name;
    std::uint32_t space = kNone;  ///< whose output it is
    std::uint32_t rows = kNone;   ///< a list: the rows' space
    Register link = kNone;        ///< a list: link from rows to space
    std::vector<Shown> columns;   ///< a list: its columns; else the one value
    bool choices = false;
};

/// Groupings that nest in one another, with what brings all their rows together: entry records with
/// equal values of `keys` (registers of space 0 that depend on one record alone). No keys: the
/// whole input.
struct PartitionClass {
    std::string name;  ///< of its coarsest grouping
    std::vector<Register> keys;
};

struct PackInfo {
    std::string name;
    std::string version;
    std::string title;
    std::string layer;
    std::string digest;
};

struct Program {
    Schema schema;
    std::vector<std::string> texts;  ///< text and code constants; the dictionary starts with them
    std::vector<InForcePeriod> periods;
    std::vector<std::vector<InForcePeriod>> datedLists;
    std::vector<Parameter> parameters;
    std::vector<CodeSet> codeSets;
    std::vector<Scale> scales;
    std::vector<Table> tables;
    std::vector<SpaceInfo> spaces;  ///< the first are parallel to schema.spaces
    std::vector<Instruction> code;
    std::vector<RuleInfo> rules;          ///< by name
    std::vector<DecisionInfo> decisions;  ///< by name
    std::vector<FindingInfo> findings;
    std::vector<OutputInfo> outputs;
    std::vector<Clause> clauses;
    std::vector<PackInfo> packs;  ///< by name
    std::string digest;           ///< sha256 over the packs' names and digests
    std::vector<PartitionClass> classes;
    std::vector<WindowInfo> windows;
    Register outcomes = kNone;  ///< how many equally right outcomes a group has (ApportionOutcomes,
                                ///< product), in `outcomesSpace`
    std::uint32_t outcomesSpace = kNone;
};

}  // namespace proviso::bytecode
