#pragma once

#include "compiler/driver/compile.h"
#include "runtime/base/file_watcher.h"
#include "runtime/bytecode/program.h"
#include "runtime/pack/pack_set.h"
#include "runtime/pack_place/pack_place.h"
#include "tools/proviso/pack_files.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace proviso::tool {

/// How long a change of packs took on its way, in microseconds.
struct SwapTimes {
    std::int64_t notice = 0;  ///< from the time the file system gives the newest file to the
                              ///< beginning of reading
    StageTimes compile;       ///< of a set that was compiled before: `read` is all of loading it,
                              ///< `parse` is of the tests
    std::int64_t tests = 0;
    std::size_t testCount = 0;
};

/// A pack set that is fit for use.
struct Published {
    std::shared_ptr<const bytecode::Program> program;
    bool isUnsigned = false;
    std::string called;  ///< `parcels revision 8`; empty for texts
    SwapTimes times;
};

/// Watches where a pack set comes from, texts, a pack-set file or a store, from a thread of its
/// own. When something changed and lies still, it is compiled or loaded, verified, and its own
/// tests are run; what is well is published, of anything else it is said why. What was published
/// stays until something else is fit for use.
class PackWatcher {
  public:
    /// Remembers how the files stand: changes from here on count.
    PackWatcher(std::vector<std::string> paths, pack::Trust trust);
    ~PackWatcher();
    PackWatcher(const PackWatcher&) = delete;
    PackWatcher& operator=(const PackWatcher&) = delete;

    /// Begins to watch. `inUse` was compiled or loaded after the watcher was made; texts with their
    /// trees.
    void start(UsedPacks inUse);

    /// Readable when `published` or `messages` has something.
    int wakeDescriptor() const { return wake_; }
    void clearWake();

    /// The newest set that was published since the last call.
    std::optional<Published> published();
    /// Why sets were refused since the last call, for stderr; each ends with a line break.
    std::vector<std::string> messages();
    std::uint64_t refusedCount();

  private:
    using SystemTime = file::Watcher::SystemTime;

    void tryPacks(SystemTime savedAt);
    /// What is there now, in `found`; nothing where it is what is in use. Answers why it is not fit
    /// for use, empty where it is.
    std::string tryTexts(std::optional<Published>& found, SwapTimes& times);
    std::string tryCompiled(std::optional<Published>& found, SwapTimes& times);
    void say(std::string message);
    void wake();

    std::vector<std::string> paths_;
    pack::Trust trust_;
    std::optional<pack_place::Place> place_;  ///< nothing: texts
    int wake_ = -1;
    std::string inUse_;  ///< digest of what was published last
    std::unique_ptr<CompiledSet> former_;
    std::shared_ptr<const pack::PackSet> loaded_;  ///< what was published last
    std::shared_ptr<const pack::PackSet> found_;   ///< what was loaded last

    std::mutex mutex_;  ///< over what follows
    std::optional<Published> published_;
    std::vector<std::string> messages_;
    std::uint64_t refused_ = 0;

    std::optional<file::Watcher> files_;
};

}  // namespace proviso::tool
