#include "runtime/input/json_document.h"
#include "runtime/input/line_reader.h"
#include "tests/catch.h"

#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace proviso;

namespace {

JsonProblem problemOf(std::string_view text, JsonLimits limits = {}) {
    JsonDocument document(limits);
    return document.parse(text);
}

std::string repeat(std::string_view text, std::size_t count) {
    std::string result;
    for (std::size_t index = 0; index < count; ++index) {
        result += text;
    }
    return result;
}

struct Read {
    std::uint64_t number;
    std::string text;
    bool tooLong;
    bool operator==(const Read&) const = default;
};

std::vector<Read> readAll(LineReader& reader) {
    std::vector<Read> lines;
    for (InputLine line; reader.next(line);) {
        lines.push_back({line.number, std::string(line.text), line.tooLong});
    }
    return lines;
}

// What a stream and a text in memory both give.
std::vector<Read> linesOf(const std::string& text, std::size_t limit = 100) {
    std::istringstream stream(text);
    LineReader fromStream(stream, limit);
    LineReader fromText(text, limit);
    const std::vector<Read> lines = readAll(fromStream);
    CHECK(lines == readAll(fromText));
    return lines;
}

}  // namespace

TEST_CASE("a document becomes nodes", "[json]") {
    JsonDocument document;
    REQUIRE(document.parse(
                R"( {"a": [1, -2.50e3, {"b":null}], "c": "x\ty\u00e9\ud83d\ude00", "d":true} )") ==
            JsonProblem::None);
    CHECK(document.node(0).kind == JsonKind::Object);
    CHECK(document.node(0).count == 3);
    CHECK(document.node(0).next == document.nodeCount());
    CHECK(document.node(1).text == "a");
    CHECK(document.node(2).kind == JsonKind::Array);
    CHECK(document.node(2).count == 3);
    CHECK(document.node(3).text == "1");
    CHECK(document.node(4).text == "-2.50e3");
    CHECK(document.node(7).kind == JsonKind::Null);
    CHECK(document.node(9).text == "x\ty\xC3\xA9\xF0\x9F\x98\x80");
    CHECK(document.node(11).kind == JsonKind::True);
}

TEST_CASE("what is not JSON is told apart from what is cut off", "[json]") {
    for (const char* text : {"{]",
                             "{\"a\" 1}",
                             "{\"a\":1,}",
                             "[1,]",
                             "[,1]",
                             "[1 2]",
                             "{a:1}",
                             "{'a':1}",
                             "01",
                             "1.",
                             "-x",
                             ".5",
                             "+1",
                             "1e+",
                             "tru ",
                             "nul]",
                             "True",
                             "[1]]",
                             "{} {}",
                             "\"\\x\"",
                             "\"\\ud83d\"",
                             "\"\\ude00\"",
                             "\"\\ud83d\\u0041\"",
                             "\"\\u12G4\"",
                             "\"a\nb\"",
                             "NaN",
                             "Infinity",
                             "// x",
                             "[1}",
                             "{\"a\":1]",
                             "{1:2}",
                             "1.e5",
                             "- 1",
                             "--1",
                             "\xEF\xBB\xBF{}"}) {
        CAPTURE(text);
        const JsonProblem problem = problemOf(text);
        CHECK((problem == JsonProblem::Malformed || problem == JsonProblem::Truncated));
    }
    const std::string whole = R"({"a":[1.5,true,"x\u00e9"],"b":{"c":null}})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK(problemOf(std::string_view(whole).substr(0, size)) == JsonProblem::Truncated);
    }
    CHECK(problemOf(whole) == JsonProblem::None);
}

TEST_CASE("text is UTF-8", "[json]") {
    CHECK(problemOf("\"\xC3\xA9\"") == JsonProblem::None);
    CHECK(problemOf("\"\xC3\"") == JsonProblem::InvalidUtf8);
    CHECK(problemOf("\"\xC0\xAF\"") == JsonProblem::InvalidUtf8);
    CHECK(problemOf("\"\xED\xA0\x80\"") == JsonProblem::InvalidUtf8);
    CHECK(problemOf("\"\xFF\"") == JsonProblem::InvalidUtf8);
}

TEST_CASE("names may stand once in an object", "[json]") {
    CHECK(problemOf(R"({"a":1,"b":2})") == JsonProblem::None);
    CHECK(problemOf(R"({"a":1,"a":1})") == JsonProblem::DuplicateKey);
    CHECK(problemOf(R"({"a":1,"\u0061":1})") == JsonProblem::DuplicateKey);
    CHECK(problemOf(R"([{"x":{"a":1,"b":2,"a":3}}])") == JsonProblem::DuplicateKey);
    CHECK(problemOf(R"([{"a":1},{"a":1}])") == JsonProblem::None);

    std::string many = "{";
    for (int index = 0; index < 500; ++index) {
        many += "\"name" + std::to_string(index) + "\":0,";
    }
    CHECK(problemOf(many + "\"other\":1}") == JsonProblem::None);
    CHECK(problemOf(many + "\"name499\":1}") == JsonProblem::DuplicateKey);
    CHECK(problemOf(many + "\"name3\":1}") == JsonProblem::DuplicateKey);

    JsonDocument document;
    REQUIRE(document.parse(R"({"twice":1,"twice":1})") == JsonProblem::DuplicateKey);
    CHECK(document.problemKey() == "twice");
}

