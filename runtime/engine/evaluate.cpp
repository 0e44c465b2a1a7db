#include "runtime/engine/evaluate.h"

#include "runtime/base/check.h"
#include "runtime/engine/budget.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/shower.h"
#include "runtime/values/evaluation_error.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace proviso {

namespace {

using bytecode::Combination;
using bytecode::Effect;
using bytecode::kNone;
using bytecode::Register;
using engine::Home;
using engine::Places;
using engine::Shower;

constexpr std::int64_t kMostChoices = 16;

/// Reads what an interpreter computed for one block into results, one an entry record.
class Collector {
  public:
    Collector(const Interpreter& run, const Batch& batch)
        : run_(run), program_(run.program()), places_(run, batch), shower_(places_) {
        results_.resize(batch.spaces[0].rows);
        for (std::uint32_t record = 0; record < results_.size(); ++record) {
            results_[record].key = places_.key(record);
        }
    }

    std::vector<RecordResult> collect() {
        for (const auto& rule : program_.rules) {
            collectRule(rule);
        }
        for (const auto& decision : program_.decisions) {
            collectDecision(decision);
        }
        for (const auto& output : program_.outputs) {
            collectOutput(output);
        }
        for (RecordResult& result : results_) {
            sort(result);
        }
        return std::move(results_);
    }

    /// The lists of outputs that ask for choices, under another choice: added where they say
    /// something new.
    static void addChoices(std::vector<RecordResult>& results,
                           const Interpreter& run,
                           const Batch& batch,
                           const std::vector<std::int64_t>& outcomes,
                           std::int64_t choice) {
        Places places(run, batch);
        Shower shower(places);
        const bytecode::Program& program = run.program();
        for (std::size_t index = 0; index < program.outputs.size(); ++index) {
            const auto& output = program.outputs[index];
            if (!output.choices || output.rows == kNone || output.space != program.outcomesSpace) {
                continue;
            }
            for (std::uint32_t row = 0; row < outcomes.size(); ++row) {
                if (outcomes[row] <= choice) {
                    continue;
                }
                const std::uint32_t record = places.home(output.space, row).records.back();
                std::vector<OutputRow> rows = shower.list(output, row, record);
                OutputValue& value = results[record].outputs[index];
                const bool known =
                    same(value.rows, rows) ||
                    std::any_of(value.choices.begin(), value.choices.end(), [&](const auto& other) {
                        return same(other, rows);
                    });
                if (!known) {
                    value.choices.push_back(std::move(rows));
                }
            }
        }
    }

  private:
    static bool same(const ShownValue& a, const ShownValue& b) {
        return std::tie(a.state, a.text, a.members, a.open, a.missing, a.errors) ==
               std::tie(b.state, b.text, b.members, b.open, b.missing, b.errors);
    }

    static bool same(const std::vector<OutputRow>& a, const std::vector<OutputRow>& b) {
        return std::equal(
            a.begin(), a.end(), b.begin(), b.end(), [](const OutputRow& x, const OutputRow& y) {
                return x.certain == y.certain && std::equal(x.fields.begin(),
                                                            x.fields.end(),
                                                            y.fields.begin(),
                                                            y.fields.end(),
                                                            [](const auto& p, const auto& q) {
                                                                return same(p.second, q.second);
                                                            });
            });
    }

    bool quiet(Register guard) const {
        const ColumnData& column = run_.column(guard);
        return column.states.empty() && std::all_of(column.values.begin(),
                                                    column.values.end(),
                                                    [](std::int64_t value) { return value == 0; });
    }

    void collectRule(const bytecode::RuleInfo& rule) {
        if (std::all_of(rule.effects.begin(), rule.effects.end(), [&](const Effect& effect) {
                return quiet(effect.guard);
            })) {
            return;
        }
        const std::uint32_t rows = run_.rows(rule.space);
        for (std::uint32_t row = 0; row < rows; ++row) {
            collectRuleRow(rule, row);
        }
    }

