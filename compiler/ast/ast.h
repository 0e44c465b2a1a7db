#pragma once

#include "compiler/ast/expression.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The abstract syntax of one pack, apart from the parser's own tree. Every node has a span;
/// nothing here is resolved or typed. Immutable after parsing.
namespace proviso::ast {

/// `money`, `minutes`, `list of item`, `set of mark`, `number with 4 decimals`.
struct TypeName {
    Span span;
    enum class Shape : std::uint8_t {
        Plain,
        List,
        Set
    } shape = Shape::Plain;
    Name name;  ///< the plain type, or the element of a list or set
    std::optional<int> decimals;
};

struct Enumeration {
    Name name;
    std::optional<Text> label;
    struct Member {
        Name name;
        std::optional<Text> label;
    };
    std::vector<Member> members;
};

/// The facts that satisfy a step, by date; one entry with an open period where the text gives no
/// dates.
struct SatisfiedBy {
    Period period;
    std::vector<Name> facts;
};

struct ScaleStep {
    Name name;
    std::optional<Text> label;
    std::vector<SatisfiedBy> satisfied;
};

struct Scale {
    Name name;
    Name factEnumeration;
    std::optional<Text> label;
    std::vector<ScaleStep> steps;  ///< loosest first
};

/// `step in_area of supervision ... end`: a step that another pack adds to a scale.
struct StepDeclaration {
    Name scale;
    std::vector<Text> sources;
    ScaleStep step;
};

struct CodeSet {
    Name name;
    std::optional<Name> base;  ///< `codes timed of procedure`
    bool open = false;         ///< values that are not listed are accepted too
    std::vector<Text> sources;
    struct Entry {
        Name code;
        std::optional<Text> label;
        std::optional<Period> period;
    };
    std::vector<Entry> entries;
};

struct Field {
    Name name;
    TypeName type;
    bool key = false;
    bool optional = false;
    bool isPrivate = false;
    bool shown = false;
    bool isSigned = false;
    std::optional<Text> foreignName;  ///< `named "end"`
    std::optional<Text> label;
    std::optional<std::int64_t> atMost;
    bool absentMeansNone = false;
    std::optional<ExpressionPtr> absentMeans;
};

struct Record {
    Name name;
    std::optional<Text> label;
    std::optional<Name> datedBy;
    std::vector<Name> correctedBy;
    std::optional<Name> voidedBy;
    std::vector<Field> fields;
};

struct Grouping {
    Name name;
    Name record;
    std::vector<Name> keys;
    std::vector<Name> order;
    std::optional<Name> datedBy;
    bool complete = false;
};

struct Decision {
    Name name;
    Name record;
    std::optional<Text> label;
    std::optional<ExpressionPtr> when;
    TypeName type;
    std::optional<Name> combinedBy;  ///< none: `exactly one`
    struct Need {
        Name layer;
        std::optional<ExpressionPtr> when;
    };
    std::vector<Need> needs;
};

struct Slot {
    Name name;
    TypeName type;
};

struct Finding {
    Name name;
    Name severity;
    Text title;
    std::vector<Slot> slots;
    std::optional<Template> remedy;
};

struct Output {
    Name name;
    Name record;
    std::vector<Name> fields;  ///< empty: every field and decision of the listed rows
    bool choices = false;
};

struct DatedValue {
    Period period;
    std::optional<DateLiteral> published;
    ExpressionPtr value;
    std::vector<Text> sources;
};

struct Parameter {
    Name name;
    TypeName type;
    std::optional<Text> label;
    std::vector<Text> sources;
    std::vector<DatedValue> values;
};

struct TableCell {
    Span span;
    enum class Kind : std::uint8_t {
        Any,
        Dash,
        Unknown,
        Word,
        AtLeast,
        AtMost,
        Exceeds,
        Below,
        Values
    } kind = Kind::Any;
    std::string text;  ///< the reason of `unknown "..."`, or the word `from`, `through`,
                       ///< `published`, `source`
    std::vector<ExpressionPtr> values;
};

struct Table {
    Name name;
    std::optional<Text> label;
    Name hitPolicy;
    std::vector<Text> sources;
    std::vector<Slot> given;
    std::vector<Slot> gives;
    std::optional<Text> file;  ///< `from "rows.csv"`, beside the pack
    struct Row {
        Span span;
        std::vector<TableCell> cells;
    };
    std::vector<Row> rows;  ///< the first is the header
};

struct Define {
    Name name;
    Name record;
    std::optional<TypeName> type;
    std::optional<Text> label;
    std::vector<Text> sources;
    std::vector<DatedValue> values;  ///< one with an open period where the text says `as`
};

struct Collect {
    Name name;
    Name parent;
    std::optional<Text> label;
    std::vector<Text> sources;
    ExpressionPtr over;  ///< a path
    Name binder;
    std::vector<ExpressionPtr> onePer;
    bool onePerInstant = false;  ///< onePer then holds the two paths
    std::optional<std::int64_t> atMost;
    struct RowField {
        Name name;
        ExpressionPtr value;
    };
    struct Row {
        Span span;
        std::optional<ExpressionPtr> when;
        std::vector<RowField> fields;
    };
    std::vector<Row> rows;
    std::vector<Name> order;
};

struct LocalDefine {
    Name name;
    ExpressionPtr value;
};

struct Target {
    Span span;
    Name decision;
    ExpressionPtr row;  ///< a path
};

/// A value, or values by date.
using DatedChoice = std::vector<DatedValue>;

struct Require {
    Target target;
    bool atMost = false;
    DatedChoice value;
};
struct Add {
    Target target;
    std::vector<ExpressionPtr> members;
};
struct Set {
    Target target;
    DatedChoice value;
};
struct Report {
    Name finding;
    ExpressionPtr row;
    struct SlotValue {
        Name name;
        ExpressionPtr value;
    };
    std::vector<SlotValue> slots;
    std::optional<ExpressionPtr> atStake;
};

struct Action {
    Span span;
    std::variant<Require, Add, Set, Report> body;
    std::optional<Template> because;
};

struct Rule {
    Name name;
    std::optional<Text> label;
    std::vector<Text> sources;
    Period period;
    std::optional<DateLiteral> published;
    Name binder;
    std::optional<Name> secondBinder;  ///< `for each pair a, b in ...`
    std::optional<ExpressionPtr>
        in;  ///< a path; none: the record or grouping that the binder names
    std::vector<LocalDefine> defines;
    std::optional<ExpressionPtr> when;
    std::optional<ExpressionPtr> unless;
    std::vector<Action> actions;
};

struct Exception {
    Name name;
    QualifiedName target;
    std::optional<Text> label;
    std::vector<Text> sources;
    Period period;
    std::optional<DateLiteral> published;
    std::vector<LocalDefine> defines;
    std::optional<ExpressionPtr> when;
    std::optional<ExpressionPtr> unless;
    std::optional<Action> instead;  ///< none: waive
    std::optional<Template> because;
};

struct Layer {
    Name name;
    Name kind;  ///< law or policy
    std::vector<Name> exceptedBy;
    bool tightensOnly = false;
};
struct Layers {
    std::vector<Layer> layers;
};

// ---- tests in packs

struct GivenField;
struct GivenBlock {
    Span span;
    std::vector<GivenField> fields;
    std::vector<ExpressionPtr> values;  ///< `{ red, blue }`
};
struct GivenField {
    Name name;
    ExpressionPtr value;   ///< null when blocks are given
    bool unknown = false;  ///< `field unknown`: left absent although a sample gives it
    std::vector<GivenBlock> blocks;
};
struct Sample {
    Name name;
    Name record;
    std::vector<GivenField> fields;
};
struct Given {
    Span span;
    Name record;
    std::optional<Name> binder;
    std::optional<Name> like;
    std::vector<GivenField> fields;
};

struct Expectation {
    Span span;
    enum class Kind : std::uint8_t {
        Undetermined,
        Error,
        NoFinding,
        NoFindings,
        Finding,
        Rows,
        Value
    } kind = Kind::Value;
    QualifiedName name;         ///< rule or finding
    std::optional<Text> place;  ///< `on` what, as written
    std::vector<Text> missing;
    ExpressionPtr subject;  ///< Rows, Value; a bare finding name also arrives as Value
    bool negated = false;
    bool none = false;    ///< `are none`
    ExpressionPtr value;  ///< Value: the right side of `is`, null when the subject stands alone
    std::vector<GivenBlock> blocks;  ///< Rows, or a Value with a set
    std::optional<QualifiedName> becauseOf;
};

struct Test {
    Text title;
    std::optional<DateLiteral> knownAsOf;
    std::vector<Given> given;
    std::vector<Expectation> expectations;
};

using Item = std::variant<Layers,
                          Enumeration,
                          Scale,
                          StepDeclaration,
                          CodeSet,
                          Record,
                          Grouping,
                          Decision,
                          Finding,
                          Parameter,
                          Table,
                          Define,
                          Collect,
                          Rule,
                          Exception,
                          Output,
                          Sample,
                          Test>;

struct ItemNode {
    Span span;
    Item item;
};

struct Pack {
    SourceId source;
    QualifiedName name;
    std::optional<Name> layer;
    std::optional<Text> version;
    std::optional<Text> title;
    std::vector<QualifiedName> uses;
    std::vector<ItemNode> items;
};

}  // namespace proviso::ast
