// The standard library over the clinic's records: every byte and every step of the budget as the
// interpreter has it, in small blocks, with one thread and two.

#include "compiler/driver/compile.h"
#include "runtime/decision/json.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/jit/twins.h"

#include <array>
#include <string>

using namespace proviso;
using namespace proviso::test;

namespace {

struct Clinic {
    std::unique_ptr<CompiledSet> set;
    Dictionary dictionary;
    std::array<DecodedRecords, 2> records;  ///< as they are, and packed

    Clinic() {
        const std::string root = PROVISO_ROOT;
        set = compilePaths({root + "/stdlib-rules"}, CompileGoal::Lowered);
        REQUIRE(set->program != nullptr);
        for (const std::string& text : set->program->texts) {
            dictionary.intern(text);
        }
        for (const bool isPacked : {false, true}) {
            DecodeOptions options;
            if (isPacked) {
                options.read = recordsRead(*set->program);
            }
            Decoder decoder(set->program->schema, dictionary, options);
            REQUIRE(decoder.addFile(root + "/examples/clinic/visits.ndjson"));
            records[isPacked ? 1 : 0] = decoder.finish();
            REQUIRE(records[0].store.recordCount() > 0);
        }
    }

    std::string decide(engine::Kernels* kernels,
                       unsigned threads,
                       std::int64_t budget,
                       bool isPacked = true) const {
        RunOptions options;
        options.blockRows = 16;
        options.threads = threads;
        options.decide.kernels = kernels;
        options.decide.budget = budget;
        std::string all;
        decideRecords(set->program,
                      records[isPacked ? 1 : 0].store,
                      options,
                      [&](std::vector<RecordResult>&& results) {
                          for (const RecordResult& result : results) {
                              all += toJson(result, RunStamp{"visit_id", "", {}}) + " " +
                                     std::to_string(result.budgetSpent) + "\n";
                          }
                          return true;
                      });
        return all;
    }
};

}  // namespace

TEST_CASE("The clinic's decisions are the same with compiled code") {
    const Clinic clinic;
    jit::JitOptions options = eagerly();
    std::string message;
    const auto jit = jit::Jit::open(clinic.set->program, options, message);
    REQUIRE(jit != nullptr);
    for (const std::int64_t budget : {std::int64_t{100'000'000}, std::int64_t{5'000}}) {
        const std::string expected = clinic.decide(nullptr, 1, budget, /*isPacked=*/false);
        CHECK((clinic.decide(nullptr, 1, budget) == expected));
        for (const unsigned threads : {1U, 2U, 1U}) {
            CAPTURE(budget, threads);
            CHECK((clinic.decide(jit.get(), threads, budget) == expected));
            CHECK((clinic.decide(jit.get(), threads, budget, /*isPacked=*/false) == expected));
        }
    }
    const jit::JitReport report = jit->report();
    CHECK(report.failure.empty());
    CHECK(report.compiledRuns > 1000);
    CHECK(report.members > 1000);
}
