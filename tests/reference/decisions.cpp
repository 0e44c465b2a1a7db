// Decisions of values: what is contributed, put together.

#include "tests/reference/machine.h"

#include <algorithm>
#include <map>
#include <set>

namespace proviso::reference {

using namespace typed;

namespace {

/// What one effect says, rows below put together.
struct Speech {
    Value guard;
    Value value;
};

bool isOpen(const Speech& speech) {
    return speech.guard.isUnknown() || (speech.guard.isYes() && !speech.value.willBeValue());
}

/// Where exactly one speaks for sure and nobody else may, it is what that one says.
void boundOnly(Value& result, const std::vector<Speech>& speeches) {
    const Speech* only = nullptr;
    for (const Speech& speech : speeches) {
        if (speech.guard.isUnknown() || (speech.guard.isYes() && only != nullptr)) {
            return;
        }
        if (speech.guard.isYes()) {
            only = &speech;
        }
    }
    if (only != nullptr) {
        result.bound(only->value.lowest(), only->value.highest());
    }
}

/// `result` is the lowest of what is said, some of it unknown.
void boundLowest(Value& result, const std::vector<Speech>& speeches) {
    std::optional<std::int64_t> low;
    std::optional<std::int64_t> high;
    bool anyValue = false;
    bool noLow = false;
    for (const Speech& speech : speeches) {
        if (speech.value.state == State::NotApplicable ||
            !(speech.guard.isYes() || speech.guard.isUnknown())) {
            continue;
        }
        const bool certain = !isOpen(speech);
        anyValue = anyValue || certain;
        noLow = noLow || !speech.value.lowest();
        if (speech.value.lowest()) {
            low = std::min(low.value_or(*speech.value.lowest()), *speech.value.lowest());
        }
        if (certain && speech.value.highest()) {
            high = std::min(high.value_or(*speech.value.highest()), *speech.value.highest());
        }
    }
    if (anyValue) {
        result.bound(noLow ? std::nullopt : low, high);
    }
}

void boundHighest(Value& result, const std::vector<Speech>& speeches) {
    std::optional<std::int64_t> low;
    std::optional<std::int64_t> high;
    bool anyValue = false;
    bool noHigh = false;
    for (const Speech& speech : speeches) {
        if (speech.value.state == State::NotApplicable ||
            !(speech.guard.isYes() || speech.guard.isUnknown())) {
            continue;
        }
        const bool certain = !isOpen(speech);
        anyValue = anyValue || certain;
        noHigh = noHigh || !speech.value.highest();
        if (speech.value.highest()) {
            high = std::max(high.value_or(*speech.value.highest()), *speech.value.highest());
        }
        if (certain && speech.value.lowest()) {
            low = std::max(low.value_or(*speech.value.lowest()), *speech.value.lowest());
        }
    }
    if (anyValue) {
        result.bound(low, noHigh ? std::nullopt : high);
    }
}

}  // namespace

Value Machine::combined(const Decision& decision,
                        std::uint32_t index,
                        std::uint32_t row,
                        const Value& unmet) {
    // What rows below say through one effect is put together before effects are, as its highest and
    // its lowest: a row that cannot be decided leaves the whole effect undecided, whether or not
    // the others agree.
    const Type& type = program_.columns[decision.column].type;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Counted>> effects;
    for (const Contribution& contribution : contributions(index, row)) {
        const Effect& effect = program_.rules[contribution.rule].effects[contribution.effect];
        const Value value =
            contribution.guard.isYes() || contribution.guard.isUnknown()
                ? evaluate(effect.value, ruleEnvironment(contribution.rule, contribution.row))
                : Value::notApplicable();
        effects[{contribution.rule, contribution.effect}].push_back({contribution.guard, value});
    }
    std::vector<Speech> speeches;
    for (const auto& [effect, rows] : effects) {
        const ExprId target = program_.rules[effect.first].effects[effect.second].row;
        if (program_.exprs[target].kind == ExprKind::BinderRow) {
            speeches.push_back({rows[0].mask, rows[0].value});
            continue;
        }
        std::vector<Value> guards;
        for (const Counted& one : rows) {
            guards.push_back(one.mask);
        }
        for (const FoldKind kind : {FoldKind::Highest, FoldKind::Lowest}) {
            speeches.push_back(
                {disjunction(guards), folded(kind, type, rows, Value::yesNo(false), false)});
        }
    }

    std::vector<Value> open;  // what keeps the decision from being made
    std::vector<std::int64_t> values;
    bool anySpeaks = false;
    for (const Speech& speech : speeches) {
        if (speech.guard.isOpen()) {
            open.push_back(speech.guard);
        }
        if (!speech.guard.isYes()) {
            continue;
        }
        anySpeaks = true;
        if (speech.value.isValue()) {
            values.push_back(speech.value.value);
        } else if (speech.value.isOpen()) {
            open.push_back(speech.value);
        }
    }
    if (unmet.isOpen()) {
        open.push_back(unmet);
    }
    if (decision.combination == Combination::ExactlyOne) {
        // Where something failed already, that is the reason.
        const bool disagree = std::set<std::int64_t>(values.begin(), values.end()).size() > 1;
        if (disagree && !propagated(open).isError()) {
            open.push_back(Value::error(EvaluationError::Conflict));
        }
        if (!anySpeaks && open.empty()) {
            open.push_back(
                Value::unknown({kNoRow, "law:" + program_.columns[decision.column].name}));
        }
    }
    Value state = propagated(open);
    if (state.isUnknown() && !unmet.isUnknown()) {
        if (decision.combination == Combination::ExactlyOne) {
            boundOnly(state, speeches);
        } else if (decision.combination == Combination::Lowest) {
            boundLowest(state, speeches);
        } else {
            boundHighest(state, speeches);
        }
    }
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
