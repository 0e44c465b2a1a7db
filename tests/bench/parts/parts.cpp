// How long the small parts take that a run is made of, one at a time, by Google Benchmark. To be
// run from the project's folder; `./dev bench --parts` does.

#include "compiler/driver/compile.h"
#include "compiler/parser/antlr_adapter.h"
#include "compiler/parser/limits.h"
#include "compiler/parser/parser.h"
#include "runtime/bytecode/op_info.h"
#include "runtime/bytecode/verifier.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "runtime/input/json_document.h"
#include "runtime/input/quick_text.h"
#include "runtime/input/record_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::bench {

namespace {

constexpr std::uint32_t kBlock = 1024;

[[noreturn]] void refuse(const std::string& message) {
    fmt::print(stderr, "{}\n", message);
    std::exit(2);
}

std::string wholeFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        refuse(path + " cannot be read");
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::unique_ptr<CompiledSet> compiled(const std::string& path) {
    auto set = compilePaths({path}, CompileGoal::Lowered);
    if (set->program == nullptr) {
        refuse(path + " does not compile");
    }
    return set;
}

const CompiledSet& library() {
    static const std::unique_ptr<CompiledSet> set = compiled("stdlib-rules");
    return *set;
}

/// A visit of the example clinic with a bit of everything, behind which may be read.
const std::string& clinicLine() {
    static const std::string line = [] {
        std::istringstream all(wholeFile("examples/clinic/visits.ndjson"));
        std::string one;
        for (std::string next; std::getline(all, next);) {
            if (next.find("V-1002") != std::string::npos) {
                one = next;
            }
        }
        return one.empty() ? (refuse("the example clinic has no V-1002"), one) : one;
    }();
    return line;
}

// ---- reading ---------------------------------------------------------------------------------

void interned(Dictionary& dictionary, const bytecode::Program& program) {
    for (const std::string& text : program.texts) {
        dictionary.intern(text);
    }
}

void readQuickly(benchmark::State& state) {
    Dictionary dictionary;
    interned(dictionary, *library().program);
    RecordDecoder decoder(library().program->schema, dictionary, {});
    const std::string text = clinicLine() + std::string(64, ' ');
    InputLine line;
    line.number = 1;
    line.text = std::string_view(text).substr(0, clinicLine().size());
    line.readableBehind = 64;
    for (auto _ : state) {
        if (!decoder.appendQuickly(line)) {
            refuse("the record is not read quickly");
        }
        decoder.takeBack();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * line.text.size()));
}

void readCarefully(benchmark::State& state) {
    Dictionary dictionary;
    interned(dictionary, *library().program);
    DecodeOptions options;
    options.quickly = false;
    Decoder decoder(library().program->schema, dictionary, options);
    InputLine line;
    line.number = 1;
    line.text = clinicLine();
    DecodedRecords records;
    for (auto _ : state) {
        decoder.beginSource("bench");
        decoder.addLine(line);
        records = decoder.take(std::move(records));
    }
    if (records.store.recordCount() != 1) {
        refuse("the record is not read");
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * line.text.size()));
}

constexpr std::string_view kWord = "medicare_part_b                                  ";

void findMeaning(benchmark::State& state) {
    Meanings meanings;
    constexpr std::array<std::string_view, 7> kPayors = {"medicare_part_b",
                                                         "medicare_advantage",
                                                         "medicaid",
                                                         "commercial",
                                                         "workers_comp",
                                                         "tricare",
                                                         "self_pay"};
    for (const std::string_view payor : kPayors) {
        meanings.add(payor, 1);
    }
    for (auto _ : state) {
        std::string_view text = kWord.substr(0, 15);
        benchmark::DoNotOptimize(text);
        benchmark::DoNotOptimize(meanings.find(text));
    }
}

void quickNumber(benchmark::State& state) {
    constexpr std::string_view kText = "11850                                            ";
    for (auto _ : state) {
        const char* at = kText.data();
        benchmark::DoNotOptimize(at);
        std::int64_t value = 0;
        benchmark::DoNotOptimize(readShortNumber(at, 5, value));
        benchmark::DoNotOptimize(value);
    }
}

void quickDate(benchmark::State& state) {
    constexpr std::string_view kText = "2025-03-03                                       ";
    for (auto _ : state) {
        const char* at = kText.data();
        benchmark::DoNotOptimize(at);
        std::int64_t days = 0;
        benchmark::DoNotOptimize(readDate({at, 10}, days));
        benchmark::DoNotOptimize(days);
    }
}

/// Texts that are there, asked for in another order than they came: a small table, and a large one
/// that no cache holds.
void internKnown(benchmark::State& state) {
    Dictionary dictionary;
    std::vector<std::string> texts;
    for (std::int64_t number = 0; number < state.range(0); ++number) {
        texts.push_back(fmt::format("P-{:07}", number));
        dictionary.intern(texts.back());
    }
    std::size_t at = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(dictionary.intern(texts[at]));
        at = (at + 7919) % texts.size();
    }
}

// ---- deciding --------------------------------------------------------------------------------

/// A block of made-up orders for the pack beside this file, in the order of their keys.
struct Orders {
    std::unique_ptr<CompiledSet> set = compiled("tests/bench/parts/orders.prv");
    Dictionary dictionary;
    DecodedRecords records;
    Batch batch;
    Interpreter interpreter{set->program};

