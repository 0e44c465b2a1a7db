// Windows over an order are taken in one pass where what they read is known, and the records by
// themselves then. The answers are those of bringing the records together.

#include "compiler/diagnostics/render.h"
#include "compiler/driver/compile.h"
#include "runtime/bytecode/verifier.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/ordered_pass.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/run.h"
#include "runtime/engine/window_stream.h"
#include "runtime/input/decoder.h"
#include "tests/catch.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace proviso;

namespace {

constexpr const char* kRecords = R"(pack ledger
  layer base
  version "1"
end
layers base : law end
enum kind red, green end
record line
  amount : number signed optional
  counts : yes_no optional
end
record visit dated by day
  visit_id : text key shown
  who      : text private
  day      : date
  start    : date optional
  amount   : number signed optional
  kind     : kind
  marked   : yes_no optional
  lines    : list of line at most 9
end
define double of line : number source "t" as line.amount + line.amount end
define heavy of visit : yes_no source "t" as visit.amount exceeds 4 or visit.marked end
)";

/// A pack whose rules want a customer's visits for nothing but windows, and its visits.
class Ledger {
  public:
    explicit Ledger(std::uint64_t seed) : random_(seed) {
        pack = kRecords;
        pack += fmt::format("grouping customer : visit by who ordered by {} complete\n",
                            one({"day, visit_id", "day, visit_id", "day", "amount, visit_id"}));
        const std::uint64_t windows = 1 + below(3);
        for (std::uint64_t index = 0; index < windows; ++index) {
            addWindow(index);
        }
        addRule(windows);
        addOwn();
        makeVisits();
    }

    std::string pack;
    std::string visits;

  private:
    std::uint64_t below(std::uint64_t count) { return random_() % count; }
    bool seldom(std::uint64_t oneIn) { return below(oneIn) == 0; }
    std::string one(std::initializer_list<const char*> words) {
        return *(words.begin() + static_cast<std::ptrdiff_t>(below(words.size())));
    }

    void addWindow(std::uint64_t index) {
        const bool ofLines = below(2) == 0;
        const std::string list = ofLines ? "customer.lines as v" : "customer.visits as v";
        std::vector<std::string> tests;
        if (seldom(2)) {
            tests.push_back(ofLines
                                ? one({"v.counts", "double of v exceeds 5", "v.amount exceeds 2"})
                                : one({"v.marked", "heavy of v", "v.amount exceeds 2"}));
        }
        if (ofLines && seldom(3)) {
            tests.emplace_back("v.amount exceeds -2");
        }
        if (!ofLines && seldom(2)) {
            tests.push_back("v.kind is visit.kind");
        }
        if (seldom(4)) {
            tests.emplace_back("visit.marked");
        }
        if (!ofLines && seldom(4)) {
            tests.push_back(one({"v.day exceeds visit.start", "v.amount exceeds visit.amount"}));
        }
        std::string where;
        for (const std::string& test : tests) {
            where += (where.empty() ? " where " : " and ") + test;
        }
        const std::string during = one({"",
                                        " during calendar_year of visit.day",
                                        " last 20 days ending visit.day",
                                        " between visit.start through visit.day",
                                        " during calendar_month of visit.day"});
        where += during;
        where +=
            one({" up to visit", " up to visit exclusive", during.empty() ? " up to visit" : ""});
        const std::string value =
            ofLines ? one({"v.amount", "double of v"}) : one({"v.amount", "2 * v.amount"});
        const std::uint64_t kind = below(4);
        if (kind == 0) {
            pack += fmt::format("define w{} of visit : count source \"t\" as count over {}{} end\n",
                                index,
                                list,
                                where);
        } else if (kind == 1) {
            pack += fmt::format("define w{} of visit : yes_no source \"t\" as any over {}{} end\n",
                                index,
                                list,
                                where);
        } else {
            pack += fmt::format(
                "define w{} of visit : number source \"t\" as total of {} over {}{} end\n",
                index,
                value,
                list,
                where);
        }
        pack += fmt::format("output w{} of visit\n", index);
        types_.push_back(kind);
    }

