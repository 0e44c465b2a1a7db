#include "compiler/ast/print.h"
#include "tests/catch.h"
#include "tests/unit/compiler/parser_support.h"

#include <cstdlib>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace proviso;
using test::Parsed;

namespace {

const std::string kHead = "pack depot layer house end\n";

/// The value of `define x of y as ... end`, printed.
std::string valueOf(const std::string& expression) {
    const Parsed parsed(kHead + "define x of y as " + expression + " end\n");
    INFO(parsed.messages());
    REQUIRE(parsed.codes().empty());
    return printAst(*std::get<ast::Define>(parsed.pack->items.at(0).item).values.at(0).value);
}

const ast::Rule& ruleOf(const Parsed& parsed) {
    return std::get<ast::Rule>(parsed.pack->items.at(0).item);
}

}  // namespace

TEST_CASE("the sample file gives the syntax written down beside it") {
    const auto path = test::projectPath("tests/golden/surface/everything.ast");
    const Parsed parsed(test::readFile(test::projectPath("tests/golden/surface/everything.prv")));
    INFO(parsed.messages());
    REQUIRE(parsed.codes().empty());
    const std::string printed = printAst(*parsed.pack);
    if (std::getenv("PROVISO_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << printed;
    }
    CHECK(printed == test::readFile(path));
}

TEST_CASE("all packs of the tree parse without a message") {
    for (const auto& path : test::allPacks()) {
        const Parsed parsed(test::readFile(path));
        INFO(path << "\n" << parsed.messages());
        CHECK(parsed.codes().empty());
    }
}

TEST_CASE("`b of a` and `a.b` are the same path") {
    CHECK(valueOf("b of a") == "a.b");
    CHECK(valueOf("c of b of a.x") == "a.x.b.c");
    CHECK(valueOf("b of (a)") == "(of b (paren a))");
    CHECK(valueOf("b of t.c for (1)") == "(of b (lookup t.c (number 1)))");
    CHECK(valueOf("lesser of (a, b)") == "(call lesser a b)");
}

TEST_CASE("operators bind as in arithmetic, from the left") {
    CHECK(valueOf("1 + 2 * 3 - 4") == "(- (+ (number 1) (* (number 2) (number 3))) (number 4))");
    CHECK(valueOf("a - b - c") == "(- (- a b) c)");
    CHECK(valueOf("a * b rounded to cents half_up") == "(rounded (* a b) cents half_up)");
    CHECK(valueOf("a + b rounded to cents half_up * c - d") ==
          "(- (* (rounded (+ a b) cents half_up) c) d)");
    CHECK(valueOf("a else b rounded to cents half_up * c else d") ==
          "(else (else a (* (rounded b cents half_up) c)) d)");
    CHECK(valueOf("a + b else 0") == "(else (+ a b) (number 0))");
    CHECK(valueOf("-a + 10% of b") == "(+ (negate a) (percent_of (percent 10 0) b))");
    CHECK(valueOf("10 div 3 mod 2") == "(mod (div (number 10) (number 3)) (number 2))");
    CHECK(valueOf("not a and b") == "(and (not a) b)");
}

TEST_CASE("signs and words compare alike") {
    const std::vector<std::pair<std::string, std::string>> pairs{
        {"a > b", "a exceeds b"},
        {"a >= b", "a is at least b"},
        {"a < b", "a is below b"},
        {"a <= b", "a is at most b"},
        {"a = b", "a is b"},
        {"a <> b", "a is not b"},
        {"a <= b", "a does not exceed b"},
        {"a < b", "a is not at least b"},
        {"a > b", "a is not at most b"},
        {"a >= b", "a is not below b"},
    };
    for (const auto& [sign, words] : pairs) {
        CHECK(valueOf(sign) == valueOf(words));
    }
}

TEST_CASE("numbers keep their digits") {
    CHECK(valueOf("$2,330.50") == "(money 233050 2)");
    CHECK(valueOf("$5") == "(money 5 0)");
    CHECK(valueOf("12.5%") == "(percent 125 1)");
    CHECK(valueOf("007") == "(number 007)");
    CHECK(valueOf("9223372036854775807") == "(number 9223372036854775807)");
    CHECK(valueOf("2024-02-29") == "(date 2024-02-29)");
    CHECK(valueOf("8 minutes") == "(minutes 8)");
}

TEST_CASE("the comma of `is one of` has one reading inside parentheses") {
    CHECK(valueOf("(a is one of b, c) and d") == "(and (paren (is_one_of a b c)) d)");
    CHECK(valueOf("case when a is one of b, c : 1 end") ==
          "(case (when (is_one_of a b c) : (number 1)))");
}

TEST_CASE("spans are byte offsets, also behind characters of several bytes") {
    const Parsed parsed(kHead + "-- caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\n"
                                "define x of y \"\xC3\xA9t\xC3\xA9\" as total_weight end\n");
    REQUIRE(parsed.codes().empty());
    const auto& define = std::get<ast::Define>(parsed.pack->items.at(0).item);
    CHECK(define.label->text == "\xC3\xA9t\xC3\xA9");
    CHECK(parsed.sources.text(define.label->span) == "\"\xC3\xA9t\xC3\xA9\"");
    CHECK(parsed.sources.text(define.values.at(0).value->span) == "total_weight");
    CHECK(parsed.sources.text(parsed.pack->items.at(0).span).ends_with("end"));
}

TEST_CASE("a byte order mark and CRLF lines change nothing") {
    const Parsed parsed(
        "\xEF\xBB\xBFpack depot\r\n  layer house\r\nend\r\ndefine x of y as abc end\r\n");
    REQUIRE(parsed.codes().empty());
    const auto& define = std::get<ast::Define>(parsed.pack->items.at(0).item);
    CHECK(parsed.sources.text(define.values.at(0).value->span) == "abc");
}

TEST_CASE("messages hold expressions with spans in the message") {
    const Parsed parsed(
        kHead + "rule r source \"s\" always for each a\n"
                "  then report F on a because \"caf\xC3\xA9 \\\"{a.limit + $1}\\\" {{x}} \\{\"\n"
                "end\n");
    INFO(parsed.messages());
    REQUIRE(parsed.codes().empty());
    const ast::Template& message = *ruleOf(parsed).actions.at(0).because;
    REQUIRE(message.parts.size() == 3);
    CHECK(message.parts[0].text == "caf\xC3\xA9 \"");
    CHECK(parsed.sources.text(message.parts[1].expression->span) == "a.limit + $1");
    CHECK(message.parts[2].text == "\" {x} {");
}

TEST_CASE("a mistake in a message points into the message") {
    const Parsed parsed(kHead + "rule r source \"s\" always for each a\n"
                                "  then report F on a because \"above {limit of}\" end\n");
    REQUIRE(parsed.codes() == "E0102");
    const Diagnostic diagnostic = parsed.sink.sorted(parsed.sources).front();
    CHECK(parsed.sources.text(parsed.id).substr(diagnostic.span.begin).starts_with("}\" end"));
}

TEST_CASE("`unless` stays apart from `when`") {
    const Parsed parsed(kHead + "rule r source \"s\" always for each a\n"
                                "  when a.x or a.y unless a.z then report F on a end\n");
    REQUIRE(parsed.codes().empty());
    CHECK(printAst(**ruleOf(parsed).when) == "(or a.x a.y)");
    CHECK(printAst(**ruleOf(parsed).unless) == "a.z");
}

TEST_CASE("reading goes on after a mistake, one message each") {
    const Parsed parsed(kHead + "define a of order as end\n"
                                "define b of order as 2 end\n"
                                "rule c source \"s\" always for each order\n"
                                "  then report\n"
                                "end\n"
                                "define d of order as 4 end\n"
                                "define e of order as 1 + end\n");
    INFO(parsed.messages());
    CHECK(parsed.codes() == "E0102 E0102 E0102");
    REQUIRE(parsed.pack->items.size() == 2);
}

TEST_CASE("a mistake of one token does not hide another in the same declaration") {
    const Parsed parsed(
        kHead + "parameter p : money\n  from 2025-1-1 : $2,3300\n  from 2025-02-30 : $1\nend\n");
    CHECK(parsed.codes() == "E0105 E0106 E0113");
    CHECK(parsed.pack->items.size() == 1);
}

TEST_CASE("messages speak the language's own words") {
    const auto messages = [](const std::string& text) { return Parsed(kHead + text).messages(); };
    CHECK(messages("parameter p : money\n  from 2025-1-1 : $5\nend\n") ==
          "E0105 `2025-1-1`: `2025-1-1` is not a date (write 2025-01-01)\n");
    CHECK(messages("define source of y as 5 end\n") ==
          "E0110 `source`: `source` is a word of the language; it cannot be a name (choose another "
          "name, such as `source_1` or `the_source`)\n");
    CHECK(
        messages("define a of y as y.b is missing end\n") ==
        "E0110 `missing`: `missing` is a word of the language; it cannot be a name (to ask whether "
        "a value is there, write `is known` or `is not known`)\n");
    CHECK(messages("define a of y as b and c or d end\n") ==
          "E0111 `or`: `and` and `or` are mixed without parentheses (if this is what is meant, "
          "write `(b and c) or d`)\n");
}

TEST_CASE("no message holds a name of the parser generator") {
    for (const char* text : {"enum",
                             "rule",
                             "table t",
                             "define x of y as (",
                             "test \"x\" given",
                             "codes x",
                             "grouping",
                             "then",
                             "record r",
                             "define x of y as 5 5 end",
                             "scale s of t from",
                             "output x of",
                             "finding F g 5",
                             "| a | b |"}) {
        const Parsed parsed(kHead + text);
        const std::string messages = parsed.messages();
        INFO(messages);
        CHECK(parsed.sink.hasErrors());
        for (const char* token : {"ID", "STRING", "INTEGER", "EOF", "BAD_", "T__", "UNKNOWN"}) {
            CHECK(messages.find(token) == std::string::npos);
        }
    }
}

TEST_CASE("packs parse at once on several threads") {
    const std::string text =
        test::readFile(test::projectPath("tests/golden/surface/everything.prv"));
    const std::string expected = printAst(*Parsed(text).pack);
    std::vector<std::string> results(4);
    std::vector<std::thread> threads;
    for (std::string& result : results) {
        threads.emplace_back([&result, &text] { result = printAst(*Parsed(text).pack); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const std::string& result : results) {
        CHECK(result == expected);
    }
}
