#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/blocks.h"
#include "runtime/engine/budget.h"
#include "runtime/engine/plan.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace proviso::engine {

/// How many rows each record of a run has in the spaces that its stages count: of the spaces that
/// they make, as they tell; of lists, the store knows it. What it is given must outlive it.
class RowCounts {
  public:
    /// `records`, in the order of keys: their numbers in the store.
    RowCounts(const bytecode::Program& program,
              const RecordStore& store,
              const std::vector<std::uint32_t>& records)
        : program_(program), store_(store), records_(records) {}

    /// Rows that records say themselves.
    bool isList(std::uint32_t space) const { return space < program_.schema.spaces.size(); }

    void clear();
    /// A stage is about to be evaluated.
    void expect(const Stage& stage);
    /// What the stage counted of some records: StageOutput::counts. From several threads for
    /// different records.
    void note(const Stage& stage,
              const Block& records,
              const std::vector<std::vector<std::uint32_t>>& counts);
    /// Of what is too large nothing counts that the same stage would have counted.
    void forgetLists(const Stage& stage, const Block& records);

    /// Hands over all that was counted. The budget knows who is in which set; the store and the
    /// records must outlive it.
    void moveTo(Budget& budget);

  private:
    const bytecode::Program& program_;
    const RecordStore& store_;
    const std::vector<std::uint32_t>& records_;
    std::map<std::uint32_t, std::vector<std::uint32_t>> made_;  ///< by space, by record
    std::set<std::uint32_t> lists_;
    std::map<std::uint32_t, Block> forgotten_;  ///< by list: records that are too large
};

}  // namespace proviso::engine
