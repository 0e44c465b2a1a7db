#pragma once

#include <stdexcept>

namespace proviso {

/// A broken invariant of our own. Thrown only by PROVISO_CHECK and caught only where the public
/// interface ends; the message names the place in our code, never data.
class InternalError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Throws InternalError with the place and the message. Kept out of line so that checks stay small.
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
