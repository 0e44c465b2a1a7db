#pragma once

#include <proviso/export.h>
#include <string_view>

namespace proviso {

/// The version of the library that is linked, such as "0.1.0". Safe from any thread.
PROVISO_API std::string_view version() noexcept;

}  // namespace proviso
