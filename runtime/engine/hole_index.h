#pragma once

#include "runtime/bytecode/batch.h"
#include "runtime/bytecode/program.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace proviso::engine {

/// Which rejected records concern which records: each block of a run is given only those that may
/// lie in one of its sets. Reading from many threads is safe.
class HoleIndex {
  public:
    HoleIndex(const bytecode::Program& program, const Plan& plan, const Batch::Space& holes);

    /// The holes that may lie in a set with one of the records, for a stage of the partition.
    /// The dictionaries are given where they are not the same.
    Batch::Space concerning(const Batch::Space& records,
                            std::uint32_t partition,
                            const Dictionary* ofHoles = nullptr,
                            Dictionary* ofRecords = nullptr) const;

  private:
    struct Keyed {
        std::uint32_t field = kNoIndex;  ///< of the entry record; kNoIndex: none tells sets apart
        std::unordered_map<std::int64_t, std::vector<std::uint32_t>> byValue;
        std::vector<std::uint32_t> anywhere;
    };

    std::vector<bool> isText_;  ///< by field
    Batch::Space holes_;        ///< each once, as far as groups read their fields
    std::vector<Keyed> partitions_;
};

}  // namespace proviso::engine
