#include "runtime/pack/refusal.h"

namespace proviso::pack {

const std::vector<RefusalInfo>& allRefusals() {
    static const std::vector<RefusalInfo> kAll = {
#define PROVISO_REFUSAL(name, code, error, message)                                                \
    {Refusal::name, code, ErrorCode::error, message},
#include "runtime/pack/refusals.def"
#undef PROVISO_REFUSAL
    };
    return kAll;
}

const RefusalInfo& infoOf(Refusal refusal) {
    return allRefusals()[static_cast<std::size_t>(refusal)];
}

Error refuse(Refusal refusal, std::string_view detail, std::string context) {
    const RefusalInfo& info = infoOf(refusal);
    std::string text = std::string(info.code) + ": " + std::string(info.message);
    if (!detail.empty()) {
        text += ": ";
        text += detail;
    }
    return {info.error, std::move(text), std::move(context)};
}

std::optional<Refusal> refusalOf(const Error& error) {
    for (const RefusalInfo& info : allRefusals()) {
        if (error.code == info.error && error.message.starts_with(std::string(info.code) + ": ")) {
            return info.refusal;
        }
    }
    return std::nullopt;
}

}  // namespace proviso::pack
