#pragma once

#include "runtime/base/check.h"
#include "runtime/base/result.h"

#include <new>
#include <type_traits>
#include <utility>

namespace proviso::api {

/// Where the public interface ends: nothing thrown goes further. Texts of exceptions that are not
/// ours may hold anything and are not repeated.
template <class F>
std::invoke_result_t<F> fenced(F&& function) noexcept {
    try {
        return std::forward<F>(function)();
    } catch (const std::bad_alloc&) {
        // Short enough to need no memory.
        return Error{ErrorCode::LimitExceeded, "out of memory"};
    } catch (const InternalError& error) {
        return Error{ErrorCode::Internal, error.what()};
    } catch (...) {
        return Error{ErrorCode::Internal, "unexpected"};
    }
}

}  // namespace proviso::api
