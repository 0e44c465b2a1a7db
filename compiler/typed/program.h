#pragma once

#include "compiler/diagnostics/source.h"
#include "runtime/values/type.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The typed program: what a whole pack set says, with names resolved, types known, dates made
/// explicit and sugar gone. The checker makes it from the ASTs; analysis, lowering and the
/// reference evaluator read it. All references are indexes into the vectors of `Program`. Immutable
/// after checking.
namespace proviso::typed {

inline constexpr std::uint32_t kNone = 0xffffffffU;

using ExprId = std::uint32_t;
using SpaceId = std::uint32_t;
using LinkId = std::uint32_t;
using ColumnId = std::uint32_t;
using BinderId = std::uint32_t;
using PackId = std::uint32_t;

/// Both ends inclusive, days since 1970-01-01; open ends are the extreme int64 values.
struct Period {
    std::int64_t from = INT64_MIN;
    std::int64_t through = INT64_MAX;
};

/// When a text applies and when it became known; `published` INT64_MIN when not stated.
struct InForce {
    Period period;
    std::int64_t published = INT64_MIN;
};

struct Source {
    std::string text;
    Span span;
};

// ---- packs and vocabulary ---------------------------------------------------------------------

struct Pack {
    std::string name;
    std::string version;
    std::string title;
    std::string layer;
    std::string digest;  ///< sha256 of the exact bytes of the pack text and its table files
    SourceId source;
};

struct Layer {
    std::string name;
    bool law = false;
    std::vector<std::string> exceptedBy;
    bool tightensOnly = false;
};

struct Enumeration {
    std::string name;
    std::vector<std::string> members;
    std::vector<std::string> labels;  ///< empty text where none
    Span span;
};

struct CodeSet {
    std::string name;
    std::uint32_t base = kNone;  ///< index of the base set; kNone: this is a base
    bool open = false;
    struct Entry {
        std::string code;  ///< normalised: trimmed, upper case
        std::string label;
        Period period;
        Span span;
    };
    std::vector<Entry> entries;  ///< in declared order, which is also the order of output
    std::vector<Source> sources;
    Span span;
};

/// A scale's steps as sets of facts by date; strictest is the union of demands, so combining is
/// order-free.
struct Scale {
    std::string name;
    std::uint32_t facts = kNone;  ///< enumeration
    struct Accepts {
        Period period;
        std::vector<std::uint32_t> facts;  ///< member indexes, ascending
    };
    struct Step {
        std::string name;
        std::string label;
        PackId pack = kNone;
        std::vector<Accepts> accepts;
        std::vector<Source> sources;
        Span span;
    };
    std::vector<Step> steps;  ///< the scale's own, loosest first, then added ones by pack and name
    Span span;
};

// ---- row spaces, links, columns ---------------------------------------------------------------

enum class SpaceKind : std::uint8_t {
    Record,     ///< the entry record
    List,       ///< a list field's rows; scalar lists have the one column `value`
    Group,      ///< a grouping of the entry record
    Collected,  ///< built by `collect`
    Pairs,      ///< ordered pairs of two distinct rows of `source` under one parent
    Covers,     ///< the members of an instant: a row for each source row that covers it
};

struct Space {
    std::string name;  ///< record or grouping name: order, item, customer_day, invoice_line
    std::string
        listName;  ///< as a member of its parent: items, invoice_lines; empty for Record and Group
    std::string foreignName;  ///< List: name in the input, nested objects dotted
    bool required = false;    ///< List: absent rejects the record; otherwise absent means none
    bool scalar = false;      ///< List: of plain values, with the one column `value`
    SpaceKind kind = SpaceKind::Record;
    SpaceId parent =
        kNone;  ///< List, Collected, Pairs: the owner of the list; Record, Group: kNone
    LinkId toParent = kNone;  ///< link to `parent`
    ColumnId governingDate =
        kNone;  ///< column that dates a row, in this space or one reached by `governingPath`
    std::vector<LinkId> governingPath;  ///< links from this space to the space of governingDate
    std::optional<std::int64_t> atMost;
    std::uint32_t grouping = kNone;  ///< Group: index into groupings
    std::uint32_t collect = kNone;   ///< Collected: index into collects
    SpaceId pairsOf = kNone;         ///< Pairs
    std::vector<LinkId> pairsOver;   ///< Pairs: links from `pairsOf` up to `parent`
    LinkId first = kNone;            ///< Pairs: link to the first row of the pair; Covers: to the
                                     ///< source row. `parent` of Covers is the collected space
    LinkId second = kNone;
    std::vector<ColumnId> columns;  ///< stored, computed and decided, in declared order
    Span span;
};

/// A total function from rows of `from` to rows of `to`.
struct Link {
    enum class Kind : std::uint8_t {
        Parent,
        Group,  ///< also from a grouping to one whose keys are some of its own
        Member,
        First,
        Second,
        Origin
    } kind = Kind::Parent;
    SpaceId from = kNone;  ///< Parent: child; Group: the rows grouped, or a finer group; Member:
                           ///< source rows of `one per`; Origin: collected
    SpaceId to = kNone;
};

/// `grouping customer_day : order by customer_id, order_date ordered by sequence complete`
struct Grouping {
    SpaceId space = kNone;
    SpaceId record = kNone;  ///< the entry record, or a list inside it
    LinkId membership =
        kNone;  ///< record -> group. A row with a key that is no value leads nowhere
    std::vector<ColumnId> keys;  ///< of `record` or of a space above it; stored, or computed from
                                 ///< one record alone
    std::vector<std::vector<LinkId>>
        keyPaths;                 ///< parallel: links from `record` to the key's space
    std::vector<ColumnId> order;  ///< likewise; equal values are a tie
    std::vector<std::vector<LinkId>> orderPaths;  ///< parallel to `order`
    bool complete = false;  ///< `incomplete`: there may be rows that were never handed in
    /// Groupings of the same record whose keys are some of ours, with a link from our space to
    /// theirs.
    std::vector<LinkId> nestedIn;
    /// Columns of the entry record whose equal values bring together every row that this grouping
    /// and those it nests with can ask for; made by the checker, equal for all of them. Empty: only
    /// the whole input does.
    std::vector<ColumnId> together;
    Span span;
};

/// `collect R of P over L as x one per k ... row when c f : e ... ordered by f`
struct Collect {
    SpaceId space = kNone;
    SpaceId parent = kNone;
    std::vector<LinkId> over;    ///< links from the source rows up to `parent`, innermost first
    SpaceId source = kNone;      ///< the space of the rows run over
    BinderId binder = kNone;     ///< one source row
    std::vector<ExprId> onePer;  ///< keys; empty: each source row gives rows of its own
    LinkId members = kNone;      ///< with keys: source -> collected
    LinkId origin = kNone;       ///< without keys: collected -> source
    /// `one per instant from A to B`: a row for each stretch of time between two neighbouring ends
    /// that some source row covers, and one of unknown time where a source row's time is unknown.
    ExprId from = kNone;      ///< of the source row; Minutes
    ExprId to = kNone;        ///< the row covers from <= time < to
    SpaceId covers = kNone;   ///< the members of each instant
    ColumnId start = kNone;   ///< of the collected space: where the stretch begins
    ColumnId finish = kNone;  ///< and ends
    BinderId self = kNone;    ///< with keys: the new row itself, which field expressions may use
                              ///< through `.members`
    struct Row {
        ExprId when = kNone;
        std::vector<ExprId> fields;  ///< parallel to `fields` below
        Span span;
    };
    std::vector<Row> rows;
    std::vector<ColumnId> fields;
    std::vector<ColumnId> order;
    Span span;
};

enum class ColumnKind : std::uint8_t {
    Stored,
    Computed,
    Collected,
    Decided,
    Instant,  ///< `start` or `finish` of a row of `one per instant`
};

struct Column {
    std::string name;
    SpaceId space = kNone;
    Type type;
    ColumnKind kind = ColumnKind::Stored;
    bool canBeUnknown = false;  ///< Stored: optional without a stated meaning
    bool isPrivate = false;     ///< never shown in messages
    std::string label;
    std::uint32_t field =
        kNone;  ///< Stored: index into schema fields of its space, in declared order
    std::uint32_t definition = kNone;  ///< Computed: index into definitions
    std::uint32_t decision = kNone;    ///< Decided: index into decisions
    std::string foreignName;  ///< Stored: name in the input; nested records' fields are dotted
    bool required = false;
    bool isSigned = false;
    bool isKey = false;
    ExprId absentMeans = kNone;  ///< a constant
    Span span;
};

/// A member computed from others: dated alternatives, of which the one in force at the row's
/// governing date applies.
struct Definition {
    ColumnId column = kNone;
    PackId pack = kNone;
    BinderId binder = kNone;  ///< the row
    struct Alternative {
        InForce inForce;
        ExprId value = kNone;
        std::vector<Source> sources;
        Span span;
    };
    std::vector<Alternative> alternatives;
    std::vector<Source> sources;
    Span span;
};

struct Binder {
    std::string name;
    SpaceId space = kNone;
};

// ---- dated values and tables ------------------------------------------------------------------

struct Parameter {
    std::string name;  ///< qualified by pack
    Type type;
    std::string label;
    struct Value {
        InForce inForce;
        std::int64_t value =
            0;  ///< by type: mantissa, days, member index, 0/1; text and codes: index into `texts`
        std::vector<Source> sources;
        Span span;
    };
    std::vector<Value> values;  ///< by from, then published
    std::vector<Source> sources;
    Span span;
};

struct Table {
    std::string name;  ///< qualified by pack
    struct Field {
        std::string name;
        Type type;
    };
    std::vector<Field> given;
    std::vector<Field> gives;
    bool firstHit = false;  ///< otherwise unique
    struct Cell {
        enum class Test : std::uint8_t {
            Any,
            OneOf,
            AtLeast,
            AtMost,
            Exceeds,
            Below
        } test = Test::Any;
        std::vector<std::int64_t> values;
    };
    struct Result {
        bool unknown = false;  ///< `unknown "why"`
        std::string why;
        std::int64_t value = 0;
    };
    struct Row {
        std::vector<Cell> cells;
        std::vector<Result> results;
        InForce inForce;
        std::string source;  ///< of the row, may be empty
        Span span;
    };
    std::vector<Row> rows;
    std::vector<Source> sources;
    Span span;
};

// ---- expressions ------------------------------------------------------------------------------

/// Each kind's operands and payload stand in its comment. `row` operands have type Row.
enum class ExprKind : std::uint8_t {
    // rows
    BinderRow,  ///< payload binder
    UpRow,      ///< operand row; payload link: the row that link leads to. Absent key: unknown
    FoldRow,    ///< as Fold with FoldKind Only, First, FirstDescending, Latest, Earliest; gives a
                ///< row or not applicable
    // leaves
    Constant,       ///< payload value (by type; Text and Code: index into Program::texts)
    ReadColumn,     ///< operand row; payload column (not a decision of type Set or Step)
    ReadMember,     ///< operand row; payload column (a Set or Step decision), value: member: entry
                    ///< index of the base set, or step
    ReadParameter,  ///< operand date; payload parameter. No row in force: error
    LookupTable,    ///< operands arguments..., date; payload table, value: index of the output
    NotApplicable,  ///< the constant state
    // maps
    Add,
    Subtract,
    Multiply,  ///< operands of one scale (Add, Subtract); checked
    Rescale,   ///< operand; payload value: how many decimals are appended (exact, checked)
    IntegerDivide,
    Modulo,  ///< floor; both operands of one scale
    Negate,
    Round,       ///< operand; payload value: decimals dropped; rounding
    RoundRatio,  ///< operands a, b; payload value: a is multiplied by 10^value before dividing (may
                 ///< be negative); rounding
    Compare,     ///< operands of one scale; payload comparison
    CompareRatio,  ///< operands a, b, c, d (b, d > 0 expected, 0: error); a/b against c/d
    And,
    Or,  ///< n-ary
    Not,
    Select,   ///< operands test, then, otherwise: test yes: then; no or not applicable: otherwise;
              ///< else its state
    OrElse,   ///< operands a, b: b where a is not applicable
    IsKnown,  ///< value, not applicable: yes; unknown: no; error: error
    IsApplicable,  ///< value: yes; not applicable: no; else its state
    InSet,         ///< operands code, date; payload codeSet
    Accepts,       ///< operands fact, date; payload scale, value: step
    InForceAt,     ///< operand date; payload inForce: yes or no
    Dated,  ///< operands date, alternatives...; payload periods: the alternative in force; none:
            ///< error
    UnknownIf,  ///< operand test; yes becomes unknown with the place in `text`; no stays no; other
                ///< states stay
    DatePart,   ///< operand date; payload value: 0 year, 1 month 1-12, 2 day of month, 3 weekday 1
                ///< Monday
    PeriodStart,  ///< operand date; payload value: first day of the 0 week (Monday), 1 month, 2
                  ///< quarter, 3 year that holds it
    PeriodEnd,    ///< likewise the last day
    WordCount,    ///< operand text
    Similarity,   ///< operands text, text
    DrawNumber,   ///< operands seed, key, both texts
    // folds: operand row; payload over (links from child space up to the row's space, innermost
    // first), binder, where (kNone: all), value
    Fold,
    Apportion,  ///< see Apportionment; operand row: of the records apportioned; payload apportion
};

enum class FoldKind : std::uint8_t {
    Total,
    Count,
    Distinct,
    Highest,
    Lowest,
    Any,
    Every,
    Only,
    First,
    FirstDescending,
    Latest,  ///< in the order of the grouping (see Window); the last of several that tie is
             ///< unknown
    Earliest
};
enum class Comparison : std::uint8_t {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual
};
enum class RoundingMode : std::uint8_t {
    HalfUp,
    HalfEven,
    Up,
    Down
};

/// One window of a fold. A row counts where `where` and all windows hold. What `where` leaves out
/// is not seen by Since and LastRows; these come last, Since before LastRows.
///
/// The order of the rows is that of the groupings on the way: rows are compared from the fold's
/// parent row downwards; at each link of `over`, from the outermost in, different rows compare by
/// the columns of that grouping's order (a link between groupings: those of them that are keys of
/// the finer one; another link: by position or declared rank in the list), the same row by the next
/// link. Different rows with equal columns tie: which comes first is unknown, missing
/// `order:COLUMN` of the last column of that grouping's order.
struct Window {
    enum class Kind : std::uint8_t {
        Dates,     ///< operands `date` of the child row, `from`, `through` of the asking row
        UpTo,      ///< `row` of the asking row: a row of the child space or of a space between it
                   ///< and the fold's parent; rows before it, and unless `exclusive` itself and
                   ///< what is below it
        Since,     ///< `condition` of the child row: rows after the latest for which it holds
        LastRows,  ///< the last `count` of them
        Whole      ///< `condition` of the asking row: where yes, an incomplete grouping counts as
                   ///< complete
    } kind = Kind::Dates;
    ExprId date = kNone;
    ExprId from = kNone;
    ExprId through = kNone;
    ExprId row = kNone;
    bool exclusive = false;
    ExprId condition = kNone;
    std::int64_t count = 0;
    Span span;
};

/// The expressions of a window, kNone where it has none there. The first is of the child row, and
/// so is the last of a Since; the others are of the asking row.
inline std::array<ExprId, 5> partsOf(const Window& window) {
    return {window.date, window.from, window.through, window.row, window.condition};
}

struct Expr {
    ExprKind kind = ExprKind::Constant;
    Type type;
    Span span;
    std::vector<ExprId> operands;
    std::int64_t value = 0;
    std::uint32_t index = kNone;  ///< binder, link, column, parameter, table, code set, scale or
                                  ///< apportionment, by kind
    Comparison comparison = Comparison::Equal;
    RoundingMode rounding = RoundingMode::HalfUp;
    FoldKind fold = FoldKind::Total;
    std::vector<LinkId> over;  ///< Fold, FoldRow
    BinderId binder = kNone;   ///< Fold, FoldRow: the child row inside where and value
    ExprId where = kNone;
    ExprId body = kNone;  ///< Fold: value (Total, Distinct, Highest, Lowest, Any and Every: test);
                          ///< FoldRow First: order
    std::vector<Window> windows;   ///< Fold, FoldRow
    std::vector<InForce> periods;  ///< InForceAt (one), Dated (one an alternative)
    std::string text;              ///< UnknownIf: place
};

/// Largest remainder: each row of the list gets floor(by / each); what is left of `total` goes, one
/// each, to the rows with the largest remainders, ties in the order of `ties`. More left than rows,
/// or less than nothing: an error.
struct Apportionment {
    SpaceId parent = kNone;  ///< of the pool
    SpaceId list = kNone;
    std::vector<LinkId> over;       ///< links from list up to parent
    BinderId parentBinder = kNone;  ///< the parent's row in `total`
    BinderId binder = kNone;        ///< the list's row in `where`, `by`, `each`
    ExprId total = kNone;
    ExprId where = kNone;
    ExprId by = kNone;
    ExprId each = kNone;
    ColumnId ties = kNone;
    Span span;
};

struct Template {
    struct Part {
        std::string text;
        ExprId expr = kNone;         ///< kNone: text
        ColumnId decision = kNone;   ///< a Set or Step decision shown whole; expr is then its row
        std::uint32_t slot = kNone;  ///< in a remedy: a slot of the finding
    };
    std::vector<Part> parts;
    Span span;
};

// ---- rules, decisions, findings, outputs ------------------------------------------------------

enum class Combination : std::uint8_t {
    Strictest,
    Union,
    Lowest,
    Highest,
    ExactlyOne
};

struct Decision {
    std::string name;  ///< qualified by pack
    ColumnId column = kNone;
    PackId pack = kNone;
    std::string label;
    Combination combination = Combination::ExactlyOne;
    BinderId binder = kNone;  ///< the row, in `when` and in needs
    ExprId when = kNone;      ///< kNone: always; elsewhere the decision is not applicable
    struct Need {
        std::string layer;
        ExprId when = kNone;
    };
    std::vector<Need> needs;  ///< unmet: undetermined, missing `law:LAYER`
    Span span;
};

enum class Severity : std::uint8_t {
    Violation,
    Warning,
    Notice
};

struct Finding {
    std::string name;  ///< as written: unique in the pack set
    PackId pack = kNone;
    Severity severity = Severity::Violation;
    std::string title;
    struct Slot {
        std::string name;
        Type type;
    };
    std::vector<Slot> slots;
    std::optional<Template> remedy;
    Span span;
};

/// One thing a rule says when its guard is yes.
struct Effect {
    enum class Kind : std::uint8_t {
        Contribute,
        Report
    } kind = Kind::Contribute;
    ExprId guard = kNone;             ///< in force, condition, exceptions: everything
    std::uint32_t exception = kNone;  ///< said by this exception (`instead`), otherwise by the rule
    // Contribute
    std::uint32_t decision = kNone;
    ExprId row = kNone;  ///< the decision's or finding's row
    std::uint32_t member =
        kNone;  ///< Set: entry index of the base set; Step: step. Decisions of values use `value`
    ExprId value = kNone;
    // Report
    std::uint32_t finding = kNone;
    std::vector<ExprId> slots;            ///< parallel to the finding's
    std::vector<ColumnId> slotDecisions;  ///< a Set or Step decision shown whole (slots then holds
                                          ///< its row), else kNone
    ExprId atStake = kNone;               ///< money
    std::optional<Template> because;
    Span span;
};

struct Exception {
    std::string name;  ///< qualified by pack
    PackId pack = kNone;
    std::string label;
    std::vector<Source> sources;
    InForce inForce;
    ExprId applies = kNone;    ///< in force and condition
    ExprId condition = kNone;  ///< the condition alone, for explanations
    bool waives = true;
    std::optional<Template> because;
    Span span;
};

struct Rule {
    std::string name;  ///< qualified by pack
    PackId pack = kNone;
    std::string label;
    std::vector<Source> sources;
    InForce inForce;
    BinderId binder = kNone;  ///< the row the rule is about; for pairs a binder of the Pairs space
    struct Local {
        std::string name;
        ExprId value = kNone;
        Span span;
    };
    std::vector<Local> locals;  ///< for explanations; uses are already substituted
    ExprId condition = kNone;   ///< when and not unless; kNone: always
    ExprId applies = kNone;     ///< in force and condition and no exception
    std::vector<std::uint32_t> exceptions;
    std::vector<Effect> effects;
    Span span;
};

struct Output {
    std::string name;               ///< a list of collected rows, or a column
    SpaceId space = kNone;          ///< whose row it is of
    SpaceId rows = kNone;           ///< a list: the rows' space
    std::vector<ColumnId> columns;  ///< a list: the columns shown; else the one column
    bool choices = false;
    Span span;
};

struct Program {
    std::vector<Pack> packs;  ///< by name
    std::vector<Layer> layers;
    std::vector<Enumeration> enumerations;
    std::vector<CodeSet> codeSets;
    std::vector<Scale> scales;
    std::vector<Space> spaces;
    std::vector<Link> links;
    std::vector<Grouping> groupings;
    std::vector<Collect> collects;
    std::vector<Column> columns;
    std::vector<Definition> definitions;
    std::vector<Binder> binders;
    std::vector<Parameter> parameters;
    std::vector<Table> tables;
    std::vector<Apportionment> apportionments;
    std::vector<Decision> decisions;
    std::vector<Finding> findings;
    std::vector<Rule> rules;  ///< by name
    std::vector<Exception> exceptions;
    std::vector<Output> outputs;
    std::vector<Expr> exprs;
    std::vector<std::string> texts;  ///< text and code constants
    SpaceId entry = kNone;           ///< the record that comes in
    ColumnId entryKey = kNone;
    std::vector<ColumnId> correctedBy;
    ColumnId voidedBy = kNone;
    /// Columns and spaces in an order in which each reads only earlier ones; made by analysis.
    /// Members of Set and Step decisions are ordered singly: `member` is kNone for everything else.
    struct Step {
        enum class Kind : std::uint8_t {
            Column,
            Space
        } kind = Kind::Column;
        std::uint32_t index = kNone;
        std::uint32_t member = kNone;
    };
    std::vector<Step> order;
};

}  // namespace proviso::typed
