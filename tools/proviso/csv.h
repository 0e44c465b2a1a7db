#pragma once

#include <string>
#include <string_view>

namespace proviso::tool {

/// Appends one field, in quotes where it must be. What a spreadsheet would take for a formula gets
/// an apostrophe before it.
void appendCsvField(std::string& out, std::string_view text);

}  // namespace proviso::tool
