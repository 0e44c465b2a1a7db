// Each limit on source text at one below, at and one above it, and texts made to break a parser.
#include "compiler/format/format.h"
#include "tests/catch.h"
#include "tests/unit/compiler/parser_support.h"

#include <chrono>
#include <string>

using namespace proviso;
using test::Parsed;

namespace {

const std::string kHead = "pack p end\n";

std::string repeat(const std::string& text, std::size_t times) {
    std::string result;
    result.reserve(text.size() * times);
    for (std::size_t index = 0; index < times; ++index) {
        result += text;
    }
    return result;
}

std::string defineOf(const std::string& expression) {
    return kHead + "define x of y as " + expression + " end\n";
}

/// The codes of a text that must not take long, whatever it holds.
std::string quickCodes(const std::string& text) {
    const auto begin = std::chrono::steady_clock::now();
    const Parsed parsed(text);
    const auto spent = std::chrono::steady_clock::now() - begin;
    // Generous, as sanitizers and busy machines are slow; a blow-up takes minutes.
    CHECK(spent < std::chrono::seconds(20));
    return parsed.codes();
}

}  // namespace

TEST_CASE("file size: at the limit read, above refused") {
    const ParseLimits limits;
    std::string text = kHead;
    text += "--" + std::string(limits.fileBytes - text.size() - 3, 'x') + "\n";
    CHECK(text.size() == limits.fileBytes);
    CHECK(Parsed(text.substr(1 - 1, limits.fileBytes - 1)).codes().empty());
    CHECK(Parsed(text).codes().empty());
    CHECK(Parsed(text + "\n").codes() == "E0002");
}

TEST_CASE("tokens: at the limit read, above refused") {
    ParseLimits limits;
    limits.tokens = 20;
    // `pack p end enum e m end` are 7 tokens, each `, m` two more.
    const auto text = [](std::size_t members) {
        return "pack p end enum e m" + repeat(", m", members - 1) + " end";
    };
    CHECK(Parsed(text(7), limits).codes().empty());
    CHECK(Parsed(text(8), limits).codes() == "E0004");
    limits.tokens = 19;
    CHECK(Parsed(text(7), limits).codes().empty());
    limits.tokens = 18;
    CHECK(Parsed(text(7), limits).codes() == "E0004");
}

TEST_CASE("nesting: at the limit read, above refused") {
    const std::size_t most = ParseLimits{}.nesting;
    const auto parentheses = [](std::size_t depth) {
        return defineOf(std::string(depth, '(') + "a" + std::string(depth, ')'));
    };
    CHECK(Parsed(parentheses(most - 1)).codes().empty());
    CHECK(Parsed(parentheses(most)).codes().empty());
    CHECK(Parsed(parentheses(most + 1)).codes() == "E0005");
    const auto nots = [](std::size_t depth) { return defineOf(repeat("not ", depth) + "a"); };
    CHECK(Parsed(nots(most - 1)).codes().empty());
    CHECK(Parsed(nots(most + 1)).codes() == "E0005");
    const auto members = [](std::size_t depth) { return defineOf(repeat("b of ", depth) + "a"); };
    CHECK(Parsed(members(most - 1)).codes().empty());
    CHECK(Parsed(members(most + 2)).codes() == "E0005");
    const auto minus = [](std::size_t depth) { return defineOf(repeat("- ", depth) + "a"); };
    CHECK(Parsed(minus(most)).codes().empty());
    CHECK(Parsed(minus(most + 2)).codes() == "E0005");
    const auto cases = [](std::size_t depth) {
        return defineOf(repeat("case when a : ", depth) + "1" + repeat(" end", depth));
    };
    CHECK(Parsed(cases(most - 1)).codes().empty());
    CHECK(Parsed(cases(most + 1)).codes() == "E0005");
    const auto blocks = [](std::size_t depth) {
        return defineOf(repeat("all of ", depth) + "a" + repeat("; end", depth));
    };
    CHECK(Parsed(blocks(most - 1)).codes().empty());
    CHECK(Parsed(blocks(most + 1)).codes() == "E0005");
    const auto braces = [](std::size_t depth) {
        return kHead + "sample s of y " + repeat("a { ", depth) + repeat("}", depth) + " end";
    };
    CHECK(Parsed(braces(most)).codes().empty());
    CHECK(Parsed(braces(most + 1)).codes() == "E0005");
}

TEST_CASE("many siblings are not nesting") {
    CHECK(Parsed(defineOf("a" + repeat(" and (not b of c)", 200))).codes().empty());
    CHECK(Parsed(defineOf("a" + repeat(" - b of c", 200))).codes().empty());
}

TEST_CASE("chains: at the limit read, above refused") {
    const std::size_t most = ParseLimits{}.chainTerms;
    for (const std::string sign : {" + b", " * b", " else b", " and b", " or b"}) {
        INFO(sign);
        CHECK(Parsed(defineOf("a" + repeat(sign, most - 2))).codes().empty());
        CHECK(Parsed(defineOf("a" + repeat(sign, most - 1))).codes().empty());
        CHECK(Parsed(defineOf("a" + repeat(sign, most))).codes() == "E0009");
    }
    const auto block = [](std::size_t terms) {
        return defineOf("all of " + repeat("a; ", terms) + "end");
    };
    CHECK(Parsed(block(most)).codes().empty());
    CHECK(Parsed(block(most + 1)).codes() == "E0009");
}

