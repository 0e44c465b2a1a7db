#include "runtime/values/evaluation_error.h"

namespace proviso {

const char* evaluationErrorCode(EvaluationError error) noexcept {
    switch (error) {
    case EvaluationError::None:
        break;
#define PROVISO_EVALUATION_ERROR(name, number, code, message)                                      \
    case EvaluationError::name:                                                                    \
        return code;
#include "runtime/values/evaluation_errors.def"
#undef PROVISO_EVALUATION_ERROR
    }
    return "";
}

const char* evaluationErrorMessage(EvaluationError error) noexcept {
    switch (error) {
    case EvaluationError::None:
        break;
#define PROVISO_EVALUATION_ERROR(name, number, code, message)                                      \
    case EvaluationError::name:                                                                    \
        return message;
#include "runtime/values/evaluation_errors.def"
#undef PROVISO_EVALUATION_ERROR
    }
    return "";
}

}  // namespace proviso
