// docs/language.md is normative: its blocks, joined, are one pack that must check and whose tests
// must pass; blocks that show a mistake must be refused with the code they name.

#include "compiler/testing/run_tests.h"
#include "tests/catch.h"
#include "tests/docs/examples.h"

#include <algorithm>

using namespace proviso;

namespace {

std::vector<docs::Example> reference() {
    return docs::examplesOf(docs::readText(PROVISO_ROOT "/docs/language.md"));
}

std::string joined(const std::vector<docs::Example>& examples) {
    std::string pack;
    for (const auto& example : examples) {
        if (example.info == "proviso") {
            pack += example.text + '\n';
        }
    }
    return pack;
}

}  // namespace

TEST_CASE("the pack of the language reference checks and its tests pass") {
    const std::string pack = joined(reference());
    REQUIRE(pack.size() > 2000);
    const auto set = compileTexts({{"manual.prv", pack}}, CompileGoal::Lowered);
    INFO(docs::rendered(*set));
    REQUIRE_FALSE(set->sink.hasErrors());
    REQUIRE(set->program != nullptr);
    const TestReport report = runTests(*set);
    REQUIRE(report.tests.size() >= 4);
    for (const auto& test : report.tests) {
        for (const auto& failure : test.failures) {
            FAIL_CHECK(test.title << ": expected " << failure.expected << ", found "
                                  << failure.found);
        }
    }
}

TEST_CASE("the mistakes of the language reference are refused with the codes it names") {
    const auto examples = reference();
    const std::string pack = joined(examples);
    std::size_t shown = 0;
    for (const auto& example : examples) {
        const std::string marker = "proviso error ";
        if (example.info.rfind(marker, 0) != 0) {
            continue;
        }
        ++shown;
        const std::string code = example.info.substr(marker.size());
        const auto set = compileTexts({{"manual.prv", pack + example.text}}, CompileGoal::Lowered);
        INFO("docs/language.md line " << example.line << "\n" << docs::rendered(*set));
        const auto codes = docs::codesOf(*set);
        CHECK(std::find(codes.begin(), codes.end(), code) != codes.end());
    }
    CHECK(shown >= 2);
}
