#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/render.h"
#include "compiler/diagnostics/source.h"
#include "compiler/diagnostics/suggest.h"
#include "tests/catch.h"

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

using namespace proviso;

namespace {

/// The span of the `nth` occurrence (from 0) of `piece`.
Span find(const Sources& sources, SourceId id, std::string_view piece, int nth = 0) {
    std::size_t at = sources.text(id).find(piece);
    for (; nth > 0; --nth) {
        at = sources.text(id).find(piece, at + 1);
    }
    REQUIRE(at != std::string_view::npos);
    return {id, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + piece.size())};
}

}  // namespace

// A message can name things and count them, and nothing else.
static_assert(std::is_constructible_v<DiagnosticArgument, std::string_view>);
static_assert(std::is_constructible_v<DiagnosticArgument, std::string>);
static_assert(std::is_constructible_v<DiagnosticArgument, const char*>);
static_assert(std::is_constructible_v<DiagnosticArgument, std::size_t>);
static_assert(std::is_constructible_v<DiagnosticArgument, int>);
static_assert(!std::is_constructible_v<DiagnosticArgument, double>);
static_assert(!std::is_constructible_v<DiagnosticArgument, bool>);
static_assert(!std::is_constructible_v<DiagnosticArgument, char>);
static_assert(!std::is_constructible_v<DiagnosticArgument, Span>);

TEST_CASE("positions count lines and code points from one") {
    Sources sources;
    const SourceId id = sources.add("a.prv",
                                    "one\r\nzwei \xC3\xA9"
                                    "x\n\nlast");
    CHECK(sources.position(id, 0) == Position{1, 1});
    CHECK(sources.position(id, 5) == Position{2, 1});
    CHECK(sources.position(id, 12) == Position{2, 7});
    CHECK(sources.position(id, 14) == Position{3, 1});
    CHECK(sources.position(id, 15) == Position{4, 1});
    CHECK(sources.position(id, 99) == Position{4, 5});
    CHECK(sources.line(id, 1) == "one");
    CHECK(sources.line(id, 3).empty());
    CHECK(sources.line(id, 4) == "last");
    CHECK(sources.line(id, 5).empty());
    CHECK(sources.line(id, 0).empty());
    CHECK(sources.text(Span{id, 15, 99}) == "last");
}

TEST_CASE("an unknown source reads as empty") {
    const Sources sources;
    CHECK(sources.path(SourceId{}).empty());
    CHECK(sources.text(SourceId{7}).empty());
    CHECK(sources.position(SourceId{}, 5) == Position{1, 1});
}

TEST_CASE("broken UTF-8 counts a column a byte") {
    CHECK(countCodePoints("\xFF\xC3") == 2);
    CHECK(countCodePoints("\xE2\x82\xAC") == 1);
    CHECK(countCodePoints("\xE2\x82") == 2);
    CHECK(codePointLength("") == 0);
}

TEST_CASE("codes are unique, sorted and of their severity") {
    std::string_view previous;
    // Warnings are numbered W08xx and stand between E07xx and E09xx.
    for (const DiagnosticInfo& info : allDiagnostics()) {
        INFO(info.code);
        CHECK(info.code.size() == 5);
        CHECK(previous.substr(std::min<std::size_t>(1, previous.size())) < info.code.substr(1));
        // Notes go with the codes of what they speak about.
        if (info.severity != Severity::Note) {
            CHECK((info.code.front() == 'W') == (info.severity == Severity::Warning));
        }
        CHECK_FALSE(info.format.ends_with('.'));
        CHECK(diagnosticByCode(info.code) == info.kind);
        CHECK(diagnosticPage(info.code).has_value());
        previous = info.code;
    }
    CHECK_FALSE(diagnosticByCode("E9999"));
    CHECK_FALSE(diagnosticPage("E9999"));
    CHECK(diagnosticByCode("e0201") == DiagnosticKind::UnknownName);
}

