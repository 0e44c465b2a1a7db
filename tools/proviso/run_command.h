#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/run.h"
#include "tools/proviso/command.h"
#include "tools/proviso/decision_log.h"
#include "tools/proviso/decision_writer.h"
#include "tools/proviso/pack_files.h"
#include "tools/proviso/shadow.h"
#include "tools/proviso/summary.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// The ways to decide records: all in memory, or through a store.
namespace proviso::tool {

class PackWatcher;

struct CheckRecordsOptions {
    std::vector<std::string> packs;
    TrustOptions trust;
    bool noCache = false;
    std::vector<std::string> records;
    std::string format;
    std::string asOf;
    std::string store;
    std::string changedFrom;
    std::string memory;
    bool all = false;
    bool unordered = false;
    bool quiet = false;
    bool profile = false;
    unsigned threads = 0;
    std::string jit = "off";
    LogOptions log;
    ShadowOptions shadow;
    bool watch = false;
    bool timings = false;
    bool isUnsigned = false;  ///< of the packs that were loaded
};

inline constexpr std::size_t kRejectionsShown = 20;

/// What all ways share: where decisions go, and what is said at the end.
class Outcome {
  public:
    Outcome(Console& console,
            const CheckRecordsOptions& options,
            const bytecode::Program& program,
            std::optional<std::int64_t> asOf);

    /// Complains and returns false where what `--changed-from` names, or the decision log, cannot
    /// be used.
    bool prepare(std::int64_t budget);
    /// The decision log; nullptr where none is kept.
    DecisionLog* log() { return log_.get(); }
    /// How the log learns of which line a record is.
    void setInputOf(DecisionLog::InputOf inputOf) { inputOf_ = std::move(inputOf); }
    bool take(std::vector<RecordResult>&& results);
    /// Decides, and takes what is decided.
    bool decide(const std::shared_ptr<const bytecode::Program>& program,
                const RecordStore& store,
                const RunOptions& run);
    Summary& summary() { return summary_; }
    /// Told of decisions once they are written; nullptr: nobody.
    void setShadow(BatchShadow* shadow) { shadow_ = shadow; }
    const RunStamp& stamp() const { return stamp_; }

    /// Says what is gone, and the summary.
    ExitCode finish(const std::vector<std::string>& gone = {});

  private:
    Console& console_;
    const CheckRecordsOptions& options_;
    const bytecode::Program& program_;
    RunStamp stamp_;
    Summary summary_;
    std::unique_ptr<EarlierDecisions> earlier_;
    std::unique_ptr<DecisionWriter> writer_;
    std::unique_ptr<DecisionLog> log_;
    DecisionLog::InputOf inputOf_;
    BatchShadow* shadow_ = nullptr;
};

/// An error for people, with what it happened to.
std::string spoken(const Error& error);

/// Feeds the records named into the store at `options.store`, and decides what changed.
ExitCode runWithStore(Console& console,
                      const CheckRecordsOptions& options,
                      const std::shared_ptr<const bytecode::Program>& program,
                      const RunOptions& run);

/// Decides records that memory does not hold: a store of this run alone, in the system's folder for
/// such files, holds them meanwhile.
ExitCode runOverDisk(Console& console,
                     const CheckRecordsOptions& options,
                     const std::shared_ptr<const bytecode::Program>& program,
                     const RunOptions& run,
                     std::int64_t memory);

/// Decides records line by line as they come, while the packs are watched and swapped.
ExitCode runWatching(Console& console,
                     const CheckRecordsOptions& options,
                     UsedPacks packs,
                     std::unique_ptr<PackWatcher> watcher,
                     const RunOptions& run);

}  // namespace proviso::tool
