#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace proviso {

/// What kind of thing in the world went wrong. Mistakes of a pack's author are diagnostics, errors
/// of a rule are values in the decision; neither travels in a Result.
enum class ErrorCode : std::uint8_t {
    InvalidArgument,
    NotFound,
    CannotRead,
    CannotWrite,
    Malformed,
    UnsupportedVersion,
    DigestMismatch,
    LimitExceeded,
    Conflict,
    Internal,
};

/// An expected failure: a stable code, a sentence for people, and what it happened to (a file, a
/// pack).
struct [[nodiscard]] Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string context = {};  // NOLINT(readability-redundant-member-init): may be left out
};

/// A mistake in a program: in ours, where it never leaves the library, or a caller's who asks a
/// Result for what it does not hold. The message names a place in the code, never data.
class InternalError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Throws InternalError.
[[noreturn]] inline void failResult(const char* message) {
    throw InternalError(message);
}

/// A value or an Error. The member names are those of std::expected so that it can become it.
/// `value()` on an error and `error()` on a value are mistakes of the caller and throw
/// InternalError; nothing else here throws of itself.
template <class T>
class [[nodiscard]] Result {
  public:
    using value_type = T;

    // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is the point of the type.
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T& value() & {
        if (!has_value()) {
            failResult("value() of a Result that holds an error");
        }
        return *std::get_if<0>(&state_);
    }
    const T& value() const& {
        if (!has_value()) {
            failResult("value() of a Result that holds an error");
        }
        return *std::get_if<0>(&state_);
    }
    T&& value() && {
        if (!has_value()) {
            failResult("value() of a Result that holds an error");
        }
        return std::move(*std::get_if<0>(&state_));
    }

    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const& {
        if (has_value()) {
            failResult("error() of a Result that holds a value");
        }
        return *std::get_if<1>(&state_);
    }
    Error&& error() && {
        if (has_value()) {
            failResult("error() of a Result that holds a value");
        }
        return std::move(*std::get_if<1>(&state_));
    }

    template <class U>
    T value_or(U&& other) const& {
        return has_value() ? value() : static_cast<T>(std::forward<U>(other));
    }
    template <class U>
    T value_or(U&& other) && {
        return has_value() ? std::move(*this).value() : static_cast<T>(std::forward<U>(other));
    }

    /// Applies `function` to the value; an error passes through.
    template <class F>
    auto transform(F&& function) && -> Result<std::invoke_result_t<F, T&&>> {
        if (!has_value()) {
            return std::move(*this).error();
        }
        if constexpr (std::is_void_v<std::invoke_result_t<F, T&&>>) {
            std::invoke(std::forward<F>(function), std::move(*this).value());
            return {};
        } else {
            return std::invoke(std::forward<F>(function), std::move(*this).value());
        }
    }

    /// Applies `function`, which itself returns a Result, to the value; an error passes through.
    template <class F>
    auto and_then(F&& function) && -> std::invoke_result_t<F, T&&> {
        if (!has_value()) {
            return std::move(*this).error();
        }
        return std::invoke(std::forward<F>(function), std::move(*this).value());
    }

  private:
    std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
  public:
    using value_type = void;

    Result() = default;
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    bool has_value() const noexcept { return !failed_; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (failed_) {
            failResult("value() of a Result that holds an error");
        }
    }

    const Error& error() const& {
        if (!failed_) {
            failResult("error() of a Result that holds a value");
        }
        return error_;
    }
    Error&& error() && {
        if (!failed_) {
            failResult("error() of a Result that holds a value");
        }
        return std::move(error_);
    }

    /// Calls `function` on success; an error passes through.
    template <class F>
    auto transform(F&& function) && -> Result<std::invoke_result_t<F>> {
        if (failed_) {
            return std::move(error_);
        }
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            std::invoke(std::forward<F>(function));
            return {};
        } else {
            return std::invoke(std::forward<F>(function));
        }
    }

    template <class F>
    auto and_then(F&& function) && -> std::invoke_result_t<F> {
        if (failed_) {
            return std::move(error_);
        }
        return std::invoke(std::forward<F>(function));
    }

  private:
    Error error_;
    bool failed_ = false;
};

}  // namespace proviso
