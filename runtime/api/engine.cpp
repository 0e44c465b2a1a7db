#include "runtime/api/engine_state.h"
#include "runtime/api/fence.h"
#include "runtime/jit/jit.h"

#include <algorithm>
#include <proviso/version.hpp>
#include <utility>

namespace proviso {

namespace {

std::string reasonAgainst(const PackSet* packs, const EngineOptions& options) {
    if (packs == nullptr) {
        return "there is no pack set to publish";
    }
    if (!packs->isSigned() && !options.allowUnsigned) {
        return "the pack set is not signed by a known key; for development, "
               "EngineOptions::allowUnsigned publishes it all the same";
    }
    return {};
}

using RetiredSets = std::vector<std::weak_ptr<const PackSet>>;

bool isSame(const std::weak_ptr<const PackSet>& one, const std::shared_ptr<const PackSet>& other) {
    return !one.owner_before(other) && !other.owner_before(one);
}

/// Of each set that still has a user one entry, and none of the set that decides.
void retire(RetiredSets& sets,
            const std::shared_ptr<const PackSet>& former,
            const std::shared_ptr<const PackSet>& next) {
    std::erase_if(sets, [&](const std::weak_ptr<const PackSet>& set) {
        return set.expired() || isSame(set, former) || isSame(set, next);
    });
    if (former != nullptr) {
        sets.push_back(former);
    }
}

}  // namespace

std::shared_ptr<jit::Jit>
EngineState::codeOf(const std::shared_ptr<const bytecode::Program>& program) {
    if (options.jit == Jit::Off) {
        return nullptr;
    }
    const std::lock_guard lock(mutex);
    if (std::shared_ptr<jit::Jit> known = code.lock(); known && compiled.lock() == program) {
        return known;
    }
    jitProblem.clear();
    std::shared_ptr<jit::Jit> opened = jit::Jit::open(program, {}, jitProblem);
    code = opened;
    compiled = program;
    return opened;
}

std::string_view version() noexcept {
    return PROVISO_VERSION;
}

Engine::Engine(const EngineOptions& options) : state_(std::make_shared<EngineState>()) {
    state_->options = options;
}

Engine::Engine(std::shared_ptr<EngineState> state) noexcept : state_(std::move(state)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Result<std::uint64_t> Engine::publish(std::shared_ptr<const PackSet> packs) noexcept {
    return api::fenced([&]() -> Result<std::uint64_t> {
        if (state_ == nullptr) {
            return Error{ErrorCode::InvalidArgument, "the engine was moved away"};
        }
        std::string reason = reasonAgainst(packs.get(), state_->options);
        // Freed after the lock, where it was the last pointer.
        std::shared_ptr<const PackSet> former = packs;
        const std::lock_guard lock(state_->mutex);
        if (!reason.empty()) {
            ++state_->refused;
            state_->lastRefusal = reason;
            return Error{ErrorCode::InvalidArgument, std::move(reason)};
        }
        PublishedSet& published = state_->published;
        if (published.packs == packs) {
            return published.revision;
        }
        retire(state_->retired, published.packs, packs);
        former = std::exchange(published.packs, std::move(packs));
        return ++published.revision;
    });
}

PublishedSet Engine::published() const noexcept {
    return state_ == nullptr ? PublishedSet() : state_->current();
}

EngineStatus Engine::status() const {
    EngineStatus status;
    if (state_ == nullptr) {
        return status;
    }
    const std::lock_guard lock(state_->mutex);
    status.published = state_->published;
    status.refused = state_->refused;
    status.lastRefusal = state_->lastRefusal;
    status.jitProblem = state_->jitProblem;
    status.retiredHeld = static_cast<std::size_t>(
        std::count_if(state_->retired.begin(), state_->retired.end(), [](const auto& set) {
            return !set.expired();
        }));
    return status;
}

}  // namespace proviso
