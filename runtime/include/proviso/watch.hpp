#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <proviso/engine.hpp>
#include <proviso/export.h>
#include <proviso/load.hpp>
#include <proviso/pack_set.hpp>
#include <proviso/result.hpp>
#include <string>

/// Pack sets that an engine takes up as they change: what becomes active in a pack store, the file
/// that takes the place of another. proviso/compile.hpp watches texts.
namespace proviso {

struct WatcherState;

/// What came of a change.
struct WatchEvent {
    std::shared_ptr<const PackSet> packs{};  ///< decides from now on; null: the former one goes on
    std::uint64_t revision = 0;              ///< of `packs`, among those that the engine published
    std::string reason{};                    ///< why what is there now is not used
};

/// Told of changes, on the watcher's thread, which waits for it. It may use the engine; it may not
/// destroy the watcher. What it throws is dropped.
using WatchTold = std::function<void(const WatchEvent&)>;

struct WatcherStatus {
    std::uint64_t published = 0;  ///< sets, with the first
    std::uint64_t refused = 0;    ///< sets that were not fit for use
    std::string lastRefusal;      ///< why the last of them was not; empty: none
};

/// Watches where a pack set lies from a thread of its own until it is destroyed, and publishes what
/// takes its place, if it is fit for use. What is not never replaces what decides. A set that the
/// program publishes itself stays until the next change.
///
/// Thread-safety: `status` may be called from any thread at once.
class PROVISO_API Watcher {
  public:
    /// Publishes what lies at `path` now, a pack-set file or the folder of a pack store (see
    /// loadPackSetFile), and then whatever takes its place, under the same conditions. A file is
    /// not followed by an older revision of its name; only a store goes back. The tests in the
    /// packs are not run: the compiler is not here. Errors: as loadPackSetFile and Engine::publish,
    /// about the set that is there now.
    static Result<Watcher> start(const Engine& engine,
                                 const std::string& path,
                                 const LoadOptions& options = {},
                                 WatchTold told = {}) noexcept;
    /// Waits for a set that is being loaded, and for `told`.
    ~Watcher();
    Watcher(Watcher&&) noexcept;
    Watcher& operator=(Watcher&&) noexcept;

    WatcherStatus status() const;

    /// For the library.
    explicit Watcher(std::unique_ptr<WatcherState> state) noexcept;

  private:
    std::unique_ptr<WatcherState> state_;
};

}  // namespace proviso
