#include "runtime/input/rejection.h"

namespace proviso {

const char* rejectionCode(RejectionReason reason) noexcept {
    switch (reason) {
    case RejectionReason::None:
        break;
#define PROVISO_REJECTION(name, code, message)                                                     \
    case RejectionReason::name:                                                                    \
        return code;
#include "runtime/input/rejection_reasons.def"
#undef PROVISO_REJECTION
    }
    return "";
}

const char* rejectionMessage(RejectionReason reason) noexcept {
    switch (reason) {
    case RejectionReason::None:
        break;
#define PROVISO_REJECTION(name, code, message)                                                     \
    case RejectionReason::name:                                                                    \
        return message;
#include "runtime/input/rejection_reasons.def"
#undef PROVISO_REJECTION
    }
    return "";
}

std::string formatRejection(const Rejection& rejection) {
    std::string text = rejection.source + ":" + std::to_string(rejection.line) + ": " +
                       rejectionCode(rejection.reason) + " ";
    if (!rejection.field.empty()) {
        text += "`" + rejection.field + "`: ";
    }
    text += rejection.message;
    if (!rejection.recordKey.empty()) {
        text += " (record " + rejection.recordKey + ")";
    }
    return text;
}

}  // namespace proviso
