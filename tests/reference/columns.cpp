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
    const Space& space = program_.spaces[column.space];
    if (space.kind == SpaceKind::Group && column.kind == ColumnKind::Stored) {
        // A key, which every member has alike.
        const Grouping& grouping = program_.groupings[space.grouping];
        const auto key = static_cast<std::size_t>(
            std::find(space.columns.begin(), space.columns.end(), id) - space.columns.begin());
        const std::uint32_t first = rows(column.space)[row].source;
        return read(grouping.keys[key], followAll(grouping.keyPaths[key], first));
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
    case ColumnKind::Instant: {
        const Row& instant = rows(column.space)[row];
        const Collect& collect = program_.collects[program_.spaces[column.space].collect];
        return id == collect.start ? instant.start : instant.finish;
    }
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
    Value unknown = Value::unknown(
        {entryRow(column.space, row), path + (path.empty() ? "" : ".") + column.name});
    const TypeKind kind = column.type.kind;
    const bool isAmount = kind == TypeKind::Number || kind == TypeKind::Money ||
                          kind == TypeKind::Minutes || kind == TypeKind::Days;
    if (isAmount && !column.isSigned) {
        unknown.low = 0;
    }
    return unknown;
}

Value Machine::governingDate(SpaceId space, std::uint32_t row) {
    const Space& typedSpace = program_.spaces[space];
    if (typedSpace.governingDate == kNone) {
        return Value::notApplicable();
    }
    const Value dated = leadAll(typedSpace.governingPath, row);
    return dated.isValue() ? read(typedSpace.governingDate, static_cast<std::uint32_t>(dated.value))
                           : dated;
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
    Environment environment;
    if (made.source != kNoRow) {
        environment[collect.binder] = made.source;
    }
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
    bool over = false;
    if (!over_.empty()) {
        for (const std::uint32_t record : recordsOf(space, row)) {
            over = over || over_.count({rule, record}) > 0;
        }
    }
    return over && !spoken.isError() ? Value::error(EvaluationError::Budget) : spoken;
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

}  // namespace proviso::reference
