#include "tests/catch.h"
#include "tests/unit/compiler/check_support.h"

using namespace proviso;

namespace {

/// What is wrong with the rule's lines, each message with its help.
std::vector<std::string> said(const std::string& lines) {
    test::Checked checked = test::checkText(R"(
pack shop
  layer house
end
layers
  house : policy
end
enum colour red, green end
record order dated by placed_on
  order_id  : text key
  placed_on : date
  colour    : colour
  finish    : count named "end"
end
finding LATE notice "Late" with late_by : days, units : count
rule r "A rule"
  source "list"
  always
  for each order
)" + lines + "\nend\n");
    std::vector<std::string> result;
    for (const Diagnostic& one : checked.sink.sorted(checked.sources)) {
        result.push_back(one.message());
        result.push_back(one.help);
    }
    return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("every value that a finding still needs is named at once, with its type") {
    CHECK(said("then report LATE on order") ==
          Texts{"finding `LATE` needs a value for `late_by`, `units`",
                "add `with late_by : ..., units : ...` (late_by: days, units: a count)"});
    CHECK(said("then report LATE on order with late_by : 3 days") ==
          Texts{"finding `LATE` needs a value for `units`",
                "add `with units : ...` (units: a count)"});
}

TEST_CASE("a member that an enum lacks: where it would be added") {
    CHECK(
        said("when order.colour is blue then report LATE on order with late_by : 3 days, units : 1")
            .back() == "it has `red` and `green`; what it lacks is added where it is declared");
}

TEST_CASE("a field that is not there: the one that is meant, or those that there are") {
    const std::string rest =
        " exceeds 3 then report LATE on order with late_by : 3 days, units : 1";
    CHECK(said("when order.finnish" + rest).at(1) == "did you mean `finish`?");
    CHECK(said("when order.zzz" + rest).at(1) ==
          "`order` has `colour`, `finish`, `order_id` and `placed_on`");
}

TEST_CASE("a field whose name in the records is a word of the language") {
    CHECK(
        said("when order.end exceeds 3 then report LATE on order with late_by : 3 days, units : 1")
            .at(1) == "a field that the records call `end` has a name of its own here: see `named "
                      "\"end\"` where the record is declared");
}

TEST_CASE("a finding that is not declared: the one that is meant, or how it is declared") {
    CHECK(said("then report LATEE on order") ==
          Texts{"unknown name `LATEE`", "did you mean `LATE`?"});
    CHECK(said("then report TOO_MANY on order") ==
          Texts{"unknown name `TOO_MANY`",
                "declare what it says, outside of the rule: `finding TOO_MANY violation \"what is "
                "wrong\"` (or `warning`, or `notice`)"});
}
