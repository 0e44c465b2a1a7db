#include "runtime/engine/collect.h"

#include "runtime/engine/frame.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/places.h"
#include "runtime/engine/shower.h"
#include "runtime/values/evaluation_error.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::Combination;
using bytecode::Effect;
using bytecode::kNone;
using bytecode::Register;

/// Reads what an interpreter computed for one block into results, one an entry record.
class Collector {
  public:
    Collector(const Interpreter& run, const Batch& batch, const Stage& stage)
        : run_(run), program_(run.program()), stage_(stage), places_(run, batch), shower_(places_) {
        parts_.resize(batch.spaces[0].rows);
        for (std::uint32_t record = 0; record < parts_.size(); ++record) {
            parts_[record].result.key = places_.key(record);
        }
    }

    std::vector<PartialResult> collect() {
        for (const std::uint32_t rule : stage_.rules) {
            collectRule(program_.rules[rule]);
        }
        for (const std::uint32_t decision : stage_.decisions) {
            collectDecision(decision);
        }
        for (const std::uint32_t output : stage_.outputs) {
            collectOutput(output);
        }
        for (const std::uint32_t space : stage_.groups) {
            markBeside(space);
        }
        return std::move(parts_);
    }

    /// The lists of outputs that ask for choices, under another choice: added where they say
    /// something new.
    static void addChoices(std::vector<PartialResult>& parts,
                           const std::vector<std::uint32_t>& records,
                           const Interpreter& run,
                           const Batch& batch,
                           const Stage& stage,
                           const std::vector<std::int64_t>& outcomes,
                           std::int64_t choice) {
        Places places(run, batch);
        Shower shower(places);
        const bytecode::Program& program = run.program();
        for (const std::uint32_t index : stage.outputs) {
            const auto& output = program.outputs[index];
            if (!output.choices || output.rows == kNone || output.space != program.outcomesSpace) {
                continue;
            }
            for (std::uint32_t row = 0; row < outcomes.size(); ++row) {
                if (outcomes[row] <= choice) {
                    continue;
                }
                const Home home = places.home(output.space, row);
                if (home.records.empty()) {
                    continue;
                }
                const std::uint32_t record = home.records.back();
                std::vector<OutputRow> rows = shower.list(output, row, record);
                PartialResult& part = parts[records[record]];
                const auto place = std::find(part.outputs.begin(), part.outputs.end(), index) -
                                   part.outputs.begin();
                OutputValue& value = part.result.outputs[static_cast<std::size_t>(place)];
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
        return std::tie(
                   a.state, a.text, a.members, a.open, a.missing, a.errors, a.atLeast, a.atMost) ==
               std::tie(
                   b.state, b.text, b.members, b.open, b.missing, b.errors, b.atLeast, b.atMost);
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
        // Most rows say nothing, and what says so are a few columns.
        std::vector<std::uint8_t> speaks(run_.rows(rule.space), 0);
        for (const Effect& effect : rule.effects) {
            const ColumnData& guard = run_.column(effect.guard);
            for (std::uint32_t row = 0; row < speaks.size(); ++row) {
                if (guard.values[row] != 0 || guard.state(row) == State::Unknown ||
                    guard.state(row) == State::Error) {
                    speaks[row] = 1;
                }
            }
        }
        for (std::uint32_t row = 0; row < speaks.size(); ++row) {
            if (speaks[row] != 0) {
                collectRuleRow(rule, row);
            }
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
            const auto noteState = [&](Register reg, State state, bool unknownToo) {
                Trouble* trouble = state == State::Error                   ? &wrong
                                   : state == State::Unknown && unknownToo ? &unknown
                                                                           : nullptr;
                if (trouble != nullptr) {
                    trouble->effect = trouble->effect == nullptr ? &effect : trouble->effect;
                    trouble->registers.push_back(reg);
                }
            };
            const auto note = [&](Register reg, bool unknownToo) {
                noteState(reg, run_.column(reg).state(row), unknownToo);
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
                // Whose decision it is cannot be said: a key is missing.
                if (effect.row != kNone && run_.link(effect.row)[row] == kNoIndex) {
                    noteState(effect.row, run_.linkState(effect.row, row), true);
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
                PlaceReasons reasons;
                for (const Register reg : unknown.registers) {
                    const auto places = places_.missing(reg, row, record, &reasons);
                    missing.insert(places.begin(), places.end());
                }
                parts_[record].result.undetermined.push_back(
                    {rule.name,
                     target(rule, *unknown.effect, row, record),
                     {missing.begin(), missing.end()},
                     std::move(reasons)});
            }
            for (const EvaluationError error : errors) {
                parts_[record].result.errors.push_back({rule.name,
                                                        target(rule, *wrong.effect, row, record),
                                                        evaluationErrorCode(error),
                                                        evaluationErrorMessage(error)});
            }
        }
    }

    struct Target {
        std::uint32_t space = kNone;
        std::uint32_t row = kNone;
    };

    /// The row that an effect speaks about; the rule's own row where its key is missing.
    Target targetOf(const bytecode::RuleInfo& rule, const Effect& effect, std::uint32_t row) {
        const std::uint32_t to = places_.follow(effect.row, row);
        return effect.row == kNone || to == kNone ? Target{rule.space, row}
                                                  : Target{program_.code[effect.row].target, to};
    }

    std::string target(const bytecode::RuleInfo& rule,
                       const Effect& effect,
                       std::uint32_t row,
                       std::uint32_t record) {
        const Target to = targetOf(rule, effect, row);
        return places_.row(to.space, to.row, record);
    }

    void addFinding(const bytecode::RuleInfo& rule, const Effect& effect, std::uint32_t row) {
        const bytecode::FindingInfo& finding = program_.findings[effect.finding];
        const Target to = targetOf(rule, effect, row);
        const Home home = places_.home(to.space, to.row);
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
            result.sharedRow = home.shared ? home.records.front() : 0;
            result.counted = record == home.records.front();
            parts_[record].result.findings.push_back(std::move(result));
        }
    }

    void collectDecision(std::uint32_t index) {
        const bytecode::DecisionInfo& decision = program_.decisions[index];
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
                parts_[record].result.decided.push_back(std::move(result));
                parts_[record].decisions.push_back(index);
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

    void collectOutput(std::uint32_t index) {
        const bytecode::OutputInfo& output = program_.outputs[index];
        const std::uint32_t rows = run_.rows(output.space);
        for (std::uint32_t row = 0; row < rows; ++row) {
            const Home home = places_.home(output.space, row);
            for (const std::uint32_t record : home.records) {
                OutputValue value;
                value.name = output.name;
                value.list = output.rows != kNone;
                if (record != home.records.back()) {
                    value.claimedWith = places_.key(home.records.back());
                }
                if (!value.list) {
                    value.value = shower_.value(output.columns[0], row, record);
                } else if (value.claimedWith.empty()) {
                    value.rows = shower_.list(output, row, record);
                }
                parts_[record].result.outputs.push_back(std::move(value));
                parts_[record].outputs.push_back(index);
            }
        }
    }

    void markBeside(std::uint32_t space) {
        const std::vector<std::uint8_t> holed =
            groupsWithHoles(run_.frame(), program_.spaces[space].membership);
        for (std::uint32_t row = 0; row < holed.size(); ++row) {
            if (holed[row] == 0) {
                continue;
            }
            for (const std::uint32_t record : places_.home(space, row).records) {
                parts_[record].result.besideRejected = true;
            }
        }
    }

    const Interpreter& run_;
    const bytecode::Program& program_;
    const Stage& stage_;
    Places places_;
    Shower shower_;
    std::vector<PartialResult> parts_;
};

/// Moves the parts into the order of their numbers in the program.
template <class Item>
void order(std::vector<Item>& items, const std::vector<std::uint32_t>& numbers) {
    std::vector<std::size_t> places(items.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
        return numbers[a] < numbers[b];
    });
    std::vector<Item> ordered;
    ordered.reserve(items.size());
    for (const std::size_t place : places) {
        ordered.push_back(std::move(items[place]));
    }
    items = std::move(ordered);
}

template <class Item>
void append(std::vector<Item>& to, std::vector<Item>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void sort(RecordResult& result) {
    std::stable_sort(
        result.findings.begin(), result.findings.end(), [](const auto& a, const auto& b) {
            return std::tie(a.code, a.on, a.rule) < std::tie(b.code, b.on, b.rule);
        });
    std::stable_sort(
        result.undetermined.begin(), result.undetermined.end(), [](const auto& a, const auto& b) {
            return std::tie(a.rule, a.on, a.missing) < std::tie(b.rule, b.on, b.missing);
        });
    // Several rows of a rule may say the same about one row above them.
    result.undetermined.erase(std::unique(result.undetermined.begin(),
                                          result.undetermined.end(),
                                          [](const auto& a, const auto& b) {
                                              return std::tie(a.rule, a.on, a.missing) ==
                                                     std::tie(b.rule, b.on, b.missing);
                                          }),
                              result.undetermined.end());
    std::stable_sort(result.errors.begin(), result.errors.end(), [](const auto& a, const auto& b) {
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

}  // namespace

std::vector<PartialResult>
collectStage(const Interpreter& run, const Batch& batch, const Stage& stage) {
    return Collector(run, batch, stage).collect();
}

void collectChoice(std::vector<PartialResult>& parts,
                   const std::vector<std::uint32_t>& records,
                   const Interpreter& run,
                   const Batch& batch,
                   const Stage& stage,
                   const std::vector<std::int64_t>& outcomes,
                   std::int64_t choice) {
    Collector::addChoices(parts, records, run, batch, stage, outcomes, choice);
}

PartialResult tooLarge(const bytecode::Program& program, std::string key) {
    PartialResult part;
    part.tooLarge = true;
    part.result.key = std::move(key);
    for (const auto& rule : program.rules) {
        part.result.errors.push_back({rule.name,
                                      program.spaces[0].name,
                                      evaluationErrorCode(EvaluationError::TooManyRows),
                                      evaluationErrorMessage(EvaluationError::TooManyRows)});
    }
    return part;
}

RecordResult mergeParts(std::vector<PartialResult> parts) {
    for (PartialResult& part : parts) {
        if (part.tooLarge) {
            return std::move(part.result);
        }
    }
    PartialResult whole = std::move(parts.front());
    for (auto part = std::next(parts.begin()); part != parts.end(); ++part) {
        append(whole.result.outputs, part->result.outputs);
        append(whole.outputs, part->outputs);
        append(whole.result.findings, part->result.findings);
        append(whole.result.undetermined, part->result.undetermined);
        append(whole.result.errors, part->result.errors);
        append(whole.result.decided, part->result.decided);
        append(whole.decisions, part->decisions);
        whole.result.besideRejected |= part->result.besideRejected;
    }
    order(whole.result.outputs, whole.outputs);
    order(whole.result.decided, whole.decisions);
    sort(whole.result);
    return std::move(whole.result);
}

}  // namespace proviso::engine
