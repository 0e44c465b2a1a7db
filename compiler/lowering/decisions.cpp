#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <algorithm>

namespace proviso::lowering {

using typed::Combination;

std::uint32_t Lowering::memberCount(const typed::Decision& decision) const {
    const Type& type = typed_.columns[decision.column].type;
    return static_cast<std::uint32_t>(type.kind == TypeKind::Step
                                          ? typed_.scales[type.ref].steps.size()
                                          : typed_.codeSets[type.ref].entries.size());
}

const std::string& Lowering::layerOf(const typed::Rule& rule, const typed::Effect& effect) const {
    const typed::PackId pack =
        effect.exception == typed::kNone ? rule.pack : typed_.exceptions[effect.exception].pack;
    return typed_.packs[pack].layer;
}

/// What the rules contribute, seen from the decision's row: where rows further down contribute, any
/// of them does.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by kMaxDepth of columns
std::vector<Lowering::Lifted> Lowering::contributions(std::uint32_t decision,
                                                      std::optional<std::uint32_t> member) {
    std::vector<Lifted> all;
    for (std::uint32_t ruleId = 0; ruleId < typed_.rules.size(); ++ruleId) {
        const typed::Rule& rule = typed_.rules[ruleId];
        for (std::uint32_t effectId = 0; effectId < rule.effects.size(); ++effectId) {
            const typed::Effect& effect = rule.effects[effectId];
            if (effect.kind != typed::Effect::Kind::Contribute || effect.decision != decision ||
                (member.has_value() && effect.member != *member)) {
                continue;
            }
            Frame& frame = ruleFrame(ruleId);
            const Location target = locate(frame, effect.row);
            PROVISO_CHECK(target.rows == kNone,
                          "a contribution is to the rule's own row or one above it");
            const Register spoken = guard(ruleId, effectId);
            const bool lifted = target.link != kNone;
            const Register above =
                lifted ? build_.column(Op::FoldAny, target.space, kYesNo, {target.link, spoken})
                       : spoken;
            if (effect.value == typed::kNone) {
                all.push_back({ruleId, effectId, above, kNone});
                continue;
            }
            const Register value = expression(frame, effect.value);
            if (!lifted) {
                all.push_back({ruleId, effectId, spoken, value});
                continue;
            }
            // Several rows below may speak; if the highest and the lowest of what they say differ,
            // they disagree.
            for (const Op op : {Op::FoldHighest, Op::FoldLowest}) {
                all.push_back(
                    {ruleId,
                     effectId,
                     above,
                     build_.column(
                         op, target.space, build_.typeOf(value), {target.link, spoken, value})});
            }
        }
    }
    return all;
}

/// A layer that must speak and is silent leaves the decision open: silence is not permission.
// NOLINTNEXTLINE(misc-no-recursion): as above
std::vector<Register> Lowering::unmetNeeds(std::uint32_t decision) {
    const typed::Decision& from = typed_.decisions[decision];
    std::vector<Register> unmet;
    if (from.needs.empty()) {
        return unmet;
    }
    const TypedSpace owner = typed_.columns[from.column].space;
    Frame frame = frameOf(owner, from.binder);
    const std::vector<Lifted> all = contributions(decision, std::nullopt);
    for (const auto& need : from.needs) {
        std::vector<Register> spoken;
        for (const auto& one : all) {
            const typed::Rule& rule = typed_.rules[one.rule];
            if (layerOf(rule, rule.effects[one.effect]) == need.layer) {
                spoken.push_back(one.guard);
            }
        }
        Register silent = build_.negation(build_.anyOf(frame.space, std::move(spoken)));
        if (need.when != typed::kNone) {
            silent = build_.allOf(frame.space, {expression(frame, need.when), silent});
        }
        Instruction instruction;
        instruction.op = Op::UnknownIf;
        instruction.space = frame.space;
        instruction.type = kYesNo;
        instruction.index = build_.text("law:" + need.layer);
        instruction.operands = {silent};
        unmet.push_back(build_.emit(std::move(instruction)));
    }
    return unmet;
}

/// Outside its `when` a decision is not applicable.
// NOLINTNEXTLINE(misc-no-recursion): as above
Register Lowering::underCondition(std::uint32_t decision, Register value) {
    const typed::Decision& from = typed_.decisions[decision];
    if (from.when == typed::kNone) {
        return value;
    }
    Frame frame = frameOf(typed_.columns[from.column].space, from.binder);
    const Register when = expression(frame, from.when);
    const Type type = build_.typeOf(value);
    return build_.column(
        Op::Select, frame.space, type, {when, value, build_.notApplicable(frame.space, type)});
}

// NOLINTNEXTLINE(misc-no-recursion): as above
Register Lowering::decisionMember(std::uint32_t decision, std::uint32_t member) {
    const auto key = std::make_pair(decision, member);
    const auto known = members_.find(key);
    if (known != members_.end()) {
        return known->second;
    }
    const std::uint32_t owner = space(typed_.columns[typed_.decisions[decision].column].space);
    std::vector<Register> demands;
    for (const auto& one : contributions(decision, member)) {
        demands.push_back(one.guard);
    }
    for (const Register unmet : unmetNeeds(decision)) {
        demands.push_back(unmet);
    }
    return members_[key] = underCondition(decision, build_.anyOf(owner, std::move(demands)));
}

// NOLINTNEXTLINE(misc-no-recursion): as above
Register Lowering::decisionValue(std::uint32_t decision) {
    const typed::Decision& from = typed_.decisions[decision];
    const typed::Column& owner = typed_.columns[from.column];
    PROVISO_CHECK(owner.type.kind != TypeKind::Set && owner.type.kind != TypeKind::Step,
                  "decisions that are sets are read by member");
    Instruction instruction;
    instruction.op = from.combination == Combination::ExactlyOne ? Op::ExactlyOne
                     : from.combination == Combination::Lowest   ? Op::Lowest
                                                                 : Op::Highest;
    instruction.space = space(owner.space);
    instruction.type = owner.type;
    if (instruction.op == Op::ExactlyOne) {
        instruction.index = build_.text("law:" + owner.name);
    }
    for (const auto& one : contributions(decision, std::nullopt)) {
        instruction.operands.push_back(one.guard);
        instruction.operands.push_back(one.value);
    }
    // An unmet need is `no` or a state. As a guard its state becomes the decision's, beside those
    // of the contributions.
    for (const Register unmet : unmetNeeds(decision)) {
        instruction.operands.push_back(unmet);
        instruction.operands.push_back(build_.notApplicable(instruction.space, owner.type));
    }
    const Register value = build_.emit(std::move(instruction));
    return underCondition(decision, value);
}

void Lowering::lowerDecisions() {
    for (std::uint32_t id = 0; id < typed_.decisions.size(); ++id) {
        const typed::Decision& from = typed_.decisions[id];
        bytecode::DecisionInfo to;
        to.name = from.name;
        to.shortName = typed_.columns[from.column].name;
        to.label = from.label;
        to.space = space(typed_.columns[from.column].space);
        to.combination = static_cast<bytecode::Combination>(from.combination);
        to.shown = shownColumn(from.column);
        for (const auto& one : contributions(id, std::nullopt)) {
            to.contributions.push_back({one.rule, one.effect, one.guard, one.value});
        }
        out_.decisions.push_back(std::move(to));
    }
}

}  // namespace proviso::lowering
