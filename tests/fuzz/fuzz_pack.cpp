// Pack text: whatever the bytes are, they are compiled or refused, and what compiles verifies.
// formats to what it was.

#include "compiler/driver/compile.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto set = proviso::compileTexts({{"fuzz.prv", text}}, proviso::CompileGoal::Lowered);
    static_cast<void>(set);
    return 0;
}
