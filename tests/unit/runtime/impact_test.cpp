#include "runtime/impact/impact.h"
#include "runtime/impact/record_difference.h"
#include "runtime/impact/rule_difference.h"
#include "tests/catch.h"

namespace proviso::impact {

namespace {

FindingResult finding(const std::string& code, std::int64_t stake) {
    FindingResult one;
    one.code = code;
    one.on = "order";
    one.rule = "p." + code;
    one.atStake = stake;
    return one;
}

ShownValue text(const std::string& value) {
    ShownValue shown;
    shown.text = value;
    return shown;
}

OutputValue rows(std::vector<std::pair<std::string, std::string>> all) {
    OutputValue output;
    output.name = "lines";
    output.list = true;
    for (const auto& [name, count] : all) {
        output.rows.push_back({true, {{"name", text(name)}, {"count", text(count)}}});
    }
    return output;
}

RecordResult record(const std::string& key) {
    RecordResult result;
    result.key = key;
    return result;
}

Impact added(const RecordResult* before, const RecordResult* after, ImpactShape shape = {}) {
    Impact impact(std::move(shape));
    impact.add(before, after, differenceOf(before, after), {});
    return impact;
}

}  // namespace

TEST_CASE("equal decisions have no difference, whatever does not count in them") {
    RecordResult a = record("A");
    a.findings.push_back(finding("LATE", 100));
    RecordResult b = a;
    b.budgetSpent = 7;
    CHECK_FALSE(differenceOf(&a, &b).differs());
    CHECK(added(&a, &b).nothingChanged());
}

TEST_CASE("findings are gained, lost and changed by code, rule and place") {
    RecordResult before = record("A");
    before.findings = {finding("GONE", 100), finding("KEPT", 200), finding("OTHER", 300)};
    RecordResult after = record("A");
    after.findings = {finding("KEPT", 200), finding("NEW", 50), finding("OTHER", 999)};
    const RecordDifference difference = differenceOf(&before, &after);
    REQUIRE(difference.findings.size() == 3);
    CHECK(difference.findings[0].side == Side::Lost);
    CHECK(difference.findings[1].side == Side::Gained);
    CHECK(difference.findings[2].side == Side::Changed);
    const Impact impact = added(&before, &after);
    CHECK(impact.gained == 1);
    CHECK(impact.lost == 1);
    CHECK(impact.findingsBefore == 3);
    CHECK(impact.findingsAfter == 3);
    CHECK(decimalText(impact.stakeBefore, 2) == "6.00");
    CHECK(decimalText(impact.stakeAfter, 2) == "12.49");
    CHECK(impact.codes.at("OTHER").changed == 1);
    CHECK(impact.rules.at("p.NEW").findingsGained == 1);
    CHECK(impact.rules.at("p.OTHER").findingsChanged == 1);
}

TEST_CASE("one more of a finding that was there once is gained once") {
    RecordResult before = record("A");
    before.findings = {finding("LATE", 100)};
    RecordResult after = record("A");
    after.findings = {finding("LATE", 100), finding("LATE", 100)};
    CHECK(differenceOf(&before, &after).findings.size() == 1);
    CHECK(added(&before, &after).gained == 1);
    CHECK(added(&after, &before).lost == 1);
}

TEST_CASE("a finding that records share counts with its first member alone") {
    RecordResult before = record("A");
    RecordResult first = record("A");
    first.findings = {finding("GROUP", 100)};
    first.findings[0].shared = true;
    RecordResult second = first;
    second.findings[0].counted = false;
    Impact impact({});
    for (const RecordResult* after : {&first, &second}) {
        impact.add(&before, after, differenceOf(&before, after), {});
    }
    CHECK(impact.changed == 2);
    CHECK(impact.gained == 1);
    CHECK(decimalText(impact.stakeAfter, 2) == "1.00");
}

TEST_CASE("rows are paired by what they say, then by how they begin") {
    RecordResult before = record("A");
    before.outputs.push_back(rows({{"x", "1"}, {"y", "2"}, {"z", "3"}}));
    RecordResult after = record("A");
    after.outputs.push_back(rows({{"z", "3"}, {"x", "5"}, {"w", "1"}}));
    const RecordDifference difference = differenceOf(&before, &after);
    REQUIRE(difference.rows.size() == 3);
    CHECK(difference.rows[0].side == Side::Changed);
    CHECK(difference.rows[0].row == "x");
    REQUIRE(difference.rows[0].fields.size() == 1);
    CHECK(difference.rows[0].fields[0].before == "1");
    CHECK(difference.rows[0].fields[0].after == "5");
    CHECK(difference.rows[1].side == Side::Lost);
    CHECK(difference.rows[2].side == Side::Gained);
}

TEST_CASE("sums count a group's value once and tell what is not known") {
    ImpactShape shape;
    shape.values["fee"] = {true, 2};
    RecordResult one = record("A");
    OutputValue fee;
    fee.name = "fee";
    fee.value = text("12.50");
    one.outputs.push_back(fee);
    RecordResult other = one;
    other.outputs[0].claimedWith = "A";
    RecordResult unknown = one;
    unknown.outputs[0].value.state = State::Unknown;
    RecordResult none = one;
    none.outputs[0].value.state = State::NotApplicable;
    Impact impact(shape);
    for (const RecordResult* result : {&one, &other, &unknown, &none}) {
        impact.add(result, result, differenceOf(result, result), {});
    }
    CHECK(decimalText(impact.money.at("fee").after.sum, kMoneyScale) == "12.50");
    CHECK(impact.money.at("fee").after.known == 1);
    CHECK(impact.money.at("fee").after.unknown == 1);
}

TEST_CASE("records of one side are in no other number") {
    RecordResult only = record("A");
    only.findings = {finding("LATE", 100)};
    const Impact lost = added(&only, nullptr);
    CHECK(lost.onlyBefore == 1);
    CHECK(lost.findingsOnlyBefore == 1);
    CHECK(lost.both == 0);
    CHECK(lost.lost == 0);
    CHECK(lost.stakeBefore.wide() == 0);
    CHECK_FALSE(lost.nothingChanged());
    CHECK(added(nullptr, &only).onlyAfter == 1);
}

TEST_CASE("sums beyond what can be counted say so") {
    Total sum;
    for (int part = 0; part < 4; ++part) {
        sum.add(INT64_MAX);
    }
    CHECK(moneyText(sum, 2) == "more than can be counted");
    CHECK(decimalText(sum, 2).empty());
}

TEST_CASE("a decision bound by other rules, with the value it had, is told as that") {
    RecordResult before = record("A");
    before.decided.push_back({"level", "", text("high"), "p.a", {"p.b"}});
    RecordResult after = before;
    after.decided[0].boundBy = "p.b";
    after.decided[0].alsoBoundBy.clear();
    const RecordDifference difference = differenceOf(&before, &after);
    REQUIRE(difference.decisions.size() == 1);
    CHECK(difference.decisions[0].sameValue());
    const Impact impact = added(&before, &after);
    CHECK(impact.decisions.at("level").records == 0);
    CHECK(impact.decisions.at("level").otherReasons == 1);
    CHECK(impact.rules.at("p.a").bindsNoLonger == 1);
    CHECK(impact.rules.count("p.b") == 0);
}

TEST_CASE("explanations part at the clauses that came to something else") {
    ExplainedNode same;
    same.kind = "test";
    same.text = "a is b";
    same.value = "yes";
    ExplainedNode moved = same;
    moved.text = "c exceeds d";
    ExplainedRule rule;
    rule.name = "p.r";
    rule.on = "order";
    rule.condition.emplace();
    rule.condition->kind = "all";
    rule.condition->value = "yes";
    rule.condition->children = {same, moved};
    Explanation before;
    before.rules = {rule};
    Explanation after = before;
    after.rules[0].condition->value = "no";
    after.rules[0].condition->children[1].value = "no";
    after.rules[0].outcome = ExplainedOutcome::Applies;
    const auto rules = ruleDifferences(before, after);
    REQUIRE(rules.size() == 1);
    REQUIRE(rules[0].clauses.size() == 1);
    REQUIRE(rules[0].clauses[0].children.size() == 1);
    CHECK(rules[0].clauses[0].children[0].text == "c exceeds d");
    CHECK(rules[0].clauses[0].children[0].before == "yes");
    CHECK(rules[0].clauses[0].children[0].after == "no");
    CHECK(ruleDifferences(before, before).empty());
    CHECK(ruleDifferences({}, after).front().outcomeBefore.empty());
}

}  // namespace proviso::impact
