#pragma once

#include "runtime/engine/ordered_pass.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/profile.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace proviso::engine {

/// The windows of a run that are taken in one pass (ordered_windows.h), stage by stage. What it is
/// given must outlive it.
class StageWindows {
  public:
    /// `records`, in the order of keys: their numbers in the store.
    StageWindows(const bytecode::Program& program,
                 const Plan& plan,
                 const RecordStore& store,
                 std::span<const std::uint32_t> records)
        : program_(program), plan_(plan), store_(store), records_(records) {}

    /// Before each evaluation of all records.
    void begin(std::size_t blockRows);

    /// Takes down what windows read, as the first stage finds it: `carried` of some records, of
    /// which it takes away what nobody else reads. From several threads for different records.
    void fill(const Stage& first,
              std::span<const std::uint32_t> records,
              std::vector<CarriedColumn>& carried);

    /// What the windows of a stage came to, after all stages before it; `times` may be nullptr.
    OrderedResults
    take(std::size_t stage, const Sets& sets, unsigned threads, InstructionTimes* times);

  private:
    const bytecode::Program& program_;
    const Plan& plan_;
    const RecordStore& store_;
    std::span<const std::uint32_t> records_;
    std::vector<std::vector<OrderedTable>> tables_;  ///< by stage, by window
};

}  // namespace proviso::engine