TEST_CASE("nesting and lists at their limits", "[json]") {
    for (const std::size_t depth : {std::size_t{31}, std::size_t{32}}) {
        CHECK(problemOf(repeat("[", depth) + repeat("]", depth)) == JsonProblem::None);
        CHECK(problemOf(repeat("{\"a\":", depth) + "1" + repeat("}", depth)) == JsonProblem::None);
    }
    CHECK(problemOf(repeat("[", 33) + repeat("]", 33)) == JsonProblem::TooDeep);
    CHECK(problemOf(repeat("[", 100'000)) == JsonProblem::TooDeep);

    CHECK(problemOf("[" + repeat("0,", 9'998) + "0]") == JsonProblem::None);
    CHECK(problemOf("[" + repeat("0,", 9'999) + "0]") == JsonProblem::None);
    CHECK(problemOf("[" + repeat("0,", 10'000) + "0]") == JsonProblem::TooManyElements);
}

TEST_CASE("the reader accepts what another reader accepts", "[json]") {
    const std::vector<std::string> seeds = {
        R"({"key":"K-1","on":"2025-01-02","lines":[{"code":"A1","amount":12.50,"n":-3e2}],"x":null})",
        R"([[],{},"a\\b\"c\/\b\f\n\r\t\u20ac",true,false,[0,-0,0.10,1E+9]])",
        R"({"a":{"b":{"c":[1,2,{"d":"\ud834\udd1e"}]}}})",
    };
    constexpr std::string_view kBytes = "{}[]:,\"\\ 0123456789.eE+-truefalsn\tu\xC3\xA9\x01";
    std::mt19937 random(7);
    const auto upTo = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit)(random);
    };
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = seeds[upTo(seeds.size() - 1)];
        for (std::size_t change = upTo(3); change > 0; --change) {
            const std::size_t at = upTo(text.size() - 1);
            const char byte = kBytes[upTo(kBytes.size() - 1)];
            switch (upTo(2)) {
            case 0:
                text[at] = byte;
                break;
            case 1:
                text.insert(at, 1, byte);
                break;
            default:
                text.erase(at, 1);
            }
        }
        const JsonProblem problem = problemOf(text);
        // The other reader takes names twice.
        if (problem != JsonProblem::DuplicateKey) {
            CAPTURE(text);
            const bool good = nlohmann::json::accept(text);
            REQUIRE((problem == JsonProblem::None) == good);
            accepted += good ? 1 : 0;
        }
    }
    CHECK(accepted > 1'000);
}

TEST_CASE("lines end in every usual way", "[json]") {
    CHECK(linesOf("").empty());
    CHECK(linesOf("a") == std::vector<Read>{{1, "a", false}});
    CHECK(linesOf("a\n") == std::vector<Read>{{1, "a", false}});
    CHECK(linesOf("a\r\n\r\nb") ==
          std::vector<Read>{{1, "a", false}, {2, "", false}, {3, "b", false}});
    CHECK(linesOf("\xEF\xBB\xBF"
                  "a\n\n") == std::vector<Read>{{1, "a", false}, {2, "", false}});
    CHECK(linesOf("\xEF\xBB\xBF").empty());
}

TEST_CASE("a line that is too long is skipped and the next one is read", "[json]") {
    for (const std::size_t size : {std::size_t{99}, std::size_t{100}}) {
        const std::string line(size, 'x');
        CHECK(linesOf(line + "\nb") == std::vector<Read>{{1, line, false}, {2, "b", false}});
        CHECK(linesOf(line + "\r\nb") == std::vector<Read>{{1, line, false}, {2, "b", false}});
        CHECK(linesOf(line) == std::vector<Read>{{1, line, false}});
    }
    for (const std::size_t size : {std::size_t{101}, std::size_t{1'000'000}}) {
        const std::string line(size, 'x');
        CHECK(linesOf(line + "\nb") == std::vector<Read>{{1, "", true}, {2, "b", false}});
        CHECK(linesOf(line) == std::vector<Read>{{1, "", true}});
    }
    // Lines across the boundaries of the buffer.
    std::string text;
    std::vector<Read> expected;
    for (std::uint64_t number = 1; number <= 20'000; ++number) {
        const std::string line(number % 97, static_cast<char>('a' + number % 26));
        text += line + "\n";
        expected.push_back({number, line, false});
    }
    CHECK(linesOf(text) == expected);
}
