#include "runtime/pack_store/problem.h"

#include <utility>

namespace proviso::pack_store {

const std::vector<ProblemInfo>& allProblems() {
    static const std::vector<ProblemInfo> kProblems = {
#define PROVISO_STORE_PROBLEM(name, code, error, message)                                          \
    {Problem::name, code, ErrorCode::error, message},
#include "runtime/pack_store/problems.def"
#undef PROVISO_STORE_PROBLEM
    };
    return kProblems;
}

Error problem(Problem problem, std::string_view detail, std::string context) {
    const ProblemInfo& info = allProblems()[static_cast<std::size_t>(problem)];
    std::string text = std::string(info.code) + ": " + std::string(info.message);
    if (!detail.empty()) {
        text += ": ";
        text += detail;
    }
    return {info.error, std::move(text), std::move(context)};
}

}  // namespace proviso::pack_store
