// tests/golden/analysis: each pack says in its first line which codes the compiler gives for it.

#include "compiler/analysis/lint.h"
#include "compiler/diagnostics/render.h"
#include "compiler/driver/compile.h"
#include "tests/catch.h"
#include "tests/unit/compiler/analysis_builder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace proviso;

namespace {

std::string readText(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The words behind `start` if the text begins with it.
std::optional<std::vector<std::string>> expected(const std::string& text,
                                                 const std::string& start) {
    if (text.rfind(start, 0) != 0) {
        return std::nullopt;
    }
    std::istringstream line(text.substr(start.size(), text.find('\n') - start.size()));
    std::vector<std::string> codes;
    for (std::string code; line >> code;) {
        if (code != "nothing") {
            codes.push_back(code);
        }
    }
    std::sort(codes.begin(), codes.end());
    return codes;
}

}  // namespace

TEST_CASE("packs with a flaw, and packs without") {
    std::size_t packs = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(PROVISO_ROOT "/tests/golden/analysis")) {
        if (entry.path().extension() != ".prv") {
            continue;
        }
        ++packs;
        const std::string text = readText(entry.path());
        const auto plain = expected(text, "-- expect:");
        const auto strict = expected(text, "-- expect strict:");
        INFO(entry.path().filename().string());
        REQUIRE((plain || strict));
        const auto set =
            compileTexts({{entry.path().filename().string(), text}}, CompileGoal::Checked);
        if (strict && set->typed) {
            DiagnosticSink sink;
            lint(set->packs, *set->typed, sink, {.strict = true});
            std::swap(set->sink, sink);
        }
        auto codes = test::codesOf(set->sink, set->sources);
        std::sort(codes.begin(), codes.end());
        INFO(renderText(set->sink.sorted(set->sources), set->sources, {}));
        CHECK(codes == (plain ? *plain : *strict));
    }
    CHECK(packs >= 20);
}
