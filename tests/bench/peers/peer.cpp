// The pack beside this file over a file of records, through the engine:
//   proviso_peer <packs> <records.ndjson> [repetitions=3] [threads=1]
// Prints a line of JSON a repetition: reading apart from deciding, and the digest on which every
// implementation of these rules must agree.

#include "compiler/driver/compile.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/bench/workload/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace proviso;
using namespace proviso::bench;

namespace {

double secondsSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// "1234.56" in cents.
std::int64_t centsOf(const std::string& text) {
    std::int64_t cents = 0;
    for (const char character : text) {
        cents = character == '.' ? cents : cents * 10 + (character - '0');
    }
    return cents;
}

void add(Digest& digest, const RecordResult& result, std::int64_t number) {
    std::int64_t weights = 0;
    for (const FindingResult& finding : result.findings) {
        if (finding.code == "KX_MISSING") {
            digest.kx += 1;
            digest.kxCheck += number;
            continue;
        }
        for (std::size_t index = 0; index < kFindings.size(); ++index) {
            if (finding.code == kFindings[index]) {
                digest.counts[index] += 1;
                weights += kWeights[index];
            }
        }
    }
    digest.check += weights * number;
    for (const OutputValue& output : result.outputs) {
        if (output.name == "payment_of_visit") {
            digest.cents += centsOf(output.value.text);
        }
    }
}

/// Counts findings and adds up payments in the columns that were computed, without results.
class ColumnTally {
  public:
    explicit ColumnTally(const bytecode::Program& program) : program_(program) {
        for (const bytecode::FindingInfo& finding : program.findings) {
            const auto place = std::find(kFindings.begin(), kFindings.end(), finding.name);
            places_.push_back(static_cast<std::size_t>(place - kFindings.begin()));
        }
    }

    /// Of one block; safe to call on several threads.
    void add(const EvaluatedBlock& block) {
        Digest digest;
        for (const std::uint32_t rule : block.rules) {
            for (const bytecode::Effect& effect : program_.rules[rule].effects) {
                if (effect.kind == bytecode::Effect::Kind::Report) {
                    addFindings(digest, block, program_.rules[rule].space, effect);
                }
            }
        }
        for (const std::uint32_t output : block.outputs) {
            const bytecode::Shown& shown = program_.outputs[output].columns[0];
            for (const std::int64_t cents : block.columns.column(shown.value).values) {
                digest.cents += cents;
            }
        }
        const std::lock_guard lock(mutex_);
        for (std::size_t index = 0; index < digest.counts.size(); ++index) {
            whole_.counts[index] += digest.counts[index];
        }
        whole_.cents += digest.cents;
        whole_.check += digest.check;
        whole_.kx += digest.kx;
        whole_.kxCheck += digest.kxCheck;
    }

    void clear() { whole_ = {}; }
    const Digest& digest() const { return whole_; }

  private:
    void addFindings(Digest& digest,
                     const EvaluatedBlock& block,
                     std::uint32_t space,
                     const bytecode::Effect& effect) const {
        const std::size_t place = places_[effect.finding];
        const std::vector<std::int64_t>& guard = block.columns.column(effect.guard).values;
        for (std::uint32_t row = 0; row < guard.size(); ++row) {
            if (guard[row] == 0) {
                continue;
            }
            std::uint32_t record = row;
            for (std::uint32_t at = space; at != 0; at = program_.spaces[at].parent) {
                record = block.columns.link(program_.spaces[at].toParent)[record];
            }
            const auto number = static_cast<std::int64_t>(block.records[record]) + 1;
            if (place == kFindings.size()) {
                digest.kx += 1;
                digest.kxCheck += number;
            } else {
                digest.counts[place] += 1;
                digest.check += kWeights[place] * number;
            }
        }
    }

    const bytecode::Program& program_;
    std::vector<std::size_t> places_;  ///< by finding; the number of kFindings is KX_MISSING
    std::mutex mutex_;
    Digest whole_;
};

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

        Digest digest;
        std::int64_t number = 0;  // results come in the order of keys, which is that of the file
        const auto beginDecide = std::chrono::steady_clock::now();
        decideRecords(
            set->program, decoded.store, options, [&](std::vector<RecordResult>&& results) {
                for (const RecordResult& result : results) {
                    add(digest, result, ++number);
                }
                return true;
            });
        const double eval = secondsSince(beginDecide);
        fmt::print("{}\n", reportLine("proviso", decoded.store.recordCount(), parse, eval, digest));

        // Once more, counted in columns: no text is made of any answer.
        ColumnTally tally(*set->program);
        const auto beginColumns = std::chrono::steady_clock::now();
        evaluateColumns(
            set->program,
            decoded.store,
            options,
            {[&](const EvaluatedBlock& block) { tally.add(block); }, [&] { tally.clear(); }});
        const double columns = secondsSince(beginColumns);
        fmt::print(
            "{}\n",
            reportLine(
                "proviso-columns", decoded.store.recordCount(), parse, columns, tally.digest()));
    }
    return 0;
}
