#include "compiler/diagnostics/render.h"
#include "compiler/typed/print.h"
#include "tests/catch.h"
#include "tests/unit/compiler/check_support.h"

#include <algorithm>

using namespace proviso;

namespace {

constexpr const char* kPack = R"(
pack shop
  layer house
end
layers
  house : policy
end
codes article open end
codes heavy of article source "catalogue" 100, 200 end
codes dear of article source "catalogue" 100 from 2024-01-01 end
record order dated by placed_on
  order_id  : text key
  customer  : text private optional
  placed_on : date
  sequence  : count absent means 0
  amount    : money
  urgent    : yes_no
  lines     : list of line
end
record line
  article : article
  price   : money
  packers : list of packer absent means none
end
record packer
  packer_id : text shown
  began     : minutes
  ended     : minutes optional
end
define week of order as week_start of order.placed_on end
grouping buyer_day : order by customer, placed_on ordered by sequence complete
grouping buyer : order by customer ordered by placed_on, sequence incomplete
grouping buyer_week : order by customer, week dated by week complete
grouping packer_day : packer by packer_id, placed_on ordered by began complete
collect parcel of buyer_day source "list"
  over buyer_day.lines as l one per l.article
  row article : l.article cost : total of m.price over parcel.members as m
  ordered by article
end
collect moment of packer_day source "list"
  over packer_day.packers as p one per instant from p.began to p.ended
  row people : count of distinct m.packer_id over moment.members as m
  ordered by start
end
)";

std::string withoutNumbers(std::string printed) {
    for (std::size_t at = printed.find('#'); at != std::string::npos; at = printed.find('#')) {
        std::size_t end = at + 1;
        while (end < printed.size() && printed[end] >= '0' && printed[end] <= '9') {
            ++end;
        }
        printed.erase(at, end - at);
    }
    return printed;
}

/// The value of `define it of OF as TEXT`, printed; the messages where there are any.
std::string defined(const std::string& of, const std::string& text) {
    const test::Checked checked =
        test::checkText(kPack + ("define it of " + of + " source \"x\" as " + text + " end\n"));
    if (!checked.program || checked.sink.hasErrors()) {
        return renderText(checked.sink.sorted(checked.sources), checked.sources);
    }
    const typed::Definition& definition = checked.program->definitions.back();
    return withoutNumbers(
        typed::printExpression(*checked.program, definition.alternatives.front().value));
}

bool printed(const test::Checked& checked, const std::string& lines) {
    return typed::printProgram(*checked.program).find(lines) != std::string::npos;
}

}  // namespace

TEST_CASE("groupings nest in those with fewer keys, whatever the order of their texts") {
    const test::Checked checked = test::checkText(kPack);
    INFO(renderText(checked.sink.sorted(checked.sources), checked.sources));
    REQUIRE(checked.program);
    CHECK(printed(checked,
                  "grouping buyer_day of order complete\n"
                  "  keys order.customer order.placed_on\n"
                  "  order order.sequence\n"
                  "  nested in buyer\n"
                  "  together order.customer\n"));
    CHECK(printed(checked,
                  "grouping buyer of order incomplete\n"
                  "  keys order.customer\n"
                  "  order order.placed_on order.sequence\n"
                  "  together order.customer\n"));
    CHECK(printed(checked,
                  "grouping buyer_week of order complete\n"
                  "  keys order.customer order.week\n"
                  "  nested in buyer\n"
                  "  together order.customer\n"));
    CHECK(printed(checked,
                  "grouping packer_day of packer complete\n"
                  "  keys packer.packer_id order.placed_on\n"
                  "  order packer.began\n"
                  "  together order.placed_on\n"));
    CHECK(printed(checked,
                  "group buyer_week dated by buyer_week.week\n"
                  "  stored customer : Text private\n"
                  "  stored week : Date\n"));
    CHECK(printed(checked, "group packer_day dated by packer_day.placed_on\n"));
    CHECK(
        printed(checked, "collected parcel in buyer_day as parcels dated by buyer_day.placed_on"));
}

