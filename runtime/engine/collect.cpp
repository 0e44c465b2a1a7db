#include "runtime/engine/collect.h"

#include "runtime/engine/answers.h"
#include "runtime/engine/choice_lists.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/gathered.h"
#include "runtime/engine/interpreter.h"
#include "runtime/engine/places.h"
#include "runtime/engine/shower.h"
#include "runtime/values/evaluation_error.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace proviso::engine {

using bytecode::Combination;
using bytecode::Effect;
using bytecode::kNone;
using bytecode::Register;

/// Reads what an interpreter computed for one block into results, by entry record.
class Collector::Work {
  public:
    Work(const Interpreter& run, const Stage& stage, StageParts& parts)
        : run_(run), program_(run.program()), stage_(stage), parts_(parts),
          places_(run, parts_.arena), shower_(places_) {}

    void collect(const Batch& batch) {
        parts_.clear();
        places_.look(batch);
        shower_.forget();
        texts_.clear();
        textLists_.clear();
        parts_.records = batch.spaces[0].rows;
        parts_.keys.resize(parts_.records);
        for (std::uint32_t record = 0; record < parts_.records; ++record) {
            parts_.keys[record] = places_.keyText(record);
        }
        for (const std::uint32_t rule : stage_.rules) {
            collectRule(program_.rules[rule]);
        }
        for (const std::uint32_t decision : stage_.decisions) {
            collectDecision(decision);
        }
        for (const std::uint32_t output : stage_.outputs) {
            collectOutput(output);
        }
        if (batch.holes.rows != 0) {
            for (const std::uint32_t space : stage_.groups) {
                markBeside(space);
            }
        }
        const std::size_t records = parts_.records;
        outputs_.moveTo(parts_.outputs, records);
        findings_.moveTo(parts_.findings, records);
        undetermined_.moveTo(parts_.undetermined, records);
        errors_.moveTo(parts_.errors, records);
        decided_.moveTo(parts_.decided, records);
    }

    void collectChoice(const std::vector<std::uint32_t>& records,
                       const Batch& batch,
                       const std::vector<std::int64_t>& outcomes,
                       std::int64_t choice) {
        places_.look(batch);
        shower_.forget();
        for (const std::uint32_t index : stage_.outputs) {
            const bytecode::OutputInfo& output = program_.outputs[index];
            if (!output.choices || output.rows == kNone || output.space != program_.outcomesSpace) {
                continue;
            }
            for (std::uint32_t row = 0; row < outcomes.size(); ++row) {
                if (outcomes[row] <= choice) {
                    continue;
                }
                const Home& home = places_.home(output.space, row);
                if (home.records.empty()) {
                    continue;
                }
                const std::uint32_t record = home.records.back();
                for (const OutputView& value : parts_.outputs.of(records[record])) {
                    if (value.name->number == index) {
                        addChoice(*value.list, shower_.list(output, row, record), parts_.arena);
                        break;
                    }
                }
            }
        }
    }

  private:
    /// What is said of a block without making a column of answers.
    struct Said {
        bool isNo = false;  ///< in every row that is a value
        bool isKnown = false;
    };
    Said saidBy(Register guard) const {
        const std::span<const std::uint8_t> answers = run_.answers(guard);
        if (!answers.empty()) {
            return {areAll(answers, /*answer=*/false), true};
        }
        const ColumnData& column = run_.column(guard);
        std::int64_t any = 0;
        for (const std::int64_t value : column.values) {
            any |= value;
        }
        return {any == 0, column.states.empty()};
    }

    /// Whether a contribution that is let in may still have something to say: that its value, or
    /// whose decision it is, is not known.
    bool mayLack(const Effect& effect) const {
        if (effect.value != kNone && !run_.column(effect.value).states.empty()) {
            return true;
        }
        if (effect.row == kNone) {
            return false;
        }
        const auto rows = run_.link(effect.row);
        return std::find(rows.begin(), rows.end(), kNoIndex) != rows.end();
    }

