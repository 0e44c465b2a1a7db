#include "runtime/decision/json.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/run.h"
#include "tests/unit/runtime/engine_bed.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::test;

namespace {

/// With an even seed every quantity is known. Orders of customers, taken by clerks: the customer's
/// total makes an order large, the clerk's count of large orders makes the clerk busy, and a busy
/// clerk's orders make the customer's second answer. Lines of an order are built from what the
/// first stage says.
class Shop {
  public:
    explicit Shop(unsigned seed, std::uint32_t orders) : bed(orders), random_(seed) {
        bed.program.schema.keyField = 0;
        std::vector<Cell> keys;
        std::vector<Cell> customers;
        std::vector<Cell> clerks;
        std::vector<Cell> amounts;
        std::vector<std::uint32_t> owners;
        std::vector<Cell> quantities;
        for (std::uint32_t order = 0; order < orders; ++order) {
            // Keys do not come in order.
            keys.emplace_back(text("K" + std::to_string((order * 7919U) % 100'000U)));
            customers.push_back(maybe(text("C" + std::to_string(random_() % (orders / 4 + 1)))));
            clerks.push_back(maybe(text("L" + std::to_string(random_() % 5))));
            amounts.push_back(maybe(static_cast<std::int64_t>(random_() % 100)));
            for (unsigned line = 0; line < random_() % 3; ++line) {
                owners.push_back(order);
                const auto quantity = static_cast<std::int64_t>(random_() % 9);
                quantities.push_back(seed % 2 == 0 ? Cell(quantity) : maybe(quantity));
            }
        }
        bed.list("line", 0, std::move(owners));
        bed.input(0, kText, std::move(keys));
        const Register customer = bed.input(0, kText, std::move(customers));
        const Register clerk = bed.input(0, kText, std::move(clerks));
        const Register amount = bed.input(0, kMoney, std::move(amounts));
        const Register quantity = bed.input(1, kCount, std::move(quantities));
        const Register toOrder = bed.parent(1);

        const std::uint32_t byCustomer = group("customer", 0);
        const std::uint32_t byClerk = group("clerk", 1);
        const Register toCustomer = bed.link(Op::GroupBy, 0, byCustomer, {customer}, byCustomer);
        bed.program.spaces[byCustomer].membership = toCustomer;
        const Register toClerk = bed.link(Op::GroupBy, 0, byClerk, {clerk}, byClerk);
        bed.program.spaces[byClerk].membership = toClerk;

        const Register all = bed.constant(0, kYesNoType, 1);
        const Register total = bed.op(Op::FoldTotal, byCustomer, kMoney, {toCustomer, all, amount});
        const Register ofCustomer = bed.op(Op::Spread, 0, kMoney, {total, toCustomer});
        const Register limit = bed.constant(0, kMoney, 150);
        const Register large = bed.op(Op::Compare, 0, kYesNoType, {ofCustomer, limit}, {4});

        // Lines that are kept, of orders that are large.
        const Register lineLarge = bed.op(Op::Spread, 1, kYesNoType, {large, toOrder});
        const std::uint32_t kept = bed.space("kept", bytecode::SpaceInfo::Kind::Rows);
        bed.program.spaces[kept].listName = "kept_lines";
        bed.program.spaces[kept].parent = 0;
        const Register keptOf = bed.link(Op::BuildRows, kept, 1, {lineLarge}, 1);
        const Register keptOrder = bed.link(Op::Compose, kept, 0, {keptOf, toOrder});
        bed.program.spaces[kept].toParent = keptOrder;
        bed.program.spaces[kept].rank = bed.op(Op::Rank, kept, kCount, {keptOrder});
        const Register keptExists = bed.op(Op::RowExists, kept, kYesNoType, {keptOf});
        const Register keptQuantity = bed.op(Op::Spread, kept, kCount, {quantity, keptOf});
        bed.program.spaces[kept].exists = keptExists;

        // Of an order alone, but made of its lines, for customers and, a second time, for clerks.
        const Register everyLine = bed.constant(1, kYesNoType, 1);
        const Register ordered = bed.op(Op::FoldTotal, 0, kCount, {toOrder, everyLine, quantity});
        const Register orderedByCustomer =
            bed.op(Op::FoldTotal, byCustomer, kCount, {toCustomer, all, ordered});
        const Register orderedByClerk =
            bed.op(Op::FoldTotal, byClerk, kCount, {toClerk, all, ordered});

        const Register busyCount = bed.op(Op::FoldCount, byClerk, kCount, {toClerk, large});
        const Register three = bed.constant(byClerk, kCount, 3);
        const Register busy = bed.op(Op::Compare, byClerk, kYesNoType, {busyCount, three}, {5});
        const Register busyOrder = bed.op(Op::Spread, 0, kYesNoType, {busy, toClerk});

        const Register hurried = bed.op(Op::FoldCount, byCustomer, kCount, {toCustomer, busyOrder});
        const Register hurriedOrder = bed.op(Op::Spread, 0, kCount, {hurried, toCustomer});
        const Register keptTotal =
            bed.op(Op::FoldTotal, 0, kCount, {keptOrder, keptExists, keptQuantity});
        const Register both = bed.op(Op::Add, 0, kCount, {hurriedOrder, keptTotal});
        const Register one = bed.constant(0, kCount, 1);
        const Register found = bed.op(Op::Compare, 0, kYesNoType, {both, one}, {5});
        const Register customerFound = bed.op(Op::Compare,
                                              byCustomer,
                                              kYesNoType,
                                              {hurried, bed.constant(byCustomer, kCount, 2)},
                                              {5});

        rule("a_large", 0, large, {shown("total", kMoney, ofCustomer)});
        rule("b_found", 0, found, {shown("both", kCount, both)});
        rule("c_customer", byCustomer, customerFound, {shown("hurried", kCount, hurried)});
        rule("d_kept",
             kept,
             bed.op(Op::Compare,
                    kept,
                    kYesNoType,
                    {keptQuantity, bed.op(Op::Spread, kept, kCount, {hurriedOrder, keptOrder})},
                    {2}),
             {shown("quantity", kCount, keptQuantity)});
        rule("e_ordered",
             byCustomer,
             bed.op(Op::Compare,
                    byCustomer,
                    kYesNoType,
                    {orderedByCustomer, bed.constant(byCustomer, kCount, 9)},
                    {4}),
             {shown("ordered", kCount, orderedByCustomer)});
        rule("f_ordered",
             byClerk,
             bed.op(Op::Compare,
                    byClerk,
                    kYesNoType,
                    {orderedByClerk, bed.constant(byClerk, kCount, 20)},
                    {4}),
             {shown("ordered", kCount, orderedByClerk)});
        rule("g_alone",
             0,
             bed.op(Op::Compare, 0, kYesNoType, {ordered, bed.constant(0, kCount, 5)}, {4}),
             {shown("ordered", kCount, ordered)});
        bytecode::OutputInfo output;
        output.name = "kept";
        output.space = 0;
        output.rows = kept;
        output.link = keptOrder;
        output.columns = {shown("quantity", kCount, keptQuantity),
                          shown("busy",
                                kYesNoType,
                                bed.op(Op::Spread, kept, kYesNoType, {busyOrder, keptOrder}))};
        bed.program.outputs.push_back(output);
        output.name = "busy";
        output.rows = bytecode::kNone;
        output.link = bytecode::kNone;
        output.columns = {shown("busy", kYesNoType, busyOrder)};
        bed.program.outputs.push_back(output);
        bed.program.classes = {{"customer", {customer}}, {"clerk", {clerk}}};
        for (bytecode::RuleInfo& each : bed.program.rules) {
            each.weights = {{0, 2}, {kept, 3}};
        }
        bed.program.rules[2].weights = {{0, 1}, {byCustomer, 5}};
        bed.program.rules[1].weights = {{0, 1}, {byCustomer, 1}, {byClerk, 4}, {kept, 1}};
        for (Register number = 0; number < bed.program.code.size(); ++number) {
            bed.program.code[number].type.ref = 0;
        }
        bed.batch.dictionary = &bed.dictionary;
    }

    std::string staged(std::size_t blockRows, unsigned threads, std::int64_t budget = 1'000'000) {
        RunOptions options;
        options.blockRows = blockRows;
        options.threads = threads;
        options.decide.budget = budget;
        std::string lines;
        REQUIRE(decideRecords(program(), store(), options, [&](auto&& results) {
            for (const RecordResult& result : results) {
                lines += line(result);
            }
            return true;
        }));
        return lines;
    }

    std::string together(std::int64_t budget = 1'000'000) {
        Evaluator evaluator(program());
        const RecordStore all = store();
        const Batch batch = all.select(recordsInOrder(bed.program, all));
        DecideOptions options;
        options.budget = budget;
        std::string lines;
        for (const RecordResult& result : evaluator.decide(batch, options)) {
            lines += line(result);
        }
        return lines;
    }

    /// By rule: how often it reports, groups counted once.
    using Reports = std::map<std::string, std::size_t>;

    Reports reportsOfResults(std::int64_t budget) {
        RunOptions options;
        options.decide.budget = budget;
        Reports reports;
        REQUIRE(decideRecords(program(), store(), options, [&](auto&& results) {
            for (const RecordResult& result : results) {
                for (const FindingResult& finding : result.findings) {
                    reports[finding.rule] += finding.counted ? 1 : 0;
                }
            }
            return true;
        }));
        return reports;
    }

    Reports reportsOfColumns(std::int64_t budget, std::size_t blockRows, unsigned threads) {
        RunOptions options;
        options.decide.budget = budget;
        options.blockRows = blockRows;
        options.threads = threads;
        Reports reports;
        std::mutex mutex;
        const auto take = [&](const EvaluatedBlock& block) {
            const std::lock_guard lock(mutex);
            for (const std::uint32_t number : block.rules) {
                const bytecode::RuleInfo& rule = bed.program.rules[number];
                const ColumnData& guard = block.columns.column(rule.effects[0].guard);
                for (std::size_t row = 0; row < guard.values.size(); ++row) {
                    const bool yes = guard.state(row) == State::Value && guard.values[row] != 0;
                    reports[rule.name] += yes ? 1 : 0;
                }
            }
        };
        CHECK(
            evaluateColumns(program(), store(), options, {take, [&] { reports.clear(); }}).empty());
        std::erase_if(reports, [](const auto& each) { return each.second == 0; });
        return reports;
    }

    std::shared_ptr<const bytecode::Program> program() const {
        return std::make_shared<const bytecode::Program>(bed.program);
    }

    Bed bed;

  private:
    static std::string line(const RecordResult& result) {
        std::string text =
            toJson(result, {"order", "", {}}) + " " + std::to_string(result.budgetSpent);
        for (const FindingResult& finding : result.findings) {
            text += " " + std::to_string(finding.sharedRow) + (finding.counted ? "c" : "-");
        }
        return text + "\n";
    }

    RecordStore store() {
        return {
            bed.program.schema, bed.batch, std::vector<RecordOrigin>(bed.batch.spaces[0].rows), {}};
    }

    std::int64_t text(const std::string& words) { return bed.dictionary.intern(words); }

    Cell maybe(std::int64_t value) {
        return random_() % 9 == 0 ? Cell(State::Unknown) : Cell(value);
    }

    std::uint32_t group(const std::string& name, std::uint32_t partitionClass) {
        const std::uint32_t space = bed.space(name, bytecode::SpaceInfo::Kind::Group);
        bed.program.spaces[space].partitionClass = partitionClass;
        return space;
    }

    static bytecode::Shown shown(const std::string& name, Type type, Register value) {
        bytecode::Shown result;
        result.name = name;
        result.type = type;
        result.value = value;
        return result;
    }

    void rule(const std::string& name,
              std::uint32_t space,
              Register guard,
              std::vector<bytecode::Shown> slots) {
        bytecode::FindingInfo finding;
        finding.name = name;
        for (const bytecode::Shown& slot : slots) {
            finding.slots.push_back(slot.name);
        }
        bytecode::Effect effect;
        effect.kind = bytecode::Effect::Kind::Report;
        effect.guard = bed.op(Op::Guard,
                              space,
                              kYesNoType,
                              {guard},
                              {0, static_cast<std::uint32_t>(bed.program.rules.size()), 0});
        effect.finding = static_cast<std::uint32_t>(bed.program.findings.size());
        effect.slots = std::move(slots);
        bytecode::RuleInfo rule;
        rule.name = name;
        rule.space = space;
        rule.applies = guard;
        rule.inForce = guard;
        rule.effects.push_back(effect);
        bed.program.findings.push_back(finding);
        bed.program.rules.push_back(rule);
    }

    std::minstd_rand random_;
};

/// Builds a row for each line that says yes, and counts them by order.
Register countOfKept(Bed& bed, Register keeps, Register toOrder) {
    const std::uint32_t kept = bed.space("kept", bytecode::SpaceInfo::Kind::Rows);
    bed.program.spaces[kept].parent = 0;
    const Register keptOf = bed.link(Op::BuildRows, kept, 1, {keeps}, 1);
    const Register keptOrder = bed.link(Op::Compose, kept, 0, {keptOf, toOrder});
    bed.program.spaces[kept].toParent = keptOrder;
    bed.program.spaces[kept].exists = bed.op(Op::RowExists, kept, kYesNoType, {keptOf});
    return bed.op(Op::FoldCount, 0, kCount, {keptOrder, bed.program.spaces[kept].exists});
}

}  // namespace

TEST_CASE("stages come to what everything together comes to") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        Shop shop(seed, 1 + seed % 40);
        const std::string expected = shop.together();
        CHECK(shop.staged(1, 1) == expected);
        CHECK(shop.staged(7, 1) == expected);
        CHECK(shop.staged(1024, 2) == expected);
        CHECK(shop.staged(3, 2) == expected);
    }
}

TEST_CASE("budgets are the same however the records are cut") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        Shop shop(seed, 30);
        const std::int64_t budget = 4 + seed % 25;
        const std::string expected = shop.together(budget);
        CHECK(shop.staged(1, 1, budget) == expected);
        CHECK(shop.staged(10, 2, budget) == expected);
    }
}

