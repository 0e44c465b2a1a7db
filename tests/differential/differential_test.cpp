// Decides generated packs and records twice, by the reference evaluator and by the engine, and compares every byte.
//
//   differential_test --cases 1000 --seed 1        runs seeds 1 .. 1000
//   differential_test --cases 1 --seed 17 --show   prints what seed 17 says as well
//
// A difference is made smaller, printed, and ends the run with status 1, as does a pack set that the checker refuses
// though the generator thought it well typed.

#include "compiler/diagnostics/render.h"
#include "compiler/driver/compile.h"
#include "runtime/base/check.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/differential/comparison.h"
#include "tests/differential/generator.h"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace proviso::differential {

namespace {

struct Arguments {
    std::uint64_t cases = 200;
    std::uint64_t seed = 1;
    bool show = false;
    bool keepGoing = false;
    bool reduce = true;
};

bool readArguments(int count, char** texts, Arguments& arguments) {
    for (int index = 1; index < count; ++index) {
        const std::string_view name = texts[index];
        if (name == "--show") {
            arguments.show = true;
        } else if (name == "--keep-going") {
            arguments.keepGoing = true;
        } else if (name == "--no-reduce") {
            arguments.reduce = false;
        } else if ((name == "--cases" || name == "--seed") && index + 1 < count) {
            const std::uint64_t number = std::strtoull(texts[++index], nullptr, 10);
            (name == "--cases" ? arguments.cases : arguments.seed) = number;
        } else {
            return false;
        }
    }
    return true;
}

void print(const GeneratedCase& one) {
    for (const GeneratedPack& pack : one.packs) {
        if (!pack.items.empty()) {
            fmt::print("---- {}\n{}\n", pack.name, pack.text());
        }
    }
    fmt::print("---- records\n");
    for (const std::string& record : one.records) {
        fmt::print("{}\n", record);
    }
    if (one.knownAsOf) {
        fmt::print("---- known as of day {}\n", *one.knownAsOf);
    }
}

int run(const Arguments& arguments) {
    std::uint64_t refused = 0;
    std::uint64_t analysed = 0;
    std::uint64_t different = 0;
    std::uint64_t records = 0;
    Tally tally;
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t offset = 0; offset < arguments.cases; ++offset) {
        const std::uint64_t seed = arguments.seed + offset;
        const GeneratedCase one = generate(seed);
        if (arguments.show) {
            print(one);
        }
        const Comparison comparison = compareWithShuffle(one, seed, &tally);
        records += one.records.size();
        if (comparison.outcome == Comparison::Outcome::Analysis) {
            ++analysed;
        } else if (comparison.outcome != Comparison::Outcome::Same) {
            const bool isRefusal = comparison.outcome == Comparison::Outcome::Refused;
            ++(isRefusal ? refused : different);
            fmt::print("seed {}: {}\n{}\n", seed, isRefusal ? "the checker refuses the packs" : "different",
                       comparison.details);
            if (!isRefusal && arguments.reduce) {
                const GeneratedCase less = reduced(one, seed);
                print(less);
                fmt::print("{}\n", compareWithShuffle(less, seed, nullptr).details);
            }
            fmt::print("again: differential_test --cases 1 --seed {} --show\n", seed);
            std::fflush(stdout);
            if (!arguments.keepGoing) {
                return 1;
            }
        }
        if ((offset + 1) % 1000 == 0) {
            const auto seconds =
                std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start).count();
            fmt::print("{} cases, {} refused, {} different, {} s\n", offset + 1, refused, different, seconds);
            std::fflush(stdout);
        }
    }
    fmt::print("{} cases, {} records, {} refused by analysis, {} refused, {} different\n", arguments.cases, records, analysed,
               refused, different);
    fmt::print("{} findings, {} undetermined, {} errors, {} decided, {} output rows, {} choices, {} rejected records\n",
               tally.findings, tally.undetermined, tally.errors, tally.decided, tally.rows, tally.choices,
               tally.rejected);
    return refused + different == 0 ? 0 : 1;
}

}  // namespace

}  // namespace proviso::differential

int main(int count, char** texts) {
    proviso::differential::Arguments arguments;
    if (!proviso::differential::readArguments(count, texts, arguments)) {
        fmt::print(stderr, "usage: differential_test [--cases N] [--seed S] [--show] [--keep-going] [--no-reduce]\n");
        return 2;
    }
    return proviso::differential::run(arguments);
}