    /// Notes in which rows an effect has something to say. False: in none of them.
    bool noteSpeaking(const Effect& effect, bool isFirst) {
        // Most rules say nothing in most blocks.
        const Said said = saidBy(effect.guard);
        const bool isQuietly =
            said.isNo || (effect.kind == Effect::Kind::Contribute && !mayLack(effect));
        if (isQuietly && said.isKnown) {
            return false;
        }
        const ColumnData& guard = run_.column(effect.guard);
        const std::size_t rows = guard.values.size();
        if (isFirst) {
            speaks_.assign(rows, 0);
        }
        std::uint8_t* const speaks = speaks_.data();
        if (!isQuietly) {
            const std::int64_t* const values = guard.values.data();
            for (std::size_t row = 0; row < rows; ++row) {
                speaks[row] |= static_cast<std::uint8_t>(values[row] != 0);
            }
        }
        if (!guard.states.empty()) {
            const State* const states = guard.states.data();
            for (std::size_t row = 0; row < rows; ++row) {
                speaks[row] |= static_cast<std::uint8_t>(states[row] == State::Unknown ||
                                                         states[row] == State::Error);
            }
        }
        return true;
    }

    void collectRule(const bytecode::RuleInfo& rule) {
        bool speaks = false;
        for (const Effect& effect : rule.effects) {
            speaks = noteSpeaking(effect, !speaks) || speaks;
        }
        if (!speaks) {
            return;
        }
        // Most rows say nothing.
        for (auto row = speaks_.begin(); row != speaks_.end(); ++row) {
            row = std::find(row, speaks_.end(), std::uint8_t{1});
            if (row == speaks_.end()) {
                break;
            }
            collectRuleRow(rule, static_cast<std::uint32_t>(row - speaks_.begin()));
        }
    }

    struct Trouble {
        const Effect* effect = nullptr;  ///< the first effect concerned
        std::vector<Register> registers;

        void clear() {
            effect = nullptr;
            registers.clear();
        }
    };

