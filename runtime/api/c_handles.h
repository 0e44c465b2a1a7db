#pragma once

#include "runtime/base/result.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <proviso/pack_set.hpp>
#include <proviso/proviso.h>

/// What the two C interfaces share. Exported for the compiler's library of the same version, and
/// for no one else.

struct proviso_pack_set {
    std::shared_ptr<const proviso::PackSet> packs;
};

namespace proviso::capi {

/// Keeps what proviso_last_error() says to this thread; gives the status.
PROVISO_API proviso_status fail(const Error& error) noexcept;

inline proviso_status failArgument(const char* message) noexcept {
    try {
        return fail({ErrorCode::InvalidArgument, message});
    } catch (...) {
        return PROVISO_INVALID_ARGUMENT;
    }
}

/// Runs what may throw: memory can end while texts are put together.
template <class F>
proviso_status fenced(F&& function) noexcept {
    try {
        return function();
    } catch (const std::bad_alloc&) {
        return fail({ErrorCode::LimitExceeded, "out of memory"});
    } catch (...) {
        return fail({ErrorCode::Internal, "unexpected"});
    }
}

/// Takes over the fields that the caller's version of a struct has.
template <class Struct>
void readStruct(Struct& into, const Struct* from) {
    if (from != nullptr) {
        std::memcpy(&into, from, std::min(from->struct_size, sizeof(Struct)));
    }
}

/// Fills the fields that the caller's version of a struct has, its size excepted. False where the
/// caller did not say the size.
template <class Struct>
bool writeStruct(Struct* out, Struct value) {
    if (out == nullptr || out->struct_size < sizeof(std::size_t)) {
        return false;
    }
    value.struct_size = out->struct_size;
    std::memcpy(out, &value, std::min(out->struct_size, sizeof(Struct)));
    return true;
}

inline constexpr const char* kNullArgument = "a pointer that must be given is NULL";
inline constexpr const char* kNoStructSize = "struct_size of the struct to fill is not set";

}  // namespace proviso::capi