    struct Trouble {
        const Effect* effect = nullptr;  ///< the first effect concerned
        std::vector<Register> registers;
    };

    void collectRuleRow(const bytecode::RuleInfo& rule, std::uint32_t row) {
        Trouble unknown;
        Trouble wrong;
        for (const Effect& effect : rule.effects) {
            const auto note = [&](Register reg, bool unknownToo) {
                const State state = run_.column(reg).state(row);
                Trouble* trouble = state == State::Error                   ? &wrong
                                   : state == State::Unknown && unknownToo ? &unknown
                                                                           : nullptr;
                if (trouble != nullptr) {
                    trouble->effect = trouble->effect == nullptr ? &effect : trouble->effect;
                    trouble->registers.push_back(reg);
                }
            };
            note(effect.guard, true);
            const ColumnData& guard = run_.column(effect.guard);
            if (guard.state(row) != State::Value || guard.values[row] == 0) {
                continue;
            }
            if (effect.kind == Effect::Kind::Contribute) {
                if (effect.value != kNone) {
                    note(effect.value, true);
                }
                continue;
            }
            for (const auto& slot : effect.slots) {
                if (slot.value != kNone) {
                    note(slot.value, false);
                }
            }
            if (effect.atStake != kNone) {
                note(effect.atStake, false);
            }
            addFinding(rule, effect, row);
        }
        if (unknown.effect == nullptr && wrong.effect == nullptr) {
            return;
        }
        std::set<EvaluationError> errors;
        for (const Register reg : wrong.registers) {
            for (const EvaluationError error : errorCodes(run_, reg, row)) {
                errors.insert(error);
            }
        }
        for (const std::uint32_t record : places_.home(rule.space, row).records) {
            if (unknown.effect != nullptr) {
                std::set<std::string> missing;
                for (const Register reg : unknown.registers) {
                    const auto places = places_.missing(reg, row, record);
                    missing.insert(places.begin(), places.end());
                }
                results_[record].undetermined.push_back({rule.name,
                                                         target(rule, *unknown.effect, row, record),
                                                         {missing.begin(), missing.end()}});
            }
            for (const EvaluationError error : errors) {
                results_[record].errors.push_back({rule.name,
                                                   target(rule, *wrong.effect, row, record),
                                                   evaluationErrorCode(error),
                                                   evaluationErrorMessage(error)});
            }
        }
    }

    std::uint32_t targetSpace(const bytecode::RuleInfo& rule, const Effect& effect) const {
        return effect.row == kNone ? rule.space : program_.code[effect.row].target;
    }

    std::string target(const bytecode::RuleInfo& rule,
                       const Effect& effect,
                       std::uint32_t row,
                       std::uint32_t record) {
        return places_.row(targetSpace(rule, effect), places_.follow(effect.row, row), record);
    }

    void addFinding(const bytecode::RuleInfo& rule, const Effect& effect, std::uint32_t row) {
        const bytecode::FindingInfo& finding = program_.findings[effect.finding];
        const Home home = places_.home(targetSpace(rule, effect), places_.follow(effect.row, row));
        for (const std::uint32_t record : home.records) {
            FindingResult result;
            result.code = finding.name;
            result.severity = static_cast<std::uint8_t>(finding.severity);
            result.on = target(rule, effect, row, record);
            result.rule = rule.name;
            result.sources = effect.exception == kNone ? rule.sources
                                                       : rule.exceptions[effect.exception].sources;
            if (effect.because.has_value()) {
                result.because = shower_.render(*effect.because, row, nullptr);
            }
            if (finding.remedy.has_value()) {
                result.remedy = shower_.render(*finding.remedy, row, &effect);
            }
            for (const auto& slot : effect.slots) {
                result.slots.emplace_back(slot.name, shower_.value(slot, row, record));
            }
            if (effect.atStake != kNone) {
                result.atStake = shower_.cents(effect.atStake, row);
            }
            result.shared = home.shared;
            result.sharedRow = home.group;
            results_[record].findings.push_back(std::move(result));
        }
    }

