// What was decided, as one RecordResult an entry row.

#include "tests/reference/budget.h"
#include "tests/reference/evaluator.h"
#include "tests/reference/machine.h"
#include "tests/reference/show.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace proviso::reference {

using namespace typed;

namespace {

constexpr std::int64_t kMostChoices = 16;

/// The last part of a qualified name.
std::string shortName(const std::string& name) {
    const auto dot = name.rfind('.');
    return dot == std::string::npos ? name : name.substr(dot + 1);
}

std::vector<std::string> textsOf(const std::vector<Source>& sources) {
    std::vector<std::string> texts;
    for (const Source& source : sources) {
        texts.push_back(source.text);
    }
    return texts;
}

/// Fills the results of all entry rows.
class Reporter {
  public:
    Reporter(const Program& program,
             const Schema& schema,
             const Batch& batch,
             const Options& options,
             const OverBudget& over)
        : program_(program), schema_(schema), batch_(batch), options_(options), over_(over),
          machine_(program, schema, batch, options, 0, over), shower_(machine_) {}

    std::vector<RecordResult> run() {
        results_.resize(machine_.rows(program_.entry).size());
        for (std::uint32_t record = 0; record < results_.size(); ++record) {
            results_[record].key = shower_.key(record);
        }
        reportRules();
        reportDecisions();
        for (std::uint32_t output = 0; output < program_.outputs.size(); ++output) {
            reportOutput(program_.outputs[output]);
        }
        for (const Grouping& grouping : program_.groupings) {
            noteRejected(grouping);
        }
        for (RecordResult& result : results_) {
            sort(result);
        }
        return std::move(results_);
    }

  private:
    /// The entry rows that a row concerns: the one it stands in, or all members of its group.
    struct Home {
        std::vector<std::uint32_t> records;
        bool shared = false;
        std::uint32_t group = 0;  ///< its row
    };

    Home homeOf(SpaceId space, std::uint32_t row) {
        const auto [group, groupRow] = machine_.groupOf(space, row);
        return {machine_.recordsOf(space, row), group != kNone, groupRow};
    }

    /// Members of groups that a rejected record belongs to, or may.
    void noteRejected(const Grouping& grouping) {
        for (std::uint32_t member = 0; member < machine_.rows(grouping.record).size(); ++member) {
            const std::uint32_t group = machine_.followAll({grouping.membership}, member);
            if (group != kNoRow && machine_.mayHoldRejected(grouping.space, group)) {
                results_[machine_.entryRow(grouping.record, member)].besideRejected = true;
            }
        }
    }

    void reportRules() {
        for (std::uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
            const SpaceId space = program_.binders[program_.rules[rule].binder].space;
            for (std::uint32_t row = 0; row < machine_.rows(space).size(); ++row) {
                reportRule(rule, space, row);
            }
        }
    }

    void reportRule(std::uint32_t ruleIndex, SpaceId space, std::uint32_t row) {
        const Rule& rule = program_.rules[ruleIndex];
        const Environment environment = machine_.ruleEnvironment(ruleIndex, row);
        std::optional<RowName> undeterminedOn;
        std::optional<RowName> errorOn;
        std::set<Place> missing;
        std::set<EvaluationError> errors;
        for (const Effect& effect : rule.effects) {
            const RowName on = targetOf(effect, environment, space, row);
            const auto note = [&](const Value& value) {
                if (value.state == State::Unknown) {
                    undeterminedOn = undeterminedOn.value_or(on);
                    missing.insert(value.missing.begin(), value.missing.end());
                } else if (value.state == State::Error) {
                    errorOn = errorOn.value_or(on);
                    errors.insert(value.errors.begin(), value.errors.end());
                }
            };
            const auto noteErrors = [&](const Value& value) {
                if (value.state == State::Error) {
                    note(value);
                }
            };
            const Value guard = machine_.guard(ruleIndex, effect, row);
            note(guard);
            if (!guard.isYes()) {
                continue;
            }
            if (effect.kind == Effect::Kind::Contribute) {
                if (effect.value != kNone) {
                    note(machine_.evaluate(effect.value, environment));
                }
                if (effect.row != kNone) {
                    note(machine_.target(effect, environment));
                }
                continue;
            }
            for (std::size_t slot = 0; slot < effect.slots.size(); ++slot) {
                if (slotDecision(effect, slot) == kNone) {
                    noteErrors(machine_.evaluate(effect.slots[slot], environment));
                }
            }
            if (effect.atStake != kNone) {
                noteErrors(machine_.evaluate(effect.atStake, environment));
            }
            reportFinding(rule, effect, environment, on);
        }
        const Home home = homeOf(space, row);
        for (const std::uint32_t record : home.records) {
            if (undeterminedOn) {
                results_[record].undetermined.push_back({rule.name,
                                                         shower_.place(*undeterminedOn, record),
                                                         shower_.places(missing, record)});
            }
            for (const EvaluationError error : errors) {
                results_[record].errors.push_back({rule.name,
                                                   shower_.place(*errorOn, record),
                                                   evaluationErrorCode(error),
                                                   evaluationErrorMessage(error)});
            }
        }
    }

