#pragma once

#include "runtime/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::pack {

/// Why a file of packs is not used.
enum class Refusal : std::uint8_t {
#define PROVISO_REFUSAL(name, code, error, message) name,
#include "runtime/pack/refusals.def"
#undef PROVISO_REFUSAL
};

struct RefusalInfo {
    Refusal refusal{};
    std::string_view code;  ///< `E3002`
    ErrorCode error{};
    std::string_view message;
};

const RefusalInfo& infoOf(Refusal refusal);
const std::vector<RefusalInfo>& allRefusals();

/// `E3002: the file is damaged: it ends too early`; `detail` may be empty.
Error refuse(Refusal refusal, std::string_view detail, std::string context = {});

/// Which refusal an error is; nothing for other errors, such as files that cannot be read.
std::optional<Refusal> refusalOf(const Error& error);

}  // namespace proviso::pack
