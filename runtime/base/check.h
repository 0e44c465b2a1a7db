#pragma once

#include <proviso/result.hpp>

namespace proviso {

/// A broken invariant of our own: throws InternalError, which is caught where the public interface
/// ends, with the place and the message. Kept out of line so that checks stay small.
[[noreturn]] void failCheck(const char* file, int line, const char* condition, const char* message);

}  // namespace proviso

/// Holds in every build: `PROVISO_CHECK(index < size, "column index out of range")`.
#define PROVISO_CHECK(condition, message)                                                          \
    do {                                                                                           \
        if (condition) [[likely]] {                                                                \
        } else {                                                                                   \
            ::proviso::failCheck(__FILE__, __LINE__, #condition, message);                         \
        }                                                                                          \
    } while (false)
