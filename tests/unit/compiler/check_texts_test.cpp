#include "compiler/diagnostics/render.h"
#include "compiler/typed/print.h"
#include "tests/catch.h"
#include "tests/unit/compiler/check_support.h"

using namespace proviso;

namespace {

std::vector<std::string> codes(const std::string& items) {
    return test::checkText(R"(
pack shop
  layer house
end
layers
  house : policy
end
record order dated by placed_on
  order_id  : text key shown
  customer  : text private
  remark    : text private optional
  placed_on : date
  units     : count
end
finding NOTED notice "Noted" with what : count
)" + items)
        .codes();
}

std::vector<std::string> defined(const std::string& type, const std::string& value) {
    return codes("define it of order : " + type + " source \"list\" as " + value + " end");
}

std::vector<std::string> shown(const std::string& value) {
    return codes("rule r \"A rule\" source \"list\" always for each order then report NOTED on "
                 "order with what : 1 "
                 "because \"{" +
                 value + "}\" end");
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("functions of texts: how many texts, and texts alone") {
    CHECK(defined("count", "word_count of (order.remark)").empty());
    CHECK(
        defined("number with 4 decimals", "similarity of (order.remark, order.customer)").empty());
    CHECK(
        defined("yes_no", "similarity of (order.remark, \"as ordered\") is at least 90%").empty());
    CHECK(defined("count", "draw_number of (\"seed\", order.order_id)").empty());
    CHECK(defined("count", "word_count of (order.remark, order.remark)") == Codes{"E0311"});
    CHECK(defined("number with 4 decimals", "similarity of (order.remark)") == Codes{"E0311"});
    CHECK(defined("count", "draw_number of (order.remark)") == Codes{"E0311"});
    CHECK(defined("count", "word_count of (order.units)") == Codes{"E0301"});
    CHECK(defined("number with 4 decimals", "similarity of (order.remark, order.placed_on)") ==
          Codes{"E0301"});
    CHECK(defined("count", "similarity of (order.remark, order.customer)").size() == 1);
    CHECK(defined("count", "word_counts of (order.remark)") == Codes{"E0310"});
}

TEST_CASE("how alike private texts are may be shown, what was drawn for one may not") {
    CHECK(shown("similarity of (order.remark, order.customer)").empty());
    CHECK(shown("word_count of (order.remark)").empty());
    CHECK(shown("draw_number of (order.order_id, order.order_id)").empty());
    CHECK(shown("draw_number of (order.order_id, order.customer)") == Codes{"E0409"});
    CHECK(shown("draw_number of (order.remark, order.order_id)") == Codes{"E0409"});
    CHECK(shown("draw_number of (order.order_id, order.customer) mod 10") == Codes{"E0409"});
}
