#include "tests/bench/measuring.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sstream>

namespace proviso::bench {

namespace {

double processCpu() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

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
    std::vector<std::string> paths;
    std::istringstream names(packs);
    for (std::string name; std::getline(names, name, ',');) {
        paths.push_back(name);
    }
    auto set = compilePaths(paths, CompileGoal::Lowered);
    if (set->program == nullptr) {
        fmt::print(stderr, "{} does not compile\n", packs);
        std::exit(2);
    }
    return set;
}

Input decodeFile(const bytecode::Program& program,
                 const std::string& path,
                 std::optional<ReadOfRecords> read,
                 unsigned threads) {
    Input input;
    input.dictionary = std::make_unique<Dictionary>();
    for (const std::string& known : program.texts) {
        input.dictionary->intern(known);
    }
    DecodeOptions options;
    options.read = std::move(read);
    options.threads = threads;
    Decoder decoder(program.schema, *input.dictionary, options);
    if (!decoder.addFile(path)) {
        fmt::print(stderr, "{} cannot be read\n", path);
        std::exit(2);
    }
    input.records = decoder.finish();
    return input;
}

}  // namespace proviso::bench
