// How long the parts of a run take, beside a plain simdjson parse of the same bytes as the
// yardstick. Machines are noisy: what is worth quoting are ratios between lines of one table.
// Prints a table, then the same as one line of JSON.

#include "compiler/driver/compile.h"
#include "runtime/decision/json.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <simdjson.h>
#include <sstream>
#include <string>
#include <vector>

using namespace proviso;

namespace {

double secondsOf(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Timed {
    std::string name;
    double median = 0;
    double lowest = 0;
    double highest = 0;
};

Timed measure(std::string name, int repetitions, const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < repetitions; ++i) {
        times.push_back(secondsOf(work));
    }
    std::sort(times.begin(), times.end());
    return {std::move(name), times[times.size() / 2], times.front(), times.back()};
}

std::string readText(const char* path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Every record again and again, each time as other records of other persons: the ids get a number.
std::string repeated(const std::string& text, std::size_t records) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    std::string all;
    for (std::size_t i = 0; i < records; ++i) {
        std::string line = lines[i % lines.size()];
        const std::string round = fmt::format("{}-", i / lines.size());
        for (const char* field :
             {"\"visit_id\":\"", "\"patient_id\":\"", "\"visit_id\": \"", "\"patient_id\": \""}) {
            const std::size_t at = line.find(field);
            if (at != std::string::npos) {
                line.insert(at + std::string(field).size(), round);
            }
        }
        all += line;
        all += '\n';
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        fmt::print(stderr,
                   "usage: proviso_bench <packs> <records.ndjson> <records> <repetitions>\n");
        return 2;
    }
    const std::size_t records = std::stoul(argv[3]);
    const int repetitions = std::stoi(argv[4]);
    const std::string text = repeated(readText(argv[2]), records);
    std::vector<Timed> table;

    std::unique_ptr<CompiledSet> set;
    table.push_back(measure("packs: text to bytecode", repetitions, [&] {
        set = compilePaths({argv[1]}, CompileGoal::Lowered);
    }));
    if (set->program == nullptr) {
        fmt::print(stderr, "the packs do not compile\n");
        return 2;
    }
    std::size_t packBytes = 0;
    for (const SourceId source : set->packTexts) {
        packBytes += set->sources.text(source).size();
    }

    std::uint64_t fields = 0;
    table.push_back(measure("yardstick: simdjson parses the bytes", repetitions, [&] {
        simdjson::dom::parser parser;
        std::size_t begin = 0;
        while (begin < text.size()) {
            const std::size_t end = text.find('\n', begin);
            simdjson::dom::element document;
            if (parser.parse(text.data() + begin, end - begin).get(document) == simdjson::SUCCESS) {
                ++fields;
            }
            begin = end + 1;
        }
    }));

    const auto newDictionary = [&] {
        auto dictionary = std::make_unique<Dictionary>();
        for (const std::string& known : set->program->texts) {
            dictionary->intern(known);
        }
        return dictionary;
    };
    auto dictionary = newDictionary();
    DecodedRecords decoded;
    table.push_back(measure("decode to columns", repetitions, [&] {
        dictionary = newDictionary();
        decoded = decodeText(set->program->schema, *dictionary, text);
    }));

    std::uint64_t findings = 0;
    table.push_back(measure("decide", repetitions, [&] {
        findings = 0;
        decideRecords(
            set->program, decoded.store, RunOptions{}, [&](std::vector<RecordResult>&& results) {
                for (const RecordResult& result : results) {
                    findings += result.findings.size();
                }
                return true;
            });
    }));

    std::size_t bytes = 0;
    table.push_back(measure("decide and write JSON", repetitions, [&] {
        std::string out;
        bytes = 0;
        decideRecords(
            set->program, decoded.store, RunOptions{}, [&](std::vector<RecordResult>&& results) {
                for (const RecordResult& result : results) {
                    out.clear();
                    appendJson(
                        out, result, RunStamp{"visit_id", set->program->digest, std::nullopt});
                    bytes += out.size();
                }
                return true;
            });
    }));

    const double yardstick = table[1].median;
    fmt::print(
        "{} records, {:.1f} MB; {} packs of {:.0f} kB, {} rules, {} instructions; {} findings\n\n",
        records,
        static_cast<double>(text.size()) / 1e6,
        set->packs.size(),
        static_cast<double>(packBytes) / 1e3,
        set->program->rules.size(),
        set->program->code.size(),
        findings);
    fmt::print("{:<40} {:>10} {:>19} {:>14} {:>10}\n",
               "",
               "median s",
               "lowest..highest",
               "records/s",
               "ratio");
    std::string json;
    for (const Timed& timed : table) {
        const bool packs = &timed == &table.front();
        fmt::print("{:<40} {:>10.4f} {:>9.4f}..{:<8.4f} {:>14} {:>10}\n",
                   timed.name,
                   timed.median,
                   timed.lowest,
                   timed.highest,
                   packs ? std::string("-")
                         : fmt::format("{:.0f}", static_cast<double>(records) / timed.median),
                   packs ? std::string("-") : fmt::format("{:.2f}", timed.median / yardstick));
        json += fmt::format("{}\"{}\":{:.6f}", json.empty() ? "" : ",", timed.name, timed.median);
    }
    fmt::print("\n{{\"records\":{},\"medians\":{{{}}}}}\n", records, json);
    return 0;
}
