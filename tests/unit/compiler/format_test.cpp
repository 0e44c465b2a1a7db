#include "compiler/ast/print.h"
#include "compiler/format/format.h"
#include "compiler/parser/antlr_adapter.h"
#include "tests/catch.h"
#include "tests/unit/compiler/parser_support.h"

#include <cstdlib>
#include <string>
#include <vector>

using namespace proviso;
using test::Parsed;

namespace {

const std::string kHead = "pack depot\n  layer house\nend\n\n";

std::optional<std::string> formatted(const std::string& text) {
    Sources sources;
    DiagnosticSink sink;
    return formatPack(sources, sources.add("test.prv", text), sink);
}

/// The comments of a text in their order, without the space around them.
std::vector<std::string> commentsOf(const std::string& text) {
    Sources sources;
    DiagnosticSink sink;
    const SourceId id = sources.add("test.prv", text);
    const auto list =
        syntax::readTokens(sources, {id, 0, static_cast<std::uint32_t>(text.size())}, sink, {});
    std::vector<std::string> comments;
    for (const syntax::Token& comment : list->comments) {
        comments.emplace_back(comment.text.substr(0, comment.text.find_last_not_of(" \t\r") + 1));
    }
    return comments;
}

void checkFormat(const std::string& text) {
    const auto once = formatted(text);
    REQUIRE(once);
    INFO(*once);
    CHECK(formatted(*once) == once);
    CHECK(printAst(*Parsed(*once).pack) == printAst(*Parsed(text).pack));
    CHECK(commentsOf(*once) == commentsOf(text));
    for (std::size_t end = once->find('\n'); end != std::string::npos;
         end = once->find('\n', end + 1)) {
        CHECK((end == 0 || (*once)[end - 1] != ' '));
    }
    CHECK(once->ends_with("end\n") == (text.find_last_of('-') < text.rfind("end")));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

}  // namespace

TEST_CASE("formatting keeps what every pack of the tree says, and its comments") {
    for (const auto& path : test::allPacks()) {
        INFO(path);
        const std::string text = test::readFile(path);
        const auto once = formatted(text);
        REQUIRE(once);
        CHECK(formatted(*once) == once);
        CHECK(printAst(*Parsed(*once).pack) == printAst(*Parsed(text).pack));
        CHECK(commentsOf(*once) == commentsOf(text));
    }
}

TEST_CASE("a text whose lines all break or never break keeps its meaning") {
    for (const auto& path : test::allPacks()) {
        INFO(path);
        const std::string text = test::readFile(path);
        if (text.find("\xE2\x80\x9C") != std::string::npos) {
            continue;  // quotes inside texts are easily cut apart here
        }
        // One token a line.
        Sources sources;
        DiagnosticSink sink;
        const SourceId id = sources.add("x", text);
        const auto list =
            syntax::readTokens(sources, {id, 0, static_cast<std::uint32_t>(text.size())}, sink, {});
        std::string tall;
        std::string wide;
        for (const syntax::Token& token : list->tokens) {
            tall += std::string(token.text) + "\n";
            wide += std::string(token.text) + " ";
        }
        for (const std::string& form : {tall, wide}) {
            const auto once = formatted(form);
            REQUIRE(once);
            CHECK(formatted(*once) == once);
            CHECK(printAst(*Parsed(*once).pack) == printAst(*Parsed(text).pack));
        }
    }
}

TEST_CASE("the sample file formats as written down beside it") {
    const auto path = test::projectPath("tests/golden/surface/everything.formatted.prv");
    const auto once =
        formatted(test::readFile(test::projectPath("tests/golden/surface/everything.prv")));
    REQUIRE(once);
    if (std::getenv("PROVISO_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << *once;
    }
    CHECK(*once == test::readFile(path));
}

TEST_CASE("a comment anywhere is kept") {
    const std::string base =
        "pack depot layer house end rule r \"x\" source \"s\" from 2025-01-01 for each a define b "
        "as c "
        "when all of a.x ; a.y exceeds 5 ; end then require care of a at least through 2024-12-31 "
        ": x "
        "from 2025-01-01 : y because \"{b}\" end table t hit unique given a : b gives c : d | a | "
        "c | "
        "| 1 | - 2 | end test \"t\" given a as v x { y 1 , z { P , Q } } expect b of v is 1 end";
    for (std::size_t at = base.find(' '); at != std::string::npos; at = base.find(' ', at + 1)) {
        // Not inside quotes.
        if (std::count(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(at), '"') % 2 !=
            0) {
            continue;
        }
        for (const std::string comment :
             {" -- note\n", "\n-- note\n", "\n\n\n-- one\n\n-- two  \n"}) {
            const std::string text = base.substr(0, at) + comment + base.substr(at + 1);
            INFO(text);
            const auto once = formatted(text);
            REQUIRE(once);
            INFO(*once);
            CHECK(commentsOf(*once) == commentsOf(text));
            CHECK(formatted(*once) == once);
            CHECK(printAst(*Parsed(*once).pack) == printAst(*Parsed(base).pack));
        }
    }
}

TEST_CASE("signs become words and curly quotes plain ones") {
    CHECK(formatted(kHead + "define a of b as c>=d end\n") ==
          kHead + "define a of b as c is at least d end\n");
    CHECK(formatted(kHead + "define a of b as c<>-d end\n") ==
          kHead + "define a of b as c is not -d end\n");
    CHECK(formatted(kHead + "define a of b \"x\" as \xE2\x80\x9Cp \"q\\\" r\xE2\x80\x9D end\n") ==
          std::nullopt);
    CHECK(formatted(kHead + "define a of b as \xE2\x80\x9Cpasted\xE2\x80\x9D end\n") ==
          kHead + "define a of b as \"pasted\" end\n");
}

TEST_CASE("columns are aligned") {
    CHECK(
        formatted(kHead +
                  "record order\n  id : text key shown\n  total_weight : number optional\nend\n") ==
        kHead + "record order\n"
                "  id           : text   key shown\n"
                "  total_weight : number optional\n"
                "end\n");
    CHECK(formatted(kHead +
                    "parameter p : money\nfrom 2025-01-01 : $5\nthrough 2024-12-31 : $4\nend\n") ==
          kHead + "parameter p : money\n"
                  "  from 2025-01-01    : $5\n"
                  "  through 2024-12-31 : $4\n"
                  "end\n");
    CHECK(formatted(kHead +
                    "table t hit unique given a : b gives c : d\n|a|c|\n|left, right|$5|\nend\n") ==
          kHead + "table t hit unique\n"
                  "  given a : b\n"
                  "  gives c : d\n"
                  "  | a           | c  |\n"
                  "  | left, right | $5 |\n"
                  "end\n");
}

TEST_CASE("clauses of a rule stand on lines of their own") {
    CHECK(formatted(
              "pack depot layer house end rule r source \"s\" always for each a when all of a.x; "
              "a.y;\nend then require care of a at least through 2024-12-31 : x from "
              "2025-01-01 : y because \"z\" end") == kHead + "rule r\n"
                                                             "  source \"s\"\n"
                                                             "  always\n"
                                                             "  for each a\n"
                                                             "  when all of\n"
                                                             "    a.x;\n"
                                                             "    a.y;\n"
                                                             "  end\n"
                                                             "  then require care of a at least\n"
                                                             "    through 2024-12-31 : x\n"
                                                             "    from 2025-01-01    : y\n"
                                                             "    because \"z\"\n"
                                                             "end\n");
}

TEST_CASE("a text with a mistake is not formatted") {
    CHECK(!formatted(kHead + "define a of b as end\n"));
    CHECK(!formatted(kHead + "parameter p : money from 2025-02-30 : $5 end\n"));
    CHECK(!formatted("define a of b as 5 end\n"));
}

TEST_CASE("lines end alike and empty lines do not pile up") {
    const std::string text = kHead + "-- one\n\n-- two\nenum e a, b end\n";
    CHECK(formatted(replaced(text, "\n", "\r\n")) == text);
    CHECK(formatted(replaced(text, "\n\n", "\n\n\n\n")) == text);
    CHECK(formatted("\n\n" + text + "\n\n") == text);
    checkFormat(text);
}
