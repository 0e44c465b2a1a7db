#pragma once

#include "runtime/values/decimal.h"
#include "runtime/values/evaluation_error.h"
#include "runtime/values/state.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace proviso::reference {

inline constexpr std::uint32_t kNoRow = 0xffffffffU;

/// Where something is missing: a path inside one entry record, or (entryRow kNoRow) a place of no
/// record, `law:federal`.
struct Place {
    std::uint32_t entryRow = kNoRow;
    std::string text;

    friend auto operator<=>(const Place&, const Place&) = default;
};

/// A value together with everything that can be said about why it is none.
/// INVARIANT: `missing` is empty unless the state is Unknown, `errors` unless it is Error; `value`
/// is 0 unless it is Value; only an unknown has `low` or `high`.
struct Value {
    State state = State::Value;
    std::int64_t value = 0;
    std::set<Place> missing = {};
    std::set<EvaluationError> errors = {};
    std::optional<std::int64_t> low = {};  ///< an unknown that will be a value no lower than this
    std::optional<std::int64_t> high = {};

    static Value of(std::int64_t value) { return {State::Value, value}; }
    static Value yesNo(bool yes) { return of(yes ? 1 : 0); }
    static Value notApplicable() { return {State::NotApplicable, 0}; }
    static Value unknown(Place place) { return {State::Unknown, 0, {std::move(place)}}; }
    static Value error(EvaluationError error) { return {State::Error, 0, {}, {error}}; }

    bool isValue() const { return state == State::Value; }
    bool isYes() const { return state == State::Value && value != 0; }
    bool isNo() const { return state == State::Value && value == 0; }
    bool isUnknown() const { return state == State::Unknown; }
    bool isError() const { return state == State::Error; }
    bool isOpen() const { return isUnknown() || isError(); }

    /// A value, or an unknown that will be one.
    bool willBeValue() const { return isValue() || low || high; }
    /// Says what an unknown lies between; the ends of 64 bits say nothing.
    void bound(std::optional<std::int64_t> lower, std::optional<std::int64_t> upper) {
        low = lower == INT64_MIN ? std::nullopt : lower;
        high = upper == INT64_MAX ? std::nullopt : upper;
    }
    std::optional<std::int64_t> lowest() const { return isValue() ? value : low; }
    std::optional<std::int64_t> highest() const { return isValue() ? value : high; }
};

/// The state of an ordinary operation over its operands, with the places or codes of the operands
/// in that state; a value (0) where all are values. Never bounded.
Value propagated(const std::vector<Value>& operands);

/// No > error > unknown > not applicable > yes, and the mirror image.
Value conjunction(const std::vector<Value>& operands);
Value disjunction(const std::vector<Value>& operands);
Value negation(const Value& operand);

/// Not applicable as no.
Value orNo(const Value& operand);

/// Nothing where it does not fit 64 bits.
std::optional<std::int64_t> narrowed(std::optional<Int128> wide);

}  // namespace proviso::reference
