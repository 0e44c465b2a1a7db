#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "tests/catch.h"

#include <string>
#include <vector>

using namespace proviso;

namespace {

ShownValue textValue(std::string text) {
    ShownValue value;
    value.text = std::move(text);
    return value;
}

ShownValue numberValue(std::string text) {
    ShownValue value = textValue(std::move(text));
    value.kind = ShownValue::Kind::Number;
    return value;
}

ShownValue setValue(std::vector<std::string> members) {
    ShownValue value;
    value.kind = ShownValue::Kind::Set;
    value.members = std::move(members);
    return value;
}

std::string jsonOf(const ShownValue& value) {
    std::string out;
    appendJsonValue(out, value);
    return out;
}

RunStamp stamp() {
    return {"order_id", "sha256:00", std::nullopt};
}

}  // namespace

TEST_CASE("texts are escaped") {
    std::string out;
    appendJsonText(out, "a\"b\\c\n\t\x01 \xc3\xa9");
    CHECK(out == "\"a\\\"b\\\\c\\n\\t\\u0001 \xc3\xa9\"");
}

TEST_CASE("texts of every length are escaped wherever it is due") {
    const auto simply = [](std::string_view text) {
        std::string out = "\"";
        for (const char character : text) {
            const auto byte = static_cast<unsigned char>(character);
            if (character == '"' || character == '\\') {
                out += '\\';
                out += character;
            } else if (character == '\n') {
                out += "\\n";
            } else if (byte < 0x20) {
                out += byte < 0x10 ? "\\u000" : "\\u001";
                out += "0123456789abcdef"[byte % 16];
            } else {
                out += character;
            }
        }
        return out + '"';
    };
    // What is special, and what only looks like it.
    for (const char special : {'"',
                               '\\',
                               '\n',
                               '\x00',
                               '\x1f',
                               ' ',
                               '!',
                               '#',
                               '[',
                               ']',
                               '\x7f',
                               '\x80',
                               '\xa2',
                               '\xdc',
                               '\xff'}) {
        for (std::size_t size = 0; size < 80; ++size) {
            std::string text(size, 'a');
            for (std::size_t at = 0; at < size; ++at) {
                text[at] = static_cast<char>('a' + at % 26);
            }
            for (std::size_t at = 0; at <= size; ++at) {
                std::string changed = text;
                if (at < size) {
                    changed[at] = special;
                }
                std::string out = "before";
                appendJsonText(out, changed);
                REQUIRE(out == "before" + simply(changed));
            }
        }
    }
    std::string out;
    const std::string far(100'000, '\\');
    appendJsonText(out, far);
    CHECK(out == simply(far));
}

TEST_CASE("values have one form each") {
    CHECK(jsonOf(textValue("0.85")) == "\"0.85\"");
    CHECK(jsonOf(numberValue("2")) == "2");
    ShownValue answer = textValue("yes");
    answer.kind = ShownValue::Kind::YesNo;
    CHECK(jsonOf(answer) == "true");
    CHECK(jsonOf(setValue({"a", "b"})) == "[\"a\", \"b\"]");
    ShownValue none = textValue("");
    none.state = State::NotApplicable;
    CHECK(jsonOf(none) == "null");
    ShownValue wrong = textValue("");
    wrong.state = State::Error;
    wrong.errors = {"E1001"};
    CHECK(jsonOf(wrong) == "{\"error\": [\"E1001\"]}");
}

TEST_CASE("sixteen missing places are named and the rest is counted") {
    ShownValue open = textValue("");
    open.state = State::Unknown;
    open.missing.assign(16, "x");
    CHECK(jsonOf(open).find("more") == std::string::npos);
    open.missing.assign(18, "x");
    CHECK(jsonOf(open).find("\"more\": 2") != std::string::npos);
}

TEST_CASE("an empty decision has all its parts") {
    RecordResult result;
    result.key = "O-1";
    CHECK(toJson(result, stamp()) == "{\"order_id\": \"O-1\", \"findings\": [], \"undetermined\": "
                                     "[], \"errors\": [], \"decided\": {}, "
                                     "\"packs\": \"sha256:00\", \"known_as_of\": null}");
    RunStamp dated = stamp();
    dated.knownAsOf = 0;
    CHECK(toJson(result, dated).ends_with("\"known_as_of\": \"1970-01-01\"}"));
}

TEST_CASE("outputs stand in the order of the program, open sets with what is possible") {
    RecordResult result;
    result.key = "O-1";
    OutputValue lines;
    lines.name = "lines";
    lines.list = true;
    OutputRow row;
    row.certain = false;
    row.fields.emplace_back("units", numberValue("2"));
    ShownValue marks = setValue({"red"});
    marks.open = {"blue"};
    marks.missing = {"items[0].colour"};
    row.fields.emplace_back("marks", marks);
    lines.rows.push_back(row);
    lines.choices.push_back({});
    OutputValue speed;
    speed.name = "speed";
    speed.value = textValue("fast");
    result.outputs = {lines, speed};
    CHECK(toJson(result, stamp())
              .starts_with("{\"order_id\": \"O-1\", \"lines\": [{\"units\": 2, \"marks\": "
                           "[\"red\"], \"marks_open\": [\"blue\"], "
                           "\"marks_missing\": [\"items[0].colour\"], \"certain\": false}], "
                           "\"speed\": \"fast\", "
                           "\"choices\": [[]], \"findings\""));
}

TEST_CASE("a list that stands in another record says where") {
    RecordResult result;
    result.key = "O-1";
    OutputValue lines;
    lines.name = "lines";
    lines.list = true;
    lines.claimedWith = "O-2";
    OutputValue others = lines;
    others.name = "others";
    result.outputs = {lines, others};
    CHECK(toJson(result, stamp())
              .starts_with("{\"order_id\": \"O-1\", \"lines\": [], \"others\": [], "
                           "\"claimed_with\": \"O-2\", \"findings\""));
}

TEST_CASE("findings, open answers and errors carry where they are") {
    RecordResult result;
    result.key = "O-1";
    FindingResult finding;
    finding.code = "LATE";
    finding.severity = 1;
    finding.on = "items[0]";
    finding.because = "it is late";
    finding.rule = "orders.late";
    finding.sources = {"Tariff 1"};
    finding.atStake = 1250;
    result.findings.push_back(finding);
    result.undetermined.push_back({"orders.heavy", "order", {"items[0].weight"}});
    result.errors.push_back({"orders.sum", "order", "E1001", "too large"});
    const std::string text = toJson(result, stamp());
    CHECK(text.find(
              "{\"code\": \"LATE\", \"severity\": \"warning\", \"on\": \"items[0]\", \"because\": "
              "\"it is late\", "
              "\"rule\": \"orders.late\", \"sources\": [\"Tariff 1\"], \"at_stake\": \"12.50\"}") !=
          std::string::npos);
    CHECK(
        text.find("\"undetermined\": [{\"rule\": \"orders.heavy\", \"on\": \"order\", \"missing\": "
                  "[\"items[0].weight\"]}]") != std::string::npos);
    CHECK(
        text.find("\"errors\": [{\"rule\": \"orders.sum\", \"on\": \"order\", \"code\": \"E1001\", "
                  "\"message\": \"too large\"}]") != std::string::npos);
}

TEST_CASE("decisions say what binds them, and where unless they are about the record") {
    RecordResult result;
    result.key = "O-1";
    DecidedResult limit;
    limit.decision = "limit";
    limit.value = numberValue("2");
    limit.boundBy = "a.rule";
    limit.alsoBoundBy = {"b.rule"};
    DecidedResult method;
    method.decision = "method";
    method.on = "customer_day";
    method.value = textValue("pooled");
    result.decided = {limit, method};
    CHECK(toJson(result, stamp())
              .find("\"decided\": {\"limit\": {\"value\": 2, \"bound_by\": \"a.rule\", "
                    "\"also_bound_by\": [\"b.rule\"]}, "
                    "\"method\": {\"on\": \"customer_day\", \"value\": \"pooled\"}}") !=
          std::string::npos);
}

TEST_CASE("texts for people hold no control characters") {
    CHECK(printable("a\x1b[31mb\nc\xc2\x9b") == "a?[31mb c?");
    RecordResult result;
    result.key = "O\x1b-1";
    FindingResult finding;
    finding.code = "LATE";
    finding.on = "order";
    finding.because = "late\x07 again";
    result.findings.push_back(finding);
    std::string pretty;
    appendText(pretty, result, {.recordName = "order"});
    CHECK(pretty.find('\x1b') == std::string::npos);
    CHECK(pretty.find('\x07') == std::string::npos);
    std::string compact;
    appendCompact(compact, result);
    CHECK(compact == "O?-1 order violation LATE: late? again\n");
}

TEST_CASE("values for people say what is not known") {
    ShownValue marks = setValue({"red"});
    marks.open = {"blue"};
    CHECK(displayValue(marks) == "red, perhaps blue");
    CHECK(displayValue(setValue({})) == "none");
    ShownValue open = textValue("");
    open.state = State::Unknown;
    open.missing = {"weight"};
    CHECK(displayValue(open) == "unknown (weight)");
}

TEST_CASE("an unknown value says what it is at least and at most") {
    ShownValue open = textValue("");
    open.state = State::Unknown;
    open.missing = {"items[0].price"};
    open.atLeast = "2400.00";
    std::string out;
    appendJsonValue(out, open);
    CHECK(out == R"({"unknown": ["items[0].price"], "at_least": "2400.00"})");
    CHECK(displayValue(open) == "at least 2400.00 (missing items[0].price)");

    open.kind = ShownValue::Kind::Number;
    open.atLeast = "2";
    open.atMost = "5";
    open.missing.assign(18, "x");
    out.clear();
    appendJsonValue(out, open);
    const std::string end = R"("x"], "more": 2, "at_least": 2, "at_most": 5})";
    REQUIRE(out.size() > end.size());
    CHECK(out.substr(out.size() - end.size()) == end);
    open.missing.clear();
    CHECK(displayValue(open) == "between 2 and 5");
    open.atLeast.clear();
    CHECK(displayValue(open) == "at most 5");
    CHECK(boundsText("", "") == "unknown");
}
