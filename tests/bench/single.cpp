#include "tests/bench/single.h"

#include "runtime/engine/evaluate.h"
#include "runtime/explain/explain.h"
#include "tests/bench/allocations.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <proviso/compile.hpp>
#include <proviso/proviso.hpp>
#include <span>
#include <string>
#include <vector>

namespace proviso::bench {

namespace {

constexpr std::size_t kRecords = 3000;

[[noreturn]] void refuse(const std::string& message) {
    fmt::print(stderr, "{}\n", message);
    std::exit(2);
}

/// Times `decide` for each record. Between the clock's readings nothing of ours asks for memory.
void measureEach(const Request& request,
                 std::size_t count,
                 const std::function<void(std::size_t)>& decide) {
    if (count == 0) {
        refuse(request.file + " has no records");
    }
    for (std::size_t record = 0; record < count; ++record) {
        decide(record);
    }
    std::vector<Measured> all;
    std::vector<double> latencies;
    latencies.reserve(count * static_cast<std::size_t>(request.repetitions));
    std::uint64_t allocations = 0;
    for (int i = 0; i < request.repetitions; ++i) {
        all.push_back(measure([&] {
            const std::uint64_t before = allocationsOfThread();
            for (std::size_t record = 0; record < count; ++record) {
                const auto begin = std::chrono::steady_clock::now();
                decide(record);
                latencies.push_back(
                    std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
                        .count());
            }
            allocations = allocationsOfThread() - before;
        }));
    }
    std::sort(latencies.begin(), latencies.end());
    const auto at = [&](double part) {
        return latencies[static_cast<std::size_t>(part *
                                                  static_cast<double>(latencies.size() - 1))];
    };
    report(all,
           fmt::format(",\"records\":{},\"p50\":{:.9f},\"p90\":{:.9f},\"p99\":{:.9f},"
                       "\"p999\":{:.9f},\"allocations\":{:.2f}",
                       count,
                       at(0.5),
                       at(0.9),
                       at(0.99),
                       at(0.999),
                       static_cast<double>(allocations) / static_cast<double>(count)));
}

}  // namespace

void measureSingle(const Request& request, bool withReasons) {
    const auto set = compiled(request.packs);
    const Input input = decodeFile(*set->program, request.file);
    const auto count = std::min<std::uint32_t>(input.records.store.recordCount(), kRecords);
    Evaluator evaluator(set->program);
    std::vector<Batch> batches;
    for (std::uint32_t record = 0; record < count; ++record) {
        batches.push_back(input.records.store.select(std::vector<std::uint32_t>{record}));
    }
    measureEach(request, count, [&](std::size_t record) {
        const std::span<const RecordView> results = evaluator.view(batches[record], {});
        if (withReasons) {
            explain(evaluator.interpreter(), batches[record], 0, own(results[0]), {});
        }
    });
}

void measureEmbedded(const Request& request) {
    const auto packs = compilePackSet(request.packs);
    Engine engine({.allowUnsigned = true});
    if (!packs || !engine.publish(*packs)) {
        refuse(request.packs + " cannot be used");
    }
    auto session = Session::open(engine);
    if (!session) {
        refuse("no session can be opened");
    }
    std::vector<std::string> lines;
    std::ifstream file(request.file);
    std::size_t number = 0;
    std::size_t voided = 0;
    for (std::string line; lines.size() < kRecords && std::getline(file, line);) {
        ++number;
        const auto decision = session->decideOne(line);
        if (decision) {
            lines.push_back(line);
        } else if (decision.error().code == ErrorCode::InvalidArgument) {
            ++voided;  // there is nothing to decide about it
        } else {
            refuse(fmt::format("{}:{}: {}", request.file, number, decision.error().message));
        }
    }
    if (voided != 0) {
        fmt::print(stderr, "left out, as they are void: {} of {} records\n", voided, number);
    }
    measureEach(request, lines.size(), [&](std::size_t record) {
        if (!session->decideOne(lines[record])) {
            refuse("a record of " + request.file + " is rejected");
        }
    });
}

}  // namespace proviso::bench
