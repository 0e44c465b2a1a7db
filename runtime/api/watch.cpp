#include "runtime/api/engine_state.h"
#include "runtime/api/fence.h"
#include "runtime/api/load_parts.h"
#include "runtime/api/pack_set_parts.h"
#include "runtime/api/watch_source.h"
#include "runtime/pack_place/pack_place.h"

#include <mutex>
#include <optional>
#include <utility>

namespace proviso {

namespace {

using MadeSet = Result<std::shared_ptr<const PackSet>>;

}  // namespace

struct WatcherState {
    WatcherState(Engine publisher, WatchSource from, WatchTold toTell)
        : engine(std::move(publisher)), source(std::move(from)), told(std::move(toTell)) {
        // What changes while the first set is loaded counts as changed.
        files.emplace(source.paths, source.reach);
    }
    ~WatcherState() {
        // Its thread uses the rest.
        files.reset();
    }
    WatcherState(const WatcherState&) = delete;
    WatcherState& operator=(const WatcherState&) = delete;

    MadeSet load() {
        return api::fenced([&]() -> MadeSet { return source.load(inUse.get()); });
    }

    /// Makes what was loaded decide.
    Result<std::uint64_t> publish(const std::shared_ptr<const PackSet>& packs) {
        Result<std::uint64_t> revision = engine.publish(packs);
        if (revision) {
            inUse = packs;
            const std::lock_guard lock(mutex);
            ++status.published;
        }
        return revision;
    }

    void takeChange() noexcept {
        const MadeSet loaded = load();
        // Read while it was written, it may be half of what it should be.
        if (!files->standStill() || (loaded && *loaded == nullptr)) {
            return;
        }
        try {
            const Result<std::uint64_t> revision = loaded ? publish(*loaded) : loaded.error();
            WatchEvent event;
            if (revision) {
                event.packs = *loaded;
                event.revision = *revision;
            } else {
                const Error& error = revision.error();
                event.reason =
                    error.context.empty() ? error.message : error.context + ": " + error.message;
                const std::lock_guard lock(mutex);
                ++status.refused;
                status.lastRefusal = event.reason;
            }
            if (told) {
                told(event);
            }
        } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody to tell
        }
    }

    Engine engine;
    WatchSource source;
    WatchTold told;
    std::shared_ptr<const PackSet> inUse;  ///< what was published last from here
    mutable std::mutex mutex;
    WatcherStatus status;  ///< under `mutex`
    std::optional<file::Watcher> files;
};

Watcher::Watcher(std::unique_ptr<WatcherState> state) noexcept : state_(std::move(state)) {}
Watcher::~Watcher() = default;
Watcher::Watcher(Watcher&&) noexcept = default;
Watcher& Watcher::operator=(Watcher&&) noexcept = default;

WatcherStatus Watcher::status() const {
    if (state_ == nullptr) {
        return {};
    }
    const std::lock_guard lock(state_->mutex);
    return state_->status;
}

Result<Watcher> startWatcher(const Engine& engine, WatchSource source, WatchTold told) noexcept {
    return api::fenced([&]() -> Result<Watcher> {
        if (engine.state() == nullptr) {
            return Error{ErrorCode::InvalidArgument, "the engine was moved away"};
        }
        auto state = std::make_unique<WatcherState>(
            Engine(engine.state()), std::move(source), std::move(told));
        const MadeSet first = state->load();
        if (!first) {
            return first.error();
        }
        if (const Result<std::uint64_t> revision = state->publish(*first); !revision) {
            return revision.error();
        }
        state->files->start([&it = *state](auto) { it.takeChange(); });
        return Watcher(std::move(state));
    });
}

Result<Watcher> Watcher::start(const Engine& engine,
                               const std::string& path,
                               const LoadOptions& options,
                               WatchTold told) noexcept {
    return api::fenced([&]() -> Result<Watcher> {
        const pack_place::Place place = api::placeNamed(path);
        const Result<pack::Trust> trust = api::trustOf(options);
        if (!trust) {
            return trust.error();
        }
        WatchSource source;
        source.paths = {pack_place::watchedFile(place)};
        source.load = [place, trust = *trust](const PackSet* inUse) -> MadeSet {
            const pack::PackSet* const former = inUse ? inUse->parts().loaded.get() : nullptr;
            auto loaded = pack_place::load(place, trust, former);
            if (!loaded) {
                return loaded.error();
            }
            if (former != nullptr && pack_place::isSame(**loaded, *former)) {
                return MadeSet(nullptr);
            }
            return api::madeFrom(std::move(*loaded));
        };
        return startWatcher(engine, std::move(source), std::move(told));
    });
}

}  // namespace proviso
