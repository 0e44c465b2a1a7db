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
enum colour red, green, blue end
enum presence away, near, inside end
scale care of presence from loosest to strictest
  watched satisfied by near, inside
  held    satisfied by inside
end
codes flag A1, B2, C3 end
codes article open end
codes heavy of article source "catalogue" 100, 0200X end
record order dated by placed_on
  order_id  : text key
  customer  : text private
  placed_on : date
  colour    : colour
  amount    : money
  discount  : percent
  watcher   : presence optional
  note      : note optional
  lines     : list of line
  tags      : list of flag absent means none
end
record note
  wanted_on : date
  urgent    : yes_no absent means no
end
record line
  article : article
  price   : money
  units   : count
  effort  : minutes
end
grouping customer_day : order by customer, placed_on complete
decision handling of order : care combined by strictest
decision flags of order : set of flag combined by union
decision method of order : colour exactly one
finding NOTED notice "Noted"
parameter fee : money source "list" from 2024-01-01 : $4.50 end
)";

/// The value of `define it of order as TEXT`, printed; the messages where there are any.
std::string
defined(const std::string& text, const std::string& of = "order", const std::string& more = "") {
    const test::Checked checked = test::checkText(
        kPack + more + "define it of " + of + " source \"x\" from 2024-01-01 : " + text + " end\n");
    if (!checked.program || checked.sink.hasErrors()) {
        return renderText(checked.sink.sorted(checked.sources), checked.sources);
    }
    const typed::Definition& definition = checked.program->definitions.back();
    const typed::Column& column = checked.program->columns[definition.column];
    std::string printed =
        typed::printExpression(*checked.program, definition.alternatives.front().value);
    // Binder numbers say nothing here.
    for (std::size_t at = printed.find('#'); at != std::string::npos; at = printed.find('#')) {
        std::size_t end = at + 1;
        while (end < printed.size() && printed[end] >= '0' && printed[end] <= '9') {
            ++end;
        }
        printed.erase(at, end - at);
    }
    return typed::printType(*checked.program, column.type) + " " + printed;
}

test::Checked withRule(const std::string& body, const std::string& more = "") {
    return test::checkText(kPack + more + "rule r source \"x\" from 2024-01-01\n" + body +
                           "\nend\n");
}

}  // namespace

TEST_CASE("amounts keep their decimals and are aligned") {
    CHECK(defined("order.amount * order.discount") == "Money(6) (order.amount * order.discount)");
    CHECK(defined("order.amount * order.discount + order.amount") ==
          "Money(6) ((order.amount * order.discount) + rescale4(order.amount))");
    CHECK(defined("10% of order.amount") == "Money(3) (0.1 * order.amount)");
    CHECK(defined("order.amount / 3 rounded to cents half_even") ==
          "Money(2) round_ratio0_half_even(order.amount, 3)");
    CHECK(defined("order.amount / order.amount rounded to 4 decimals up") ==
          "Number(4) round_ratio4_up(order.amount, order.amount)");
    CHECK(defined("order.amount * order.discount rounded to cents down") ==
          "Money(2) round4_down((order.amount * order.discount))");
}

TEST_CASE("a quotient is compared exactly") {
    CHECK(defined("order.amount / $3 exceeds 0.25") ==
          "YesNo ratio(order.amount, $3.00, 0.25, 100)>");
    CHECK(defined("order.amount / 0.5 is at most $7") ==
          "YesNo ratio(order.amount, 0.50, $7.00, 100)<=");
}

TEST_CASE("dates and days") {
    CHECK(defined("order.placed_on + 30 days") == "Date (order.placed_on + 30d)");
    CHECK(defined("order.note.wanted_on - order.placed_on") ==
          "Days (order.note.wanted_on - order.placed_on)");
    CHECK(defined("calendar_year of order.placed_on") == "Number(0) year(order.placed_on)");
    CHECK(defined("fee on order.note.wanted_on") == "Money(2) shop.fee@order.note.wanted_on");
    CHECK(defined("fee") == "Money(2) shop.fee@order.placed_on");
}

TEST_CASE("words and codes mean what the other side says") {
    CHECK(defined("order.colour is one of red, blue") ==
          "YesNo or((order.colour = red), (order.colour = blue))");
    CHECK(defined("any over order.lines as l where l.article is 97110") ==
          "YesNo any(order over line as l: (l.article = \"97110\"))");
    CHECK(defined("any over order.lines as l where l.article is \"0200x\"") ==
          "YesNo any(order over line as l: (l.article = \"0200X\"))");
    CHECK(defined("any over order.lines as l where l.article is in heavy") ==
          "YesNo any(order over line as l: in_heavy(l.article, order.placed_on))");
    CHECK(defined("case when order.amount exceeds $5 : blue otherwise : order.colour end") ==
          "Enumeration(colour) select((order.amount > $5.00), blue, order.colour)");
}

TEST_CASE("lists of lists are one list") {
    CHECK(defined("total of l.units over customer_day.lines as l", "customer_day") ==
          "Number(0) total(customer_day over line order as l: l.units)");
    CHECK(
        defined("count over order.customer_day.members as o where o.amount exceeds order.amount") ==
        "Number(0) count(order^customer_day over order as o where (o.amount > order.amount))");
    CHECK(defined("order.tags contains B2") ==
          "YesNo any(order over order.tags as value: (value.value = \"B2\"))");
}

