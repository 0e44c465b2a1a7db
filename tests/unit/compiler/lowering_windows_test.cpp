#include "compiler/driver/compile.h"
#include "tests/catch.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

using namespace proviso;
using bytecode::Op;

namespace {

const std::string kBase = R"(pack depot
  layer house
  version "1"
  title "Bills"
end
layers
  house : law
end
record line
  amount : money
  worker : text shown optional
end
record bill dated by posted_on
  bill_id     : text key shown
  customer_id : text shown
  branch      : text shown
  posted_on   : date
  sequence    : count absent means 0
  amount      : money
  balance     : money signed
  good        : text shown
  settled     : yes_no
  lines       : list of line at most 9
end
grouping customer : bill by customer_id ordered by posted_on, sequence complete
grouping customer_day : bill by customer_id, posted_on ordered by sequence incomplete
grouping branch_group : bill by branch complete
grouping worker_group : line by worker complete
)";

std::shared_ptr<const bytecode::Program> lowered(const std::string& text) {
    const auto set = compileTexts({{"depot.prv", kBase + text}}, CompileGoal::Lowered);
    for (const Diagnostic& diagnostic : set->sink.sorted(set->sources)) {
        INFO(diagnostic.message());
        CHECK(diagnostic.severity() != Severity::Error);
    }
    REQUIRE(set->program != nullptr);
    return set->program;
}

std::vector<bytecode::Instruction> all(const bytecode::Program& program, Op op) {
    std::vector<bytecode::Instruction> found;
    std::copy_if(program.code.begin(),
                 program.code.end(),
                 std::back_inserter(found),
                 [&](const bytecode::Instruction& one) { return one.op == op; });
    return found;
}

}  // namespace

TEST_CASE("the same window of several folds is built once") {
    const auto program = lowered(R"(
define a of bill : money
  as total of b.amount over customer.bills as b up to bill
end
define c of bill : count
  as count over customer.bills as b up to bill
end
define e of bill : count
  as count over customer.bills as b up to bill exclusive
end
)");
    CHECK(all(*program, Op::BuildWindow).size() == 2);
    CHECK(program->windows.size() == 2);
}

TEST_CASE("a where is split by what it reads") {
    const auto program = lowered(R"(
define a of bill : count source "H"
  as count over customer.bills as b
    where b.settled is yes and bill.amount is below b.amount and bill.settled is no
    during calendar_year of bill.posted_on since latest where b.settled is no up to bill last 3 rows
end
)");
    REQUIRE(program->windows.size() == 1);
    const bytecode::WindowInfo& window = program->windows[0];
    CHECK(window.hasMask);
    // The child row stands first: `b.amount > bill.amount`, and `yes = (bill.settled is no)`.
    CHECK(window.compares == std::vector<std::uint8_t>{4, 0});
    CHECK(window.dates == 1);
    CHECK(window.orders == std::vector<std::string>{"order:sequence"});
    CHECK(window.upTo == bytecode::WindowInfo::UpTo::Inclusive);
    CHECK(window.upToOrders == 1);
    CHECK(window.since);
    CHECK(window.lastRows == 3);
    const auto windows = all(*program, Op::BuildWindow);
    REQUIRE(windows.size() == 1);
    // Two links, the mask, two comparisons, a date with two ends, rank and link twice, the marker.
    CHECK(windows[0].operands.size() == 2 + 1 + 4 + 3 + 4 + 1);
}

TEST_CASE("a total says whether its addends are never below zero") {
    const auto program = lowered(R"(
define a of bill : money
  as total of b.amount over customer.bills as b up to bill
end
define c of bill : money
  as total of b.balance over customer.bills as b up to bill
end
define e of bill : money
  as total of b.amount - b.amount over customer.bills as b up to bill
end
)");
    std::vector<std::int64_t> immediates;
    for (const auto& total : all(*program, Op::FoldTotal)) {
        immediates.push_back(total.immediate);
    }
    CHECK(immediates == std::vector<std::int64_t>{1, 0, 0});
}

TEST_CASE("groupings that nest are one class, brought together by what they share") {
    const auto program = lowered("");
    REQUIRE(program->classes.size() == 3);
    CHECK(program->classes[0].name == "customer");
    REQUIRE(program->classes[0].keys.size() == 1);
    const bytecode::Instruction& key = program->code[program->classes[0].keys[0]];
    CHECK(key.op == Op::Input);
    CHECK(program->schema.spaces[0].fields[key.index].name == "customer_id");
    CHECK(program->classes[1].name == "branch_group");
    CHECK(program->classes[1].keys.size() == 1);
    // Rows of a list bring records together by no column of these.
    CHECK(program->classes[2].name == "worker_group");
    CHECK(program->classes[2].keys.empty());
    for (const auto& space : program->spaces) {
        INFO(space.name);
        if (space.name == "customer" || space.name == "customer_day") {
            CHECK(space.partitionClass == 0);
            CHECK(space.complete == (space.name == "customer"));
        } else if (space.name == "bill" || space.name == "line") {
            CHECK(space.partitionClass == bytecode::kNone);
        }
    }
}

TEST_CASE("rows that may be missing are an operand of folds over groups only") {
    const auto program = lowered(R"(
define of_lines of bill : money
  as total of l.amount over bill.lines as l
end
define of_day of bill : money
  as total of b.amount over customer_day.bills as b
end
)");
    std::vector<std::size_t> operands;
    for (const auto& total : all(*program, Op::FoldTotal)) {
        operands.push_back(total.operands.size());
    }
    CHECK(operands == std::vector<std::size_t>{3, 4});
    const auto has = [&](const std::string& text) {
        return std::find(program->texts.begin(), program->texts.end(), text) !=
               program->texts.end();
    };
    CHECK(has("rejected:customer_day"));
    CHECK(has("incomplete:customer_day"));
    CHECK_FALSE(has("rejected:customer"));
}

TEST_CASE("a rule says where it is in force") {
    const auto program = lowered(R"(
finding F notice "F"
rule always_so "Always"
  source "H" always
  for each bill
  then report F on bill
end
rule later "Later"
  source "H" from 2024-01-01
  for each bill
  then report F on bill
end
)");
    REQUIRE(program->rules.size() == 2);
    CHECK(program->rules[0].inForce == bytecode::kNone);
    REQUIRE(program->rules[1].inForce != bytecode::kNone);
    CHECK(program->code[program->rules[1].inForce].op == Op::InForce);
}
