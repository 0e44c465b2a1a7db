#include "runtime/api/c_handles.h"

#include <proviso/proviso.hpp>
#include <string>
#include <utility>

// Pack sets, engines and errors of the C interface.

using namespace proviso;
using capi::failArgument;

struct proviso_engine {
    Engine engine;
};

struct proviso_watcher {
    Watcher watcher;
};

namespace {

thread_local std::string lastError;  // NOLINT(*-avoid-non-const-global-variables): one a thread

}  // namespace

namespace proviso::capi {

proviso_status fail(const Error& error) noexcept {
    try {
        lastError = error.message;
        if (!error.context.empty() && error.message.find(error.context) == std::string::npos) {
            lastError += " (" + error.context + ")";
        }
    } catch (...) {
        lastError = "out of memory";  // short enough to need none
    }
    switch (error.code) {
    case ErrorCode::InvalidArgument:
        return PROVISO_INVALID_ARGUMENT;
    case ErrorCode::NotFound:
        return PROVISO_NOT_FOUND;
    case ErrorCode::CannotRead:
        return PROVISO_CANNOT_READ;
    case ErrorCode::CannotWrite:
        return PROVISO_CANNOT_WRITE;
    case ErrorCode::Malformed:
        return PROVISO_MALFORMED;
    case ErrorCode::UnsupportedVersion:
        return PROVISO_UNSUPPORTED_VERSION;
    case ErrorCode::DigestMismatch:
        return PROVISO_DIGEST_MISMATCH;
    case ErrorCode::LimitExceeded:
        return PROVISO_LIMIT_EXCEEDED;
    case ErrorCode::Conflict:
        return PROVISO_CONFLICT;
    case ErrorCode::Internal:
        return PROVISO_INTERNAL;
    }
    return PROVISO_INTERNAL;
}

}  // namespace proviso::capi

extern "C" {

const char* proviso_version(void) {
    return version().data();
}

const char* proviso_last_error(void) {
    return lastError.c_str();
}

proviso_status proviso_pack_set_load(const char* path,
                                     const char* keys,
                                     bool allowUnsigned,
                                     proviso_pack_set** out) {
    if (path == nullptr || out == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    *out = nullptr;
    return capi::fenced([&] {
        auto loaded = loadPackSetFile(
            path, {.keys = keys == nullptr ? "" : keys, .allowUnsigned = allowUnsigned});
        if (!loaded) {
            return capi::fail(loaded.error());
        }
        *out = new proviso_pack_set{std::move(*loaded)};
        return PROVISO_OK;
    });
}

void proviso_pack_set_free(proviso_pack_set* packs) {
    delete packs;
}

proviso_text proviso_pack_set_digest(const proviso_pack_set* packs) {
    const std::string_view digest = packs->packs->digest();
    return {digest.data(), digest.size()};
}

bool proviso_pack_set_is_signed(const proviso_pack_set* packs) {
    return packs->packs->isSigned();
}

void proviso_engine_options_init(proviso_engine_options* options) {
    *options = {sizeof(proviso_engine_options),
                EngineOptions().allowUnsigned,
                EngineOptions().jit == Jit::On};
}

proviso_status proviso_engine_create(const proviso_engine_options* options, proviso_engine** out) {
    if (out == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    *out = nullptr;
    return capi::fenced([&] {
        proviso_engine_options all;
        proviso_engine_options_init(&all);
        capi::readStruct(all, options);
        *out = new proviso_engine{
            Engine({.allowUnsigned = all.allow_unsigned, .jit = all.jit ? Jit::On : Jit::Off})};
        return PROVISO_OK;
    });
}

void proviso_engine_free(proviso_engine* engine) {
    delete engine;
}

proviso_status
proviso_engine_publish(proviso_engine* engine, const proviso_pack_set* packs, uint64_t* revision) {
    if (engine == nullptr || packs == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    const Result<std::uint64_t> published = engine->engine.publish(packs->packs);
    if (!published) {
        return capi::fail(published.error());
    }
    if (revision != nullptr) {
        *revision = *published;
    }
    return PROVISO_OK;
}

proviso_status proviso_engine_get_status(const proviso_engine* engine,
                                         proviso_engine_status* status) {
    if (engine == nullptr || status == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    return capi::fenced([&] {
        const EngineStatus now = engine->engine.status();
        const bool written = capi::writeStruct(status,
                                               proviso_engine_status{
                                                   .struct_size = 0,
                                                   .revision = now.published.revision,
                                                   .refused = now.refused,
                                                   .retired_held = now.retiredHeld,
                                               });
        return written ? PROVISO_OK : failArgument(capi::kNoStructSize);
    });
}

proviso_status proviso_watcher_start(proviso_engine* engine,
                                     const char* path,
                                     const char* keys,
                                     bool allowUnsigned,
                                     proviso_watch_told told,
                                     void* user,
                                     proviso_watcher** out) {
    if (engine == nullptr || path == nullptr || out == nullptr) {
        return failArgument(capi::kNullArgument);
    }
    *out = nullptr;
    return capi::fenced([&] {
        WatchTold tell;
        if (told != nullptr) {
            tell = [told, user](const WatchEvent& event) {
                told(user, event.revision, event.reason.c_str());
            };
        }
        auto watcher =
            Watcher::start(engine->engine,
                           path,
                           {.keys = keys == nullptr ? "" : keys, .allowUnsigned = allowUnsigned},
                           std::move(tell));
        if (!watcher) {
            return capi::fail(watcher.error());
        }
        *out = new proviso_watcher{std::move(*watcher)};
        return PROVISO_OK;
    });
}

void proviso_watcher_free(proviso_watcher* watcher) {
    delete watcher;
}

}  // extern "C"

/// For c_session.cpp, which opens sessions of engines.
namespace proviso::capi {

const Engine& engineOf(const proviso_engine& engine) {
    return engine.engine;
}

}  // namespace proviso::capi
