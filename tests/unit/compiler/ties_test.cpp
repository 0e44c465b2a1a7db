// Sets of records that keys bring together are split into what their groups link. The answers are
// those of all records together.

#include "compiler/diagnostics/render.h"
#include "compiler/driver/compile.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/plan.h"
#include "runtime/engine/run.h"
#include "runtime/engine/ties.h"
#include "runtime/input/decoder.h"
#include "tests/catch.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace proviso;

namespace {

constexpr const char* kRecords = R"(pack shop
  layer base
  version "1"
end
layers base : law end
record part
  grade : text shown optional
end
record person
  name  : text shown optional
  desk  : text shown optional
  hours : number
  parts : list of part at most 9
end
record visit dated by day
  visit_id : text key shown
  day      : date
  town     : text shown optional
  people   : list of person at most 9
end
define week of visit : date source "t" as week_start of visit.day end
)";

/// A grouping, and a rule that finds something out by it.
std::string grouping(const std::string& name, const std::string& what) {
    return fmt::format("grouping {0} : {1}\n"
                       "define {0}_hours of {0} : number source \"t\"\n"
                       "  as total of p.hours over {0}.persons as p\nend\n"
                       "finding LONG_{2} warning \"long\"\n"
                       "rule long_{0} \"long\" source \"t\" always\n  for each {0}\n"
                       "  when {0}_hours of {0} exceeds 12\n  then report LONG_{2} on {0}\nend\n",
                       name,
                       what,
                       std::string(1, static_cast<char>(name[0] - 'a' + 'A')));
}

/// Of no date of its own.
const std::string kWorker = "grouping worker : person by name complete\n"
                            "define worker_hours of worker : number source \"t\"\n"
                            "  as total of p.hours over worker.persons as p\nend\n";

std::string rule(const std::string& name, const std::string& when) {
    return fmt::format("finding BUSY_{1} warning \"busy\"\n"
                       "rule busy_{0} \"busy\" source \"t\" always\n  for each p in visit.people\n"
                       "  when {2}\n  then report BUSY_{1} on p\nend\n",
                       name,
                       std::string(1, static_cast<char>(name[0] - 'a' + 'A')),
                       when);
}

std::unique_ptr<CompiledSet> compiled(const std::string& groupings) {
    auto set = compileTexts({{"shop.prv", kRecords + groupings}}, CompileGoal::Lowered);
    INFO(renderText(set->sink.sorted(set->sources), set->sources, {}));
    REQUIRE(set->program != nullptr);
    return set;
}

struct Decoded {
    Decoded(const bytecode::Program& program, const std::string& text) {
        for (const std::string& each : program.texts) {
            dictionary.intern(each);
        }
        records = decodeText(program.schema, dictionary, text);
    }

    Dictionary dictionary;
    DecodedRecords records;
};

using Random = std::mt19937_64;

std::uint64_t below(Random& random, std::uint64_t count) {
    return random() % count;
}

std::string optionalText(Random& random, const std::string& field, std::uint64_t values) {
    return below(random, 8) == 0 ? std::string()
                                 : fmt::format("\"{}\": \"{}\", ", field, below(random, values));
}

std::string visits(Random& random) {
    std::string text;
    const std::uint64_t count = 1 + below(random, 24);
    const std::uint64_t names = 1 + below(random, 30);
    for (std::uint64_t visit = 0; visit < count; ++visit) {
        text += fmt::format("{{\"visit_id\": \"V{}\", \"day\": \"2025-03-{:02}\", {}\"people\": [",
                            visit,
                            1 + below(random, 4) * 5,
                            optionalText(random, "town", 3));
        const std::uint64_t people = below(random, 4);
        for (std::uint64_t person = 0; person < people; ++person) {
            text += fmt::format("{}{{{}{}\"hours\": {}, \"parts\": [{{\"grade\": \"{}\"}}]}}",
                                person == 0 ? "" : ", ",
                                optionalText(random, "name", names),
                                optionalText(random, "desk", names),
                                below(random, 9),
                                below(random, 3));
        }
        text += "]}\n";
        if (below(random, 20) == 0) {
            text += "{\"visit_id\": \"W\", \"day\": \"never\"}\n";  // rejected
        }
    }
    return text;
}

std::vector<std::string> linesOf(const std::vector<RecordResult>& results) {
    std::vector<std::string> lines;
    for (const RecordResult& result : results) {
        lines.push_back(toJson(result, {"id", "", {}}) + fmt::format(" {}", result.budgetSpent));
    }
    return lines;
}

std::vector<std::string>
inStages(const CompiledSet& set, const Decoded& decoded, std::size_t rows, unsigned threads) {
    RunOptions options;
    options.blockRows = rows;
    options.threads = threads;
    std::vector<std::string> lines;
    decideRecords(
        set.program, decoded.records.store, options, [&](std::vector<RecordResult>&& some) {
            for (std::string& line : linesOf(some)) {
                lines.push_back(std::move(line));
            }
            return true;
        });
    return lines;
}

std::vector<std::string> together(const CompiledSet& set, const Decoded& decoded) {
    const RecordStore& store = decoded.records.store;
    Batch batch = store.select(recordsInOrder(*set.program, store));
    batch.holes = store.batch().holes;
    return linesOf(Evaluator(set.program).decide(batch, {}));
}

