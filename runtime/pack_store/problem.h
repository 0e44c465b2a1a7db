#pragma once

#include "runtime/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::pack_store {

/// Why a pack store does not do what was asked.
enum class Problem : std::uint8_t {
#define PROVISO_STORE_PROBLEM(name, code, error, message) name,
#include "runtime/pack_store/problems.def"
#undef PROVISO_STORE_PROBLEM
};

struct ProblemInfo {
    Problem problem{};
    std::string_view code;  ///< `E3102`
    ErrorCode error{};
    std::string_view message;
};

/// In the order of their codes.
const std::vector<ProblemInfo>& allProblems();

/// `E3104: a newer revision was accepted before: ...`; `detail` may be empty.
Error problem(Problem problem, std::string_view detail, std::string context = {});

}  // namespace proviso::pack_store