TEST_CASE("columns say what results say, budgets included") {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        Shop shop(seed, 30);
        for (const std::int64_t budget : {std::int64_t{1'000'000}, std::int64_t{4 + seed % 25}}) {
            const Shop::Reports expected = shop.reportsOfResults(budget);
            CHECK(shop.reportsOfColumns(budget, 1, 1) == expected);
            CHECK(shop.reportsOfColumns(budget, 1024, 2) == expected);
        }
    }
}

TEST_CASE("each stage brings together what its groups read, and carries single records' columns") {
    const Shop shop(1, 10);
    const engine::Plan plan = engine::planStages(shop.bed.program);
    REQUIRE(plan.partitions.size() == 2);
    std::string stages;
    for (const engine::Stage& stage : plan.stages) {
        stages +=
            std::to_string(stage.level) + ":" +
            (stage.partition == bytecode::kNone ? "-" : plan.partitions[stage.partition].name) +
            " in " + std::to_string(stage.carriedIn.size()) + " out " +
            std::to_string(stage.carriedOut.size()) + " rules " +
            std::to_string(stage.rules.size()) + "\n";
    }
    INFO(stages);
    REQUIRE(plan.stages.size() == 4);
    CHECK(plan.stages[0].rules == std::vector<std::uint32_t>{6});
    CHECK(plan.stages[1].rules == std::vector<std::uint32_t>{0, 4});
    CHECK(plan.stages[2].rules == std::vector<std::uint32_t>{5});
    CHECK(plan.stages[3].rules == std::vector<std::uint32_t>{1, 2, 3});
    CHECK(plan.stages[0].carriedOut.empty());
}

