// One file a way of being wrong: its first line says which messages it must give, and no others.
#include "tests/catch.h"
#include "tests/unit/compiler/parser_support.h"

#include <filesystem>
#include <set>
#include <string>

using namespace proviso;

TEST_CASE("each malformed source gives exactly the message it is there for") {
    const std::string mark = "-- expect: ";
    std::set<std::string> seen;
    std::size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(test::projectPath("tests/malformed/sources"))) {
        if (entry.path().extension() != ".prv") {
            continue;
        }
        INFO(entry.path());
        const std::string text = test::readFile(entry.path());
        REQUIRE(text.starts_with(mark));
        const std::string expected = text.substr(mark.size(), text.find('\n') - mark.size());
        const test::Parsed parsed(text);
        INFO(parsed.messages());
        CHECK(parsed.codes() == expected);
        CHECK((parsed.sink.hasErrors() || expected.starts_with('W')));
        seen.insert(expected);
        ++count;
    }
    CHECK(count >= 40);
    // Every kind of syntax mistake is shown by a file.
    for (const DiagnosticInfo& info : allDiagnostics()) {
        if (info.code.starts_with("E01")) {
            INFO(info.code << " " << info.name);
            CHECK(seen.contains(std::string(info.code)));
        }
    }
}

TEST_CASE("the fix of a message mends the text") {
    std::size_t fixed = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(test::projectPath("tests/malformed/sources"))) {
        if (entry.path().extension() != ".prv") {
            continue;
        }
        std::string text = test::readFile(entry.path());
        const test::Parsed parsed(text);
        for (const Diagnostic& diagnostic : parsed.sink.sorted(parsed.sources)) {
            // A place of a missing `end` is a guess.
            if (!diagnostic.fix || diagnostic.kind == DiagnosticKind::MissingEnd) {
                continue;
            }
            INFO(entry.path());
            const Span span = diagnostic.fix->span;
            text.replace(span.begin, span.size(), diagnostic.fix->replacement);
            const test::Parsed mended(text);
            INFO(mended.messages());
            CHECK(mended.codes().empty());
            ++fixed;
        }
    }
    CHECK(fixed >= 25);
}
