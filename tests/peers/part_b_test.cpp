#include "compiler/driver/compile.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/bench/part_b/engine.h"
#include "tests/bench/part_b/hand.h"
#include "tests/bench/part_b/records.h"
#include "tests/catch.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>

using namespace proviso;
using namespace proviso::bench;
using namespace proviso::bench::part_b;

namespace {

std::string root(const std::string& path) {
    return std::string(PROVISO_ROOT) + "/" + path;
}

/// What the engine says of each visit of Medicare Part B, and of which findings it cannot tell.
struct ByEngine {
    std::map<std::string, Decided> visits;
    std::map<std::string, std::set<std::string>> open;  ///< rules, by visit
};

ByEngine byEngine(const std::string& text) {
    static const std::unique_ptr<CompiledSet> set =
        compilePaths(packsOf(root("stdlib-rules")), CompileGoal::Lowered);
    REQUIRE(set->program != nullptr);
    Dictionary dictionary;
    for (const std::string& known : set->program->texts) {
        dictionary.intern(known);
    }
    const DecodedRecords decoded = decodeText(set->program->schema, dictionary, text, {});
    REQUIRE(decoded.rejections.empty());
    ByEngine all;
    decideRecords(set->program, decoded.store, {}, [&](std::vector<RecordResult>&& results) {
        for (const RecordResult& result : results) {
            REQUIRE(result.errors.empty());
            all.visits.emplace(result.key, decidedOf(result));
            for (const UndeterminedResult& one : result.undetermined) {
                all.open[result.key].insert(one.rule);
            }
        }
        return true;
    });
    return all;
}

Records byHand(const std::string& text) {
    const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                       ("proviso-part-b-" + std::to_string(::getpid()) + ".ndjson");
    std::ofstream(path, std::ios::binary) << text;
    Records records = read(path.string());
    std::filesystem::remove(path);
    return records;
}

std::string described(const Decided& decided) {
    std::string text;
    for (std::size_t finding = 0; finding < kFindings; ++finding) {
        if (decided.counts[finding] != 0) {
            text +=
                std::string(kCodes[finding]) + "=" + std::to_string(decided.counts[finding]) + " ";
        }
    }
    return text + std::to_string(decided.cents);
}

}  // namespace

TEST_CASE("the slice of Medicare Part B by hand finds what the library finds, visit by visit") {
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
        const std::string text = makeVisits(2500, seed);
        const ByEngine engine = byEngine(text);
        const Records records = byHand(text);
        const std::vector<Decided> hand = decide(records);
        CHECK(records.visits.size() == engine.visits.size());
        Digest expected;
        for (const auto& [key, decided] : engine.visits) {
            expected.add(key, decided);
        }
        for (std::size_t index = 0; index < hand.size(); ++index) {
            const std::string& key = records.keys[records.visits[index].key];
            INFO(key);
            REQUIRE(engine.visits.contains(key));
            CHECK(described(hand[index]) == described(engine.visits.at(key)));
        }
        CHECK(digestOf(records, hand).text() == expected.text());
        // Every finding of the slice is there to be compared.
        for (std::size_t finding = 0; finding < kFindings; ++finding) {
            INFO(kCodes[finding]);
            CHECK(expected.counts[finding] > 0);
        }
    }
}

TEST_CASE("the same of the example clinic, wherever the library can tell") {
    std::ifstream file(root("examples/clinic/visits.ndjson"), std::ios::binary);
    std::ostringstream whole;
    whole << file.rdbuf();
    const ByEngine engine = byEngine(whole.str());
    const Records records = byHand(whole.str());
    const std::vector<Decided> hand = decide(records);
    CHECK(records.visits.size() > 200);
    std::size_t open = 0;
    for (std::size_t index = 0; index < hand.size(); ++index) {
        const std::string& key = records.keys[records.visits[index].key];
        INFO(key);
        REQUIRE(engine.visits.contains(key));
        if (described(hand[index]) != described(engine.visits.at(key))) {
            CHECK(engine.open.contains(key));
            ++open;
        }
    }
    CHECK(open < 10);
}