/// Those of all partitions.
std::vector<engine::Tie> tiesOf(const CompiledSet& set) {
    const engine::Plan plan = engine::planStages(*set.program);
    std::vector<engine::Tie> ties;
    for (const engine::Partition& partition : plan.partitions) {
        ties.insert(ties.end(), partition.ties.begin(), partition.ties.end());
    }
    return ties;
}

}  // namespace

TEST_CASE("sets split by what their groups link say what all records together say") {
    const std::vector<std::string> all{
        grouping("turn", "person by name, day dated by day complete"),
        grouping("desk_day", "person by desk, day dated by day complete"),
        kWorker + rule("w", "worker_hours of worker exceeds 20"),
        grouping("spell", "person by name, week dated by week complete"),
        grouping("local", "person by desk, town, day dated by day complete"),
        grouping("march", "person by town, day dated by day incomplete")};
    const std::string joint = rule("j", "worker_hours of worker exceeds turn_hours of turn + 5");
    Random random(20261129);
    std::size_t split = 0;
    for (int time = 0; time < 400; ++time) {
        std::string groupings;
        for (const std::string& one : all) {
            groupings += below(random, 3) == 0 ? one : std::string();
        }
        if (below(random, 4) == 0) {
            groupings = all[0] + all[2] + joint;  // what both need is one set
        }
        const auto set = compiled(groupings);
        const Decoded decoded(*set->program, visits(random));
        const std::vector<std::string> expected = together(*set, decoded);
        INFO(groupings);
        CHECK(inStages(*set, decoded, 1 + below(random, 6), 1) == expected);
        CHECK(inStages(*set, decoded, 1 + below(random, 6), 2) == expected);
        for (const engine::Partition& partition : engine::planStages(*set->program).partitions) {
            split += partition.ties.empty() ? 0 : 1;
        }
    }
    CHECK(split > 100);
}

TEST_CASE("a set is split into the records that chains of groups link") {
    const auto set = compiled(grouping("turn", "person by name, day dated by day complete"));
    // By name, and by desk and the visit's town.
    const std::vector<engine::Tie> ties{{1, {0}, {}}, {1, {1}, {2}}};
    Random random(20261130);
    for (int time = 0; time < 300; ++time) {
        const Decoded decoded(*set->program, visits(random));
        const RecordStore& store = decoded.records.store;
        const std::vector<std::uint32_t> records = recordsInOrder(*set->program, store);
        const auto count = static_cast<std::uint32_t>(records.size());

        // Ever more records get the lowest number that anyone in a group of theirs has.
        std::vector<std::uint32_t> lowest(count);
        std::map<std::vector<std::int64_t>, std::set<std::uint32_t>> groups;
        const Batch::Space& people = store.batch().spaces[1];
        const ColumnData& day = store.batch().spaces[0].columns[1];
        const ColumnData& town = store.batch().spaces[0].columns[2];
        ColumnData key;
        for (std::uint32_t record = 0; record < count; ++record) {
            lowest[record] = record;
            key.values.push_back(day.values[records[record]]);
            const auto [first, end] = store.rowsOf(1, records[record]);
            for (std::uint32_t row = first; row < end; ++row) {
                const ColumnData& name = people.columns[0];
                const ColumnData& desk = people.columns[1];
                if (name.state(row) == State::Value) {
                    groups[{key.values.back(), name.values[row]}].insert(record);
                }
                if (desk.state(row) == State::Value &&
                    town.state(records[record]) == State::Value) {
                    groups[{key.values.back(), desk.values[row], town.values[records[record]]}]
                        .insert(record);
                }
            }
        }
        for (std::uint32_t round = 0; round < count; ++round) {
            for (const auto& [of, members] : groups) {
                std::uint32_t low = count;
                for (const std::uint32_t member : members) {
                    low = std::min(low, lowest[member]);
                }
                for (const std::uint32_t member : members) {
                    lowest[member] = low;
                }
            }
        }

        const engine::Sets whole = engine::setsOf({&key}, count);
        const engine::Sets split = engine::splitByTies(whole, ties, store, records);
        std::map<std::uint32_t, std::uint32_t> numbers;
        std::vector<std::uint32_t> sizes;
        for (std::uint32_t record = 0; record < count; ++record) {
            const auto next = static_cast<std::uint32_t>(numbers.size());
            const auto [place, isNew] = numbers.try_emplace(lowest[record], next);
            if (isNew) {
                CHECK(split.firsts[next] == record);
                sizes.push_back(0);
            }
            ++sizes[place->second];
            CHECK(split.of[record] == place->second);
        }
        CHECK(split.count == numbers.size());
        CHECK(split.sizes == sizes);
    }
}

TEST_CASE("ties are known where every group has a key in a list, or keys beyond those in common") {
    const std::string turn = grouping("turn", "person by name, day dated by day complete");
    const std::vector<engine::Tie> one = tiesOf(*compiled(turn));
    REQUIRE(one.size() == 1);
    CHECK(one[0].space == 1);
    CHECK(one[0].fields == std::vector<std::uint32_t>{0});
    CHECK(one[0].entryFields.empty());

    // Who works for nobody of a day shares no group of that day, but the day's own group is whole.
    const std::string day = grouping("crowd", "person by day dated by day complete");
    CHECK(tiesOf(*compiled(day)).empty());

    // What a record says of its own is a key of its set already.
    const std::vector<engine::Tie> local =
        tiesOf(*compiled(grouping("local", "person by desk, town, day dated by day complete")));
    REQUIRE(local.size() == 1);
    CHECK(local[0].fields == std::vector<std::uint32_t>{1});
    CHECK(local[0].entryFields.empty());
}
