// What the columns of a row hold: fields of the input, definitions, collected fields and decisions.

#include "tests/reference/machine.h"

#include <algorithm>
#include <set>

namespace proviso::reference {

using namespace typed;

Machine::Machine(const Program& program,
                 const Schema& schema,
                 const Batch& batch,
                 const Options& options,
                 std::int64_t choice,
                 const OverBudget& over)
    : program_(program), schema_(schema), batch_(batch), options_(options), choice_(choice),
      over_(over) {
    for (const std::string& constantText : program.texts) {
        textIds_.push_back(batch.dictionary->intern(constantText));
    }
    mapSchema();
}

std::string Machine::text(std::int64_t value) const {
    return std::string(batch_.dictionary->text(static_cast<std::uint32_t>(value)));
}

std::int64_t Machine::constant(const Type& type, std::int64_t value) const {
    const bool isText = type.kind == TypeKind::Text || type.kind == TypeKind::Code;
    return isText ? textIds_[static_cast<std::size_t>(value)] : value;
}

Value Machine::read(ColumnId column, std::uint32_t row, std::uint32_t member) {
    const auto key = std::make_tuple(column, row, member);
    const auto found = values_.find(key);
    if (found != values_.end()) {
        return found->second;
    }
    const Value value = compute(column, row, member);
    values_[key] = value;
    return value;
}

Value Machine::compute(ColumnId id, std::uint32_t row, std::uint32_t member) {
    const Column& column = program_.columns[id];
    if (program_.spaces[column.space].kind == SpaceKind::Group &&
        (column.kind == ColumnKind::Stored || column.kind == ColumnKind::Collected)) {
        // A key, which every member has alike.
        const Grouping& grouping = program_.groupings[program_.spaces[column.space].grouping];
        for (const ColumnId key : grouping.keys) {
            if (program_.columns[key].name == column.name) {
                return read(key, rows(column.space)[row].source);
            }
        }
    }
    switch (column.kind) {
    case ColumnKind::Stored:
        return stored(column, row);
    case ColumnKind::Computed:
        return defined(program_.definitions[column.definition], row);
    case ColumnKind::Collected:
        return collected(id, row);
    case ColumnKind::Decided:
        return decided(column.decision, row, member);
    }
    return Value::notApplicable();
}

Value Machine::stored(const Column& column, std::uint32_t row) {
    const ColumnData& data = batch_.spaces[schemaSpaces_.at(column.space)].columns[column.field];
    switch (data.state(row)) {
    case State::Value:
        return Value::of(data.values[row]);
    case State::NotApplicable:
        return Value::notApplicable();
    case State::Unknown:
    case State::Error:
        break;
    }
    const std::string path = rowPath(column.space, row);
    return Value::unknown(
        {entryRow(column.space, row), path + (path.empty() ? "" : ".") + column.name});
}

Value Machine::governingDate(SpaceId space, std::uint32_t row) {
    const Space& typedSpace = program_.spaces[space];
    if (typedSpace.governingDate == kNone) {
        return Value::notApplicable();
    }
    const std::uint32_t dated = followAll(typedSpace.governingPath, row);
    return dated == kNoRow ? Value::notApplicable() : read(typedSpace.governingDate, dated);
}

Value Machine::defined(const Definition& definition, std::uint32_t row) {
    const Environment environment{{definition.binder, row}};
    std::vector<InForce> periods;
    for (const Definition::Alternative& alternative : definition.alternatives) {
        periods.push_back(alternative.inForce);
    }
    const bool always = periods.size() == 1 && periods[0].period.from == INT64_MIN &&
                        periods[0].period.through == INT64_MAX && periods[0].published == INT64_MIN;
    std::size_t chosen = 0;
    if (!always) {
        const Value date = governingDate(program_.columns[definition.column].space, row);
        const Value state = dated(periods, date, chosen);
        if (!state.isValue()) {
            return state;
        }
    }
    return evaluate(definition.alternatives[chosen].value, environment);
}

Value Machine::collected(ColumnId id, std::uint32_t row) {
    const SpaceId space = program_.columns[id].space;
    const Collect& collect = program_.collects[program_.spaces[space].collect];
    const auto field =
        std::find(collect.fields.begin(), collect.fields.end(), id) - collect.fields.begin();
    const Row& made = rows(space)[row];
    Environment environment{{collect.binder, made.source}};
    if (collect.self != kNone) {
        environment[collect.self] = row;
    }
    return evaluate(collect.rows[made.branch].fields[static_cast<std::size_t>(field)], environment);
}

Environment Machine::ruleEnvironment(std::uint32_t rule, std::uint32_t row) const {
    return {{program_.rules[rule].binder, row}};
}

Value Machine::target(const Effect& effect, const Environment& environment) {
    return evaluate(effect.row, environment);
}

Value Machine::guard(std::uint32_t rule, const Effect& effect, std::uint32_t row) {
    const SpaceId space = program_.binders[program_.rules[rule].binder].space;
    const Value spoken =
        conjunction({rows(space)[row].exists, evaluate(effect.guard, ruleEnvironment(rule, row))});
    const bool over = !over_.empty() && over_.count({rule, together(space, row)}) > 0;
    return over && spoken.state != State::Error ? Value::error(EvaluationError::Budget) : spoken;
}

std::vector<Contribution> Machine::contributions(std::uint32_t decision, std::uint32_t row) {
    std::vector<Contribution> found;
    for (std::uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
        const std::vector<Effect>& effects = program_.rules[rule].effects;
        const SpaceId space = program_.binders[program_.rules[rule].binder].space;
        for (std::uint32_t index = 0; index < effects.size(); ++index) {
            const Effect& effect = effects[index];
            if (effect.kind != Effect::Kind::Contribute || effect.decision != decision) {
                continue;
            }
            for (std::uint32_t ruleRow = 0; ruleRow < rows(space).size(); ++ruleRow) {
                const Value goal = target(effect, ruleEnvironment(rule, ruleRow));
                if (goal.isValue() && static_cast<std::uint32_t>(goal.value) == row) {
                    found.push_back({rule, index, ruleRow, guard(rule, effect, ruleRow)});
                }
            }
        }
    }
    return found;
}

Value Machine::unmetNeeds(const Decision& decision, std::uint32_t index, std::uint32_t row) {
    std::vector<Value> unmet{Value::yesNo(false)};
    for (const Decision::Need& need : decision.needs) {
        std::vector<Value> guards;
        for (const Contribution& contribution : contributions(index, row)) {
            const Rule& rule = program_.rules[contribution.rule];
            const std::uint32_t exception = rule.effects[contribution.effect].exception;
            const PackId speaker =
                exception == kNone ? rule.pack : program_.exceptions[exception].pack;
            if (program_.packs[speaker].layer == need.layer) {
                guards.push_back(contribution.guard);
            }
        }
        const Value when =
            need.when == kNone ? Value::yesNo(true) : evaluate(need.when, {{decision.binder, row}});
        const Value open = conjunction({when, negation(disjunction(guards))});
        unmet.push_back(open.isYes() ? Value::unknown({kNoRow, "law:" + need.layer}) : open);
    }
    return disjunction(unmet);
}

Value Machine::decided(std::uint32_t index, std::uint32_t row, std::uint32_t member) {
    const Decision& decision = program_.decisions[index];
    if (decision.when != kNone) {
        const Value when = evaluate(decision.when, {{decision.binder, row}});
        if (when.isNo() || when.state == State::NotApplicable) {
            return Value::notApplicable();
        }
        if (!when.isValue()) {
            return when;
        }
    }
    if (decision.combination == Combination::Strictest ||
        decision.combination == Combination::Union) {
        std::vector<Value> demands{unmetNeeds(decision, index, row)};
        // Only this member's guards are asked for: those of another may depend on this one.
        for (std::uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
            const SpaceId space = program_.binders[program_.rules[rule].binder].space;
            for (const Effect& effect : program_.rules[rule].effects) {
                if (effect.kind != Effect::Kind::Contribute || effect.decision != index ||
                    effect.member != member) {
                    continue;
                }
                for (std::uint32_t ruleRow = 0; ruleRow < rows(space).size(); ++ruleRow) {
                    const Value goal = target(effect, ruleEnvironment(rule, ruleRow));
                    if (goal.isValue() && static_cast<std::uint32_t>(goal.value) == row) {
                        demands.push_back(guard(rule, effect, ruleRow));
                    }
                }
            }
        }
        return disjunction(demands);
    }
    return combined(decision, index, row, unmetNeeds(decision, index, row));
}

Value Machine::combined(const Decision& decision,
                        std::uint32_t index,
                        std::uint32_t row,
                        const Value& unmet) {
    // What rows below say through one effect is put together before effects are: a row that cannot
    // be decided leaves the whole effect undecided, whether or not the others agree.
    struct Speech {
        std::vector<Value> open;
        std::vector<std::int64_t> values;
    };
    std::map<std::pair<std::uint32_t, std::uint32_t>, Speech> speeches;
    bool anySpeaks = false;
    for (const Contribution& contribution : contributions(index, row)) {
        Speech& speech = speeches[{contribution.rule, contribution.effect}];
        if (contribution.guard.state == State::Unknown ||
            contribution.guard.state == State::Error) {
            speech.open.push_back(contribution.guard);
        }
        if (!contribution.guard.isYes()) {
            continue;
        }
        const Effect& effect = program_.rules[contribution.rule].effects[contribution.effect];
        const Value value =
            evaluate(effect.value, ruleEnvironment(contribution.rule, contribution.row));
        anySpeaks = true;
        if (value.isValue()) {
            speech.values.push_back(value.value);
        } else if (value.state != State::NotApplicable) {
            speech.open.push_back(value);
        }
    }
    std::vector<Value> open;  // what keeps the decision from being made
    std::vector<std::int64_t> values;
    for (const auto& [effect, speech] : speeches) {
        open.insert(open.end(), speech.open.begin(), speech.open.end());
        if (speech.open.empty()) {
            values.insert(values.end(), speech.values.begin(), speech.values.end());
        }
    }
    if (unmet.state == State::Unknown || unmet.state == State::Error) {
        open.push_back(unmet);
    }
    if (decision.combination == Combination::ExactlyOne) {
        // Where something failed already, that is the reason.
        const bool disagree = std::set<std::int64_t>(values.begin(), values.end()).size() > 1;
        if (disagree && propagated(open).state != State::Error) {
            open.push_back(Value::error(EvaluationError::Conflict));
        }
        if (!anySpeaks && open.empty()) {
            open.push_back(
                Value::unknown({kNoRow, "law:" + program_.columns[decision.column].name}));
        }
    }
    const Value state = propagated(open);
    if (!state.isValue()) {
        return state;
    }
    if (values.empty()) {
        return Value::notApplicable();
    }
    return Value::of(decision.combination == Combination::Highest
                         ? *std::max_element(values.begin(), values.end())
                         : *std::min_element(values.begin(), values.end()));
}

}  // namespace proviso::reference