    static ColumnId slotDecision(const Effect& effect, std::size_t slot) {
        return slot < effect.slotDecisions.size() ? effect.slotDecisions[slot] : kNone;
    }

    /// The row an effect speaks about; the rule's own row where there is none.
    RowName targetOf(const Effect& effect,
                     const Environment& environment,
                     SpaceId space,
                     std::uint32_t row) {
        if (effect.row == kNone) {
            return {space, row};
        }
        const Value target = machine_.target(effect, environment);
        return target.isValue() ? RowName{machine_.spaceOfRow(effect.row),
                                          static_cast<std::uint32_t>(target.value)}
                                : RowName{space, row};
    }

    void reportFinding(const Rule& rule,
                       const Effect& effect,
                       const Environment& environment,
                       const RowName& on) {
        const Finding& finding = program_.findings[effect.finding];
        const Home home = homeOf(on.space, on.row);
        for (const std::uint32_t record : home.records) {
            FindingResult result;
            result.code = finding.name;
            result.severity = static_cast<std::uint8_t>(finding.severity);
            result.on = shower_.place(on, record);
            result.rule = rule.name;
            result.sources = textsOf(rule.sources);
            if (effect.exception != kNone) {
                result.sources = textsOf(program_.exceptions[effect.exception].sources);
            }
            if (effect.because) {
                result.because = shower_.render(*effect.because, environment, nullptr);
            }
            if (finding.remedy) {
                result.remedy = shower_.render(*finding.remedy, environment, &effect);
            }
            for (std::size_t slot = 0; slot < effect.slots.size(); ++slot) {
                result.slots.emplace_back(
                    finding.slots[slot].name,
                    shower_.slot(effect, slot, finding.slots[slot].type, environment, record));
            }
            if (effect.atStake != kNone) {
                result.atStake = shower_.cents(effect.atStake, environment);
            }
            result.shared = home.shared;
            result.sharedRow = home.shared ? home.records.front() : 0;
            result.counted = record == home.records.front();
            results_[record].findings.push_back(std::move(result));
        }
    }

    void reportDecisions() {
        for (std::uint32_t index = 0; index < program_.decisions.size(); ++index) {
            const Decision& decision = program_.decisions[index];
            const SpaceId space = program_.columns[decision.column].space;
            const SpaceKind kind = program_.spaces[space].kind;
            if (kind != SpaceKind::Record && kind != SpaceKind::Group) {
                continue;
            }
            for (std::uint32_t row = 0; row < machine_.rows(space).size(); ++row) {
                for (const std::uint32_t record : homeOf(space, row).records) {
                    DecidedResult result;
                    result.decision = shortName(decision.name);
                    result.on =
                        kind == SpaceKind::Record ? std::string() : program_.spaces[space].name;
                    result.value = shower_.column(decision.column, row, record);
                    if (result.value.state == State::NotApplicable) {
                        continue;
                    }
                    bind(result, index, row);
                    results_[record].decided.push_back(std::move(result));
                }
            }
        }
    }