TEST_CASE("demands are asked step by step") {
    CHECK(defined("order.watcher satisfies handling of order") ==
          "YesNo and(or(not(order.handling[watched]), watched_accepts(order.watcher, "
          "order.placed_on)), "
          "or(not(order.handling[held]), held_accepts(order.watcher, order.placed_on)))");
    CHECK(defined("handling of order is at least held") == "YesNo order.handling[held]");
    CHECK(defined("handling of order is watched") ==
          "YesNo and(or(order.handling[watched], order.handling[held], "
          "not(order.handling[watched])), "
          "not(order.handling[held]))");
    CHECK(defined("flags of order contains C3") == "YesNo order.flags[C3]");
}

TEST_CASE("rows picked out of a list are read by dot") {
    const test::Checked checked =
        withRule("for each order\n"
                 "define dear as first by l.price descending over order.lines as l\n"
                 "when dear.units exceeds 3\n"
                 "then report NOTED on order");
    REQUIRE(checked.program);
    const std::string text = typed::printProgram(*checked.program);
    CHECK(text.find("first_descending_row(") != std::string::npos);
}

TEST_CASE("a rule is in force, holds and is not excepted") {
    const test::Checked checked =
        withRule("for each order\nwhen order.amount exceeds $5\nunless order.colour is red\n"
                 "then require handling of order at least\n"
                 "  through 2024-12-31 : watched\n  from 2025-01-01 : held\nend\n"
                 "exception e to r source \"y\" from 2025-01-01 when order.colour is blue\n"
                 "then instead add A1, B2 to flags of order");
    REQUIRE(checked.program);
    const typed::Program& program = *checked.program;
    const typed::Rule& rule = program.rules.front();
    const typed::Expr& applies = program.exprs[rule.applies];
    REQUIRE(applies.operands.size() == 3);
    CHECK(program.exprs[applies.operands[0]].kind == typed::ExprKind::InForceAt);
    CHECK(applies.operands[1] == rule.condition);
    CHECK(program.exprs[applies.operands[2]].kind == typed::ExprKind::Not);
    REQUIRE(rule.effects.size() == 4);
    CHECK(rule.effects[0].member == 0);
    CHECK(rule.effects[1].member == 1);
    CHECK(rule.effects[2].exception == 0);
    const typed::Expr& guard = program.exprs[rule.effects[2].guard];
    CHECK(guard.operands == std::vector<typed::ExprId>{applies.operands[0],
                                                       rule.condition,
                                                       program.exceptions[0].applies});
}

TEST_CASE("pairs are rows with two links") {
    const test::Checked checked = withRule("for each pair a, b in customer_day.lines\nwhen "
                                           "a.article is b.article\nthen report NOTED on a");
    REQUIRE(checked.program);
    const typed::Program& program = *checked.program;
    const typed::Space& pairs = program.spaces[program.binders[program.rules.front().binder].space];
    CHECK(pairs.kind == typed::SpaceKind::Pairs);
    CHECK(program.links[pairs.first].kind == typed::Link::Kind::First);
    CHECK(program.spaces[pairs.parent].name == "customer_day");
}

TEST_CASE("collected rows, their members and what is shared out") {
    const std::string collect = R"(
collect parcel of customer_day source "x"
  over customer_day.lines as l one per l.article
  row article : l.article
      effort  : total of m.effort over parcel.members as m
  ordered by article
end
define blocks of customer_day source "x" as 5 end
)";
    CHECK(defined("apportion blocks of customer_day over customer_day.parcels as p by p.effort "
                  "each 15 minutes "
                  "largest remainder ties by article",
                  "parcel",
                  collect) == "Number(0) apportion0(parcel)");
    CHECK(defined("effort of parcel div 15 minutes", "parcel", collect) ==
          "Number(0) (parcel.effort div 15min)");
}

TEST_CASE("nested fields, stated meanings and keys of groups become columns") {
    const test::Checked checked = test::checkText(kPack);
    REQUIRE(checked.program);
    const typed::Program& program = *checked.program;
    const auto column = [&](std::string_view name) {
        return *std::find_if(program.columns.begin(),
                             program.columns.end(),
                             [&](const typed::Column& one) { return one.name == name; });
    };
    CHECK(column("note.wanted_on").canBeUnknown);
    CHECK(column("note.wanted_on").foreignName == "note.wanted_on");
    CHECK_FALSE(column("note.urgent").canBeUnknown);
    CHECK(column("note.urgent").absentMeans != typed::kNone);
    const typed::Space& group = program.spaces[program.groupings.front().space];
    CHECK(group.columns.size() == 2);
    CHECK(group.governingDate == group.columns[1]);
    CHECK(program.columns[group.columns[0]].isPrivate);
}

TEST_CASE("one mistake gives one message however much is built on it") {
    const test::Checked checked = withRule(
        "for each order\ndefine far as order.amuont * 2 + $5\n"
        "when far exceeds $3 and far is below $100\nthen report NOTED on order because \"{far}\"");
    CHECK(checked.codes() == std::vector<std::string>{"E0203"});
}

TEST_CASE("a long chain of definitions is refused, not followed without end") {
    std::string text = kPack;
    for (int index = 0; index < 400; ++index) {
        text += "define d" + std::to_string(index) + " of order as d" + std::to_string(index + 1) +
                " of order end\n";
    }
    text += "define d400 of order as order.amount end\n";
    const std::vector<std::string> codes = test::checkText(text).codes();
    CHECK_FALSE(codes.empty());
    CHECK(std::count(codes.begin(), codes.end(), "E0318") ==
          static_cast<std::ptrdiff_t>(codes.size()));
}