    Orders() {
        interned(dictionary, *set->program);
        std::string text;
        for (std::uint32_t order = 0; order < kBlock; ++order) {
            text += fmt::format(
                R"({{"order_id":"O-{:05}","customer":"C-{:03}","placed_on":"2025-{:02}-{:02}","region":"{}","amount":"{}.{:02}","lines":[)",
                order,
                order / 8,
                1 + order % 8,
                1 + order * 7 % 28,
                std::array{"north", "east", "south", "west"}[order * 5 % 4],
                20 + order * 37 % 150,
                order % 100);
            for (std::uint32_t line = 0; line < 1 + order % 5; ++line) {
                text += fmt::format(R"({}{{"price":"{}.50","count":{}}})",
                                    line == 0 ? "" : ",",
                                    3 + (order + line) % 20,
                                    1 + (order * 3 + line) % 4);
            }
            text += "]}\n";
        }
        records = decodeText(set->program->schema, dictionary, text);
        if (records.store.recordCount() != kBlock) {
            refuse("the orders are not read");
        }
        batch = records.store.select(recordsInOrder(*set->program, records.store));
        if (!interpreter.run(batch, {})) {
            refuse("the orders are not evaluated");
        }
    }
};

/// The first instruction of a kind, over the orders themselves if there is one, again and again
/// over the same block, whose operands are there.
void instruction(benchmark::State& state, bytecode::Op op) {
    static Orders orders;
    const auto& code = orders.set->program->code;
    const auto isOne = [&](const bytecode::Instruction& one) { return one.op == op; };
    auto found = std::find_if(code.begin(), code.end(), [&](const bytecode::Instruction& one) {
        return isOne(one) && one.space == 0;
    });
    if (found == code.end()) {
        found = std::find_if(code.begin(), code.end(), isOne);
    }
    if (found == code.end()) {
        refuse("the pack of orders has no instruction of a kind that is measured");
    }
    const auto number = static_cast<bytecode::Register>(found - code.begin());
    // Nothing outside of the engine runs single instructions, so that there is no other door.
    auto& frame = const_cast<engine::Frame&>(orders.interpreter.frame());
    for (auto _ : state) {
        if (!engine::runOne(frame, number)) {
            refuse("an instruction fails");
        }
    }
    state.counters["rows"] = static_cast<double>(orders.interpreter.rows(found->space));
}

void wholeBlock(benchmark::State& state) {
    Orders orders;
    for (auto _ : state) {
        if (!orders.interpreter.run(orders.batch, {})) {
            refuse("the orders are not evaluated");
        }
    }
}

// ---- telling and compiling -------------------------------------------------------------------

void writeDecision(benchmark::State& state) {
    Dictionary dictionary;
    interned(dictionary, *library().program);
    const DecodedRecords records = decodeText(library().program->schema, dictionary, clinicLine());
    const Batch batch = records.store.select(recordsInOrder(*library().program, records.store));
    const std::vector<RecordResult> results = Evaluator(library().program).decide(batch, {});
    if (results.size() != 1) {
        refuse("the record is not decided");
    }
    std::string out;
    for (auto _ : state) {
        out.clear();
        appendJson(out, results[0], {"visit_id", library().program->digest, std::nullopt});
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}

void verifyLibrary(benchmark::State& state) {
    for (auto _ : state) {
        if (!bytecode::verify(*library().program)) {
            refuse("the library does not verify");
        }
    }
}

constexpr const char* kPack = "stdlib-rules/medicare/part_b_threshold.prv";

void lexPack(benchmark::State& state) {
    Sources sources;
    const SourceId source = sources.add(kPack, wholeFile(kPack));
    const auto size = static_cast<std::uint32_t>(sources.text(source).size());
    for (auto _ : state) {
        DiagnosticSink sink;
        if (!syntax::readTokens(sources, {source, 0, size}, sink, ParseLimits{})) {
            refuse("the pack has no tokens");
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size);
}

void parseOnePack(benchmark::State& state) {
    Sources sources;
    const SourceId source = sources.add(kPack, wholeFile(kPack));
    for (auto _ : state) {
        DiagnosticSink sink;
        if (!parsePack(sources, source, sink) || sink.hasErrors()) {
            refuse("the pack cannot be parsed");
        }
    }
    state.SetBytesProcessed(
        static_cast<std::int64_t>(state.iterations() * sources.text(source).size()));
}

BENCHMARK(readQuickly)->Name("read one visit of the library, quickly");
BENCHMARK(readCarefully)->Name("read one visit of the library, carefully");
BENCHMARK(findMeaning)->Name("find a member by its name");
BENCHMARK(quickNumber)->Name("read a number of five digits");
BENCHMARK(quickDate)->Name("read a date");
BENCHMARK(internKnown)->Name("intern a known text")->Arg(1'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(instruction, compare, bytecode::Op::Compare)->Name("1024 rows: compare");
BENCHMARK_CAPTURE(instruction, logic, bytecode::Op::And)->Name("1024 rows: and");
BENCHMARK_CAPTURE(instruction, arithmetic, bytecode::Op::Subtract)
    ->Name("1024 rows: subtract money");
BENCHMARK_CAPTURE(instruction, fold, bytecode::Op::FoldTotal)->Name("1024 rows: total of a list");
BENCHMARK_CAPTURE(instruction, lookup, bytecode::Op::TableLookup)
    ->Name("1024 rows: table of five rows");
BENCHMARK_CAPTURE(instruction, window, bytecode::Op::BuildWindow)
    ->Name("1024 rows: window of pairs");
BENCHMARK(wholeBlock)->Name("1024 rows: the whole pack of orders");
BENCHMARK(writeDecision)->Name("write one decision as JSON");
BENCHMARK(verifyLibrary)->Name("verify the library's program");
BENCHMARK(lexPack)->Name("split one pack into tokens");
BENCHMARK(parseOnePack)->Name("parse one pack, tokens included");

}  // namespace

}  // namespace proviso::bench

BENCHMARK_MAIN();
