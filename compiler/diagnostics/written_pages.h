#pragma once

#include <string_view>
#include <vector>

namespace proviso {

/// A page of docs/diagnostics, built into the program.
struct WrittenPage {
    std::string_view code;
    std::string_view markdown;
};

/// All of them, sorted by code. The definition is generated (pages/embed_pages.cmake).
[[nodiscard]] const std::vector<WrittenPage>& writtenPages();

}  // namespace proviso
