// Measures one thing and prints it as one line of JSON. `tests/bench/run` calls it, once for each
// measure, so that the peak memory of a process belongs to the measure. Seconds are of the clock;
// `cpu` is what the process was given, which says more where a machine is shared.

#include "compiler/driver/compile.h"
#include "runtime/jit/jit.h"
#include "tests/bench/measuring.h"
#include "tests/bench/part_b/engine.h"
#include "tests/bench/part_b/hand.h"
#include "tests/bench/single.h"
#include "tests/bench/workload/engine.h"
#include "tests/bench/workload/hand.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <simdjson.h>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace proviso;
using namespace proviso::bench;

namespace {

std::string digestOf(std::size_t records, const Digest& digest) {
    return fmt::format(",\"records\":{},\"digest\":\"{}\",\"kx\":\"{}\"",
                       records,
                       digestText(digest),
                       kxText(digest));
}

// ---- the engine --------------------------------------------------------------------------------

void measureCompile(const Request& request) {
    std::vector<Measured> all;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] { compiled(request.packs); }));
    }
    report(all, "");
}

/// As `proviso run` reads: what no rule reads is not kept.
void measureRead(const Request& request) {
    const auto set = compiled(request.packs);
    std::vector<Measured> all;
    std::uint32_t count = 0;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] {
            count =
                decodeFile(*set->program, request.file, recordsRead(*set->program), request.threads)
                    .records.store.recordCount();
        }));
    }
    report(all, fmt::format(",\"records\":{}", count));
}

std::unique_ptr<jit::Jit> jitOf(const CompiledSet& set) {
    jit::JitOptions options;
    options.plugin = PROVISO_JIT_PLUGIN;
    options.wait = true;
    std::string message;
    auto jit = jit::Jit::open(set.program, options, message);
    if (jit == nullptr) {
        fmt::print(stderr, "no compiled code: {}\n", message);
        std::exit(2);
    }
    return jit;
}

/// What a Jit has to say, as members of JSON.
std::string jitText(const jit::Jit& jit) {
    const jit::JitReport report = jit.report();
    std::string reasons;
    for (const auto& [reason, count] : report.interpretedRuns) {
        reasons += fmt::format("{}\"{}\":{}", reasons.empty() ? "" : ",", reason, count);
    }
    return fmt::format(",\"jit\":{{\"target\":\"{}\",\"stages\":{},\"regions\":{},\"members\":{},"
                       "\"interpreted\":{},\"layout\":{:.4f},\"compile\":{:.4f},\"runs\":{},"
                       "\"surprises\":{{{}}}}}",
                       jit.target(),
                       report.stages,
                       report.regions,
                       report.members,
                       report.interpreted,
                       report.layoutSeconds,
                       report.compileSeconds,
                       report.compiledRuns,
                       reasons);
}

/// With `withJit` one run is not measured: code is compiled in it.
void measureDecide(const Request& request, bool inColumns, bool withJit = false) {
    const auto set = compiled(request.packs);
    if (const std::string why = inColumns ? whyNotCounted(*set->program) : ""; !why.empty()) {
        fmt::print(stderr,
                   "answers in columns are counted of the packs of tests/bench/peers, and these "
                   "are others: {}; `decide` takes any\n",
                   why);
        std::exit(2);
    }
    const Input input = decodeFile(*set->program, request.file, recordsRead(*set->program));
    RunOptions options;
    options.threads = request.threads;
    std::vector<Measured> all;
    Digest digest;
    std::unique_ptr<jit::Jit> jit = withJit ? jitOf(*set) : nullptr;
    if (jit != nullptr) {
        options.decide.kernels = jit.get();
        decideByEngineInColumns(set->program, input.records.store, options);
    }
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] {
            digest = inColumns ? decideByEngineInColumns(set->program, input.records.store, options)
                               : decideByEngine(set->program, input.records.store, options);
        }));
    }
    report(all,
           digestOf(input.records.store.recordCount(), digest) +
               (jit != nullptr ? jitText(*jit) : ""));
}

/// How long the first compiled code takes, for every stage that the records need.
void measureJitReady(const Request& request) {
    const auto set = compiled(request.packs);
    const Input input = decodeFile(*set->program, request.file);
    std::vector<Measured> all;
    std::string ready;
    std::string last;
    for (int i = 0; i < request.repetitions; ++i) {
        const std::unique_ptr<jit::Jit> jit = jitOf(*set);
        RunOptions options;
        options.decide.kernels = jit.get();
        all.push_back(measure([&] {
            evaluateColumns(
                set->program, input.records.store, options, {[](const EvaluatedBlock&) {}, [] {}});
            jit->finish();
        }));
        const jit::JitReport report = jit->report();
        if (report.stages == 0) {
            fmt::print(stderr, "too few records: no stage was compiled\n");
            std::exit(2);
        }
        ready += fmt::format(
            "{}{:.6f}", ready.empty() ? "" : ",", report.layoutSeconds + report.compileSeconds);
        last = jitText(*jit);
    }
    report(all, fmt::format(",\"ready\":[{}]{}", ready, last));
}

// ---- by hand -----------------------------------------------------------------------------------

