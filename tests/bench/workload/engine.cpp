#include "tests/bench/workload/engine.h"

#include "runtime/engine/interpreter.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::bench {

namespace {

constexpr std::string_view kKxFinding = "KX_MISSING";
constexpr std::string_view kPaymentOutput = "payment_of_visit";

/// "1234.56" in cents.
std::int64_t centsOf(const std::string& text) {
    std::int64_t cents = 0;
    for (const char character : text) {
        cents = character == '.' ? cents : cents * 10 + (character - '0');
    }
    return cents;
}

void addResult(Digest& digest, const RecordResult& result, std::int64_t number) {
    std::int64_t weights = 0;
    for (const FindingResult& finding : result.findings) {
        if (finding.code == kKxFinding) {
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
        if (output.name == kPaymentOutput) {
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
        const std::span<const std::uint8_t> answers = block.columns.answers(effect.guard);
        if (!answers.empty()) {
            addFindings(digest, block, space, effect, answers);
        } else {
            const Cells<std::int64_t>& guard = block.columns.column(effect.guard).values;
            addFindings(digest, block, space, effect, std::span(guard.data(), guard.size()));
        }
    }

    /// One bit of a byte for each of eight rows that say yes.
    static std::uint64_t yesOfEight(const std::int64_t* cells) {
        std::uint64_t found = 0;
        for (unsigned row = 0; row < 8; ++row) {
            found |= std::uint64_t{cells[row] != 0} << (8 * row);
        }
        return found;
    }
    static std::uint64_t yesOfEight(const std::uint8_t* cells) {
        std::uint64_t found = 0;
        std::memcpy(&found, cells, sizeof found);
        return found;
    }

    template <class Cell>
    void addFindings(Digest& digest,
                     const EvaluatedBlock& block,
                     std::uint32_t space,
                     const bytecode::Effect& effect,
                     std::span<const Cell> guard) const {
        const std::size_t place = places_[effect.finding];
        const auto add = [&](std::uint32_t row) {
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
        };
        // Most rules find little: eight rows are passed over at once, and what is found is gone to.
        constexpr std::uint32_t kAtOnce = 8;
        std::uint32_t row = 0;
        for (; row + kAtOnce <= guard.size(); row += kAtOnce) {
            for (std::uint64_t found = yesOfEight(guard.data() + row); found != 0;
                 found &= found - 1) {
                add(row + static_cast<std::uint32_t>(std::countr_zero(found)) / 8);
            }
        }
        for (; row < guard.size(); ++row) {
            if (guard[row] != 0) {
                add(row);
            }
        }
    }

    const bytecode::Program& program_;
    std::vector<std::size_t> places_;  ///< by finding; the number of kFindings is KX_MISSING
    std::mutex mutex_;
    Digest whole_;
};

}  // namespace

Digest decideByEngine(const std::shared_ptr<const bytecode::Program>& program,
                      const RecordStore& store,
                      const RunOptions& options) {
    Digest digest;
    std::int64_t number = 0;
    decideRecords(program, store, options, [&](std::vector<RecordResult>&& results) {
        for (const RecordResult& result : results) {
            addResult(digest, result, ++number);
        }
        return true;
    });
    return digest;
}

std::string whyNotCounted(const bytecode::Program& program) {
    for (const bytecode::FindingInfo& finding : program.findings) {
        if (finding.name != kKxFinding &&
            std::find(kFindings.begin(), kFindings.end(), finding.name) == kFindings.end()) {
            return "they report `" + finding.name + "`";
        }
    }
    for (const bytecode::OutputInfo& output : program.outputs) {
        if (output.name != kPaymentOutput) {
            return "they show `" + output.name + "`";
        }
    }
    return "";
}

Digest decideByEngineInColumns(const std::shared_ptr<const bytecode::Program>& program,
                               const RecordStore& store,
                               const RunOptions& options) {
    ColumnTally tally(*program);
    evaluateColumns(
        program,
        store,
        options,
        {[&](const EvaluatedBlock& block) { tally.add(block); }, [&] { tally.clear(); }});
    return tally.digest();
}

}  // namespace proviso::bench
