#pragma once

#include "compiler/typed/program.h"
#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/schema.h"
#include "tests/reference/evaluator.h"
#include "tests/reference/value.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace proviso::reference {

/// One row of a row space.
struct Row {
    std::uint32_t parent = kNoRow;  ///< List, Collected, Pairs, Covers
    std::uint32_t position = 0;     ///< List: in the input
    std::uint32_t first = kNoRow;   ///< Pairs; Covers: the source row
    std::uint32_t second = kNoRow;
    std::uint32_t source = kNoRow;  ///< Collected: the source row; with keys the first of them, as
                                    ///< for groups; of instants there is none
    std::uint32_t branch = 0;       ///< Collected: which `row` made it
    Value exists = Value::yesNo(true);
    Value start = {};  ///< Collected, instants: of the stretch
    Value finish = {};
};

/// How a source row of instants lies to one of them, or to all.
struct Cover {
    std::uint32_t source = 0;
    Value exists;
};

/// A contribution as one row of its rule makes it.
struct Contribution {
    std::uint32_t rule = 0;
    std::uint32_t effect = 0;
    std::uint32_t row = 0;  ///< of the rule's space
    Value guard;
};

/// What a fold has to say about one of its rows.
struct Counted {
    Value mask;
    Value value = {};
};

/// Total, Count, Distinct, Highest or Lowest of rows; `more` says whether some may be missing.
/// `neverNegative`: no value that counts is below zero, whatever it is. Types without an order of
/// their own have no bounds.
Value folded(typed::FoldKind kind,
             const Type& type,
             const std::vector<Counted>& rows,
             const Value& more,
             bool neverNegative);

/// Rules that are over their budget, each with the entry rows for which it is.
using OverBudget = std::set<std::pair<std::uint32_t, std::uint32_t>>;

/// Which row each binder stands for.
using Environment = std::map<typed::BinderId, std::uint32_t>;

/// The values of one batch under one choice among equal outcomes; everything is computed when first
/// asked for.
class Machine {
  public:
    Machine(const typed::Program& program,
            const Schema& schema,
            const Batch& batch,
            const Options& options,
            std::int64_t choice,
            const OverBudget& over);

    const typed::Program& program() const { return program_; }
    const Batch& batch() const { return batch_; }

    // ---- rows
    const std::vector<Row>& rows(typed::SpaceId space);
    /// The row that a link leads to, as a value; where there is none, why not.
    Value lead(typed::LinkId link, std::uint32_t row);
    Value leadAll(const std::vector<typed::LinkId>& links, std::uint32_t row);
    /// The same; kNoRow where there is none.
    std::uint32_t followAll(const std::vector<typed::LinkId>& links, std::uint32_t row);
    /// Position among the rows of one parent in declared order.
    std::uint32_t rank(typed::SpaceId space, std::uint32_t row);
    /// Whose row an expression of type Row gives.
    typed::SpaceId spaceOfRow(typed::ExprId row) const;
    /// Links from one space up to another; empty where they are the same.
    std::vector<typed::LinkId> path(typed::SpaceId from, typed::SpaceId to) const;

    // ---- values
    Value evaluate(typed::ExprId id, const Environment& environment);
    /// A column's value; `member` for Set and Step decisions.
    Value read(typed::ColumnId column, std::uint32_t row, std::uint32_t member = typed::kNone);
    Value governingDate(typed::SpaceId space, std::uint32_t row);
    bool inForce(const typed::InForce& period, std::int64_t date) const;

    // ---- decisions
    /// All contributions whose target is this row, by rule, effect and row, with their guards.
    std::vector<Contribution> contributions(std::uint32_t decision, std::uint32_t row);
    /// The row an effect of a rule speaks about; kNoRow where that is not a value.
    Value target(const typed::Effect& effect, const Environment& environment);
    Environment ruleEnvironment(std::uint32_t rule, std::uint32_t row) const;
    /// Whether a rule's effect speaks on a row: its guard, and that the row is there at all.
    Value guard(std::uint32_t rule, const typed::Effect& effect, std::uint32_t row);

    /// The entry rows that a row belongs to: the one it stands in, or all members of its group.
    std::vector<std::uint32_t> recordsOf(typed::SpaceId space, std::uint32_t row);
    /// Whether a record that was rejected may belong to a group.
    bool mayHoldRejected(typed::SpaceId group, std::uint32_t row);
    /// The grouping that rows of a space are or stand in; kNone for those of a record.
    typed::SpaceId groupAbove(typed::SpaceId space) const;
    /// The group, or for others the record, that a row is or stands in.
    std::pair<typed::SpaceId, std::uint32_t> groupOf(typed::SpaceId space, std::uint32_t row);

    // ---- apportionment
    /// How many outcomes are equally right under a row of the entry record or of a group; at
    /// most 16.
    std::int64_t outcomes(typed::SpaceId space, std::uint32_t row);

    // ---- texts
    /// The text of a value of type Text or Code.
    std::string text(std::int64_t value) const;
    /// Values of constants are indexes into the program's texts; those of columns are the
    /// dictionary's.
    std::int64_t constant(const Type& type, std::int64_t value) const;

    /// `services[0]`, `claim_lines[2]`; empty for entry records and groups; of pairs the first
    /// row's.
    std::string rowPath(typed::SpaceId space, std::uint32_t row);
    /// The entry record that a row stands in; kNoRow for groups and what is collected under them.
    std::uint32_t entryRow(typed::SpaceId space, std::uint32_t row);

  private:
    struct Pool {
        std::map<std::uint32_t, Value> shares;
        std::int64_t outcomes = 1;
    };

