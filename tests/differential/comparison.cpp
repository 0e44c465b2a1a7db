#include "tests/differential/comparison.h"

#include "compiler/diagnostics/render.h"
#include "compiler/driver/compile.h"
#include "runtime/base/check.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "runtime/jit/jit.h"
#include "tests/reference/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace proviso::differential {

namespace {

/// Compiling once more in another order takes as long as everything else, so only some pack sets
/// are.
constexpr std::uint64_t kShuffled = 3;

/// By key, so that the order of the input does not show.
using Lines = std::map<std::string, std::string>;

RunStamp stampOf(const GeneratedCase& one) {
    // Without the packs' digest, which another order of the same rules changes.
    return {"id", "", one.knownAsOf};
}

/// Budgets and how findings are counted are not part of the line that people read, but engines must
/// agree about them, too.
std::string lineOf(const RecordResult& result, const RunStamp& stamp) {
    std::string line = toJson(result, stamp) + fmt::format(" budget {}", result.budgetSpent);
    for (const FindingResult& finding : result.findings) {
        if (finding.shared) {
            line += fmt::format(" {} shared by {}{}",
                                finding.code,
                                finding.sharedRow,
                                finding.counted ? "" : " not counted");
        }
    }
    return line;
}

std::unique_ptr<CompiledSet> compile(const GeneratedCase& one) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const GeneratedPack& pack : one.packs) {
        texts.emplace_back(pack.name + ".prv", pack.text());
    }
    return compileTexts(texts, CompileGoal::Lowered);
}

struct Decoded {
    Dictionary dictionary;
    DecodedRecords records;
};

/// What is kept of the records.
enum class Kept : std::uint8_t {
    All,
    WhatIsRead
};

std::unique_ptr<Decoded> decode(const bytecode::Program& program,
                                const GeneratedCase& one,
                                bool quickly = true,
                                Kept kept = Kept::All) {
    auto decoded = std::make_unique<Decoded>();
    for (const std::string& text : program.texts) {
        decoded->dictionary.intern(text);
    }
    std::string all;
    for (const std::string& record : one.records) {
        all += record + "\n";
    }
    DecodeOptions options;
    options.quickly = quickly;
    if (kept == Kept::WhatIsRead) {
        options.read = recordsRead(program);
    }
    decoded->records = decodeText(program.schema, decoded->dictionary, all, options);
    return decoded;
}

/// How a run cuts the records up.
struct Cut {
    std::size_t blockRows = 1024;
    unsigned threads = 1;
};

using Results = std::map<std::string, RecordResult>;

Results byKey(std::vector<RecordResult>&& all) {
    Results results;
    for (RecordResult& result : all) {
        const std::string key = result.key;
        results.emplace(key, std::move(result));
    }
    return results;
}

DecideOptions optionsOf(const GeneratedCase& one) {
    DecideOptions options;
    options.asOf = one.knownAsOf;
    options.budget = one.budget;
    return options;
}

/// Stage by stage.
Results decideByEngine(const CompiledSet& set,
                       const Decoded& decoded,
                       const GeneratedCase& one,
                       Cut cut,
                       engine::Kernels* kernels = nullptr) {
    std::vector<RecordResult> all;
    RunOptions options;
    options.decide = optionsOf(one);
    options.blockRows = cut.blockRows;
    options.threads = cut.threads;
    options.decide.kernels = kernels;
    decideRecords(
        set.program, decoded.records.store, options, [&](std::vector<RecordResult>&& block) {
            std::move(block.begin(), block.end(), std::back_inserter(all));
            return true;
        });
    return byKey(std::move(all));
}

Batch allRecords(const CompiledSet& set, const Decoded& decoded) {
    Batch batch = decoded.records.store.select(recordsInOrder(*set.program, decoded.records.store));
    batch.holes = decoded.records.store.batch().holes;
    return batch;
}

/// Everything at once, with the buffers of the case before, as a session decides record after
/// record.
Results decideTogether(Evaluator& evaluator,
                       const CompiledSet& set,
                       const Decoded& decoded,
                       const GeneratedCase& one) {
    return byKey(evaluator.decide(allRecords(set, decoded), optionsOf(one)));
}

Results
decideByReference(const CompiledSet& set, const Decoded& decoded, const GeneratedCase& one) {
    const reference::Options options{one.knownAsOf, one.budget};
    return byKey(
        reference::decide(*set.typed, set.program->schema, allRecords(set, decoded), options));
}

/// The first place where two lines part, with something around it.
std::string around(const std::string& a, const std::string& b) {
    const auto parted = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    const auto at = static_cast<std::size_t>(parted.first - a.begin());
    const std::size_t from = at < 120 ? 0 : at - 120;
    return fmt::format(
        "  reference ...{}\n  other     ...{}\n", a.substr(from, 300), b.substr(from, 300));
}

