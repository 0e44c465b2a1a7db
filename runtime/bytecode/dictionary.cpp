#include "runtime/base/check.h"
#include "runtime/bytecode/batch.h"

namespace proviso {

std::uint32_t Dictionary::intern(std::string_view text) {
    if (const auto known = ids_.find(text); known != ids_.end()) {
        return known->second;
    }
    PROVISO_CHECK(texts_.size() < 0xffffffffU, "more texts than a dictionary holds");
    const auto id = static_cast<std::uint32_t>(texts_.size());
    texts_.emplace_back(text);
    ids_.emplace(texts_.back(), id);
    return id;
}

}  // namespace proviso