TEST_CASE("text shows every place of one line") {
    Sources sources;
    const SourceId id =
        sources.add("shop/orders.prv", "rule large\n  when order.total > 25\nend\n");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::NotComparable, find(sources, id, ">"), {"money", "a plain number"})
        .label(find(sources, id, "order.total"), "money")
        .label(find(sources, id, "25"), "number")
        .help("write `$25.00`");
    CHECK(renderText(sink.sorted(sources).front(), sources) ==
          "error[E0302]: comparison of money with a plain number\n"
          " --> shop/orders.prv:2:20\n"
          "  |\n"
          "2 |   when order.total > 25\n"
          "  |        ----------- ^ -- number\n"
          "  |        |\n"
          "  |        money\n"
          "  = help: write `$25.00`\n");
}

TEST_CASE("text hangs several labels on bars") {
    Sources sources;
    const SourceId id = sources.add("a.prv", "aa bb cc\n");
    Diagnostic diagnostic;
    diagnostic.kind = DiagnosticKind::UnknownName;
    diagnostic.arguments = {"bb"};
    diagnostic.span = find(sources, id, "bb");
    diagnostic.primaryLabel = "second";
    diagnostic.labels = {{find(sources, id, "cc"), "third"}, {find(sources, id, "aa"), "first"}};
    CHECK(renderText(diagnostic, sources) == "error[E0201]: unknown name `bb`\n"
                                             " --> a.prv:1:4\n"
                                             "  |\n"
                                             "1 | aa bb cc\n"
                                             "  | -- ^^ -- third\n"
                                             "  | |  |\n"
                                             "  | |  second\n"
                                             "  | first\n");
}

TEST_CASE("text shows several lines and sources") {
    Sources sources;
    std::string text = "first x\n";
    for (int line = 2; line < 12; ++line) {
        text += "filler\n";
    }
    const SourceId id = sources.add("a.prv", text + "second x\n");
    const SourceId other = sources.add("b.prv", "other x\n");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::DuplicateName, find(sources, id, "x", 1), {"x"})
        .primary("again")
        .label(find(sources, id, "x"), "first here")
        .label(find(sources, other, "x"), "and here");
    CHECK(renderText(sink.sorted(sources).front(), sources) ==
          "error[E0202]: `x` is declared twice\n"
          "  --> a.prv:12:8\n"
          "   |\n"
          " 1 | first x\n"
          "   |       - first here\n"
          "...\n"
          "12 | second x\n"
          "   |        ^ again\n"
          "  ::: b.prv:1:7\n"
          "   |\n"
          " 1 | other x\n"
          "   |       - and here\n");
}

TEST_CASE("tabs align and control characters do not reach the output") {
    Sources sources;
    const SourceId id = sources.add("a\x1b[2J.prv", "\ta\tx \x1b[31m\xE2\x80\xAE\xFF\n");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::UnknownName, find(sources, id, "x"), {"x\x1b[0m\n"});
    const std::string shown = renderText(sink.sorted(sources), sources);
    CHECK(shown.find('\x1b') == std::string::npos);
    CHECK(shown.find("\xE2\x80\xAE") == std::string::npos);
    CHECK(shown.find('\xFF') == std::string::npos);
    CHECK(shown.find("1 |     a   x ") != std::string::npos);
    CHECK(shown.find("  |         ^\n") != std::string::npos);
    CHECK(shown.find("1 error, 0 warnings\n") != std::string::npos);
    CHECK(renderOneLine(sink.sorted(sources).front(), sources).find_first_of("\x1b\n") ==
          std::string::npos);
}

TEST_CASE("long lines are cut around the place") {
    Sources sources;
    const SourceId id =
        sources.add("a.prv", std::string(5000, 'a') + "HERE" + std::string(5000, 'b') + "END");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::UnknownName, find(sources, id, "HERE"), {"HERE"})
        .label(find(sources, id, "END"), "far away");
    const std::string shown = renderText(sink.sorted(sources).front(), sources);
    CHECK(shown.size() < 600);
    CHECK(shown.find("HEREbbb") != std::string::npos);
    CHECK(shown.find("...aaa") != std::string::npos);
    CHECK(shown.find("bbb...") != std::string::npos);
    CHECK(shown.find("= note: line 1, column 10005: far away") != std::string::npos);
    // The carets stand under the word.
    const std::size_t line = shown.find("1 | ");
    const std::size_t carets = shown.find("^^^^");
    REQUIRE(carets != std::string::npos);
    CHECK(shown.find("HERE", line) - line == carets - (shown.rfind('\n', carets) + 1));
}