std::string differences(const Lines& expected, const Lines& actual, std::string_view what) {
    for (const auto& [key, line] : expected) {
        const auto found = actual.find(key);
        if (found == actual.end()) {
            return fmt::format("{}: record {} is missing\n", what, key);
        }
        if (found->second != line) {
            return fmt::format("{}: record {} differs\n{}", what, key, around(line, found->second));
        }
    }
    return expected.size() == actual.size() ? std::string()
                                            : fmt::format("{}: more records than expected\n", what);
}

void count(Tally& tally, const Results& results, const Decoded& decoded) {
    tally.rejected += decoded.records.rejections.size();
    for (const auto& [key, result] : results) {
        tally.findings += result.findings.size();
        tally.undetermined += result.undetermined.size();
        tally.errors += result.errors.size();
        tally.decided += result.decided.size();
        for (const OutputValue& output : result.outputs) {
            tally.rows += output.rows.size();
            tally.choices += output.choices.size();
        }
    }
}

/// What the compiler says against a pack set, and whether it could have been foreseen.
Comparison refusal(const CompiledSet& set, std::string_view note) {
    std::vector<Diagnostic> errors;
    bool beyond = true;
    for (const Diagnostic& diagnostic : set.sink.sorted(set.sources)) {
        if (infoOf(diagnostic.kind).severity == Severity::Error) {
            beyond = beyond && (diagnostic.kind == DiagnosticKind::RuleTooCostly ||
                                diagnostic.kind == DiagnosticKind::RulesContradict);
            errors.push_back(diagnostic);
        }
    }
    return {beyond ? Comparison::Outcome::Analysis : Comparison::Outcome::Refused,
            std::string(note) + renderText(errors, set.sources),
            0};
}

Lines linesOf(const Results& results, const RunStamp& stamp) {
    Lines lines;
    for (const auto& [key, result] : results) {
        lines[key] = lineOf(result, stamp);
    }
    return lines;
}

/// Compiled code for one pack set, which serves all its cases: what was compiled for one meets the
/// records of the next.
class CompiledEngines {
  public:
    CompiledEngines(const CompiledSet& set, std::uint64_t seed, const std::string& plugin)
        : seed_(seed) {
        if (plugin.empty()) {
            return;
        }
        jit::JitOptions options;
        options.plugin = plugin;
        options.wait = true;
        options.watchedBlocks = 1;
        options.leastRows = 1;
        options.leastMembers = 1;
        // It takes twice as long, and is not what engines do unless they are asked.
        options.optimize = seed % 5 == 0;
        options.mostMembers = seed % 3 == 0 ? 5 : 256;
        options.expectStates = seed % 4 < 2;
        std::string message;
        jit_ = jit::Jit::open(set.program, options, message);
        PROVISO_CHECK(jit_ != nullptr, "the plug-in can be loaded");
    }

    /// `wide` and `packed` are the same records, in cells of eight bytes and in as few as they
    /// need.
    std::string compare(const CompiledSet& set,
                        const Decoded& wide,
                        const Decoded& packed,
                        const GeneratedCase& one,
                        const Lines& expected) const {
        // The first run is watched, the others are compiled; what is compiled for the cells of some
        // blocks meets others.
        static constexpr std::array<std::pair<Cut, std::string_view>, 4> kCuts{
            {{{1024, 1}, "watched"},
             {{1024, 1}, "compiled, one block"},
             {{1, 2}, "compiled, smallest blocks"},
             {{9, 1}, "compiled, small blocks"}}};
        std::string details;
        for (std::size_t index = 0; index < kCuts.size(); ++index) {
            const auto& [cut, name] = kCuts[index];
            const bool isOther = index == 2;
            const Decoded& decoded = (seed_ % 2 == 0) != isOther ? packed : wide;
            if (jit_ != nullptr && details.empty()) {
                details = differences(
                    expected,
                    linesOf(decideByEngine(set, decoded, one, cut, jit_.get()), stampOf(one)),
                    name);
            }
        }
        if (jit_ != nullptr && !jit_->report().failure.empty()) {
            details += jit_->report().failure;
        }
        return details;
    }

    void count(Tally& tally) const {
        if (jit_ == nullptr) {
            return;
        }
        const jit::JitReport report = jit_->report();
        tally.compiledRuns += report.compiledRuns;
        for (const auto& [reason, runs] : report.interpretedRuns) {
            tally.interpretedRuns += runs;
        }
    }

  private:
    std::uint64_t seed_;
    std::unique_ptr<jit::Jit> jit_;
};

/// Which paths a case takes: paths that lie close to others are taken by every other case.
enum Turn : std::uint8_t {
    kEven,
    kOdd,
    kBoth,  ///< a case that stands alone
};

