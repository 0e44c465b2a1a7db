#pragma once

#include "compiler/diagnostics/source.h"
#include "compiler/typed/basics.h"
#include "runtime/values/type.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What packs speak about: their names, records, groupings, columns, parameters and tables.
namespace proviso::typed {

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

}  // namespace proviso::typed
