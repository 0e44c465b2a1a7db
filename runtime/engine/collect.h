#pragma once

#include "runtime/base/arena.h"
#include "runtime/bytecode/batch.h"
#include "runtime/decision/view.h"
#include "runtime/engine/plan.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace proviso {

class Interpreter;

namespace engine {

/// What one stage says about one record, lists not yet in order.
struct PartView {
    RecordView result;
    bool tooLarge = false;  ///< nothing could be decided; says so for every rule
};

/// What one stage says about the records of one block. Its views are good as long as it, the
/// program and the dictionary of the batch are.
class StageParts {
  public:
    /// Things of one kind, by record.
    template <class Thing>
    struct List {
        std::vector<Thing> things;
        std::vector<std::uint32_t> ends;  ///< by record; empty: there are none

        std::span<Thing> of(std::uint32_t record) {
            return ends.empty()
                       ? std::span<Thing>()
                       : std::span(things).subspan(begin(record), ends[record] - begin(record));
        }
        std::span<const Thing> of(std::uint32_t record) const {
            return ends.empty()
                       ? std::span<const Thing>()
                       : std::span(things).subspan(begin(record), ends[record] - begin(record));
        }
        void clear() {
            things.clear();
            ends.clear();
        }

      private:
        std::uint32_t begin(std::uint32_t record) const {
            return record == 0 ? 0 : ends[record - 1];
        }
    };

    Arena arena;
    std::uint32_t records = 0;
    std::vector<std::string_view> keys;  ///< by record; empty: somebody else knows them
    List<OutputView> outputs;
    List<FindingView> findings;
    List<UndeterminedView> undetermined;
    List<ErrorView> errors;
    List<DecidedView> decided;
    std::vector<std::uint8_t> besideRejected;  ///< by record; empty: none is
    bool tooLarge = false;                     ///< all of them

    /// False where nobody asked what there is to say.
    bool saysAnything() const { return records != 0; }
    PartView of(std::uint32_t record) const;
    /// Keeps the memory.
    void clear();
};

/// Reads what an interpreter computed for a stage, batch after batch. What it is given must outlive
/// it. Asks for memory only where there is more to say than ever before.
class Collector {
  public:
    Collector(const Interpreter& run, const Stage& stage, StageParts& parts);
    Collector(const Collector&) = delete;
    Collector& operator=(const Collector&) = delete;
    ~Collector();

    /// After the interpreter has run over the batch: what there is to say of it are the parts.
    void collect(const Batch& batch);

    /// Then, under another choice, the lists of outputs that ask for choices: added where they say
    /// something new. `records`: by record of the batch, ascending: its number in the parts.
    /// `outcomes`: how many there are, by row of the outcomes' space.
    void collectChoice(const std::vector<std::uint32_t>& records,
                       const Batch& batch,
                       const std::vector<std::int64_t>& outcomes,
                       std::int64_t choice);

  private:
    class Work;
    std::unique_ptr<Work> work_;
};

/// Where a row space would outgrow what is allowed nothing is decided about the records of the set,
/// and each says so.
void collectTooLarge(const bytecode::Program& program, const Batch& batch, StageParts& parts);

/// The parts of all stages about one record in the order in which they are printed; the first says
/// its key. Lists lie in the arena, and what is in them where it was.
RecordView mergeParts(std::span<const PartView> parts, Arena& arena);

}  // namespace engine
}  // namespace proviso
