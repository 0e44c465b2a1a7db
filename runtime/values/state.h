#pragma once

#include <cstdint>

namespace proviso {

/// What a value is, besides itself. The numbers are part of the columns' layout and are ordered so
/// that arithmetic propagation (error, then unknown, then not applicable, then value) is a maximum.
enum class State : std::uint8_t {
    Value = 0,
    NotApplicable = 1,
    Unknown = 2,
    Error = 3,
};

/// The state of `a + b` and of everything else that needs both operands.
constexpr State propagate(State a, State b) noexcept {
    return a > b ? a : b;
}

constexpr State propagate(State a, State b, State c) noexcept {
    return propagate(propagate(a, b), c);
}

/// "value", "not applicable", "unknown" or "error", for people.
constexpr const char* stateName(State state) noexcept {
    switch (state) {
    case State::Value:
        return "value";
    case State::NotApplicable:
        return "not applicable";
    case State::Unknown:
        return "unknown";
    case State::Error:
        return "error";
    }
    return "error";
}

}  // namespace proviso