TEST_CASE("keys have paths from the rows grouped") {
    const test::Checked checked = test::checkText(kPack);
    REQUIRE(checked.program);
    const typed::Grouping& packerDay = checked.program->groupings.back();
    REQUIRE(packerDay.keyPaths.size() == 2);
    CHECK(packerDay.keyPaths[0].empty());
    REQUIRE(packerDay.keyPaths[1].size() == 2);
    CHECK(checked.program->links[packerDay.keyPaths[1].back()].to == checked.program->entry);
    CHECK(packerDay.orderPaths.size() == 1);
}

TEST_CASE("groupings that nest nowhere in common come together by nothing less than everything") {
    const test::Checked checked = test::checkText(
        std::string(kPack) + "grouping day : order by placed_on complete\n"
                             "grouping day_week : order by placed_on, week complete\n");
    REQUIRE(checked.program);
    // `buyer_day` nests in both, so that their common keys are none.
    CHECK(printed(checked, "grouping day of order complete\n  keys order.placed_on\n  together\n"));
    CHECK(checked.program->groupings.front().together.empty());
    CHECK(checked.program->groupings[3].together.size() == 1);
}

TEST_CASE("lists are reached through several links") {
    CHECK(defined("order", "count over buyer.orders as o") == "count(order^buyer over order as o)");
    CHECK(defined("order", "count over buyer.parcels as p") ==
          "count(order^buyer over parcel buyer_day as p)");
    CHECK(defined("buyer", "count over buyer.lines as l") == "count(buyer over line order as l)");
    CHECK(defined("buyer", "count over buyer.lines.packers as l") ==
          "count(buyer over packer line order as l)");
    CHECK(defined("buyer", "count over buyer.buyer_days as d") ==
          "count(buyer over buyer_day as d)");
    CHECK(defined("parcel", "count over parcel.buyer_day.buyer.buyer_weeks as w") ==
          "count(parcel^buyer_day^buyer over buyer_week as w)");
    CHECK(defined("parcel", "count over buyer.buyer_weeks as w") ==
          "count(parcel^buyer_day^buyer over buyer_week as w)");
    CHECK(defined("packer", "count over packer_day.packers as p") ==
          "count(packer^packer_day over packer as p)");
    CHECK(defined("packer", "count over buyer.orders as o") ==
          "count(packer^line^order^buyer over order as o)");
}

TEST_CASE("windows of dates") {
    const std::string over = "count over buyer.orders as o ";
    const std::string start = "count(order^buyer over order as o dates[o.placed_on in ";
    CHECK(defined("order", over + "during calendar_year of order.placed_on") ==
          start + "year_start(order.placed_on) - year_end(order.placed_on)])");
    CHECK(defined("order", over + "during calendar_week of (order.placed_on - 7 days)") ==
          start + "week_start((order.placed_on - 7d)) - week_end((order.placed_on - 7d))])");
    CHECK(defined("order", over + "during calendar_day of order.placed_on") ==
          start + "order.placed_on - order.placed_on])");
    CHECK(defined("order", over + "last 90 days ending order.placed_on") ==
          start + "(order.placed_on - 89d) - order.placed_on])");
    CHECK(defined("order", over + "between 2024-01-01 through order.placed_on") ==
          start + "2024-01-01 - order.placed_on])");
    CHECK(defined("buyer", "count over buyer.parcels as p last 1 days ending 2024-02-29") ==
          "count(buyer over parcel buyer_day as p dates[p^buyer_day.placed_on in "
          "(2024-02-29 - 0d) - 2024-02-29])");
}

TEST_CASE("`up to` follows the row to the list") {
    CHECK(defined("order", "total of p.cost over buyer.parcels as p up to order") ==
          "total(order^buyer over parcel buyer_day as p up_to[order^buyer_day]: p.cost)");
    CHECK(defined("parcel", "total of p.cost over buyer.parcels as p up to parcel exclusive") ==
          "total(parcel^buyer_day^buyer over parcel buyer_day as p up_to[parcel exclusive]: "
          "p.cost)");
    CHECK(defined("packer", "count over buyer.orders as o up to packer") ==
          "count(packer^line^order^buyer over order as o up_to[packer^line^order])");
}