    void addRule(std::uint64_t windows) {
        const std::uint64_t index = below(windows);
        pack += "finding MUCH warning \"much\"\n";
        pack += fmt::format("rule much \"much\"\n  source \"test\"\n  {}\n  for each visit\n  when "
                            "{} and heavy of visit\n"
                            "  then report MUCH on visit because \"it is {{w{} of visit}}\"\nend\n",
                            one({"always", "from 2024-03-01 through 2024-12-31"}),
                            types_[index] == 1 ? fmt::format("w{} of visit", index)
                                               : fmt::format("w{} of visit exceeds 7", index),
                            index);
    }

    /// What is told of visits whoever stands beside them.
    void addOwn() {
        pack += seldom(2) ? "output heavy of visit\n" : "";
        if (seldom(2)) {
            pack +=
                "finding UNEVEN warning \"uneven\"\n"
                "rule uneven \"uneven\"\n  source \"test\"\n  always\n  for each l in visit.lines\n"
                "  when (any over visit.lines as m where m.amount exceeds l.amount)\n"
                "  then report UNEVEN on l because \"{l.amount}\"\nend\n";
        }
    }

    std::string field(const char* name, const std::string& value, std::uint64_t missing) {
        return seldom(missing) ? std::string() : fmt::format(", \"{}\": {}", name, value);
    }

    std::string number() {
        if (hasLarge_ && seldom(12)) {
            return one({"9000000000000000000", "-9000000000000000000"});
        }
        return std::to_string(static_cast<std::int64_t>(below(9)) - (seldom(3) ? 4 : 0));
    }

    void makeVisits() {
        trouble_ = one({"5", "60", "100000"}) == "5" ? 5 : seldom(2) ? 60 : 100'000;
        hasLarge_ = seldom(4);
        // Visits of half of the ledgers have their keys in the order of days, as most have.
        const bool isInOrder = seldom(2);
        const std::uint64_t count = below(70);
        const std::uint64_t customers = 1 + below(6);
        std::int64_t day = 0;
        for (std::uint64_t visit = 0; visit < count; ++visit) {
            day += static_cast<std::int64_t>(below(9));
            const std::int64_t own = seldom(trouble_) ? static_cast<std::int64_t>(below(300)) : day;
            const auto date = [&](std::int64_t days) {
                return fmt::format(
                    "\"{}-{:02}-{:02}\"", 2024 + days / 336, days / 28 % 12 + 1, days % 28 + 1);
            };
            visits += fmt::format("{{\"visit_id\": \"V{:03}\", \"day\": {}, \"kind\": \"{}\"",
                                  !isInOrder && seldom(3) ? 500 - visit : visit,
                                  date(own),
                                  one({"red", "green"}));
            visits += fmt::format(", \"who\": \"C{}\"", below(customers));
            visits +=
                field("start",
                      date(std::max<std::int64_t>(0, own - static_cast<std::int64_t>(below(40)))),
                      trouble_);
            visits += field("amount", number(), trouble_);
            visits += field("marked", one({"true", "false"}), trouble_);
            visits += ", \"lines\": [";
            const std::uint64_t lines = below(4);
            for (std::uint64_t line = 0; line < lines; ++line) {
                visits += line == 0 ? "{" : ", {";
                const std::string inner = field("amount", number(), trouble_) +
                                          field("counts", one({"true", "false"}), trouble_);
                visits += inner.empty() ? "" : inner.substr(2);
                visits += "}";
            }
            visits += "]}\n";
        }
        if (seldom(12)) {
            visits += "{\"visit_id\": \"W\", \"day\": \"never\"}\n";  // rejected
        }
    }

    std::mt19937_64 random_;
    std::uint64_t trouble_ = 1;
    bool hasLarge_ = false;
    std::vector<std::uint64_t> types_;
};

