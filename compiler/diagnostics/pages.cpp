#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/written_pages.h"

#include <algorithm>
#include <string>
#include <vector>

namespace proviso {

namespace {

std::optional<std::string_view> writtenPage(std::string_view code) {
    const auto& pages = writtenPages();
    const auto page = std::find_if(
        pages.begin(), pages.end(), [&](const WrittenPage& one) { return one.code == code; });
    if (page == pages.end()) {
        return std::nullopt;
    }
    return page->markdown;
}

/// What the .def row alone can say.
std::string shortPage(const DiagnosticInfo& info) {
    std::string page = "# " + std::string(info.code) + "\n\n";
    page += info.severity == Severity::Error ? "An error: " : "Not an error, but worth a look: ";
    page += info.format;
    page += "\n\nEach `{}` stands for a name, a type or a number.\n";
    return page;
}

/// One a row, so that views of them can be handed out.
const std::vector<std::string>& shortPages() {
    static const std::vector<std::string> kPages = [] {
        std::vector<std::string> pages;
        for (const DiagnosticInfo& info : allDiagnostics()) {
            pages.push_back(shortPage(info));
        }
        return pages;
    }();
    return kPages;
}

}  // namespace

std::optional<std::string_view> diagnosticPage(std::string_view code) {
    const auto kind = diagnosticByCode(code);
    if (!kind) {
        return std::nullopt;
    }
    if (const auto page = writtenPage(infoOf(*kind).code)) {
        return page;
    }
    return shortPages()[static_cast<std::size_t>(*kind)];
}

bool hasWrittenPage(std::string_view code) {
    return writtenPage(code).has_value();
}

}  // namespace proviso
