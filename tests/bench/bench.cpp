// Measures one thing and prints it as one line of JSON. `tests/bench/run` calls it, once for each
// measure, so that the peak memory of a process belongs to the measure. Seconds are of the clock;
// `cpu` is what the process was given, which says more where a machine is shared.

#include "compiler/driver/compile.h"
#include "runtime/engine/evaluate.h"
#include "runtime/explain/explain.h"
#include "runtime/input/decoder.h"
#include "runtime/jit/jit.h"
#include "tests/bench/allocations.h"
#include "tests/bench/workload/engine.h"
#include "tests/bench/workload/hand.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <proviso/compile.hpp>
#include <proviso/proviso.hpp>
#include <simdjson.h>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace proviso;
using namespace proviso::bench;

namespace {

struct Measured {
    double seconds = 0;
    double cpu = 0;
};

double processCpu() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Measured measure(const std::function<void()>& work) {
    const double cpu = processCpu();
    const auto begin = std::chrono::steady_clock::now();
    work();
    Measured measured;
    measured.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    measured.cpu = processCpu() - cpu;
    return measured;
}

/// `{"seconds":[...],"cpu":[...],...}`
void report(const std::vector<Measured>& all, const std::string& more) {
    std::string seconds;
    std::string cpu;
    for (const Measured& one : all) {
        seconds += fmt::format("{}{:.7f}", seconds.empty() ? "" : ",", one.seconds);
        cpu += fmt::format("{}{:.7f}", cpu.empty() ? "" : ",", one.cpu);
    }
    fmt::print("{{\"seconds\":[{}],\"cpu\":[{}]{}}}\n", seconds, cpu, more);
}

std::unique_ptr<CompiledSet> compiled(const std::string& packs) {
    auto set = compilePaths({packs}, CompileGoal::Lowered);
    if (set->program == nullptr) {
        fmt::print(stderr, "{} does not compile\n", packs);
        std::exit(2);
    }
    return set;
}

struct Input {
    std::unique_ptr<Dictionary> dictionary;
    DecodedRecords records;
};

Input decodeFile(const bytecode::Program& program, const std::string& path) {
    Input input;
    input.dictionary = std::make_unique<Dictionary>();
    for (const std::string& known : program.texts) {
        input.dictionary->intern(known);
    }
    Decoder decoder(program.schema, *input.dictionary);
    if (!decoder.addFile(path)) {
        fmt::print(stderr, "{} cannot be read\n", path);
        std::exit(2);
    }
    input.records = decoder.finish();
    return input;
}

struct Request {
    std::string packs;
    std::string file;
    int repetitions = 1;
    unsigned threads = 1;
};

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

void measureRead(const Request& request) {
    const auto set = compiled(request.packs);
    std::vector<Measured> all;
    std::uint32_t count = 0;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure(
            [&] { count = decodeFile(*set->program, request.file).records.store.recordCount(); }));
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
    const Input input = decodeFile(*set->program, request.file);
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

std::string latencyText(std::vector<double> latencies) {
    std::sort(latencies.begin(), latencies.end());
    const auto at = [&](double part) {
        return latencies[static_cast<std::size_t>(part *
                                                  static_cast<double>(latencies.size() - 1))];
    };
    return fmt::format(
        ",\"p50\":{:.9f},\"p99\":{:.9f},\"p999\":{:.9f}", at(0.5), at(0.99), at(0.999));
}

/// A record's, in the last repetition, when everything is warm.
std::string allocationText(std::uint64_t allocations, std::size_t records) {
    return fmt::format(",\"allocations\":{:.1f}",
                       static_cast<double>(allocations) / static_cast<double>(records));
}

/// Records one at a time, as an embedder asks for them: decided alone, and with every reason.
void measureSingle(const Request& request, bool withReasons) {
    const auto set = compiled(request.packs);
    const Input input = decodeFile(*set->program, request.file);
    const std::uint32_t count = std::min(input.records.store.recordCount(), 3000U);
    Evaluator evaluator(set->program);
    std::vector<Batch> batches;
    for (std::uint32_t record = 0; record < count; ++record) {
        batches.push_back(input.records.store.select(std::vector<std::uint32_t>{record}));
    }
    std::vector<Measured> all;
    std::vector<double> latencies;
    std::uint64_t allocations = 0;
    for (int i = 0; i < request.repetitions; ++i) {
        latencies.reserve(latencies.size() + batches.size());
        const std::uint64_t before = allocationsOfThread();
        all.push_back(measure([&] {
            for (const Batch& batch : batches) {
                const auto begin = std::chrono::steady_clock::now();
                const std::vector<RecordResult> results = evaluator.decide(batch, {});
                if (withReasons) {
                    explain(evaluator.interpreter(), batch, 0, results[0], {});
                }
                latencies.push_back(
                    std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
                        .count());
            }
        }));
        allocations = allocationsOfThread() - before;
    }
    report(all,
           fmt::format(",\"records\":{}{}", count, latencyText(std::move(latencies))) +
               allocationText(allocations, batches.size()));
}

/// The same through the public interface, from the text of each record.
void measureEmbedded(const Request& request) {
    const auto packs = compilePackSet(request.packs);
    Engine engine({.allowUnsigned = true});
    if (!packs || !engine.publish(*packs)) {
        fmt::print(stderr, "{} cannot be used\n", request.packs);
        std::exit(2);
    }
    std::vector<std::string> lines(3000);
    std::ifstream file(request.file);
    std::size_t count = 0;
    while (count < lines.size() && std::getline(file, lines[count])) {
        ++count;
    }
    lines.resize(count);
    auto session = Session::open(engine);
    std::vector<Measured> all;
    std::vector<double> latencies;
    std::uint64_t allocations = 0;
    for (int i = 0; i < request.repetitions; ++i) {
        latencies.reserve(latencies.size() + lines.size());
        const std::uint64_t before = allocationsOfThread();
        all.push_back(measure([&] {
            for (const std::string& line : lines) {
                const auto begin = std::chrono::steady_clock::now();
                if (!session->decideOne(line)) {
                    fmt::print(stderr, "a record of {} is rejected\n", request.file);
                    std::exit(2);
                }
                latencies.push_back(
                    std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
                        .count());
            }
        }));
        allocations = allocationsOfThread() - before;
    }
    report(all,
           fmt::format(",\"records\":{}{}", lines.size(), latencyText(std::move(latencies))) +
               allocationText(allocations, lines.size()));
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
        {"single", [](const Request& request) { measureSingle(request, false); }},
        {"embedded", measureEmbedded},
        {"explained", [](const Request& request) { measureSingle(request, true); }},
        {"hand-read", measureHandRead},
        {"hand-rows", measureHandRows},
        {"hand-columns", measureHandColumns},
        {"hand-whole", measureHandWhole},
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