TEST_CASE("places at the end, over lines and without a source") {
    Sources sources;
    const SourceId id = sources.add("a.prv", "rule\nbody");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::MissingEnd, {id, 9, 9}, {"rule"}).label({id, 0, 9}, "opened here");
    CHECK(renderText(sink.sorted(sources).front(), sources) ==
          "error[E0104]: `rule` is not closed by `end`\n"
          " --> a.prv:2:5\n"
          "  |\n"
          "1 | rule\n"
          "  | ---- opened here\n"
          "2 | body\n"
          "  |     ^\n");
    DiagnosticSink nowhere;
    nowhere.report(DiagnosticKind::FileUnreadable, {}, {"x.prv", "no such file"});
    CHECK(renderText(nowhere.sorted(sources).front(), sources) ==
          "error[E0001]: cannot read `x.prv`: no such file\n");
    CHECK(renderOneLine(nowhere.sorted(sources).front(), sources) ==
          "error[E0001]: cannot read `x.prv`: no such file");
    Sources none;
    Diagnostic wild = sink.sorted(sources).front();
    CHECK(renderText(wild, none).starts_with("error[E0104]"));
}

TEST_CASE("a fix is shown when there is no help") {
    Sources sources;
    const SourceId id = sources.add("a.prv", "lage");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::UnknownName, find(sources, id, "lage"), {"lage"})
        .fix(find(sources, id, "lage"), "large");
    CHECK(renderText(sink.sorted(sources).front(), sources)
              .ends_with("  = help: write `large` instead of `lage`\n"));
}

TEST_CASE("colour is the same text with escapes") {
    Sources sources;
    const SourceId id = sources.add("a.prv", "x y");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::UnknownName, find(sources, id, "y"), {"y"})
        .label(find(sources, id, "x"), "z");
    const Diagnostic diagnostic = sink.sorted(sources).front();
    std::string coloured = renderText(diagnostic, sources, {.colour = true});
    CHECK(coloured.find("\x1b[1;31m^") != std::string::npos);
    for (std::size_t at = 0; (at = coloured.find('\x1b')) != std::string::npos;) {
        coloured.erase(at, coloured.find('m', at) - at + 1);
    }
    CHECK(coloured == renderText(diagnostic, sources));
}

TEST_CASE("messages are sorted, once each") {
    Sources sources;
    const SourceId second = sources.add("b.prv", "one two");
    const SourceId first = sources.add("a.prv", "one two");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::UnknownName, {second, 4, 7}, {"two"});
    sink.report(DiagnosticKind::UnknownName, {second, 0, 3}, {"one"});
    sink.report(DiagnosticKind::SmartQuote, {second, 0, 3});
    sink.report(DiagnosticKind::UnknownName, {second, 0, 3}, {"one"});
    sink.report(DiagnosticKind::UnknownName, {first, 4, 7}, {"two"});
    std::vector<std::string> lines;
    for (const Diagnostic& one : sink.sorted(sources)) {
        lines.push_back(renderOneLine(one, sources));
    }
    CHECK(lines == std::vector<std::string>{
                       "a.prv:1:5: error[E0201]: unknown name `two`",
                       "b.prv:1:1: error[E0201]: unknown name `one`",
                       "b.prv:1:1: warning[W0801]: curly quote; it is read as a plain `\"`",
                       "b.prv:1:5: error[E0201]: unknown name `two`"});
    CHECK(sink.errorCount() == 4);
    CHECK(sink.warningCount() == 1);
}

TEST_CASE("a source holds a hundred errors and then says how many are left out") {
    Sources sources;
    const SourceId id = sources.add("a.prv", std::string(300, 'x'));
    const SourceId calm = sources.add("b.prv", "x");
    DiagnosticSink sink;
    for (std::uint32_t at = 0; at < 103; ++at) {
        // Labels of a message left out must be harmless.
        sink.report(DiagnosticKind::UnknownName, {id, at, at + 1}, {"x"}).label({id, 0, 1}, "l");
        if (at == 99) {
            CHECK(sink.sorted(sources).size() == 100);
        }
    }
    // Errors leave room for warnings, and one source for another.
    sink.report(DiagnosticKind::SmartQuote, {id, 200, 201});
    sink.report(DiagnosticKind::UnknownName, {calm, 0, 1}, {"x"});
    const auto all = sink.sorted(sources);
    REQUIRE(all.size() == 103);
    CHECK(renderOneLine(all[101], sources) == "a.prv:1:301: note[E0006]: further messages about "
                                              "this file are left out; there are 3 more");
    CHECK(all[100].kind == DiagnosticKind::SmartQuote);
    CHECK(all[102].span.source == calm);
    CHECK(sink.errorCount() == 104);
    CHECK(sink.hasErrors());
}

