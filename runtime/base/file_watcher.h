#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace proviso::file {

/// Watches files from a thread of its own, and tells when some changed and lie still again: at once
/// where the system notifies of changes, and by a look every second.
class Watcher {
  public:
    enum class Reach : std::uint8_t {
        Files,  ///< the files named alone
        Below,  ///< also everything in their folders, and below them
    };
    using SystemTime = std::chrono::system_clock::time_point;
    /// Called from the watcher's thread. `savedAt` is what the file system says of the newest file
    /// that changed.
    using Changed = std::function<void(SystemTime savedAt)>;

    /// Remembers how the files stand: changes from here on count.
    Watcher(std::vector<std::string> paths, Reach reach);
    /// Waits for `changed` to return.
    ~Watcher();
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// Once. `changed` must not throw.
    void start(Changed changed);

    /// For `changed`: whether the files still stand as when it was called. It is called again where
    /// they do not.
    bool standStill() { return look() == tried_; }

  private:
    /// By path: identity, size and times of a file.
    using Standing = std::map<std::string, std::vector<std::int64_t>>;

    void watch();
    /// Waits for the files to change, at most so long; false when it is time to end.
    bool waitForChange(int milliseconds);
    bool drain();
    Standing look();
    void watchFolder(const std::string& path);

    std::vector<std::string> paths_;
    Reach reach_;
    int notify_ = -1;  ///< inotify; -1 where there is none: then files are looked at often
    int stop_ = -1;
    Standing tried_;
    Changed changed_;
    std::thread thread_;
};

}  // namespace proviso::file