struct Decoded {
    explicit Decoded(const bytecode::Program& program, const std::string& text) {
        for (const std::string& each : program.texts) {
            dictionary.intern(each);
        }
        records = decodeText(program.schema, dictionary, text);
    }

    Dictionary dictionary;
    DecodedRecords records;
};

std::string lineOf(const RecordResult& result) {
    return toJson(result, {"id", "", {}}) + fmt::format(" {}", result.budgetSpent);
}

std::vector<std::string> inStages(const CompiledSet& set,
                                  const Decoded& decoded,
                                  std::size_t rows,
                                  unsigned threads,
                                  const DecideOptions& decide = {}) {
    RunOptions options;
    options.decide = decide;
    options.blockRows = rows;
    options.threads = threads;
    std::vector<std::string> lines;
    decideRecords(
        set.program, decoded.records.store, options, [&](std::vector<RecordResult>&& some) {
            for (const RecordResult& result : some) {
                lines.push_back(lineOf(result));
            }
            return true;
        });
    return lines;
}

/// Everything at once, by pairs of rows.
std::vector<std::string>
together(const CompiledSet& set, const Decoded& decoded, const DecideOptions& decide = {}) {
    const RecordStore& store = decoded.records.store;
    Batch batch = store.select(recordsInOrder(*set.program, store));
    batch.holes = store.batch().holes;
    std::vector<std::string> lines;
    for (const RecordResult& result : Evaluator(set.program).decide(batch, decide)) {
        lines.push_back(lineOf(result));
    }
    return lines;
}

/// Whether each customer's visits are taken in one pass, for windows that read nothing but fields.
std::vector<std::uint8_t>
plainSets(const CompiledSet& set, const Decoded& decoded, const engine::Stage& stage) {
    const bytecode::Program& program = *set.program;
    const std::vector<engine::OrderedWindow>& windows = stage.byThemselves->windows;
    for (const engine::OrderedWindow& window : windows) {
        for (const bytecode::Register each : window.reads()) {
            if (program.code[each].op != bytecode::Op::Input) {
                return {};
            }
        }
    }
    const RecordStore& store = decoded.records.store;
    const std::vector<std::uint32_t> records = recordsInOrder(program, store);
    std::vector<std::uint32_t> customers;
    ColumnData key;
    const ColumnData& who = store.batch().spaces[0].columns[program.code[windows[0].keys[0]].index];
    for (const std::uint32_t record : records) {
        key.values.push_back(who.values[record]);
    }
    const engine::Sets sets = engine::setsOf({&key}, static_cast<std::uint32_t>(records.size()));
    std::vector<std::uint32_t> all(records.size());
    std::iota(all.begin(), all.end(), 0U);
    std::vector<engine::OrderedTable> tables;
    for (const engine::OrderedWindow& window : windows) {
        tables.emplace_back(program, window, store, records).fill(all, {}, {});
    }
    return engine::takeInOrder(sets, tables, 1).isPlain;
}

/// A ledger that tells one thing of each visit.
std::unique_ptr<CompiledSet> withDefinition(const std::string& definition,
                                            const std::string& name) {
    const std::string pack =
        std::string(kRecords) +
        "grouping customer : visit by who ordered by day, visit_id complete\n" + "define " +
        definition + "\noutput " + name + " of visit\n";
    auto set = compileTexts({{"ledger.prv", pack}}, CompileGoal::Lowered);
    REQUIRE(set->program != nullptr);
    return set;
}

}  // namespace