    void bind(DecidedResult& result, std::uint32_t index, std::uint32_t row) {
        const Decision& decision = program_.decisions[index];
        std::set<std::string> names;
        for (const Contribution& contribution : machine_.contributions(index, row)) {
            if (!contribution.guard.isYes()) {
                continue;
            }
            const Rule& rule = program_.rules[contribution.rule];
            const Effect& effect = rule.effects[contribution.effect];
            bool binds = true;
            if (decision.combination == Combination::Strictest) {
                const std::set<std::uint32_t> shown = shower_.minimalDemands(decision.column, row);
                binds = shown.count(effect.member) > 0;
            } else if (decision.combination == Combination::Lowest ||
                       decision.combination == Combination::Highest) {
                const Value value = machine_.evaluate(
                    effect.value, machine_.ruleEnvironment(contribution.rule, contribution.row));
                const Value whole = machine_.read(decision.column, row);
                binds = value.isValue() && whole.isValue() && value.value == whole.value;
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

    void reportOutput(const Output& output) {
        for (std::uint32_t row = 0; row < machine_.rows(output.space).size(); ++row) {
            const Home home = homeOf(output.space, row);
            for (const std::uint32_t record : home.records) {
                OutputValue value;
                value.name = output.name;
                if (output.rows == kNone) {
                    value.value = shower_.column(output.columns[0], row, record);
                } else {
                    value.list = true;
                    if (record != home.records.back()) {
                        value.claimedWith = shower_.key(home.records.back());
                    } else {
                        value.rows = shower_.list(output, row, record);
                        addChoices(value, output, row, record);
                    }
                }
                results_[record].outputs.push_back(std::move(value));
            }
        }
    }

    void
    addChoices(OutputValue& value, const Output& output, std::uint32_t row, std::uint32_t record) {
        const std::int64_t count =
            output.choices ? std::min(kMostChoices, machine_.outcomes(output.space, row)) : 1;
        std::set<std::vector<std::string>> seen{fingerprint(value.rows)};
        for (std::int64_t choice = 1; choice < count; ++choice) {
            Machine other(program_, schema_, batch_, options_, choice, over_);
            Shower shower(other);
            std::vector<OutputRow> rows = shower.list(output, row, record);
            if (seen.insert(fingerprint(rows)).second) {
                value.choices.push_back(std::move(rows));
            }
        }
    }

    static std::vector<std::string> fingerprint(const std::vector<OutputRow>& rows) {
        std::vector<std::string> texts;
        for (const OutputRow& row : rows) {
            texts.emplace_back(row.certain ? "row" : "open row");
            for (const auto& [name, value] : row.fields) {
                texts.push_back(name);
                texts.push_back(std::to_string(static_cast<int>(value.state)) + value.text);
                texts.push_back(value.atLeast);
                texts.push_back(value.atMost);
                for (const auto* list :
                     {&value.members, &value.open, &value.missing, &value.errors}) {
                    texts.push_back(std::to_string(list->size()));
                    texts.insert(texts.end(), list->begin(), list->end());
                }
            }
        }
        return texts;
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

    const Program& program_;
    const Schema& schema_;
    const Batch& batch_;
    const Options& options_;
    const OverBudget& over_;
    Machine machine_;
    Shower shower_;
    std::vector<RecordResult> results_;
};

}  // namespace

std::vector<RecordResult>
decide(const Program& program, const Schema& schema, const Batch& batch, const Options& options) {
    // Costs are counted on the rows there are when every rule speaks.
    const OverBudget none;
    Machine unlimited(program, schema, batch, options, 0, none);
    const Costs costs = costsOf(unlimited, options.budget);
    std::vector<RecordResult> results = Reporter(program, schema, batch, options, costs.over).run();
    for (std::size_t record = 0; record < results.size(); ++record) {
        results[record].budgetSpent = costs.spent[record];
    }
    return results;
}

}  // namespace proviso::reference
