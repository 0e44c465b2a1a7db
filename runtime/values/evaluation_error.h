#pragma once

#include <cstdint>

namespace proviso {

/// Why the state of a value is Error. The texts and the stable codes stand in
/// evaluation_errors.def.
enum class EvaluationError : std::uint8_t {
    None = 0,
// NOLINTNEXTLINE(bugprone-macro-parentheses): an enumerator
#define PROVISO_EVALUATION_ERROR(name, number, code, message) name = number,
#include "runtime/values/evaluation_errors.def"
#undef PROVISO_EVALUATION_ERROR
};

/// The stable code, "E1001"; empty for None and for a number that names no error.
const char* evaluationErrorCode(EvaluationError error) noexcept;

/// One sentence for people; empty for None.
const char* evaluationErrorMessage(EvaluationError error) noexcept;

}  // namespace proviso
