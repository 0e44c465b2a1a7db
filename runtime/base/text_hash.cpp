#include "runtime/base/text_hash.h"

#include <random>

namespace proviso {

std::uint64_t secretSeed() noexcept {
    static const std::uint64_t seed = [] {
        std::random_device device;
        return std::uint64_t{device()} << 32U | device();
    }();
    return seed;
}

}  // namespace proviso
