#pragma once

#include "compiler/driver/compile.h"
#include "runtime/bytecode/program.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace proviso::tool {

/// How long a change of packs took on its way, in microseconds.
struct SwapTimes {
    std::int64_t notice = 0;  ///< from the time the file system gives the newest file to the
                              ///< beginning of reading
    StageTimes compile;
    std::int64_t tests = 0;
    std::size_t testCount = 0;
};

/// A pack set that is fit for use.
struct Published {
    std::shared_ptr<const bytecode::Program> program;
    SwapTimes times;
};

/// Watches the files of a pack set from a thread of its own. When they change and lie still, they
/// are compiled, verified and their own tests run; what is well is published, of anything else it
/// is said why. What was published stays until something else is fit for use.
class PackWatcher {
  public:
    /// Remembers how the files stand: changes from here on count.
    explicit PackWatcher(std::vector<std::string> paths);
    ~PackWatcher();
    PackWatcher(const PackWatcher&) = delete;
    PackWatcher& operator=(const PackWatcher&) = delete;

    /// Begins to watch. `set` is what is in use, compiled after the watcher was made.
    void start(std::unique_ptr<CompiledSet> set);

    /// Readable when `published` or `messages` has something.
    int wakeDescriptor() const { return wake_; }
    void clearWake();

    /// The newest set that was published since the last call.
    std::optional<Published> published();
    /// Why sets were refused since the last call, for stderr; each ends with a line break.
    std::vector<std::string> messages();
    std::uint64_t refusedCount();

  private:
    /// By path: size, times and identity of a file.
    using Standing = std::map<std::string, std::vector<std::int64_t>>;

    void watch();
    /// Waits for the files to change, at most a moment; false when it is time to end.
    bool waitForChange(int milliseconds);
    bool drain();
    Standing look();
    void tryPacks(std::chrono::system_clock::time_point savedAt, const Standing& standing);
    std::string refusal(const CompiledSet& set, std::size_t& tests) const;
    void say(std::string message);

    std::vector<std::string> paths_;
    int notify_ = -1;  ///< inotify; -1 where there is none: then files are looked at often
    int wake_ = -1;
    int stop_ = -1;
    Standing tried_;
    std::string inUse_;  ///< digest of what was published last
    std::unique_ptr<CompiledSet> former_;
    std::thread thread_;

    std::mutex mutex_;  ///< over what follows
    std::optional<Published> published_;
    std::vector<std::string> messages_;
    std::uint64_t refused_ = 0;
};

}  // namespace proviso::tool
