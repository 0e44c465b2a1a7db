#include "compiler/diagnostics/render.h"
#include "compiler/typed/print.h"
#include "tests/catch.h"
#include "tests/unit/compiler/check_support.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace proviso;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::filesystem::path> goldenFiles(const char* folder) {
    std::vector<std::filesystem::path> result;
    const std::filesystem::path root =
        std::filesystem::path(PROVISO_ROOT) / "tests/golden/check" / folder;
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
        if (entry.path().extension() == ".prv") {
            result.push_back(entry.path());
        }
    }
    std::sort(result.begin(), result.end());
    return result;
}

/// The codes after `-- expect:` on the first line; `none` stands for an empty list.
std::vector<std::string> expected(const std::string& text) {
    std::istringstream line(text.substr(0, text.find('\n')));
    std::vector<std::string> result;
    for (std::string word; line >> word;) {
        if (word != "--" && word != "expect:" && word != "none") {
            result.push_back(word);
        }
    }
    return result;
}

std::string rendered(const test::Checked& checked) {
    return renderText(checked.sink.sorted(checked.sources), checked.sources);
}

/// Places of one message stand in the order of the files, so only the messages themselves are
/// compared.
std::vector<std::string> oneLines(const test::Checked& checked) {
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : checked.sink.sorted(checked.sources)) {
        result.push_back(renderOneLine(diagnostic, checked.sources));
    }
    return result;
}

}  // namespace

TEST_CASE("each mistake gives its message, once") {
    for (const auto& path : goldenFiles("bad")) {
        const std::string text = read(path);
        const test::Checked checked = test::checkText(text);
        INFO(path.filename().string() << "\n" << rendered(checked));
        CHECK(checked.codes() == expected(text));
        CHECK(checked.program.has_value() == !checked.sink.hasErrors());
    }
}

TEST_CASE("each mended text is right") {
    for (const auto& path : goldenFiles("good")) {
        const test::Checked checked = test::checkText(read(path));
        INFO(path.filename().string() << "\n" << rendered(checked));
        CHECK(checked.codes().empty());
        CHECK(checked.program.has_value());
    }
}

TEST_CASE("the order of packs does not matter") {
    for (const char* folder : {"good", "bad"}) {
        for (const auto& path : goldenFiles(folder)) {
            const std::string text = read(path);
            const test::Checked forward = test::checkText(text);
            const test::Checked backward = test::checkText(text, /*reversed=*/true);
            INFO(path.filename().string());
            CHECK(oneLines(forward) == oneLines(backward));
            REQUIRE(forward.program.has_value() == backward.program.has_value());
            if (forward.program) {
                CHECK(typed::printProgram(*forward.program) ==
                      typed::printProgram(*backward.program));
            }
        }
    }
}

TEST_CASE("every message of the checker has a golden file") {
    std::set<std::string> seen;
    for (const auto& path : goldenFiles("bad")) {
        for (const std::string& code : expected(read(path))) {
            seen.insert(code);
        }
    }
    for (const DiagnosticInfo& info : allDiagnostics()) {
        if (info.code >= "E0201" && info.code <= "E0799") {
            INFO(info.code << " " << info.name);
            CHECK(seen.count(std::string(info.code)) == 1);
        }
    }
}