void measureHandRead(const Request& request) {
    std::vector<Measured> all;
    std::size_t count = 0;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] { count = hand::read(request.file).visits.size(); }));
    }
    report(all, fmt::format(",\"records\":{}", count));
}

void measureHandRows(const Request& request) {
    const hand::Records records = hand::read(request.file);
    std::vector<Measured> all;
    Digest digest;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] { digest = hand::decideRows(records); }));
    }
    report(all, digestOf(records.visits.size(), digest));
}

void measureHandColumns(const Request& request) {
    const hand::Records records = hand::read(request.file);
    const hand::Columns columns = hand::columnsOf(records);
    std::vector<Measured> all;
    Digest digest;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] { digest = hand::decideColumns(columns); }));
    }
    report(all, digestOf(records.visits.size(), digest));
}

void measureHandWhole(const Request& request) {
    std::vector<Measured> all;
    hand::Records records;
    Digest digest;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] {
            records = hand::read(request.file);
            digest = hand::decideRows(records);
        }));
    }
    report(all, digestOf(records.visits.size(), digest));
}

// ---- the slice of medicare/part_b --------------------------------------------------------------

/// With every result, as a host gets them.
void measurePartB(const Request& request) {
    const auto set = compiled(request.packs);
    std::vector<Measured> all;
    part_b::Digest digest;
    RunOptions options;
    options.threads = request.threads;
    for (int i = 0; i < request.repetitions; ++i) {
        digest = {};
        all.push_back(measure([&] {
            const Input input = decodeFile(*set->program, request.file);
            decideRecords(set->program,
                          input.records.store,
                          options,
                          [&](std::vector<RecordResult>&& results) {
                              for (const RecordResult& result : results) {
                                  digest.add(result.key, part_b::decidedOf(result));
                              }
                              return true;
                          });
        }));
    }
    report(all, fmt::format(",\"digest\":\"{}\"", digest.text()));
}

void measurePartBByHand(const Request& request) {
    std::vector<Measured> all;
    part_b::Digest digest;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] {
            const part_b::Records records = part_b::read(request.file);
            digest = part_b::digestOf(records, part_b::decide(records));
        }));
    }
    report(all, fmt::format(",\"digest\":\"{}\"", digest.text()));
}

/// The rules alone, over records that were read.
void measurePartBRules(const Request& request) {
    const part_b::Records records = part_b::read(request.file);
    std::vector<Measured> all;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] { part_b::decide(records); }));
    }
    report(all, fmt::format(",\"records\":{}", records.visits.size()));
}

/// The least that reading with this library costs: every line parsed, nothing taken from it.
void measureSimdjson(const Request& request) {
    std::ifstream file(request.file, std::ios::binary);
    std::ostringstream whole;
    whole << file.rdbuf();
    const std::string text = whole.str();
    std::vector<Measured> all;
    std::uint64_t count = 0;
    for (int i = 0; i < request.repetitions; ++i) {
        count = 0;
        all.push_back(measure([&] {
            simdjson::dom::parser parser;
            for (std::size_t begin = 0; begin < text.size();) {
                const std::size_t end = std::min(text.find('\n', begin), text.size());
                simdjson::dom::element document;
                count += parser.parse(text.data() + begin, end - begin).get(document) ==
                                 simdjson::SUCCESS
                             ? 1
                             : 0;
                begin = end + 1;
            }
        }));
    }
    report(all, fmt::format(",\"records\":{}", count));
}

}  // namespace

int main(int argc, char** argv) {
    const std::map<std::string_view, std::function<void(const Request&)>> measures = {
        {"compile", measureCompile},
        {"read", measureRead},
        {"decide", [](const Request& request) { measureDecide(request, false); }},
        {"decide-columns", [](const Request& request) { measureDecide(request, true); }},
        {"decide-columns-jit",
         [](const Request& request) { measureDecide(request, true, /*withJit=*/true); }},
        {"jit-ready", measureJitReady},
        {"single", [](const Request& request) { measureSingle(request, false); }},
        {"embedded", measureEmbedded},
        {"explained", [](const Request& request) { measureSingle(request, true); }},
        {"hand-read", measureHandRead},
        {"hand-rows", measureHandRows},
        {"hand-columns", measureHandColumns},
        {"hand-whole", measureHandWhole},
        {"part-b", measurePartB},
        {"hand-part-b", measurePartBByHand},
        {"hand-part-b-rules", measurePartBRules},
        {"simdjson", measureSimdjson},
    };
    const auto known = argc > 1 ? measures.find(argv[1]) : measures.end();
    if (argc < 5 || known == measures.end()) {
        fmt::print(stderr,
                   "usage: proviso_bench <what> <packs> <records.ndjson> <repetitions> [threads]\n"
                   "what:");
        for (const auto& [name, work] : measures) {
            fmt::print(stderr, " {}", name);
        }
        fmt::print(stderr, "\n");
        return 2;
    }
    Request request{argv[2], argv[3], std::stoi(argv[4]), 1};
    request.threads = argc > 5 ? static_cast<unsigned>(std::stoul(argv[5])) : 1;
    try {
        known->second(request);
    } catch (const simdjson::simdjson_error& error) {
        fmt::print(stderr, "{}: {}\n", request.file, error.what());
        return 2;
    }
    return 0;
}
