#pragma once

#include "tests/differential/generator.h"
#include "tests/differential/random.h"

#include <cstdint>
#include <string>
#include <vector>

/// What the generator knows about the pack set it is writing.
namespace proviso::differential {

struct ValueType {
    enum class Kind : std::uint8_t {
        YesNo,
        Number,
        Money,
        Minutes,
        Days,
        Date,
        Text,
        Enumeration,
        Code
    } kind = Kind::YesNo;
    int scale = 0;
    std::size_t ref = 0;  ///< enumeration or code set

    bool operator==(const ValueType&) const = default;
};

struct Column {
    std::string name;  ///< nested records' fields are dotted
    ValueType type;
    bool isPrivate = false;
    bool optional = false;
    bool maybeUnknown = false;  ///< optional, and absence has no meaning
    bool isSigned = false;
    bool stored = false;
    bool attested = false;       ///< a yes or no with who said it and when
    std::string foreign = {};    ///< name in the input where it is another
    bool ownerRequired = false;  ///< of a nested record that must be there
    bool few = false;            ///< one of few values, so that rows agree
};

/// A decision that is a scale's step or a set.
struct MemberDecision {
    std::string name;
    bool isStep = false;
    std::size_t ref = 0;  ///< scale or code set
};

inline constexpr std::size_t kNoSpace = 999;

struct Space {
    enum class Kind : std::uint8_t {
        Record,
        List,
        Group,
        Collected
    } kind = Kind::Record;
    std::string name;
    std::string listName;
    std::size_t parent = kNoSpace;
    bool dated = true;
    bool scalar = false;
    bool apportioned = false;       ///< something under it is
    bool keyed = false;             ///< Collected: one row a key
    bool instants = false;          ///< Collected: one row an instant
    std::size_t record = kNoSpace;  ///< Group: whose rows are grouped
    std::vector<std::string> keys;  ///< Group: names of columns
    std::vector<std::string> order;
    bool complete = true;
    std::size_t source = kNoSpace;  ///< Collected: the rows it is made of
    std::vector<Column> columns;
    std::vector<MemberDecision> decisions;
};

struct Enumeration {
    std::string name;
    std::vector<std::string> members;
};

struct CodeSet {
    std::string name;
    std::size_t base = kNoSpace;
    bool open = false;
    std::vector<std::string> codes;
};

struct Scale {
    std::string name;
    std::size_t facts = 0;
    std::vector<std::string> steps;
};

struct Parameter {
    std::string name;
    ValueType type;
};

struct Table {
    std::string name;
    std::vector<ValueType> given;
    std::vector<Column> gives;
};

/// Deeper folds over whole groups cost more than a rule may.
inline constexpr int kMostFolds = 2;

/// A row that an expression may name, or a list of rows.
struct Variable {
    std::string text;
    std::size_t space = 0;
    std::vector<std::size_t> way = {};  ///< a list: from its rows up, without the row it stands in
    bool ordered = false;               ///< a list: every grouping on the way has an order
    bool incomplete = false;            ///< a list: one of them is incomplete
};

/// Where an expression stands. The first variable is the row of the rule or definition.
struct Scope {
    std::vector<Variable> variables;
    bool dated = true;           ///< a date selects what is in force
    bool inferred = false;       ///< the type comes from the expression: no bare members
    std::vector<Column> locals;  ///< what a rule defines for itself
    bool bare = true;            ///< what contains the first row can be named alone
    int folds = 0;               ///< how many lists are being run over around this place
};

struct World {
    explicit World(std::uint64_t seed) : random(seed) {}

    Random random;
    std::vector<Enumeration> enumerations;
    std::vector<CodeSet> codeSets;  ///< bases and selections
    std::vector<Scale> scales;
    std::vector<Space> spaces;  ///< [0] is the entry record
    std::vector<Parameter> parameters;
    std::vector<Table> tables;
    int names = 0;

    std::string fresh(const std::string& prefix) { return prefix + std::to_string(++names); }
    std::string date();  ///< near one of a few boundaries
    /// Mostly one of a few words, so that texts are equal; else words in an order and spelling of
    /// their own.
    std::string text();
    std::int64_t boundary(std::size_t index) const;

    std::vector<std::size_t> groups() const;
    /// Groups that rows of a space are in: of a group those it nests in.
    std::vector<std::size_t> groupsOf(std::size_t space) const;
    /// Whether all groupings nest in one another.
    bool isOneClass() const;
    /// Whether a row of one space leads up to one of another.
    bool reaches(std::size_t from, std::size_t to) const;
    /// Rows that can be named from a variable: itself, what contains it, and groups.
    std::vector<Variable> rowsFrom(const Variable& variable, bool isFirst);
    std::vector<Variable> rows(const Scope& scope);
    /// Lists of those rows: text of the path and the rows' space.
    std::vector<Variable> lists(const Scope& scope);
    std::vector<Variable> listsOf(const Variable& row) const;
    /// The start of a space collected of `parent` over one of its lists, with a name of its own.
    Space collected(const std::string& prefix, std::size_t parent, const Variable& list);

  private:
    void addList(std::vector<Variable>& found,
                 const Variable& outer,
                 std::size_t owner,
                 const std::string& name,
                 std::vector<std::size_t> way) const;
    bool isOrdered(const std::vector<std::size_t>& way, std::size_t owner) const;
};

/// Writes expressions. All compound ones come in parentheses.
class ExpressionWriter {
  public:
    explicit ExpressionWriter(World& world) : world_(world), random_(world.random) {}

    std::string value(const Scope& scope, const ValueType& type, int depth);
    std::string condition(const Scope& scope, int depth);
    std::string literal(const ValueType& type);
    /// A stored, computed or decided value that may be shown; empty where there is none.
    std::string visible(const Scope& scope, const ValueType& type);
    std::string visibleAny(const Scope& scope);

  private:
    std::string leaf(const Scope& scope, const ValueType& type);
    std::string number(const Scope& scope, const ValueType& type, int depth);
    std::string amount(const Scope& scope, const ValueType& type, int depth);
    std::string dateValue(const Scope& scope, int depth);
    std::string choice(const Scope& scope, const ValueType& type, int depth);
    std::string called(const Scope& scope, const ValueType& type, int depth);
    std::string ofTexts(const Scope& scope, const ValueType& type, int depth);
    std::string listTest(const Scope& scope);
    std::string folded(const Scope& scope, const ValueType& type, int depth);
    std::string chosenRow(const Scope& scope, const ValueType& type, int depth);
    std::string looked(const Scope& scope, const ValueType& type, int depth);
    std::string compared(const Scope& scope, int depth);
    std::string equality(const Scope& scope, int depth);
    std::string membership(const Scope& scope, int depth);
    std::string overRows(const Scope& scope, int depth);
    std::string
    over(const Variable& list, const std::string& binder, const Scope& inner, int depth);
    std::string
    windows(const Variable& list, const Scope& outer, const Scope& inner, bool& looksThrough);
    std::string simpleCondition(const Scope& child, const Scope& asking);
    std::string decisionTest(const Scope& scope);
    std::string fallback(const Scope& scope, const ValueType& type, int depth);
    ValueType quantity();

    World& world_;
    Random& random_;
};

std::string typeText(const World& world, const ValueType& type);

/// One JSON object of the entry record.
std::vector<std::string> writeRecords(World& world, std::size_t count);

}  // namespace proviso::differential
