#pragma once

#include "runtime/base/result.h"
#include "runtime/pack/pack_set.h"

#include <string>
#include <string_view>

/// The manifest as JSON that people and other programs can read.
namespace proviso::pack {

/// InvalidArgument for texts that are not UTF-8.
Result<std::string> manifestText(const Manifest& manifest);

/// Exactly what manifestText writes. Damaged; OtherFormat for needs that this engine does not meet.
Result<Manifest> parseManifest(std::string_view text);

/// Whether it can name a pack set: a letter or digit, then those, `.`, `_` and `-`; at most 100.
bool isSetName(std::string_view name);

}  // namespace proviso::pack
