#include "tests/differential/comparison.h"

#include "compiler/diagnostics/render.h"
#include "compiler/driver/compile.h"
#include "runtime/base/check.h"
#include "runtime/decision/json.h"
#include "runtime/engine/evaluate.h"
#include "runtime/engine/run.h"
#include "runtime/input/decoder.h"
#include "tests/reference/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
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

/// Budgets are not part of the line that people read, but engines must agree about them, too.
std::string lineOf(const RecordResult& result, const RunStamp& stamp, std::int64_t budget) {
    return toJson(result, stamp) + fmt::format(" budget {}", budget);
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

std::unique_ptr<Decoded> decode(const bytecode::Program& program, const GeneratedCase& one) {
    auto decoded = std::make_unique<Decoded>();
    for (const std::string& text : program.texts) {
        decoded->dictionary.intern(text);
    }
    std::string all;
    for (const std::string& record : one.records) {
        all += record + "\n";
    }
    decoded->records = decodeText(program.schema, decoded->dictionary, all);
    return decoded;
}

RunOptions optionsOf(const GeneratedCase& one, std::size_t blockRows) {
    RunOptions options;
    options.decide.asOf = one.knownAsOf;
    options.decide.budget = one.budget;
    options.blockRows = blockRows;
    return options;
}

std::map<std::string, RecordResult> decideByEngine(const CompiledSet& set,
                                                   const Decoded& decoded,
                                                   const GeneratedCase& one,
                                                   std::size_t blockRows) {
    std::map<std::string, RecordResult> results;
    decideRecords(set.program,
                  decoded.records.store,
                  optionsOf(one, blockRows),
                  [&](std::vector<RecordResult>&& block) {
                      for (RecordResult& result : block) {
                          const std::string key = result.key;
                          results.emplace(key, std::move(result));
                      }
                      return true;
                  });
    return results;
}

std::map<std::string, RecordResult>
decideByReference(const CompiledSet& set, const Decoded& decoded, const GeneratedCase& one) {
    std::map<std::string, RecordResult> results;
    const reference::Options options{one.knownAsOf, one.budget};
    // One block of everything: how the engine cuts must not show.
    for (const auto& block :
         planBlocks(*set.program, decoded.records.store, decoded.records.store.recordCount() + 1)) {
        const Batch batch = decoded.records.store.select(block);
        for (RecordResult& result :
             reference::decide(*set.typed, set.program->schema, batch, options)) {
            const std::string key = result.key;
            results.emplace(key, std::move(result));
        }
    }
    return results;
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

void count(Tally& tally,
           const std::map<std::string, RecordResult>& results,
           const Decoded& decoded) {
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

/// Which members a shared finding stands in is told by `sharedRow`, whose number may be any.
std::set<std::set<std::string>> sharing(const std::map<std::string, RecordResult>& results) {
    std::map<std::pair<std::string, std::uint32_t>, std::set<std::string>> members;
    for (const auto& [key, result] : results) {
        for (const FindingResult& finding : result.findings) {
            if (finding.shared) {
                members[{finding.code + finding.on + finding.rule, finding.sharedRow}].insert(key);
            }
        }
    }
    std::set<std::set<std::string>> all;
    for (const auto& [finding, keys] : members) {
        all.insert(keys);
    }
    return all;
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

Lines linesOf(const std::map<std::string, RecordResult>& results, const RunStamp& stamp) {
    Lines lines;
    for (const auto& [key, result] : results) {
        lines[key] = lineOf(result, stamp, result.budgetSpent);
    }
    return lines;
}

/// Differences of one case, or nothing.
std::string compareOne(const CompiledSet& set, const GeneratedCase& one, Tally* tally) {
    const std::unique_ptr<Decoded> decoded = decode(*set.program, one);
    const RunStamp stamp = stampOf(one);
    const auto engine = decideByEngine(set, *decoded, one, 1024);
    const auto byReference = decideByReference(set, *decoded, one);
    if (tally != nullptr) {
        count(*tally, byReference, *decoded);
    }
    const Lines actual = linesOf(engine, stamp);
    std::string details = differences(linesOf(byReference, stamp), actual, "engine");
    if (details.empty() && sharing(byReference) != sharing(engine)) {
        details = "engine: findings are shared by other members\n";
    }
    if (details.empty()) {
        details = differences(
            actual, linesOf(decideByEngine(set, *decoded, one, 1), stamp), "small blocks");
    }
    return details;
}

Comparison compareShuffled(const CompiledSet& set, const GeneratedCase& one, std::uint64_t seed) {
    const GeneratedCase another = shuffled(one, seed);
    const std::unique_ptr<CompiledSet> other = compile(another);
    if (!other->program) {
        return refusal(*other, "in another order:\n");
    }
    const RunStamp stamp = stampOf(one);
    const Lines before = linesOf(decideByEngine(set, *decode(*set.program, one), one, 1024), stamp);
    const Lines after =
        linesOf(decideByEngine(*other, *decode(*other->program, another), another, 1024), stamp);
    const std::string details = differences(before, after, "another order");
    return details.empty() ? Comparison{} : Comparison{Comparison::Outcome::Different, details, 0};
}

}  // namespace

Comparison compare(const std::vector<GeneratedCase>& cases, std::uint64_t seed, Tally* tally) {
    std::size_t index = 0;
    try {
        const std::unique_ptr<CompiledSet> set = compile(cases[0]);
        if (!set->program) {
            return refusal(*set, "");
        }
        for (; index < cases.size(); ++index) {
            const std::string details = compareOne(*set, cases[index], tally);
            if (!details.empty()) {
                return {Comparison::Outcome::Different, details, index};
            }
        }
        index = 0;
        return seed % kShuffled == 0 ? compareShuffled(*set, cases[0], seed) : Comparison{};
    } catch (const InternalError& error) {
        return {Comparison::Outcome::Different,
                fmt::format("internal error: {}\n", error.what()),
                index};
    }
}

GeneratedCase reduced(GeneratedCase one, std::uint64_t seed) {
    const auto differs = [&](const GeneratedCase& candidate) {
        return compare({candidate}, seed, nullptr).outcome == Comparison::Outcome::Different;
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