    void collectRuleRow(const bytecode::RuleInfo& rule, std::uint32_t row) {
        Trouble& unknown = unknown_;
        Trouble& wrong = wrong_;
        unknown.clear();
        wrong.clear();
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
            for (const EvaluationError error : places_.errors(reg, row)) {
                errors.insert(error);
            }
        }
        for (const std::uint32_t record : places_.home(rule.space, row).records) {
            if (unknown.effect != nullptr) {
                missing_.clear();
                for (const Register reg : unknown.registers) {
                    missing_.push_back(places_.missingTexts(reg, row, record));
                }
                const MissingView missing = shower_.joined(missing_);
                undetermined_.add(record,
                                  {rule.name,
                                   target(rule, *unknown.effect, row, record),
                                   missing.places,
                                   missing.reasons});
            }
            for (const EvaluationError error : errors) {
                errors_.add(record,
                            {rule.name,
                             target(rule, *wrong.effect, row, record),
                             evaluationErrorCode(error),
                             evaluationErrorMessage(error)});
            }
        }
    }

    struct Speaking {
        const bytecode::DecisionInfo::Contribution* contribution = nullptr;
        const ColumnData* guard = nullptr;
    };
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

    std::string_view target(const bytecode::RuleInfo& rule,
                            const Effect& effect,
                            std::uint32_t row,
                            std::uint32_t record) {
        const Target to = targetOf(rule, effect, row);
        return places_.rowText(to.space, to.row, record);
    }

    /// The sources of a rule, or of one of its exceptions.
    TextList sourcesOf(const bytecode::RuleInfo& rule, std::uint32_t exception) {
        const auto index = static_cast<std::uint32_t>(&rule - program_.rules.data());
        std::uint32_t& known = texts_.of(index, exception);
        if (known == CellMap::kNothing) {
            const std::vector<std::string>& texts =
                exception == kNone ? rule.sources : rule.exceptions[exception].sources;
            const std::span<std::string_view> views =
                parts_.arena.list<std::string_view>(texts.size());
            std::copy(texts.begin(), texts.end(), views.begin());
            known = static_cast<std::uint32_t>(textLists_.size());
            textLists_.emplace_back(views);
        }
        return textLists_[known];
    }

    void addFinding(const bytecode::RuleInfo& rule, const Effect& effect, std::uint32_t row) {
        const bytecode::FindingInfo& finding = program_.findings[effect.finding];
        const Target to = targetOf(rule, effect, row);
        FindingView found;
        found.code = finding.name;
        found.severity = static_cast<std::uint8_t>(finding.severity);
        found.rule = rule.name;
        found.sources = sourcesOf(rule, effect.exception);
        if (effect.because.has_value()) {
            found.because = shower_.render(*effect.because, row, nullptr);
        }
        if (finding.remedy.has_value()) {
            found.remedy = shower_.render(*finding.remedy, row, &effect);
        }
        if (effect.atStake != kNone) {
            found.atStake = shower_.cents(effect.atStake, row);
        }
        const Home& home = places_.home(to.space, to.row);
        found.shared = home.shared;
        for (const std::uint32_t record : home.records) {
            found.on = target(rule, effect, row, record);
            const std::span<FieldView> slots = parts_.arena.list<FieldView>(effect.slots.size());
            for (std::size_t index = 0; index < slots.size(); ++index) {
                const bytecode::Shown& slot = effect.slots[index];
                slots[index] = {slot.name, shower_.value(slot, row, record)};
            }
            found.slots = slots;
            found.sharedRow = home.shared ? home.records.front() : 0;
            found.counted = record == home.records.front();
            findings_.add(record, found);
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
        shower_.expect(decision.shown, rows);
        isSpeakingKnown_ = false;
        boundBy_ = {};
        const DecisionName* const name = parts_.arena.one(
            DecisionName{decision.shortName, isRecord ? std::string_view() : space.name, index});
        for (std::uint32_t row = 0; row < rows; ++row) {
            bool isBound = false;
            DecidedView decided;
            decided.name = name;
            for (const std::uint32_t record : places_.home(decision.space, row).records) {
                decided.value = shower_.value(decision.shown, row, record);
                if (decided.value.state == State::NotApplicable) {
                    break;
                }
                if (!isBound) {
                    bind(decided, decision, row);
                    isBound = true;
                }
                decided_.add(record, decided);
            }
        }
    }

    /// The contributions that some row lets in.
    void findSpeaking(const bytecode::DecisionInfo& decision) {
        isSpeakingKnown_ = true;
        speaking_.clear();
        for (const bytecode::DecisionInfo::Contribution& contribution : decision.contributions) {
            if (!saidBy(contribution.guard).isNo) {
                speaking_.push_back({&contribution, &run_.column(contribution.guard)});
            }
        }
    }

    void bind(DecidedView& decided, const bytecode::DecisionInfo& decision, std::uint32_t row) {
        const std::vector<std::uint32_t>* shown = nullptr;
        if (decision.combination == Combination::Strictest) {
            shown = &shower_.minimalDemands(decision.shown, row);
        }
        if (!isSpeakingKnown_) {
            findSpeaking(decision);
        }
        names_.clear();
        for (const auto& [contributed, guarding] : speaking_) {
            const bytecode::DecisionInfo::Contribution& contribution = *contributed;
            const ColumnData& guard = *guarding;
            if (guard.values[row] == 0 || guard.state(row) != State::Value) {
                continue;
            }
            const bytecode::RuleInfo& rule = program_.rules[contribution.rule];
            bool binds = true;
            if (decision.combination == Combination::Strictest) {
                binds = std::find(shown->begin(),
                                  shown->end(),
                                  rule.effects[contribution.effect].member) != shown->end();
            } else if (decision.combination == Combination::Lowest ||
                       decision.combination == Combination::Highest) {
                const ColumnData& value = run_.column(contribution.value);
                const ColumnData& whole = run_.column(decision.shown.value);
                binds = value.state(row) == State::Value && whole.state(row) == State::Value &&
                        value.values[row] == whole.values[row];
            }
            if (binds && (names_.empty() || names_.back() != rule.name)) {
                names_.push_back(rule.name);
            }
        }
        if (!std::is_sorted(names_.begin(), names_.end())) {
            std::sort(names_.begin(), names_.end());
            names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
        }
        // It is mostly the same rules from row to row.
        if (!std::equal(names_.begin(), names_.end(), boundBy_.begin(), boundBy_.end())) {
            boundBy_ = parts_.arena.keep(names_);
        }
        decided.boundBy = boundBy_;
    }

    void collectOutput(std::uint32_t index) {
        const bytecode::OutputInfo& output = program_.outputs[index];
        const std::uint32_t rows = run_.rows(output.space);
        const std::uint32_t shownRows = output.rows == kNone ? rows : run_.rows(output.rows);
        for (const bytecode::Shown& column : output.columns) {
            shower_.expect(column, shownRows);
        }
        const bool isList = output.rows != kNone;
        const OutputName* const name = parts_.arena.one(OutputName{output.name, index, isList});
        const TextList columns = isList ? shower_.columns(output) : TextList();
        for (std::uint32_t row = 0; row < rows; ++row) {
            const Home& home = places_.home(output.space, row);
            for (const std::uint32_t record : home.records) {
                OutputView value;
                value.name = name;
                const bool isElsewhere = record != home.records.back();
                if (isList || isElsewhere) {
                    value.list = parts_.arena.one(ListView{});
                    value.list->columns = columns;
                }
                if (isElsewhere) {
                    value.list->claimedWith = places_.keyText(home.records.back());
                }
                if (!isList) {
                    value.value = shower_.value(output.columns[0], row, record);
                } else if (!isElsewhere) {
                    value.list->rows = shower_.list(output, row, record);
                }
                outputs_.add(record, value);
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
            parts_.besideRejected.resize(parts_.records, 0);
            for (const std::uint32_t record : places_.home(space, row).records) {
                parts_.besideRejected[record] = 1;
            }
        }
    }

    const Interpreter& run_;
    const bytecode::Program& program_;
    const Stage& stage_;
    StageParts& parts_;
    Places places_;
    Shower shower_;
    Gathered<OutputView> outputs_;
    Gathered<FindingView> findings_;
    Gathered<UndeterminedView> undetermined_;
    Gathered<ErrorView> errors_;
    Gathered<DecidedView> decided_;
    CellMap texts_;  ///< by rule and exception: in `textLists_`
    std::vector<TextList> textLists_;
    // Used again and again.
    Trouble unknown_;
    Trouble wrong_;
    std::vector<std::uint8_t> speaks_;
    std::vector<Speaking> speaking_;  ///< of the decision that is collected
    bool isSpeakingKnown_ = false;
    std::vector<MissingView> missing_;
    std::vector<std::string_view> names_;
    TextList boundBy_;  ///< the decision that is collected, in the row before
};

Collector::Collector(const Interpreter& run, const Stage& stage, StageParts& parts)
    : work_(std::make_unique<Work>(run, stage, parts)) {}

Collector::~Collector() = default;

void Collector::collect(const Batch& batch) {
    work_->collect(batch);
}

void Collector::collectChoice(const std::vector<std::uint32_t>& records,
                              const Batch& batch,
                              const std::vector<std::int64_t>& outcomes,
                              std::int64_t choice) {
    work_->collectChoice(records, batch, outcomes, choice);
}

void StageParts::clear() {
    arena.clear();
    records = 0;
    keys.clear();
    outputs.clear();
    findings.clear();
    undetermined.clear();
    errors.clear();
    decided.clear();
    besideRejected.clear();
    tooLarge = false;
}

void collectTooLarge(const bytecode::Program& program, const Batch& batch, StageParts& parts) {
    parts.clear();
    parts.tooLarge = true;
    parts.records = batch.spaces[0].rows;
    const StoredValues keys = batch.spaces[0].valuesOf(program.schema.keyField);
    for (std::uint32_t record = 0; record < parts.records; ++record) {
        parts.keys.push_back(batch.dictionary->text(static_cast<std::uint32_t>(keys[record])));
        const auto tell = [&](std::string_view ofWhom) {
            parts.errors.things.push_back({ofWhom,
                                           program.spaces[0].name,
                                           evaluationErrorCode(EvaluationError::TooManyRows),
                                           evaluationErrorMessage(EvaluationError::TooManyRows)});
        };
        for (const auto& rule : program.rules) {
            tell(rule.name);
        }
        // Without a rule, what is shown is missed instead.
        if (program.rules.empty()) {
            for (const auto& output : program.outputs) {
                tell(output.name);
            }
        }
        parts.errors.ends.push_back(static_cast<std::uint32_t>(parts.errors.things.size()));
    }
}

}  // namespace proviso::engine