TEST_CASE("nesting and chains together stay within a bound") {
    // 60 levels, each with a chain of 200 to the left of the parenthesis.
    std::string text = "a";
    for (int level = 0; level < 60; ++level) {
        text = "(" + text + ")" + repeat(" + b", 200);
    }
    CHECK(quickCodes(defineOf(text)) == "E0009");
}

TEST_CASE("after twelve mistakes the rest is left alone") {
    const auto text = [](std::size_t mistakes) {
        return kHead + repeat("enum e end\n", mistakes) + "enum f a end\n";
    };
    const auto count = [](const std::string& codes, const std::string& code) {
        std::size_t found = 0;
        for (std::size_t at = codes.find(code); at != std::string::npos;
             at = codes.find(code, at + 1)) {
            ++found;
        }
        return found;
    };
    CHECK(count(quickCodes(text(11)), "E0102") == 11);
    CHECK(count(quickCodes(text(11)), "E0010") == 0);
    CHECK(count(quickCodes(text(12)), "E0102") == 12);
    CHECK(count(quickCodes(text(12)), "E0010") == 1);
    CHECK(count(quickCodes(text(500)), "E0102") == 12);
}

TEST_CASE("errors of tokens are kept up to a hundred") {
    const Parsed parsed(kHead + repeat("enum e a ? end\n", 500));
    CHECK(parsed.sink.errorCount() == 500);
    CHECK(parsed.sink.sorted(parsed.sources).size() == DiagnosticSink::kMostPerSource + 1);
}

TEST_CASE("hostile texts are refused quickly and by name") {
    CHECK(quickCodes(defineOf(std::string(500'000, '('))) == "E0004");
    CHECK(quickCodes(defineOf(std::string(90'000, '('))) == "E0005");
    CHECK(quickCodes(std::string(90'000, '(')) == "E0005");
    CHECK(quickCodes(std::string(90'000, '{')) == "E0005");
    CHECK(quickCodes(defineOf(repeat("(a ", 49'000))) == "E0005");
    CHECK(quickCodes(defineOf(repeat("not ", 90'000) + "a")) == "E0005");
    CHECK(quickCodes(defineOf(repeat("x of ", 49'000) + "a")) == "E0005");
    CHECK(quickCodes(defineOf(repeat("10% of ", 40'000) + "a")) == "E0005");
    CHECK(quickCodes(kHead + repeat("a ", 520'000)) == "E0004");
    CHECK(quickCodes(repeat(";", 1'000'000)) == "E0004");
    CHECK(quickCodes(defineOf("a" + repeat(" + a", 45'000))) == "E0009");
    CHECK(quickCodes(defineOf("a" + repeat(" and a", 45'000))) == "E0009");
    CHECK(quickCodes(std::string(10'000'000, 'x')) == "E0002");
    CHECK(quickCodes(std::string(1'000'000, 'x')) == "E0118");
    CHECK(quickCodes(std::string("\x7F"
                                 "ELF\x02\x01\x01\0\0\0\0\xFF\xFE",
                                 14)) == "E0008");
    CHECK(quickCodes(kHead + "-- \xE2\x82") == "E0003");
    CHECK(quickCodes(kHead + "-- \xC0\xAF") == "E0003");
    CHECK(quickCodes(kHead + "-- \xED\xA0\x80") == "E0003");
    CHECK(quickCodes(kHead + "-- \xFF") == "E0003");
    CHECK(quickCodes("") == "E0118");
    CHECK(quickCodes("\xEF\xBB\xBF") == "E0118");
    CHECK(
        quickCodes(kHead + "define x of y as \"" + std::string(900'000, 'a')).starts_with("E0103"));
    CHECK(quickCodes(defineOf(std::string(900'000, '9'))) == "E0108");
    CHECK(quickCodes(kHead + repeat("?", 900'000)).starts_with("E0101"));
    CHECK(quickCodes(kHead + repeat("\"", 900'001)) == "E0004");
}

TEST_CASE("long declarations with a mistake at their end are refused quickly") {
    CHECK(quickCodes(kHead + "enum e a" + repeat(", a", 40'000) + ", end\n") == "E0102");
    const std::string row = "| a | b | c | d |\n";
    CHECK(quickCodes(kHead + "table t hit unique given a : b gives c : d\n" + repeat(row, 9'000) +
                     "| a | b | c | d\nend\n")
              .starts_with("E0"));
    // The longest pieces on which other words are still tried, twelve times.
    CHECK(quickCodes(kHead + repeat("enum e a" + repeat(", a", 195) + ", end\n", 20))
              .starts_with("E0102"));
}

TEST_CASE("a hostile message template is refused quickly") {
    const auto message = [](const std::string& text) {
        return kHead + "finding F g \"t\" remedy \"" + text + "\"\n";
    };
    CHECK(quickCodes(message("{" + std::string(100'000, '(') + "}")) == "E0005");
    CHECK(quickCodes(message(repeat("{a}", 30'000))).empty());
    CHECK(quickCodes(message(repeat("{", 100'001))) == "E0124");
}

TEST_CASE("nothing hostile is formatted") {
    for (const std::string& text : {std::string(500'000, '('),
                                    std::string("\0\1", 2),
                                    defineOf("a" + repeat(" + a", 45'000))}) {
        Sources sources;
        DiagnosticSink sink;
        CHECK(!formatPack(sources, sources.add("x", text), sink));
        CHECK(sink.hasErrors());
    }
}