    void collectDecision(const bytecode::DecisionInfo& decision) {
        const bytecode::SpaceInfo& space = program_.spaces[decision.space];
        const bool isRecord = decision.space == 0;
        if (!isRecord && space.kind != bytecode::SpaceInfo::Kind::Group) {
            return;
        }
        const std::uint32_t rows = run_.rows(decision.space);
        for (std::uint32_t row = 0; row < rows; ++row) {
            for (const std::uint32_t record : places_.home(decision.space, row).records) {
                DecidedResult result;
                result.decision = decision.shortName;
                result.on = isRecord ? std::string() : space.name;
                result.value = shower_.value(decision.shown, row, record);
                if (result.value.state == State::NotApplicable) {
                    continue;
                }
                bind(result, decision, row);
                results_[record].decided.push_back(std::move(result));
            }
        }
    }

    void bind(DecidedResult& result, const bytecode::DecisionInfo& decision, std::uint32_t row) {
        std::vector<std::uint32_t> shown;
        if (decision.combination == Combination::Strictest) {
            shown = shower_.minimalDemands(decision.shown, row);
        }
        std::set<std::string> names;
        for (const auto& contribution : decision.contributions) {
            const ColumnData& guard = run_.column(contribution.guard);
            if (guard.state(row) != State::Value || guard.values[row] == 0) {
                continue;
            }
            const bytecode::RuleInfo& rule = program_.rules[contribution.rule];
            bool binds = true;
            if (decision.combination == Combination::Strictest) {
                binds = std::find(shown.begin(),
                                  shown.end(),
                                  rule.effects[contribution.effect].member) != shown.end();
            } else if (decision.combination == Combination::Lowest ||
                       decision.combination == Combination::Highest) {
                const ColumnData& value = run_.column(contribution.value);
                const ColumnData& whole = run_.column(decision.shown.value);
                binds = value.state(row) == State::Value && whole.state(row) == State::Value &&
                        value.values[row] == whole.values[row];
            }
            if (binds) {
                names.insert(rule.name);
            }
        }
        if (!names.empty()) {
            result.boundBy = *names.begin();
            result.alsoBoundBy.assign(std::next(names.begin()), names.end());
        }
    }

    void collectOutput(const bytecode::OutputInfo& output) {
        const std::uint32_t rows = run_.rows(output.space);
        for (std::uint32_t row = 0; row < rows; ++row) {
            const Home home = places_.home(output.space, row);
            for (const std::uint32_t record : home.records) {
                OutputValue value;
                value.name = output.name;
                value.list = output.rows != kNone;
                if (!value.list) {
                    value.value = shower_.value(output.columns[0], row, record);
                } else if (record != home.records.back()) {
                    value.claimedWith = places_.key(home.records.back());
                } else {
                    value.rows = shower_.list(output, row, record);
                }
                results_[record].outputs.push_back(std::move(value));
            }
        }
    }

    static void sort(RecordResult& result) {
        std::stable_sort(
            result.findings.begin(), result.findings.end(), [](const auto& a, const auto& b) {
                return std::tie(a.code, a.on, a.rule) < std::tie(b.code, b.on, b.rule);
            });
        std::stable_sort(result.undetermined.begin(),
                         result.undetermined.end(),
                         [](const auto& a, const auto& b) {
                             return std::tie(a.rule, a.on, a.missing) <
                                    std::tie(b.rule, b.on, b.missing);
                         });
        // Several rows of a rule may say the same about one row above them.
        result.undetermined.erase(std::unique(result.undetermined.begin(),
                                              result.undetermined.end(),
                                              [](const auto& a, const auto& b) {
                                                  return std::tie(a.rule, a.on, a.missing) ==
                                                         std::tie(b.rule, b.on, b.missing);
                                              }),
                                  result.undetermined.end());
        std::stable_sort(
            result.errors.begin(), result.errors.end(), [](const auto& a, const auto& b) {
                return std::tie(a.rule, a.on, a.code) < std::tie(b.rule, b.on, b.code);
            });
        result.errors.erase(std::unique(result.errors.begin(),
                                        result.errors.end(),
                                        [](const auto& a, const auto& b) {
                                            return std::tie(a.rule, a.on, a.code) ==
                                                   std::tie(b.rule, b.on, b.code);
                                        }),
                            result.errors.end());
        std::stable_sort(
            result.decided.begin(), result.decided.end(), [](const auto& a, const auto& b) {
                return std::tie(a.decision, a.on) < std::tie(b.decision, b.on);
            });
    }

