#pragma once

#include "runtime/base/file_watcher.h"

#include <functional>
#include <memory>
#include <proviso/watch.hpp>
#include <string>
#include <vector>

/// What stands behind the public Watcher. For this room and the compiler's API.
namespace proviso {

/// Where pack sets come from that are watched.
struct WatchSource {
    std::vector<std::string> paths;
    file::Watcher::Reach reach = file::Watcher::Reach::Files;
    /// What is there now; null where it is `inUse`, which is null at first. Called by one thread at
    /// a time. May throw.
    std::function<Result<std::shared_ptr<const PackSet>>(const PackSet* inUse)> load;
};

/// Publishes what is there, and begins to watch. Exported for the compiler's library of the same
/// version, and for no one else.
PROVISO_API Result<Watcher>
startWatcher(const Engine& engine, WatchSource source, WatchTold told) noexcept;

}  // namespace proviso
