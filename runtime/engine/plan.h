#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/engine/ordered_windows.h"
#include "runtime/engine/prices.h"
#include "runtime/engine/running.h"
#include "runtime/engine/ties.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// How a program is evaluated over more records than fit one block. Rows belong to one record, or
/// to groups of several; groups of one class lie in sets of records that one stage brings together.
/// What one stage finds about single records is carried to the stages after it.
namespace proviso::engine {

struct ByThemselves;

/// What one pass over the records evaluates. The first stage takes records as they come; every
/// other takes sets of records that its class brings together.
struct Stage {
    std::uint32_t level = 0;                     ///< 0: records by themselves
    std::uint32_t partition = bytecode::kNone;   ///< index into Plan::partitions
    std::vector<bytecode::Register> active;      ///< what is computed, in this order
    std::vector<bytecode::Register> choices;     ///< likewise, of `active`: what lists need that
                                                 ///< show the other outcomes
    std::vector<bytecode::Register> choicesIn;   ///< of `carriedIn`: what `choices` read
    std::vector<bytecode::Register> groupings;   ///< likewise: what says who is in which group
    std::vector<RunningWindow> running;          ///< of `active`
    std::vector<bytecode::Register> carriedIn;   ///< ascending; columns of former stages
    std::vector<bytecode::Register> carriedOut;  ///< ascending; columns for later ones
    std::vector<bytecode::Register> forOrder;    ///< of `carriedOut`: nobody asks why a cell of it
                                                 ///< is open, it is only added up
    std::vector<bytecode::Register> early;       ///< of `carriedOut`: those that later stages could
                                                 ///< compute from lists themselves
    std::vector<bytecode::Register> forEarly;    ///< of `active`: what `early` needs
    std::vector<std::uint32_t> rules;            ///< read here, by number
    std::vector<std::uint32_t> decisions;
    std::vector<std::uint32_t> outputs;
    std::vector<std::uint32_t> groups;   ///< Group spaces that say who is beside a hole
    std::vector<std::uint32_t> counted;  ///< spaces whose rows count against budgets
    ReadOfRecords read;                  ///< nothing else of the records is copied for it
    /// Fields of the entry record, what is tested most first: in a block of records that are alike
    /// in them, much of what is asked is a no in every row, and ends there.
    std::vector<std::uint32_t> alike;
    /// nullptr: it needs the records of a set together, whatever is known of them.
    std::shared_ptr<const ByThemselves> byThemselves;

    /// Whether there is anything to say of its records, not only something to carry on.
    bool tells() const {
        return !rules.empty() || !decisions.empty() || !outputs.empty() || !groups.empty();
    }
};

/// The same stage where all that its windows read is known: they are taken first, in one pass, and
/// records by themselves then.
struct ByThemselves {
    Stage stage;  ///< of no partition; is given what the windows came to
    std::vector<OrderedWindow> windows;
};

/// Records with equal values of `keys` are evaluated together; no keys: all are. A record with a
/// key that is no value stands by itself.
struct Partition {
    std::string name;
    std::vector<bytecode::Register> keys;  ///< columns of the entry record, of one record alone
    std::vector<std::uint32_t> classes;    ///< of the program; several where something joins them
    std::vector<Tie> ties;                 ///< what splits its sets further; none: nothing does
};

struct Plan {
    std::vector<Partition> partitions;
    std::vector<Stage> stages;                      ///< in the order of evaluation; none is empty
    std::vector<bytecode::PartitionClass> classes;  ///< as the program says
    std::vector<std::uint32_t> spaceClass;          ///< by space: index into `classes` or kNone
    std::vector<bytecode::Register> builder;  ///< by space: what makes it; kNone for input spaces
    Prices prices;

    /// False where the stage says nothing but who is beside a rejected record, and none was.
    bool isNeeded(std::size_t stage, bool anyHoles) const;
    /// What of all that is handed on somebody still reads when the stage is done. Keys say who is
    /// together until the end.
    std::set<bytecode::Register> readAfter(std::size_t stage) const;

    /// Everything in one stage, all records together.
    static Stage everything(const bytecode::Program& program);
};

/// The program must have passed `bytecode::verify`. Stages hand on what a later one cannot compute;
/// where it is known which `records` they will see, also values of single ones whose lists it need
/// not read then (carry_lists.h). The answers are the same.
Plan planStages(const bytecode::Program& program, const Batch* records = nullptr);

/// For people: stages, what brings records together, what is carried, what stands where and which
/// sums reach over records.
std::string printPlan(const bytecode::Program& program, const Plan& plan);

}  // namespace proviso::engine