TEST_CASE("windows of rows, and groups that may lack some") {
    CHECK(defined("order",
                  "any over buyer.orders as o where o.amount exceeds order.amount since latest "
                  "where o.urgent up to order last 3 rows whole when order.urgent") ==
          "any(order^buyer over order as o where (o.amount > order.amount) since[o.urgent] "
          "up_to[order] last_rows[3] whole[order.urgent]: yes)");
    CHECK(defined("order", "amount of (latest over buyer.orders as o where o.urgent)") ==
          "latest_row(order^buyer over order as o where o.urgent).amount");
    CHECK(defined("order", "placed_on of (earliest over buyer.buyer_days as d)") ==
          "earliest_row(order^buyer over buyer_day as d).placed_on");
}

TEST_CASE("a set of codes without dates does not hide which rows are left") {
    CHECK(defined("line", "count over buyer.lines as l where l.article is in heavy last 2 rows") ==
          "count(line^order^buyer over line order as l where in_heavy(l.article, 1970-01-01) "
          "last_rows[2])");
    CHECK(defined("line", "count over buyer.lines as l where l.article is in dear last 2 rows")
              .find("E0613") != std::string::npos);
}

TEST_CASE("instants have ends and members") {
    const test::Checked checked = test::checkText(kPack);
    REQUIRE(checked.program);
    CHECK(printed(checked,
                  "collected moment in packer_day as moments dated by "
                  "packer_day.placed_on\n"
                  "  instant start : Minutes\n"
                  "  instant finish : Minutes\n"
                  "  collected people : Number(0)\n"
                  "covers moment_member in moment as members"));
    const typed::Collect& collect = checked.program->collects.back();
    CHECK(collect.members == typed::kNone);
    CHECK(collect.origin == typed::kNone);
    REQUIRE(collect.covers != typed::kNone);
    const typed::Space& covers = checked.program->spaces[collect.covers];
    CHECK(covers.parent == collect.space);
    CHECK(checked.program->links[covers.first].to == collect.source);
    CHECK(collect.order == std::vector<typed::ColumnId>{collect.start});
    CHECK(defined("moment", "count of distinct m.packer_id over moment.members as m") ==
          "distinct(moment over moment_member as m: m^packer.packer_id)");
    CHECK(defined("moment", "packer_id of (first by m.began over moment.members as m)") ==
          "first_row(moment over moment_member as m: m^packer.began)^packer.packer_id");
    CHECK(defined("packer_day", "highest of m.people over packer_day.moments as m") ==
          "highest(packer_day over moment as m: m.people)");
}

TEST_CASE("first and last days of periods") {
    CHECK(defined("order", "week_start of order.placed_on") == "week_start(order.placed_on)");
    CHECK(defined("order", "week_end of order.placed_on") == "week_end(order.placed_on)");
    CHECK(defined("order", "month_start of (2024-02-29)") == "month_start(2024-02-29)");
    CHECK(defined("order", "quarter_end of order.placed_on") == "quarter_end(order.placed_on)");
    CHECK(defined("order", "year_end of order.placed_on - order.placed_on") ==
          "(year_end(order.placed_on) - order.placed_on)");
}

TEST_CASE("a grouping of a pack that is not used is told with the pack to use") {
    const std::string groups = "-- file: shop.prv\n" + std::string(kPack) +
                               "-- file: groups.prv\n"
                               "pack groups layer house uses shop end\n"
                               "grouping till : order by customer ordered by sequence complete\n"
                               "-- file: rules.prv\n"
                               "pack rules layer house uses shop";
    const std::string rule = " end\ndefine bills of order : count as count over ";
    const auto helpOf = [&](const std::string& used, const std::string& name) {
        const test::Checked checked =
            test::checkText(groups + used + rule + name + ".orders as o end\n");
        std::string help;
        for (const Diagnostic& diagnostic : checked.sink.sorted(checked.sources)) {
            CHECK(diagnostic.code() == "E0201");
            help += diagnostic.help;
        }
        return help;
    };
    CHECK(helpOf("", "till") == "add `uses groups` to the pack's head");
    CHECK(helpOf(", groups", "tll") == "did you mean `till`?");
    CHECK(helpOf(", groups", "till").empty());
}
