// One file a way of being wrong: its first line says which messages it must give, and no others.
#include "compiler/format/format.h"
#include "tests/catch.h"
#include "tests/unit/compiler/parser_support.h"

#include <filesystem>
#include <random>
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

TEST_CASE("damaged text never breaks the parser") {
    // Declarations of the sample file, each damaged in a few places, always in the same way.
    const std::string text =
        test::readFile(test::projectPath("tests/golden/surface/everything.prv"));
    const test::Parsed whole(text);
    REQUIRE(whole.pack);
    std::mt19937 random(20260101);
    const auto below = [&](std::size_t limit) { return random() % limit; };
    const std::string pieces[] = {"end",  "(",      ")",       "{",     "}",        "\"",
                                  "of ",  " case ", "--",      "|",     "\\",       "\xE2\x80\x9C",
                                  "\xFF", " and ",  "$",       "1-1-1", " all of ", "\n",
                                  ";",    ":",      " rule x "};
    for (int round = 0; round < 600; ++round) {
        const Span span = whole.pack->items[below(whole.pack->items.size())].span;
        std::string damaged = "pack p end\n" + std::string(whole.sources.text(span));
        for (std::size_t count = 1 + below(3); count > 0; --count) {
            const std::size_t at = below(damaged.size());
            switch (below(3)) {
            case 0:
                damaged.erase(at, 1 + below(6));
                break;
            case 1:
                damaged.insert(at, pieces[below(std::size(pieces))]);
                break;
            default:
                damaged[at] = static_cast<char>(below(128));
                break;
            }
        }
        INFO(damaged);
        const test::Parsed parsed(damaged);
        Sources sources;
        DiagnosticSink sink;
        const auto formatted = formatPack(sources, sources.add("x", damaged), sink);
        CHECK(formatted.has_value() == !parsed.sink.hasErrors());
        for (const Diagnostic& diagnostic : parsed.sink.sorted(parsed.sources)) {
            CHECK(diagnostic.span.begin <= diagnostic.span.end);
            CHECK(diagnostic.span.end <= damaged.size());
            CHECK(!diagnostic.message().empty());
        }
    }
}
