// Decides generated packs and records twice, by the reference evaluator and by the engine, and
// compares every byte.
//
//   differential_test --cases 1000 --seed 1        runs seed 1 and as many after it as are needed
//   differential_test --cases 10 --seed 17 --show   prints what seed 17 says as well
//   differential_test --of-one-set 50 ...           decides more records by each pack set than the
//   usual 25 differential_test --jit libproviso_jit.so ...    decides by compiled code, too
//
// A difference is made smaller, printed, and ends the run with status 1, as does a pack set that
// the checker refuses though the generator thought it well typed.

#include "tests/differential/comparison.h"
#include "tests/differential/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::differential {

namespace {

constexpr std::uint64_t kProgress = 1000;

struct Arguments {
    std::uint64_t cases = 200;
    std::uint64_t ofOneSet =
        25;  ///< compiling takes longer than deciding, so that a pack set serves several cases
    std::uint64_t seed = 1;
    bool show = false;
    bool keepGoing = false;
    bool reduce = true;
    std::string plugin;              ///< of the JIT
    std::vector<std::string> found;  ///< files of cases to compare instead
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
        } else if (name == "--jit" && index + 1 < count) {
            arguments.plugin = texts[++index];
        } else if (name == "--found") {
            arguments.found.assign(texts + index + 1, texts + count);
            index = count;
        } else if ((name == "--cases" || name == "--seed" || name == "--of-one-set") &&
                   index + 1 < count) {
            const std::uint64_t number = std::strtoull(texts[++index], nullptr, 10);
            (name == "--cases"  ? arguments.cases
             : name == "--seed" ? arguments.seed
                                : arguments.ofOneSet) = std::max<std::uint64_t>(number, 1);
        } else {
            return false;
        }
    }
    return true;
}

void print(const GeneratedCase& one, bool withPacks) {
    for (const GeneratedPack& pack : one.packs) {
        if (withPacks && !pack.items.empty()) {
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
    fmt::print("---- budget {}\n", one.budget);
}

/// A case as `print` writes it, with its packs.
GeneratedCase readCase(const std::string& path) {
    std::ifstream file(path);
    GeneratedCase one;
    std::string part;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("---- ")) {
            part = line.substr(5);
            if (part.starts_with("budget ")) {
                one.budget = std::stoll(part.substr(7));
            } else if (part.starts_with("known as of day ")) {
                one.knownAsOf = std::stoll(part.substr(16));
            } else if (part != "records") {
                one.packs.push_back({part, {}, {}});
            }
        } else if (part == "records") {
            one.records.push_back(line);
        } else if (!one.packs.empty()) {
            one.packs.back().header += line + "\n";
        }
    }
    return one;
}

/// Cases that once were different, each in a file.
int runFound(const std::vector<std::string>& paths, const std::string& plugin) {
    int different = 0;
    for (const std::string& path : paths) {
        const GeneratedCase one = readCase(path);
        const Comparison comparison = compare({one}, 1, nullptr, plugin);
        if (one.records.empty() || comparison.outcome != Comparison::Outcome::Same) {
            fmt::print("{}: different\n{}\n", path, comparison.details);
            different = 1;
        }
    }
    fmt::print("{} found cases\n", paths.size());
    return different;
}

int run(const Arguments& arguments) {
    std::uint64_t refused = 0;
    std::uint64_t analysed = 0;
    std::uint64_t different = 0;
    Tally tally;
    const auto start = std::chrono::steady_clock::now();
    std::uint64_t done = 0;
    std::uint64_t announced = 0;
    std::uint64_t seed = arguments.seed;
    for (; done < arguments.cases; ++seed) {
        const std::vector<GeneratedCase> cases = generate(
            seed, static_cast<std::size_t>(std::min(arguments.ofOneSet, arguments.cases - done)));
        if (arguments.show) {
            for (const GeneratedCase& one : cases) {
                print(one, /*withPacks=*/&one == &cases[0]);
            }
        }
        const Comparison comparison = compare(cases, seed, &tally, arguments.plugin);
        if (comparison.outcome == Comparison::Outcome::Analysis) {
            ++analysed;
            continue;
        }
        done += cases.size();
        if (comparison.outcome != Comparison::Outcome::Same) {
            const bool isRefusal = comparison.outcome == Comparison::Outcome::Refused;
            ++(isRefusal ? refused : different);
            fmt::print("seed {}: {}\n{}\n",
                       seed,
                       isRefusal ? "the checker refuses the packs" : "different",
                       comparison.details);
            if (!isRefusal && arguments.reduce) {
                const GeneratedCase less = reduced(cases[comparison.which], seed, arguments.plugin);
                print(less, /*withPacks=*/true);
                fmt::print("{}\n", compare({less}, seed, nullptr, arguments.plugin).details);
            }
            fmt::print("again: differential_test --cases {0} --of-one-set {0} --seed {1}\n",
                       cases.size(),
                       seed);
            std::fflush(stdout);
            if (!arguments.keepGoing) {
                return 1;
            }
        }
        if (done / kProgress > announced) {
            announced = done / kProgress;
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
                                     std::chrono::steady_clock::now() - start)
                                     .count();
            fmt::print("{} cases up to seed {}, {} refused, {} different, {} s\n",
                       done,
                       seed,
                       refused,
                       different,
                       seconds);
            std::fflush(stdout);
        }
    }
    fmt::print("{} cases, {} refused, {} different; {} pack sets left out that analysis refuses\n",
               done,
               refused,
               different,
               analysed);
    fmt::print("{} findings, {} undetermined, {} errors, {} decided, {} output rows, {} choices, "
               "{} rejected records\n",
               tally.findings,
               tally.undetermined,
               tally.errors,
               tally.decided,
               tally.rows,
               tally.choices,
               tally.rejected);
    if (!arguments.plugin.empty()) {
        fmt::print("{} regions run by compiled code, {} given back to the interpreter\n",
                   tally.compiledRuns,
                   tally.interpretedRuns);
    }
    fmt::print("next seed {}\n", seed);
    return refused + different == 0 ? 0 : 1;
}

}  // namespace

}  // namespace proviso::differential

int main(int count, char** texts) {
    proviso::differential::Arguments arguments;
    if (!proviso::differential::readArguments(count, texts, arguments)) {
        fmt::print(stderr,
                   "usage: differential_test [--cases N] [--seed S] [--of-one-set N] [--show] "
                   "[--keep-going] "
                   "[--no-reduce] [--jit PLUGIN] [--found FILE...]\n");
        return 2;
    }
    return arguments.found.empty()
               ? proviso::differential::run(arguments)
               : proviso::differential::runFound(arguments.found, arguments.plugin);
}
