// A pack of nested lists, folds and a table over records of which every value may be missing, and
// amounts that no sum holds: every byte of the decisions as the interpreter has it.

#include "compiler/driver/compile.h"
#include "runtime/decision/json.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/jit/twins.h"

#include <array>
#include <random>
#include <string>

using namespace proviso;
using namespace proviso::test;

namespace {

using Random = std::mt19937_64;

/// What a record may leave out, and how large it may be.
struct Wildness {
    std::uint64_t missing = 0;  ///< one field in so many is left out; 0: none is
    bool isLarge = false;       ///< amounts near the limit of what can be added
};

class Writer {
  public:
    Writer(std::uint64_t seed, Wildness wildness) : random_(seed), wildness_(wildness) {}

    std::string records(int count) {
        std::string all;
        for (int order = 0; order < count; ++order) {
            all += "{\"order_id\":\"" + std::to_string(order) + "\",\"day\":\"202" +
                   std::to_string(3 + below(3)) + "-0" + std::to_string(1 + below(9)) + "-15\"";
            field(all, "place", quoted({"north", "south", "east", "west", "abroad"}));
            field(all, "limit", std::to_string(below(12)));
            list(all, "lines", length(), [&] { return line(); });
            all += "}\n";
        }
        return all;
    }

  private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    bool isMissing() { return wildness_.missing != 0 && below(wildness_.missing) == 0; }

    std::string quoted(const std::vector<std::string>& from) {
        return "\"" + from[below(from.size())] + "\"";
    }

    void field(std::string& to, const std::string& name, const std::string& value) {
        if (!isMissing()) {
            to += (to.empty() || to.back() == '{' ? "\"" : ",\"") + name + "\":" + value;
        }
    }

    /// Mostly short; now and then longer than any vector.
    std::uint64_t length() { return below(8) == 0 ? below(40) : below(4); }

    template <class Make>
    void list(std::string& to, const std::string& name, std::uint64_t rows, Make make) {
        std::string all = "[";
        for (std::uint64_t row = 0; row < rows; ++row) {
            all += (row == 0 ? "" : ",") + make();
        }
        field(to, name, all + "]");
    }

    std::string line() {
        std::string one = "{";
        field(one, "item", quoted({"A1", "A2", "A3", "B1", "C9"}));
        field(one, "amount", amount());
        field(one, "gift", below(3) == 0 ? "true" : "false");
        list(one, "parts", length(), [&] {
            std::string part = "{";
            field(part, "weight", std::to_string(below(9)));
            field(part, "spare", below(2) == 0 ? "true" : "false");
            return part + "}";
        });
        return one + "}";
    }

    std::string amount() {
        static constexpr std::array<std::int64_t, 6> kLarge{jit::kLargestAddend,
                                                            jit::kLargestAddend + 1,
                                                            -jit::kLargestAddend - 1,
                                                            4'000'000'000'000'000'000,
                                                            -4'000'000'000'000'000'000,
                                                            1};
        return std::to_string(wildness_.isLarge && below(4) == 0
                                  ? kLarge[below(kLarge.size())]
                                  : static_cast<std::int64_t>(below(100)) - 30);
    }

    Random random_;
    Wildness wildness_;
};

std::string decide(const CompiledSet& set,
                   const RecordStore& records,
                   engine::Kernels* kernels,
                   std::uint32_t blockRows) {
    RunOptions options;
    options.blockRows = blockRows;
    options.threads = 1;
    options.decide.kernels = kernels;
    std::string all;
    decideRecords(set.program, records, options, [&](std::vector<RecordResult>&& results) {
        for (const RecordResult& result : results) {
            all += toJson(result, RunStamp{"order_id", "", {}}) + " " +
                   std::to_string(result.budgetSpent) + "\n";
        }
        return true;
    });
    return all;
}

}  // namespace

TEST_CASE("Folds and tables of a pack say the same with compiled code, to the byte") {
    const auto set = compilePaths({PROVISO_ROOT "/tests/jit/packs"}, CompileGoal::Lowered);
    REQUIRE(set->program != nullptr);
    std::uint64_t compiled = 0;
    std::uint64_t overflows = 0;
    for (const Wildness& wildness : {Wildness{0, false},
                                     Wildness{40, false},
                                     Wildness{5, false},
                                     Wildness{0, true},
                                     Wildness{30, true}}) {
        for (const bool expectStates : {false, true}) {
            CAPTURE(wildness.missing, wildness.isLarge, expectStates);
            Dictionary dictionary(set->program->texts);
            DecodeOptions packed;
            packed.read = recordsRead(*set->program);
            Decoder decoder(set->program->schema, dictionary, packed);
            decoder.addText("orders", Writer(wildness.missing + 1, wildness).records(700));
            const DecodedRecords records = decoder.finish();
            REQUIRE(records.store.recordCount() == 700);
            jit::JitOptions options = eagerly();
            options.expectStates = expectStates;
            std::string message;
            const auto jit = jit::Jit::open(set->program, options, message);
            REQUIRE(jit != nullptr);
            for (const std::uint32_t blockRows : {1U, 7U, 100U}) {
                const std::string expected = decide(*set, records.store, nullptr, blockRows);
                CHECK(expected.find("LARGE") != std::string::npos);
                CHECK((decide(*set, records.store, jit.get(), blockRows) == expected));
            }
            const jit::JitReport report = jit->report();
            CHECK(report.failure.empty());
            compiled += report.compiledRuns;
            for (const auto& [reason, count] : report.interpretedRuns) {
                overflows += reason == "overflow" ? count : 0;
            }
        }
    }
    CHECK(compiled > 1000);
    CHECK(overflows > 10);
}
