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
    std::uint32_t parent = kNoRow;  ///< List, Collected, Pairs
    std::uint32_t position = 0;     ///< List: in the input
    std::uint32_t first = kNoRow;   ///< Pairs
    std::uint32_t second = kNoRow;
    std::uint32_t source = kNoRow;  ///< Collected: the source row; with keys the first of them
    std::uint32_t branch = 0;       ///< Collected: which `row` made it
    Value exists = Value::yesNo(true);
};

/// A contribution as one row of its rule makes it.
struct Contribution {
    std::uint32_t rule = 0;
    std::uint32_t effect = 0;
    std::uint32_t row = 0;  ///< of the rule's space
    Value guard;
};

/// Rules that are over their budget, each with the records decided together (Machine::together) for
/// which it is.
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
    /// The row that a link leads to; kNoRow where there is none.
    std::uint32_t follow(typed::LinkId link, std::uint32_t row);
    std::uint32_t followAll(const std::vector<typed::LinkId>& links, std::uint32_t row);
    /// Position among the rows of one parent in declared order.
    std::uint32_t rank(typed::SpaceId space, std::uint32_t row);
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

    // ---- budget
    /// Which of the sets of records that are decided together a row belongs to.
    std::uint32_t together(typed::SpaceId space, std::uint32_t row);

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
    Value fold(const typed::Expr& expr, const Environment& environment);
    Value foldRow(const typed::Expr& expr, const Environment& environment);
    /// The child rows of a fold, each with its mask, and `exists` alone folded in.
    struct Child {
        Environment environment;
        std::uint32_t row = 0;
        Value mask;
    };
    std::vector<Child>
    children(const typed::Expr& expr, const Environment& environment, const Value& parent);

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
    std::vector<std::uint32_t> together_;  // by entry row
};

}  // namespace proviso::reference
