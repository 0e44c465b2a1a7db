// Every page under docs/diagnostics shows its mistake and how to mend it. The first block of a page
// must draw the page's code, the blocks under "How to mend it" must not. A block that begins with
// `pack` is a whole pack, one that begins with `-- file: NAME` holds several; others are put behind
// prelude.prv.

#include "tests/catch.h"
#include "tests/docs/examples.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

using namespace proviso;

namespace {

/// The files of a block with `-- file: NAME` lines.
std::vector<std::pair<std::string, std::string>> filesOf(const std::string& text) {
    const std::string mark = "-- file: ";
    std::vector<std::pair<std::string, std::string>> files;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(mark, 0) == 0) {
            files.emplace_back(line.substr(mark.size()), std::string());
        } else if (!files.empty()) {
            files.back().second += line + "\n";
        }
    }
    return files;
}

std::vector<std::string> codesIn(const std::string& text, std::string& said) {
    static const std::string kPrelude = docs::readText(PROVISO_ROOT "/tests/docs/prelude.prv");
    const bool whole = text.rfind("pack ", 0) == 0;
    auto files = filesOf(text);
    if (files.empty()) {
        files = {{"example.prv", whole ? text : kPrelude + text}};
    }
    const auto set = compileTexts(files, CompileGoal::Lowered);
    said = docs::rendered(*set);
    return docs::codesOf(*set);
}

bool holds(const std::vector<std::string>& codes, const std::string& code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

TEST_CASE("the prelude of the pages is a good pack") {
    std::string said;
    const auto codes = codesIn("", said);
    INFO(said);
    CHECK(codes.empty());
}

TEST_CASE("every page shows its mistake and mends it") {
    std::size_t pages = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(PROVISO_ROOT "/docs/diagnostics")) {
        const std::string code = entry.path().stem().string();
        if (entry.path().extension() != ".md" || code == "README") {
            continue;
        }
        ++pages;
        const std::string page = docs::readText(entry.path().string());
        const std::size_t mending = page.find("## How to mend it");
        INFO(code);
        REQUIRE(mending != std::string::npos);
        for (const auto& example : docs::examplesOf(page.substr(0, mending))) {
            if (example.info == "proviso") {
                std::string said;
                const bool drawn = holds(codesIn(example.text, said), code);
                INFO(code << " example:\n" << said);
                CHECK(drawn);
            }
        }
        for (const auto& example : docs::examplesOf(page.substr(mending))) {
            if (example.info == "proviso") {
                std::string said;
                const bool drawn = holds(codesIn(example.text, said), code);
                INFO(code << " mended:\n" << said);
                CHECK_FALSE(drawn);
            }
        }
    }
    CHECK(pages > 10);
}
