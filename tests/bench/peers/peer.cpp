// The pack beside this file over a file of records, through the engine:
//   proviso_peer <packs> <records.ndjson> [repetitions=3] [threads=1]
// Prints a line of JSON a repetition: reading apart from deciding, and the digest on which every
// implementation of these rules must agree.

#include "compiler/driver/compile.h"
#include "runtime/input/decoder.h"
#include "tests/bench/workload/engine.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::bench;

namespace {

double secondsSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        fmt::print(stderr,
                   "usage: proviso_peer <packs> <records.ndjson> [repetitions] [threads]\n");
        return 2;
    }
    const int repetitions = argc > 3 ? std::atoi(argv[3]) : 3;
    RunOptions options;
    options.threads = argc > 4 ? static_cast<unsigned>(std::atoi(argv[4])) : 1;
    const auto set = compilePaths({argv[1]}, CompileGoal::Lowered);
    if (set->program == nullptr) {
        fmt::print(stderr, "the packs do not compile\n");
        return 2;
    }
    for (int repetition = 0; repetition < repetitions; ++repetition) {
        Dictionary dictionary;
        for (const std::string& known : set->program->texts) {
            dictionary.intern(known);
        }
        const auto beginRead = std::chrono::steady_clock::now();
        Decoder decoder(set->program->schema, dictionary);
        if (!decoder.addFile(argv[2])) {
            fmt::print(stderr, "{} cannot be read\n", argv[2]);
            return 2;
        }
        DecodedRecords decoded = decoder.finish();
        const double parse = secondsSince(beginRead);
        if (decoded.counts.rejected != 0 || decoded.counts.accepted == 0) {
            fmt::print(stderr, "{} records were rejected\n", decoded.counts.rejected);
            return 2;
        }

        const auto beginDecide = std::chrono::steady_clock::now();
        const Digest digest = decideByEngine(set->program, decoded.store, options);
        const double eval = secondsSince(beginDecide);
        fmt::print("{}\n", reportLine("proviso", decoded.store.recordCount(), parse, eval, digest));

        const auto beginColumns = std::chrono::steady_clock::now();
        const Digest counted = decideByEngineInColumns(set->program, decoded.store, options);
        const double columns = secondsSince(beginColumns);
        fmt::print(
            "{}\n",
            reportLine("proviso-columns", decoded.store.recordCount(), parse, columns, counted));
    }
    return 0;
}
