#include "runtime/base/check.h"

#include <string>
#include <string_view>

namespace proviso {

void failCheck(const char* file, int line, const char* condition, const char* message) {
    // Only the file's name: a message must not depend on where the source tree stood.
    std::string_view name = file;
    if (const auto slash = name.find_last_of('/'); slash != std::string_view::npos) {
        name.remove_prefix(slash + 1);
    }
    std::string text = "internal error at ";
    text += name;
    text += ':';
    text += std::to_string(line);
    text += ": ";
    text += message;
    text += " (";
    text += condition;
    text += ')';
    throw InternalError(text);
}

}  // namespace proviso