TEST_CASE("a value made of lists is carried where a later stage needs no list then") {
    const Shop shop(2, 10);
    const bytecode::Program& program = shop.bed.program;
    const engine::Plan must = engine::planStages(program);
    const engine::Plan plan = engine::planStages(program, &shop.bed.batch);
    REQUIRE(plan.stages.size() == must.stages.size());
    const engine::Stage& first = plan.stages[0];
    REQUIRE(first.carriedOut.size() == 1);
    const Register ordered = first.carriedOut[0];
    CHECK(program.code[ordered].op == Op::FoldTotal);
    CHECK(first.early == first.carriedOut);
    CHECK(std::find(first.forEarly.begin(), first.forEarly.end(), ordered) != first.forEarly.end());
    const auto isIn = [&](const engine::Stage& stage) {
        return std::count(stage.carriedIn.begin(), stage.carriedIn.end(), ordered) == 1;
    };
    // Clerks need quantities for nothing else, and read none now; customers' lines are kept.
    CHECK(must.stages[2].read.fields[1].size() == 1);
    CHECK(plan.stages[2].read.fields[1].empty());
    CHECK(isIn(plan.stages[2]));
    CHECK(plan.stages[1].read.fields[1].size() == 1);
    CHECK_FALSE(isIn(plan.stages[1]));

    // What is missing would have to be told for each record.
    const Shop open(3, 10);
    REQUIRE_FALSE(open.bed.batch.spaces[1].columns[0].states.empty());
    CHECK(engine::planStages(open.bed.program, &open.bed.batch).stages[0].carriedOut.empty());
}

