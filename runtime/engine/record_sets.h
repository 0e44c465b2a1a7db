#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/blocks.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/run.h"
#include "runtime/engine/sets.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace proviso::engine {

/// Which records of a run are evaluated with which, stage by stage. What it is given must outlive
/// it. One thread, but for `setsIn` and `findEarly`.
class RecordSets {
  public:
    /// A key of all records that is no field of theirs, as the first stage found it.
    using FoundKey = std::function<ColumnData(bytecode::Register)>;

    /// `records`, in the order of keys: their numbers in the store.
    RecordSets(const bytecode::Program& program,
               const Plan& plan,
               const RecordStore& store,
               const std::vector<std::uint32_t>& records,
               const RunOptions& options,
               FoundKey foundKey)
        : program_(program), plan_(plan), store_(store), records_(records), options_(options),
          foundKey_(std::move(foundKey)) {}

    /// Records with equal keys.
    const SharedSets& by(const std::vector<bytecode::Register>& keys);
    /// Those that a stage brings together: of what links them, where that splits its sets.
    const Sets& of(const Stage& stage);
    /// Finds those that fields alone tell, while the first of these stages is evaluated, if that
    /// asks nobody for them. Until it is over nothing else may be asked but `setsIn` of that stage.
    /// Where there is only one thread nothing is done: each is found when it is asked for.
    std::future<void> findEarly(const std::vector<std::size_t>& stages);

    /// Whole sets of the stage; `isPlain`, by set: those that need not be brought together.
    std::vector<Block> blocksOf(const Stage& stage, std::span<const std::uint8_t> isPlain);
    /// Records of plain sets, by themselves.
    std::vector<Block> plainBlocks(const Stage& stage, std::span<const std::uint8_t> isPlain);
    /// The sets of a block, one by one; after `of` the stage. From any thread.
    std::vector<Block> setsIn(const Stage& stage, const Block& block) const;

  private:
    std::uint32_t count() const { return static_cast<std::uint32_t>(records_.size()); }
    ColumnData keyColumn(bytecode::Register key) const;
    bool dependOnFieldsAlone(const Stage& stage) const;

    const bytecode::Program& program_;
    const Plan& plan_;
    const RecordStore& store_;
    const std::vector<std::uint32_t>& records_;
    const RunOptions& options_;
    FoundKey foundKey_;
    std::map<std::vector<bytecode::Register>, SharedSets> byKeys_;
    std::map<std::uint32_t, SharedSets> ofPartition_;
};

}  // namespace proviso::engine
