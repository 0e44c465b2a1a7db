#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/carried.h"
#include "runtime/engine/plan.h"
#include "runtime/history/store.h"
#include "runtime/input/record_store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proviso::history {

/// Some records of a store, read for one block of a stage.
struct StageRecords {
    std::vector<std::int64_t> keys;  ///< of those that have a record, in the order of keys' bytes
    std::vector<StoredLine> lines;   ///< parallel
    struct Source {
        std::size_t stage = 0;
        std::vector<std::string> bytes;  ///< by record
    };
    std::vector<Source> sources;  ///< what former stages carried

    std::unique_ptr<Dictionary> dictionary;
    RecordStore store;
    Batch batch;
    engine::CarriedColumns carried;  ///< parallel to Stage::carriedIn

    /// Both need no store and may run on any thread.
    void decode(const bytecode::Program& program);
    void takeCarried(const bytecode::Program& program,
                     const engine::Plan& plan,
                     const engine::Stage& stage);
};

/// Reads a store for the stages of a plan. As thread-safe as the store.
class StageReader {
  public:
    using Keys = std::vector<std::int64_t>;
    /// Registers whose values say who is together.
    using KeySet = std::vector<bytecode::Register>;

    StageReader(std::shared_ptr<const bytecode::Program> program,
                const engine::Plan& plan,
                Store& store);

    /// One for each partition, then those of classes that were joined. At least one.
    const std::vector<KeySet>& keySets() const { return keySets_; }
    std::size_t keySetOfClass(std::uint32_t partitionClass) const {
        return keySetOfClass_[partitionClass];
    }
    /// Partitions of stages that read what the stage carries.
    std::vector<std::uint32_t> readersOf(std::size_t stage) const;

    StageRecords read(const Keys& keys, std::optional<std::int64_t> asOf);
    void readCarried(StageRecords& records, const engine::Stage& stage, std::int64_t context);

    /// Lines of the key that said different things of one version, by the feed given.
    std::vector<StoredLine>
    wasInConflict(std::int64_t key, std::optional<std::int64_t> asOf, std::int64_t feed);

    /// The entry record's fields of lines, as far as they can be read. `dictionary` was started
    /// with the program's texts.
    Batch::Space holesOf(const std::vector<StoredLine>& lines, Dictionary& dictionary) const;

    /// What a record has in common with those it is together with. `carried` is parallel to what
    /// the first stage `rows`, if there is one, carries.
    std::string togetherOf(const KeySet& set,
                           const StageRecords& records,
                           std::uint32_t row,
                           const engine::Stage* rows,
                           const engine::CarriedColumns& carried) const;

    /// The same of a rejected line; nothing where it may lie in any set.
    std::optional<std::string> togetherOfHole(const KeySet& set,
                                              const Batch::Space& holes,
                                              std::uint32_t row,
                                              const Dictionary& dictionary) const;

  private:
    std::shared_ptr<const bytecode::Program> program_;
    const engine::Plan& plan_;
    Store& store_;
    std::vector<KeySet> keySets_;
    std::vector<std::size_t> keySetOfClass_;
    Statement versionsBefore_;
    Statement carriedOf_;
};

}  // namespace proviso::history
