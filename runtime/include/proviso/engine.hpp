#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <proviso/export.h>
#include <proviso/pack_set.hpp>
#include <proviso/result.hpp>
#include <string>

namespace proviso {

struct EngineState;

/// Whether rules are compiled to machine code while they run.
enum class Jit : std::uint8_t {
    Off,
    On,
};

struct EngineOptions {
    /// For development: also publish sets that no known key signed. Every decision of such a set
    /// says so.
    bool allowUnsigned = false;
    /// On: sessions that decide many records together compile the rules in the background and use
    /// that code once it is there. The answers are the same. It needs the plug-in `proviso-jit`;
    /// without it the rules are interpreted (EngineStatus::jitProblem).
    Jit jit = Jit::Off;
};

/// A set and its number among those an engine published, from 1.
struct PublishedSet {
    std::shared_ptr<const PackSet> packs;  ///< null: none was published yet
    std::uint64_t revision = 0;
};

struct EngineStatus {
    PublishedSet published;
    std::uint64_t refused = 0;    ///< calls of publish that were
    std::string lastRefusal;      ///< why the last of them was; empty: none
    std::size_t retiredHeld = 0;  ///< sets that were replaced and still have a user
    std::string jitProblem;       ///< why rules are not compiled though they should be; empty: they
                                  ///< are, or nobody asked for it yet
};

/// Holds the pack set that decides. Publishing another swaps it: evaluations that run keep the set
/// they began with to their end, later ones take the new one, and nothing waits.
///
/// Thread-safety: every function may be called from any thread at once. Sessions stay usable after
/// the engine object is gone.
class PROVISO_API Engine {
  public:
    explicit Engine(const EngineOptions& options = {});
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;

    /// Makes `packs` the set that decides and returns its revision; publishing the set that is
    /// published already changes nothing. A set that is refused leaves the former one deciding.
    /// Errors: InvalidArgument (null, or not signed), LimitExceeded (memory).
    Result<std::uint64_t> publish(std::shared_ptr<const PackSet> packs) noexcept;

    /// The set that decides now.
    PublishedSet published() const noexcept;

    EngineStatus status() const;

    /// For the library.
    explicit Engine(std::shared_ptr<EngineState> state) noexcept;
    const std::shared_ptr<EngineState>& state() const noexcept { return state_; }

  private:
    std::shared_ptr<EngineState> state_;
};

}  // namespace proviso
