// A rule that asks more of one group than the budget allows is an error there; everything else is
// decided as ever.

#include "compiler/driver/compile.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/catch.h"

#include <algorithm>

using namespace proviso;

namespace {

constexpr const char* kPack = R"(pack shop
  layer base
  version "1"
end
layers base : law end
record item
  weight : count
end
record order dated by placed_on
  order_id  : text key shown
  placed_on : date
  items     : list of item at most 100
end
finding HEAVY warning "heavy"
finding SEEN notice "seen"
rule heavy "looks at every pair of items"
  source "test"
  always
  for each order
  define doubles as (count over order.items as a
    where (any over order.items as b where b.weight exceeds a.weight + a.weight))
  when doubles exceeds 0
  then report HEAVY on order
end
rule seen "looks at the order alone"
  source "test"
  always
  for each order
  when order.placed_on exceeds 2020-01-01
  then report SEEN on order
end
)";

constexpr const char* kOrders =
    R"({"order_id": "A", "placed_on": "2025-01-01", "items": [{"weight": 1}, {"weight": 3}]}
{"order_id": "B", "placed_on": "2025-01-01", "items": [{"weight": 1}, {"weight": 3}, {"weight": 9}, {"weight": 27}]}
)";

std::vector<RecordResult> decide(const CompiledSet& set, std::int64_t budget) {
    Dictionary dictionary;
    for (const std::string& text : set.program->texts) {
        dictionary.intern(text);
    }
    const DecodedRecords decoded = decodeText(set.program->schema, dictionary, kOrders);
    RunOptions options;
    options.decide.budget = budget;
    std::vector<RecordResult> all;
    decideRecords(set.program, decoded.store, options, [&](std::vector<RecordResult>&& results) {
        all.insert(all.end(), results.begin(), results.end());
        return true;
    });
    return all;
}

/// What `heavy` costs for an order of so many items.
std::int64_t costOf(const CompiledSet& set, std::int64_t items) {
    const auto& rules = set.program->rules;
    const auto heavy = std::find_if(
        rules.begin(), rules.end(), [](const auto& rule) { return rule.name == "shop.heavy"; });
    std::int64_t cost = 0;
    for (const auto& [space, weight] : heavy->weights) {
        cost += weight * (space == 0 ? 1 : items);
    }
    return cost;
}

}  // namespace

TEST_CASE("a budget binds at its last unit, rule by rule and group by group") {
    const auto set = compileTexts({{"shop.prv", kPack}}, CompileGoal::Lowered);
    REQUIRE(set->program != nullptr);
    const std::int64_t ofB = costOf(*set, 4);
    REQUIRE(ofB > costOf(*set, 2));

    for (const std::int64_t budget : {ofB, ofB + 1}) {
        const auto results = decide(*set, budget);
        REQUIRE(results.size() == 2);
        CHECK(results[0].errors.empty());
        CHECK(results[1].errors.empty());
        CHECK(results[1].findings.size() == 2);
        CHECK(results[1].budgetSpent > results[0].budgetSpent);
    }
    const auto results = decide(*set, ofB - 1);
    REQUIRE(results.size() == 2);
    CHECK(results[0].errors.empty());
    CHECK(results[0].findings.size() == 2);
    REQUIRE(results[1].errors.size() == 1);
    CHECK(results[1].errors[0].rule == "shop.heavy");
    CHECK(results[1].errors[0].code == "E1006");
    REQUIRE(results[1].findings.size() == 1);
    CHECK(results[1].findings[0].code == "SEEN");
}