/// Differences of one case, or nothing.
std::string compareOne(const CompiledSet& set,
                       const GeneratedCase& one,
                       Turn turn,
                       Tally* tally,
                       Evaluator& evaluator,
                       const CompiledEngines& compiled) {
    const std::unique_ptr<Decoded> decoded = decode(*set.program, one);
    const RunStamp stamp = stampOf(one);
    const Results byReference = decideByReference(set, *decoded, one);
    if (tally != nullptr) {
        count(*tally, byReference, *decoded);
    }
    const Lines expected = linesOf(byReference, stamp);
    const auto compareWith = [&](const Results& results, std::string_view name) {
        return differences(expected, linesOf(results, stamp), name);
    };
    std::string details = compareWith(decideTogether(evaluator, set, *decoded, one), "engine");
    if (details.empty()) {
        details = compareWith(decideByEngine(set, *decoded, one, {1024, 1}), "one block");
    }
    const std::unique_ptr<Decoded> packed =
        decode(*set.program, one, /*quickly=*/true, Kept::WhatIsRead);
    if (details.empty() && turn != kOdd) {
        details = compareWith(decideByEngine(set, *packed, one, {1024, 1}),
                              "one block, of what is read alone");
    }
    // The smallest blocks are as far from that as can be; what lies between takes turns.
    if (details.empty() && turn != kOdd) {
        const std::unique_ptr<Decoded> carefully =
            decode(*set.program, one, /*quickly=*/false, Kept::WhatIsRead);
        details = compareWith(decideByEngine(set, *carefully, one, {1, 2}),
                              "smallest blocks, read carefully");
    }
    if (details.empty() && turn != kEven) {
        details = compareWith(decideByEngine(set, *decoded, one, {1, 2}), "smallest blocks");
        if (details.empty()) {
            details = compareWith(decideByEngine(set, *packed, one, {4, 1}),
                                  "small blocks, of what is read alone");
        }
    }
    return details.empty() ? compiled.compare(set, *decoded, *packed, one, expected) : details;
}

Comparison compareShuffled(const CompiledSet& set, const GeneratedCase& one, std::uint64_t seed) {
    const GeneratedCase another = shuffled(one, seed);
    const std::unique_ptr<CompiledSet> other = compile(another);
    if (!other->program) {
        return refusal(*other, "in another order:\n");
    }
    const RunStamp stamp = stampOf(one);
    const Lines before = linesOf(decideByEngine(set, *decode(*set.program, one), one, {}), stamp);
    const Lines after =
        linesOf(decideByEngine(*other, *decode(*other->program, another), another, {}), stamp);
    const std::string details = differences(before, after, "another order");
    return details.empty() ? Comparison{} : Comparison{Comparison::Outcome::Different, details, 0};
}

}  // namespace

Comparison compare(const std::vector<GeneratedCase>& cases,
                   std::uint64_t seed,
                   Tally* tally,
                   const std::string& plugin) {
    std::size_t index = 0;
    try {
        const std::unique_ptr<CompiledSet> set = compile(cases[0]);
        if (!set->program) {
            return refusal(*set, "");
        }
        const CompiledEngines compiled(*set, seed, plugin);
        Evaluator evaluator(set->program);
        for (; index < cases.size(); ++index) {
            const std::string details = compareOne(*set,
                                                   cases[index],
                                                   cases.size() == 1         ? kBoth
                                                   : (seed + index) % 2 == 0 ? kEven
                                                                             : kOdd,
                                                   tally,
                                                   evaluator,
                                                   compiled);
            if (!details.empty()) {
                return {Comparison::Outcome::Different, details, index};
            }
        }
        if (tally != nullptr) {
            compiled.count(*tally);
        }
        index = 0;
        return seed % kShuffled == 0 ? compareShuffled(*set, cases[0], seed) : Comparison{};
    } catch (const InternalError& error) {
        return {Comparison::Outcome::Different,
                fmt::format("internal error: {}\n", error.what()),
                index};
    }
}

GeneratedCase reduced(GeneratedCase one, std::uint64_t seed, const std::string& plugin) {
    const auto differs = [&](const GeneratedCase& candidate) {
        return compare({candidate}, seed, nullptr, plugin).outcome ==
               Comparison::Outcome::Different;
    };
    bool smaller = true;
    while (smaller) {
        smaller = false;
        for (std::size_t index = one.records.size(); index-- > 0;) {
            GeneratedCase candidate = one;
            candidate.records.erase(candidate.records.begin() + static_cast<std::ptrdiff_t>(index));
            if (differs(candidate)) {
                one = std::move(candidate);
                smaller = true;
            }
        }
        for (std::size_t pack = 0; pack < one.packs.size(); ++pack) {
            for (std::size_t index = one.packs[pack].items.size(); index-- > 0;) {
                GeneratedCase candidate = one;
                auto& items = candidate.packs[pack].items;
                items.erase(items.begin() + static_cast<std::ptrdiff_t>(index));
                if (differs(candidate)) {
                    one = std::move(candidate);
                    smaller = true;
                }
            }
        }
    }
    return one;
}

}  // namespace proviso::differential
