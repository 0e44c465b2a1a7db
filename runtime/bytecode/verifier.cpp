#include "runtime/bytecode/verifier.h"

#include "runtime/bytecode/verify_parts.h"

namespace proviso::bytecode {

Result<void> verify(const Program& program) {
    verification::Report report;
    if (verification::verifySchema(program, report) && verification::verifyPools(program, report) &&
        verification::verifyCode(program, report) && verification::verifySymbols(program, report) &&
        verification::verifyClauses(program, report)) {
        return {};
    }
    return Error{ErrorCode::Malformed, std::move(report.what), std::move(report.where)};
}

}  // namespace proviso::bytecode
