#pragma once

#include <memory>
#include <mutex>
#include <proviso/engine.hpp>
#include <string>
#include <vector>

namespace proviso {

namespace bytecode {
struct Program;
}
namespace jit {
class Jit;
}

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
    std::weak_ptr<const bytecode::Program> compiled;
    std::weak_ptr<jit::Jit> code;  ///< of `compiled`: sessions share it
    std::string jitProblem;

    PublishedSet current() const {
        const std::lock_guard lock(mutex);
        return published;
    }
    /// Compiled code for the sessions of a set; null where none is asked for or can be had.
    std::shared_ptr<jit::Jit> codeOf(const std::shared_ptr<const bytecode::Program>& program);
};

}  // namespace proviso