TEST_CASE("what a record too large by itself says to others is carried all the same") {
    // Two orders of one customer; lines are kept one by one, and no order may keep two of them.
    Bed bed(2);
    bed.program.schema.keyField = 0;
    bed.list("line", 0, {0, 0, 1});
    const auto text = [&](const char* words) {
        return Cell(static_cast<std::int64_t>(bed.dictionary.intern(words)));
    };
    bed.input(0, kText, {text("A"), text("B")});
    const Register customer = bed.input(0, kText, {text("C"), text("C")});
    const Register quantity = bed.input(1, kCount, {3, 4, 2});
    const Register toOrder = bed.parent(1);
    const std::uint32_t byCustomer = bed.space("customer", bytecode::SpaceInfo::Kind::Group);
    bed.program.spaces[byCustomer].partitionClass = 0;
    const Register toCustomer = bed.link(Op::GroupBy, 0, byCustomer, {customer}, byCustomer);
    bed.program.spaces[byCustomer].membership = toCustomer;
    const Register everyLine = bed.constant(1, kYesNoType, 1);
    const Register keptCount = countOfKept(bed, everyLine, toOrder);
    const Register ordered = bed.op(Op::FoldTotal, 0, kCount, {toOrder, everyLine, quantity});
    const Register all = bed.constant(0, kYesNoType, 1);
    const Register together = bed.op(Op::FoldTotal, byCustomer, kCount, {toCustomer, all, ordered});
    const Register ofCustomer = bed.op(Op::Spread, 0, kCount, {together, toCustomer});
    bed.program.classes = {{"customer", {customer}}};
    for (const Register number : {keptCount, ofCustomer}) {
        bytecode::OutputInfo output;
        output.name = number == keptCount ? "kept" : "together";
        output.space = 0;
        bytecode::Shown shown;
        shown.name = "count";
        shown.type = kCount;
        shown.value = number;
        output.columns = {shown};
        bed.program.outputs.push_back(output);
    }
    bed.batch.dictionary = &bed.dictionary;
    const RecordStore store(bed.program.schema, bed.batch, std::vector<RecordOrigin>(2), {});
    const auto program = std::make_shared<const bytecode::Program>(bed.program);
    REQUIRE(engine::planStages(*program, &bed.batch).stages[0].early ==
            std::vector<Register>{ordered});
    RunOptions options;
    options.decide.maximumRows = 1;
    std::string lines;
    REQUIRE(decideRecords(program, store, options, [&](auto&& results) {
        for (const RecordResult& result : results) {
            lines += toJson(result, {"order", "", {}}) + "\n";
        }
        return true;
    }));
    INFO(lines);
    // Nothing is decided of A, whose name is said nevertheless.
    CHECK(lines.find(R"({"order": "A", "findings": [],)") != std::string::npos);
    // Without a rule, what would have been shown says why it is not.
    CHECK(lines.find(R"("rule": "kept")") != std::string::npos);
    CHECK(lines.find(R"("rule": "together")") != std::string::npos);
    CHECK(lines.find(R"({"order": "B", "kept": 1, "together": 9,)") != std::string::npos);
}