    void buildInput(typed::SpaceId space, std::vector<Row>& rows);
    void buildGroups(typed::SpaceId space, std::vector<Row>& rows);
    void buildCollected(typed::SpaceId space, std::vector<Row>& rows);
    void buildKeyed(const typed::Collect& collect, std::vector<Row>& rows);
    void buildInstants(const typed::Collect& collect, std::vector<Row>& rows);
    void instantsUnder(const typed::Collect& collect,
                       std::uint32_t parent,
                       const std::vector<std::uint32_t>& sources,
                       std::vector<Row>& rows);
    void buildCovers(typed::SpaceId space, std::vector<Row>& rows);
    void buildPairs(typed::SpaceId space, std::vector<Row>& rows);
    void mapSchema();

    Value compute(typed::ColumnId column, std::uint32_t row, std::uint32_t member);
    Value stored(const typed::Column& column, std::uint32_t row);
    Value defined(const typed::Definition& definition, std::uint32_t row);
    Value collected(typed::ColumnId column, std::uint32_t row);
    Value decided(std::uint32_t decision, std::uint32_t row, std::uint32_t member);
    Value combined(const typed::Decision& decision,
                   std::uint32_t index,
                   std::uint32_t row,
                   const Value& unmet);
    Value unmetNeeds(const typed::Decision& decision, std::uint32_t index, std::uint32_t row);

    Value arithmetic(const typed::Expr& expr, const std::vector<Value>& operands) const;
    Value compare(const typed::Expr& expr, const std::vector<Value>& operands) const;
    Value
    dated(const std::vector<typed::InForce>& periods, const Value& date, std::size_t& chosen) const;
    Value lookup(const typed::Expr& expr, const std::vector<Value>& operands) const;
    /// A fold, worked out once for each choice of the rows that it names.
    Value remembered(typed::ExprId id, const Environment& environment);
    /// The binders that an expression names and does not bind itself.
    const std::set<typed::BinderId>& bindersOf(typed::ExprId id);
    Value fold(const typed::Expr& expr, const Environment& environment);
    Value foldRow(const typed::Expr& expr, const Environment& environment);
    /// A child row of a fold, and whether it counts: it exists, `where` holds, and it is in all
    /// windows.
    struct Child {
        Environment environment;
        std::uint32_t row = 0;
        Value mask;
    };
    std::vector<Child> children(const typed::Expr& expr,
                                const Environment& environment,
                                const Value& parent,
                                const Value& more);
    /// Whether rows of the fold may be missing: no, unknown or error.
    Value more(const typed::Expr& expr, const Environment& environment, std::uint32_t parent);

    // windows
    void
    onlySince(const typed::Expr& expr, const typed::Window& window, std::vector<Child>& children);
    void onlyLast(const typed::Expr& expr, std::int64_t count, std::vector<Child>& children);
    Value inDates(const typed::Window& window, const Environment& child, const Environment& asking);
    Value notAfter(const typed::Expr& expr,
                   const typed::Window& window,
                   std::uint32_t child,
                   const Environment& asking);
    /// Whether `a` comes after `b`, each a row of the space from which `over` leads up.
    Value after(const std::vector<typed::LinkId>& over, std::uint32_t a, std::uint32_t b);
    /// The same; a row without a place in the order ties with all others.
    Value afterOrTied(const std::vector<typed::LinkId>& over, std::uint32_t a, std::uint32_t b);
    Value tie(typed::LinkId link) const;
    /// At one link: whether different rows `a` and `b` of its lower space come after one another.
    Value afterAt(typed::LinkId link, std::uint32_t a, std::uint32_t b);
    /// What rows of a group are ordered by, seen from where the link to it begins.
    std::vector<typed::ColumnId> orderAt(typed::LinkId link) const;
    std::vector<Value> orderOf(typed::LinkId link, std::uint32_t row);

    Value latest(const typed::Expr& expr, const std::vector<Child>& all, const Value& more);

    const Pool& pool(std::uint32_t apportionment, std::uint32_t parentRow);
    Pool makePool(const typed::Apportionment& apportionment,
                  std::uint32_t parentRow,
                  std::int64_t choice);
    std::int64_t poolChoice(std::uint32_t apportionment, std::uint32_t parentRow);

    const typed::Program& program_;
    const Schema& schema_;
    const Batch& batch_;
    const Options& options_;
    std::int64_t choice_ = 0;
    const OverBudget& over_;

    std::vector<std::int64_t> textIds_;  // program text -> dictionary
    std::map<typed::SpaceId, std::uint32_t> schemaSpaces_;
    std::map<typed::SpaceId, std::vector<Row>> spaces_;
    std::map<typed::LinkId, std::vector<std::uint32_t>> memberOf_;  // Group and Member links
    std::map<std::pair<typed::LinkId, std::uint32_t>, Value>
        nowhere_;  // why a row is a member of none
    std::map<std::pair<typed::SpaceId, std::uint32_t>, std::uint32_t> ranks_;
    std::map<std::tuple<typed::ColumnId, std::uint32_t, std::uint32_t>, Value> values_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Pool> pools_;
    std::map<typed::ExprId, std::set<typed::BinderId>> binders_;
    std::map<std::pair<typed::ExprId, std::vector<std::uint32_t>>, Value> folds_;
    std::map<typed::SpaceId, std::vector<std::vector<Cover>>> covers_;  // by instant
    std::map<std::pair<typed::SpaceId, std::uint32_t>, std::vector<std::uint32_t>> records_;
};

}  // namespace proviso::reference