    const Interpreter& run_;
    const bytecode::Program& program_;
    Places places_;
    Shower shower_;
    std::vector<RecordResult> results_;
};

/// Where a row space would outgrow what is allowed, nothing is decided about the block, and every
/// record says so.
std::vector<RecordResult>
tooLarge(const bytecode::Program& program, const Interpreter& run, const Batch& batch) {
    const Places places(run, batch);
    std::vector<RecordResult> results(batch.spaces[0].rows);
    for (std::uint32_t record = 0; record < results.size(); ++record) {
        results[record].key = places.key(record);
        for (const auto& rule : program.rules) {
            results[record].errors.push_back(
                {rule.name,
                 program.spaces[0].name,
                 evaluationErrorCode(EvaluationError::TooManyRows),
                 evaluationErrorMessage(EvaluationError::TooManyRows)});
        }
    }
    return results;
}

}  // namespace

Evaluator::Evaluator(std::shared_ptr<const bytecode::Program> program)
    : program_(std::move(program)), interpreter_(std::make_unique<Interpreter>(program_)) {}

Evaluator::~Evaluator() = default;

const Interpreter& Evaluator::interpreter() const {
    return *interpreter_;
}

std::vector<RecordResult> Evaluator::decide(const Batch& batch, const DecideOptions& options) {
    InterpreterOptions run;
    run.asOf = options.asOf;
    interpreter_->limit({});
    Result<void> done = interpreter_->run(batch, run);
    if (!done.has_value() && done.error().code == ErrorCode::LimitExceeded) {
        return tooLarge(*program_, *interpreter_, batch);
    }
    PROVISO_CHECK(done.has_value(), "a batch that was decoded by the program's schema can be run");
    const Places places(*interpreter_, batch);
    const engine::Budget budget(places);
    if (auto over = budget.over(options.budget); !over.empty()) {
        // What a rule costs was counted on the rows of the first run, so that it does not depend on
        // which rules err.
        interpreter_->limit(std::move(over));
        done = interpreter_->run(batch, run);
        PROVISO_CHECK(done.has_value(), "a batch that was run can be run again");
    }
    std::vector<RecordResult> results = Collector(*interpreter_, batch).collect();
    for (std::uint32_t record = 0; record < results.size(); ++record) {
        results[record].budgetSpent = budget.spentBeside(record);
    }
    if (!options.withChoices || program_->outcomes == kNone) {
        return results;
    }
    const ColumnData& counts = interpreter_->column(program_->outcomes);
    std::vector<std::int64_t> outcomes;
    std::int64_t most = 1;
    for (std::size_t row = 0; row < counts.values.size(); ++row) {
        const std::int64_t count =
            counts.state(row) == State::Value
                ? std::clamp<std::int64_t>(counts.values[row], 1, kMostChoices)
                : 1;
        outcomes.push_back(count);
        most = std::max(most, count);
    }
    for (std::int64_t choice = 1; choice < most; ++choice) {
        const Result<void> again = interpreter_->rerun(choice);
        PROVISO_CHECK(again.has_value(), "another choice over the same batch can be run");
        Collector::addChoices(results, *interpreter_, batch, outcomes, choice);
    }
    if (most > 1) {
        const Result<void> back = interpreter_->rerun(0);
        PROVISO_CHECK(back.has_value(), "the first choice can be run again");
    }
    return results;
}

}  // namespace proviso
