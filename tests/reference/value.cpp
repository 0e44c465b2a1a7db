#include "tests/reference/value.h"

#include <algorithm>

namespace proviso::reference {

namespace {

/// All operands that are in `state`, joined.
Value joined(const std::vector<Value>& operands, State state) {
    Value result{state, 0};
    for (const Value& operand : operands) {
        if (operand.state == state) {
            result.missing.insert(operand.missing.begin(), operand.missing.end());
            result.errors.insert(operand.errors.begin(), operand.errors.end());
        }
    }
    return result;
}

bool has(const std::vector<Value>& operands, State state) {
    return std::any_of(operands.begin(), operands.end(), [state](const Value& operand) {
        return operand.state == state;
    });
}

/// The connective that `decisive` settles and that is its opposite where every operand is.
Value connective(const std::vector<Value>& operands, bool decisive) {
    for (const Value& operand : operands) {
        if (operand.isValue() && (operand.value != 0) == decisive) {
            return Value::yesNo(decisive);
        }
    }
    for (const State state : {State::Error, State::Unknown, State::NotApplicable}) {
        if (has(operands, state)) {
            return joined(operands, state);
        }
    }
    return Value::yesNo(!decisive);
}

}  // namespace

Value propagated(const std::vector<Value>& operands) {
    for (const State state : {State::Error, State::Unknown, State::NotApplicable}) {
        if (has(operands, state)) {
            return joined(operands, state);
        }
    }
    return Value::of(0);
}

Value conjunction(const std::vector<Value>& operands) {
    return connective(operands, false);
}

Value disjunction(const std::vector<Value>& operands) {
    return connective(operands, true);
}

Value negation(const Value& operand) {
    return operand.isValue() ? Value::yesNo(operand.value == 0) : operand;
}

Value orNo(const Value& operand) {
    return operand.state == State::NotApplicable ? Value::yesNo(false) : operand;
}

std::optional<std::int64_t> narrowed(std::optional<Int128> wide) {
    if (!wide || !narrow(*wide).ok()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*wide);
}

}  // namespace proviso::reference
