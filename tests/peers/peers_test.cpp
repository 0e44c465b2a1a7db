#include "compiler/driver/compile.h"
#include "runtime/input/decoder.h"
#include "tests/bench/workload/engine.h"
#include "tests/bench/workload/generator.h"
#include "tests/bench/workload/hand.h"
#include "tests/catch.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using namespace proviso;
using namespace proviso::bench;

namespace {

std::string visits(std::uint64_t count, std::uint32_t seed) {
    VisitGenerator generator(count, seed);
    std::string text;
    while (generator.next(text)) {
    }
    return text;
}

Digest byEngine(const std::string& text, const RunOptions& options, bool quickly) {
    const auto set =
        compilePaths({std::string(PROVISO_ROOT) + "/tests/bench/peers"}, CompileGoal::Lowered);
    REQUIRE(set->program != nullptr);
    Dictionary dictionary;
    for (const std::string& known : set->program->texts) {
        dictionary.intern(known);
    }
    DecodeOptions decode;
    decode.quickly = quickly;
    if (quickly) {
        decode.read = recordsRead(*set->program);
    }
    const DecodedRecords decoded = decodeText(set->program->schema, dictionary, text, decode);
    REQUIRE(decoded.rejections.empty());
    const Digest digest = decideByEngine(set->program, decoded.store, options);
    CHECK(digest == decideByEngineInColumns(set->program, decoded.store, options));
    return digest;
}

hand::Records byHand(const std::string& text) {
    const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                       ("proviso-peers-" + std::to_string(::getpid()) + ".ndjson");
    std::ofstream(path, std::ios::binary) << text;
    hand::Records records = hand::read(path.string());
    std::filesystem::remove(path);
    return records;
}

}  // namespace

TEST_CASE("the benchmark's records are the same everywhere") {
    const std::string text = visits(2000, 1);
    CHECK(text.size() == 1567433);
    CHECK(text.substr(0, 40) == R"({"visit_id":"V00000001","patient_id":"P0)");
}

TEST_CASE("the pack decides as the rules written by hand, over rows and over columns") {
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
        const std::string text = visits(4000, seed);
        const hand::Records records = byHand(text);
        const Digest rows = hand::decideRows(records);
        CHECK(rows == hand::decideColumns(hand::columnsOf(records)));
        for (const std::size_t block : {std::size_t{64}, std::size_t{1024}}) {
            for (const unsigned threads : {1U, 2U}) {
                RunOptions options;
                options.blockRows = block;
                options.threads = threads;
                const Digest engine = byEngine(text, options, /*quickly=*/threads == 1);
                CHECK(digestText(engine) == digestText(rows));
                CHECK(kxText(engine) == kxText(rows));
            }
        }
    }
}

// From the same rules in other languages.
TEST_CASE("the digest is that of every other implementation") {
    const Digest engine = byEngine(visits(2000, 1), {}, true);
    CHECK(digestText(engine) ==
          "UNITS=115,CQ_MISSING=98,CQ_EXTRA=96,MOD_INVALID=28,CQ_ON_EVAL=9,SUPERVISION=152,PTA_"
          "EVAL=10,"
          "POC_OVERDUE=206,PT_TOUCH=20,MEDICAID_EXCL=25,PAY=40931752,CHK=6973610");
    CHECK(kxText(engine) == "KX=13,CHK=14565");
}