TEST_CASE("one sink takes over what another collected") {
    Sources sources;
    const SourceId id = sources.add("a.prv", "x");
    DiagnosticSink one;
    one.report(DiagnosticKind::UnknownName, {id, 0, 1}, {"x"}).help("h");
    DiagnosticSink two;
    CHECK_FALSE(two.hasErrors());
    for (const Diagnostic& diagnostic : one.sorted(sources)) {
        two.add(diagnostic);
    }
    CHECK(two.sorted(sources) == one.sorted(sources));
    CHECK(two.hasErrors());
}

TEST_CASE("JSON and SARIF hold places, labels and fixes") {
    Sources sources;
    const SourceId id = sources.add("my packs/a.prv", "one\ntwo \xFF");
    DiagnosticSink sink;
    sink.report(DiagnosticKind::UnknownName, {id, 4, 7}, {"two"})
        .primary("here")
        .label({id, 0, 3}, "known as")
        .help("did you mean `one`?")
        .fix({id, 4, 7}, "one");
    sink.report(DiagnosticKind::FileUnreadable, {}, {"\xFF", "no such file"});
    const auto all = sink.sorted(sources);

    const auto json = nlohmann::json::parse(renderJson(all, sources));
    REQUIRE(json["diagnostics"].size() == 2);
    CHECK(json["diagnostics"][0]["place"].is_null());
    const auto& one = json["diagnostics"][1];
    CHECK(one["code"] == "E0201");
    CHECK(one["severity"] == "error");
    CHECK(one["message"] == "unknown name `two`");
    CHECK(one["place"]["start"]["line"] == 2);
    CHECK(one["place"]["end"]["column"] == 4);
    CHECK(one["place"]["path"] == "my packs/a.prv");
    CHECK(one["labels"][0]["text"] == "known as");
    CHECK(one["fix"]["replacement"] == "one");

    const auto sarif = nlohmann::json::parse(renderSarif(all, sources));
    CHECK(sarif["version"] == "2.1.0");
    const auto& run = sarif["runs"][0];
    CHECK(run["tool"]["driver"]["rules"].size() == 2);
    const auto& result = run["results"][1];
    CHECK(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"] == "E0201");
    CHECK(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
          "my%20packs/a.prv");
    CHECK(result["locations"][0]["physicalLocation"]["region"]["startLine"] == 2);
    CHECK(result["relatedLocations"][0]["message"]["text"] == "known as");
    CHECK(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] ==
          "one");
}

TEST_CASE("the nearest known name is suggested") {
    const std::vector<std::string> known{"quantity", "total", "Weight", "due", "dub", "id"};
    CHECK(nearestName("quantty", known) == "quantity");
    CHECK(nearestName("weigth", known) == "Weight");
    CHECK(nearestName("TOTAL", known) == "total");
    CHECK(nearestName("du", known) == "dub");  // of equally near ones the first by alphabet
    CHECK_FALSE(nearestName("xyz", known));
    CHECK_FALSE(nearestName("", known));
    CHECK_FALSE(nearestName("a", known));
    CHECK_FALSE(nearestName(std::string(100000, 'q'), known));
    const std::vector<std::string_view> views{"total"};
    CHECK(suggestionHelp("totl", views) == "did you mean `total`?");
    CHECK(suggestionHelp("zzz", views).empty());
}

TEST_CASE("a code has its written page or a short one") {
    CHECK(hasWrittenPage("E0201"));
    CHECK(diagnosticPage("e0201")->starts_with("# E0201: unknown name\n"));
    CHECK(diagnosticPage("E0201")->find("```proviso") != std::string_view::npos);
    // The text of a page is built in byte for byte, semicolons and backslashes included.
    CHECK(diagnosticPage("E0103")->find("`\\\"` stands for a quote and `\\\\` for a backslash") !=
          std::string_view::npos);
}