TEST_CASE("records that nothing brings together say in any block what each says alone") {
    // Each block is told and forgotten, with what rules cost counted from the lists before.
    std::minstd_rand random(3);
    std::size_t tooLarge = 0;
    std::size_t overBudget = 0;
    for (int round = 0; round < 60; ++round) {
        constexpr std::uint32_t kOrders = 40;
        Bed bed(kOrders);
        bed.program.schema.keyField = 0;
        std::vector<Cell> keys;
        std::vector<std::uint32_t> owners;
        std::vector<Cell> quantities;
        for (std::uint32_t order = 0; order < kOrders; ++order) {
            keys.emplace_back(static_cast<std::int64_t>(
                bed.dictionary.intern("K" + std::to_string((order * 7919U) % 1000U))));
            for (auto line = random() % 6; line != 0; --line) {
                owners.push_back(order);
                quantities.push_back(random() % 9 == 0 ? Cell(State::Unknown)
                                                       : Cell(static_cast<int>(random() % 9)));
            }
        }
        bed.list("line", 0, std::move(owners));
        bed.input(0, kText, std::move(keys));
        const Register quantity = bed.input(1, kCount, std::move(quantities));
        const Register toOrder = bed.parent(1);
        const Register everyLine = bed.constant(1, kYesNoType, 1);
        const Register ordered = bed.op(Op::FoldTotal, 0, kCount, {toOrder, everyLine, quantity});
        // Rows that are made, and that no rule pays for.
        const Register keptCount = countOfKept(bed, everyLine, toOrder);
        const auto shown = [](const std::string& name, Register value) {
            bytecode::Shown result;
            result.name = name;
            result.type = kCount;
            result.value = value;
            return result;
        };
        bytecode::OutputInfo output;
        output.name = "kept";
        output.space = 0;
        output.columns = {shown("count", keptCount)};
        bed.program.outputs.push_back(output);
        const Register large =
            bed.op(Op::Compare, 0, kYesNoType, {ordered, bed.constant(0, kCount, 8)}, {4});
        bytecode::FindingInfo finding;
        finding.name = "LARGE";
        finding.slots = {"ordered"};
        bed.program.findings.push_back(finding);
        bytecode::Effect effect;
        effect.kind = bytecode::Effect::Kind::Report;
        effect.guard = bed.op(Op::Guard, 0, kYesNoType, {large}, {0, 0, 0});
        effect.finding = 0;
        effect.slots = {shown("ordered", ordered)};
        bytecode::RuleInfo rule;
        rule.name = "large";
        rule.space = 0;
        rule.applies = large;
        rule.inForce = large;
        rule.effects.push_back(effect);
        rule.weights = {{0, 1}, {1, 2}};
        bed.program.rules.push_back(rule);
        bed.batch.dictionary = &bed.dictionary;
        const RecordStore store(
            bed.program.schema, bed.batch, std::vector<RecordOrigin>(kOrders), {});
        const auto program = std::make_shared<const bytecode::Program>(bed.program);
        RunOptions options;
        options.decide.budget = 3 + round % 10;
        options.decide.maximumRows = 2 + static_cast<std::uint32_t>(random() % 20);

        std::string alone;
        Evaluator evaluator(program);
        for (const std::uint32_t record : recordsInOrder(bed.program, store)) {
            const Batch batch = store.select({&record, 1});
            for (const RecordResult& result : evaluator.decide(batch, options.decide)) {
                alone += toJson(result, {"order", "", {}}) + " " +
                         std::to_string(result.budgetSpent) + "\n";
                tooLarge += result.budgetSpent == 0 ? 1 : 0;
                overBudget += result.budgetSpent > options.decide.budget ? 1 : 0;
            }
        }
        for (const std::size_t blockRows : {1U, 7U, 1024U}) {
            for (const unsigned threads : {1U, 2U}) {
                options.blockRows = blockRows;
                options.threads = threads;
                std::string lines;
                REQUIRE(decideRecords(program, store, options, [&](auto&& results) {
                    for (const RecordResult& result : results) {
                        lines += toJson(result, {"order", "", {}}) + " " +
                                 std::to_string(result.budgetSpent) + "\n";
                    }
                    return true;
                }));
                REQUIRE(lines == alone);
            }
        }
    }
    CHECK(tooLarge > 20);
    CHECK(overBudget > 100);
}
