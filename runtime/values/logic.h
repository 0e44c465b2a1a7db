#pragma once

#include "runtime/values/state.h"

#include <cstdint>

namespace proviso {

/// A yes/no with its state. INVARIANT: `yes` is false unless `state` is Value, so that equal
/// answers compare equal and `yes` alone may serve as a mask ("only yes fires").
struct Logical {
    State state = State::Value;
    bool yes = false;

    friend constexpr bool operator==(const Logical&, const Logical&) = default;
};

inline constexpr Logical kYes{State::Value, true};
inline constexpr Logical kNo{State::Value, false};
inline constexpr Logical kNotApplicable{State::NotApplicable, false};
inline constexpr Logical kUnknown{State::Unknown, false};
inline constexpr Logical kError{State::Error, false};

namespace logic_detail {

// `and` takes the first present of: no, error, unknown, not applicable, yes. As ranks the first has
// the highest number, so that the answer is a maximum; a maximum is commutative and associative.
// Index: the state, or 4 for no.
constexpr std::uint8_t andRank(Logical a) noexcept {
    // Value-yes 0, not applicable 1, unknown 2, error 3, no 4.
    return a.state == State::Value ? (a.yes ? 0 : 4) : static_cast<std::uint8_t>(a.state);
}

constexpr std::uint8_t orRank(Logical a) noexcept {
    // Value-no 0, not applicable 1, unknown 2, error 3, yes 4.
    return a.state == State::Value ? (a.yes ? 4 : 0) : static_cast<std::uint8_t>(a.state);
}

}  // namespace logic_detail

/// Kleene's `and` over four states: no, then error, then unknown, then not applicable, then yes.
constexpr Logical logicalAnd(Logical a, Logical b) noexcept {
    return logic_detail::andRank(a) >= logic_detail::andRank(b) ? a : b;
}

/// Kleene's `or` over four states: yes, then error, then unknown, then not applicable, then no.
constexpr Logical logicalOr(Logical a, Logical b) noexcept {
    return logic_detail::orRank(a) >= logic_detail::orRank(b) ? a : b;
}

/// Yes and no change places; the other states stay.
constexpr Logical logicalNot(Logical a) noexcept {
    return a.state == State::Value ? Logical{State::Value, !a.yes} : Logical{a.state, false};
}

}  // namespace proviso
