#pragma once

#include <memory>
#include <mutex>
#include <proviso/engine.hpp>
#include <string>
#include <vector>

namespace proviso {

/// Shared by an engine and its sessions. A std::atomic<std::shared_ptr> would save nothing: the
/// lock is held for the copy of one pointer.
struct EngineState {
    EngineOptions options;
    mutable std::mutex mutex;
    // All of the following under `mutex`.
    PublishedSet published;
    std::uint64_t refused = 0;
    std::string lastRefusal;
    std::vector<std::weak_ptr<const PackSet>> retired;

    PublishedSet current() const {
        const std::lock_guard lock(mutex);
        return published;
    }
};

}  // namespace proviso
