#pragma once

#include "compiler/diagnostics/source.h"
#include "compiler/typed/basics.h"
#include "compiler/typed/expression.h"
#include "compiler/typed/vocabulary.h"
#include "runtime/values/type.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The typed program: what a whole pack set says, with names resolved, types known, dates made
/// explicit and sugar gone. The checker makes it from the ASTs; analysis, lowering and the
/// reference evaluator read it. All references are indexes into the vectors of `Program`. Immutable
/// after checking.
namespace proviso::typed {

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
