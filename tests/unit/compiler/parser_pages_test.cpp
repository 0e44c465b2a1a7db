// The pages about syntax mistakes show them: the first example of a page gives its code, the second
// gives none.
#include "tests/catch.h"
#include "tests/unit/compiler/parser_support.h"

#include <string>
#include <vector>

using namespace proviso;

namespace {

std::vector<std::string> examplesOf(const std::string& page) {
    const std::string fence = "```proviso\n";
    std::vector<std::string> examples;
    for (std::size_t at = page.find(fence); at != std::string::npos;
         at = page.find(fence, at + 1)) {
        const std::size_t begin = at + fence.size();
        std::string text = page.substr(begin, page.find("```", begin) - begin);
        const bool aboutHead = page.starts_with("# E0118") || text.starts_with("pack ");
        examples.push_back(aboutHead ? text : "pack depot layer house end\n" + text);
    }
    return examples;
}

}  // namespace

TEST_CASE("the examples of the pages about syntax give what they show") {
    std::size_t shown = 0;
    for (const DiagnosticInfo& info : allDiagnostics()) {
        const std::string code(info.code);
        if (!code.starts_with("E01") && code != "W0801") {
            continue;
        }
        INFO(code);
        const std::string page =
            test::readFile(test::projectPath("docs/diagnostics/" + code + ".md"));
        const std::vector<std::string> examples = examplesOf(page);
        REQUIRE(examples.size() == 2);
        const test::Parsed wrong(examples[0]);
        INFO(wrong.messages());
        CHECK(wrong.codes().find(code) != std::string::npos);
        const test::Parsed mended(examples[1]);
        INFO(mended.messages());
        CHECK(mended.codes().empty());
        ++shown;
    }
    CHECK(shown >= 30);
}

TEST_CASE("every diagnostic of files has a page") {
    for (const DiagnosticInfo& info : allDiagnostics()) {
        if (info.code.starts_with("E00") && info.code != "E0001") {
            INFO(info.code);
            CHECK(test::readFile(
                      test::projectPath("docs/diagnostics/" + std::string(info.code) + ".md"))
                      .starts_with("# " + std::string(info.code)));
        }
    }
}