TEST_CASE("records by themselves after one pass over their order say what they say together") {
    std::uint64_t stages = 0;
    std::uint64_t windows = 0;
    std::uint64_t ofLines = 0;
    std::uint64_t longest = 0;
    std::uint64_t told = 0;
    std::int64_t plain = 0;
    std::int64_t others = 0;
    std::int64_t over = 0;
    for (std::uint64_t seed = 0; seed < 1200; ++seed) {
        INFO("seed " << seed);
        const Ledger ledger(seed);
        INFO(ledger.pack);
        const auto set = compileTexts({{"ledger.prv", ledger.pack}}, CompileGoal::Lowered);
        INFO(renderText(set->sink.sorted(set->sources), set->sources, {}));
        REQUIRE(set->program != nullptr);
        const Decoded decoded(*set->program, ledger.visits);
        INFO(ledger.visits);
        DecideOptions decide;
        if (seed % 4 == 0) {
            decide.budget = static_cast<std::int64_t>(seed * 97 % 3'000);
        }
        const std::vector<std::string> expected = together(*set, decoded, decide);
        REQUIRE(inStages(*set, decoded, 1024, 1, decide) == expected);
        REQUIRE(inStages(*set, decoded, 1 + seed % 7, 1 + seed % 2, decide) == expected);
        over += std::count_if(expected.begin(), expected.end(), [](const std::string& line) {
            return line.find("E1006") != std::string::npos;
        });

        const engine::Plan plan = engine::planStages(*set->program, &decoded.records.store.batch());
        for (const engine::Stage& stage : plan.stages) {
            if (stage.byThemselves == nullptr) {
                continue;
            }
            ++stages;
            // What visits say by themselves is said by the stage that takes their windows.
            told +=
                stage.rules.size() == set->program->rules.size() && stage.rules.size() > 1 ? 1 : 0;
            windows += stage.byThemselves->windows.size();
            for (const engine::OrderedWindow& window : stage.byThemselves->windows) {
                ofLines += window.space != 0 ? 1 : 0;
            }
            const std::vector<std::uint8_t> isPlain = plainSets(*set, decoded, stage);
            plain += std::count(isPlain.begin(), isPlain.end(), 1);
            others += std::count(isPlain.begin(), isPlain.end(), 0);
        }
        longest = std::max<std::uint64_t>(longest, expected.size());
    }
    CHECK(stages > 300);
    CHECK(windows > 600);
    CHECK(ofLines > 250);
    CHECK(told > 150);
    CHECK(longest > 60);
    CHECK(plain > 40);
    CHECK(others > 40);
    CHECK(over > 100);
}

TEST_CASE("a window's sum that does not fit is an error, though sums from the beginning fit") {
    const auto set = withDefinition(
        "recent of visit : number source \"t\" as total of v.amount over customer.visits as v "
        "between visit.start through visit.day up to visit end",
        "recent");
    const auto visit = [](const char* id, const char* day, const char* start, const char* amount) {
        return fmt::format(
            R"({{"visit_id": "{}", "who": "C", "day": "{}", "start": "{}", "kind": "red", "amount": {}, "lines": []}})"
            "\n",
            id,
            day,
            start,
            amount);
    };
    const Decoded decoded(*set->program,
                          visit("A", "2024-01-01", "2024-01-01", "-9000000000000000000") +
                              visit("B", "2024-03-01", "2024-02-01", "9000000000000000000") +
                              visit("C", "2024-03-02", "2024-02-01", "9000000000000000000"));
    const std::vector<std::string> expected = together(*set, decoded);
    REQUIRE(expected.size() == 3);
    CHECK(expected[2].find("E10") != std::string::npos);
    CHECK(inStages(*set, decoded, 1024, 1) == expected);
    const engine::Plan plan = engine::planStages(*set->program, &decoded.records.store.batch());
    REQUIRE(plan.stages.size() == 1);
    REQUIRE(plan.stages[0].byThemselves != nullptr);
    CHECK(plainSets(*set, decoded, plan.stages[0]) == std::vector<std::uint8_t>{0});
}

TEST_CASE("windows of visits that come in order are told from the visits before") {
    struct Visit {
        std::uint64_t who;
        std::int64_t day;
        std::int64_t start;
        std::int64_t amount;
    };
    struct Kind {
        const char* words;
        bool isInclusive;
        bool (*isWithin)(const Visit& there, const Visit& here);
    };
    const auto anywhere = [](const Visit&, const Visit&) { return true; };
    const auto sinceStart = [](const Visit& there, const Visit& here) {
        return there.day >= here.start && there.day <= here.day;
    };
    const auto onStart = [](const Visit& there, const Visit& here) {
        return there.day == here.start;
    };
    const auto more = [](const Visit& there, const Visit& here) {
        return there.amount > here.amount;
    };
    const auto later = [](const Visit& there, const Visit& here) { return there.start > here.day; };
    const Kind kinds[] = {
        {"up to visit", true, anywhere},
        {"up to visit exclusive", false, anywhere},
        {"between visit.start through visit.day up to visit", true, sinceStart},
        {"between visit.start through visit.day up to visit exclusive", false, sinceStart},
        {"between visit.start through visit.start up to visit", true, onStart},
        {"between visit.start through visit.start up to visit exclusive", false, onStart},
        {"where v.amount exceeds visit.amount up to visit", true, more},
        {"where v.amount exceeds visit.amount up to visit exclusive", false, more},
        {"where v.start exceeds visit.day up to visit", true, later},
    };
    std::mt19937_64 random(19);
    const auto below = [&](std::uint64_t count) { return random() % count; };
    std::int64_t followed = 0;
    std::int64_t left = 0;
    for (const Kind& kind : kinds) {
        const auto set = withDefinition(
            fmt::format("so_far of visit : number source \"t\" as total of v.amount over "
                        "customer.visits as v {} end",
                        kind.words),
            "so_far");
        for (int round = 0; round < 150; ++round) {
            std::vector<Visit> visits(1 + below(40));
            const std::uint64_t customers = 1 + below(4);
            const std::uint64_t restless = below(3) == 0 ? 4 : 1000;
            std::string text;
            std::int64_t day = 0;
            std::int64_t start = 0;
            std::int64_t amount = -20;
            for (std::size_t index = 0; index < visits.size(); ++index) {
                Visit& visit = visits[index];
                day += static_cast<std::int64_t>(below(4));
                // Mostly it stays where it is, as the first day of a year does, or comes after all
                // that there was.
                start = below(6) == 0 ? day + static_cast<std::int64_t>(below(2)) : start;
                const std::int64_t back = below(restless) == 0 ? 3 : 0;
                visit = {below(customers),
                         std::max<std::int64_t>(0, day - back),
                         below(restless) != 0 ? start
                         : below(2) == 0      ? day / 2
                                              : day + 9,
                         restless < 10 ? static_cast<std::int64_t>(below(2000)) - 500
                                       : amount += static_cast<std::int64_t>(below(3))};
                const auto date = [](std::int64_t days) {
                    return fmt::format("2024-{:02}-{:02}", 1 + days / 28, 1 + days % 28);
                };
                text += fmt::format(
                    R"({{"visit_id": "V{:03}", "who": "C{}", "day": "{}", "start": "{}", "kind": "red", "amount": {}, "lines": []}})"
                    "\n",
                    index,
                    visit.who,
                    date(visit.day),
                    date(visit.start),
                    visit.amount);
            }
            const Decoded decoded(*set->program, text);
            const RecordStore& store = decoded.records.store;
            REQUIRE(store.batch().spaces[0].rows == visits.size());
            const engine::Plan plan = engine::planStages(*set->program, &store.batch());
            REQUIRE(plan.stages.size() == 1);
            REQUIRE(plan.stages[0].byThemselves != nullptr);
            const engine::OrderedWindow& window = plan.stages[0].byThemselves->windows[0];
            std::vector<std::uint32_t> all(visits.size());
            std::iota(all.begin(), all.end(), 0U);
            engine::OrderedTable table(*set->program, window, store, all);
            table.fill(all, {}, {});
            ColumnData key;
            for (const Visit& visit : visits) {
                key.values.push_back(static_cast<std::int64_t>(visit.who));
            }
            const engine::Sets sets =
                engine::setsOf({&key}, static_cast<std::uint32_t>(visits.size()));
            const engine::WindowStream stream(table, sets, store.mostRows(window.space));
            REQUIRE(stream.isPossible());
            std::vector<std::int64_t> found(visits.size());
            std::vector<std::uint8_t> isLeft(sets.count);
            const std::vector<std::int64_t*> results{found.data()};
            // As two threads would.
            const std::uint32_t middle = sets.count / 2;
            stream.take(middle, sets.count, results, isLeft);
            stream.take(0, middle, results, isLeft);
            for (std::size_t asking = 0; asking < visits.size(); ++asking) {
                const Visit& here = visits[asking];
                if (isLeft[sets.of[asking]] != 0) {
                    ++left;
                    continue;
                }
                ++followed;
                std::int64_t expected = 0;
                for (std::size_t looked = 0; looked < visits.size(); ++looked) {
                    const Visit& there = visits[looked];
                    const bool isBefore =
                        there.day < here.day || (there.day == here.day && looked < asking);
                    const bool isSeen = isBefore || (kind.isInclusive && looked == asking);
                    expected += there.who == here.who && isSeen && kind.isWithin(there, here)
                                    ? there.amount
                                    : 0;
                }
                INFO(kind.words << "\n" << text << "visit " << asking);
                REQUIRE(found[asking] == expected);
            }
        }
    }
    CHECK(followed > 5000);
    CHECK(left > 1000);
}

TEST_CASE("a customer of more visits than can be paired is an error in one pass as well") {
    const auto set = withDefinition(
        "so_far of visit : count source \"t\" as count over customer.visits as v up to visit end",
        "so_far");
    // 2,048 visits ask for 2,048 visits: that is the most.
    for (const int visits : {2047, 2048, 2049}) {
        std::string text;
        for (int visit = 0; visit < visits; ++visit) {
            text += fmt::format(
                R"({{"visit_id": "V{:04}", "who": "C", "day": "2024-01-01", "kind": "red", "lines": []}})"
                "\n",
                visit);
        }
        const Decoded decoded(*set->program, text);
        const std::vector<std::string> lines = inStages(*set, decoded, 1024, 1);
        REQUIRE(lines.size() == static_cast<std::size_t>(visits));
        const bool isError = lines.back().find("E10") != std::string::npos;
        CHECK(isError == (visits > 2048));
        CHECK(isError !=
              (lines.back().find(fmt::format("\"so_far\": {}", visits)) != std::string::npos));
        const engine::Plan plan = engine::planStages(*set->program, &decoded.records.store.batch());
        CHECK(plainSets(*set, decoded, plan.stages.back()) ==
              std::vector<std::uint8_t>{static_cast<std::uint8_t>(isError ? 0 : 1)});
    }
}

TEST_CASE("a window up to no level of its order is not taken in one pass") {
    // No compiler writes such, but the verifier lets it pass.
    const auto set = withDefinition(
        "so_far of visit : count source \"t\" as count over customer.visits as v up to visit end",
        "so_far");
    const Decoded decoded(*set->program, "");
    const Batch& batch = decoded.records.store.batch();
    REQUIRE(engine::planStages(*set->program, &batch).stages.back().byThemselves != nullptr);

    bytecode::Program other = *set->program;
    const auto window = std::find_if(other.code.begin(), other.code.end(), [](const auto& one) {
        return one.op == bytecode::Op::BuildWindow;
    });
    REQUIRE(window != other.code.end());
    window->operands.resize(window->operands.size() - 2);
    other.windows[static_cast<std::size_t>(window->immediate)].upToOrders = 0;
    REQUIRE(bytecode::verify(other).has_value());
    CHECK(engine::planStages(other, &batch).stages.back().byThemselves == nullptr);
}
