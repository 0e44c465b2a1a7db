#include "runtime/engine/plan_results.h"

#include <algorithm>

namespace proviso::engine {

using bytecode::kNone;
using bytecode::Register;
using bytecode::SpaceInfo;

namespace {

void addShown(std::vector<Register>& out, const bytecode::Shown& shown) {
    out.push_back(shown.value);
    out.push_back(shown.date);
    out.insert(out.end(), shown.members.begin(), shown.members.end());
}

void addTemplate(std::vector<Register>& out, const bytecode::Template& text) {
    for (const bytecode::TextPart& part : text) {
        if (part.shown) {
            addShown(out, *part.shown);
        }
    }
}

}  // namespace

void finishRegisters(std::vector<Register>& out) {
    std::erase(out, kNone);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as row spaces are built one from the other
void ResultReads::addNaming(std::vector<Register>& out, std::uint32_t space) const {
    while (space != 0 && space != kNone) {
        const SpaceInfo& info = program_.spaces[space];
        for (const Register each :
             {info.toParent, info.rank, info.membership, info.first, info.second}) {
            if (each != kNone) {
                out.push_back(each);
            }
        }
        if (builder_[space] != kNone) {
            out.push_back(builder_[space]);
        }
        if (info.kind == SpaceInfo::Kind::Pairs && info.first != kNone) {
            addNaming(out, program_.code[info.first].target);
        }
        space = info.kind == SpaceInfo::Kind::Group && info.membership != kNone
                    ? program_.code[info.membership].space
                    : info.parent;
    }
}

bool ResultReads::asksForChoices(std::uint32_t output) const {
    const bytecode::OutputInfo& info = program_.outputs[output];
    return info.choices && info.space == program_.outcomesSpace;
}

bool ResultReads::anyAsksForChoices(const std::vector<std::uint32_t>& outputs) const {
    return std::any_of(
        outputs.begin(), outputs.end(), [&](std::uint32_t each) { return asksForChoices(each); });
}

std::vector<Register> ResultReads::ofRule(std::uint32_t index) const {
    const bytecode::RuleInfo& rule = program_.rules[index];
    std::vector<Register> out;
    addNaming(out, rule.space);
    for (const bytecode::Effect& effect : rule.effects) {
        out.insert(out.end(), {effect.guard, effect.row, effect.value, effect.atStake});
        if (effect.row != kNone) {
            addNaming(out, program_.code[effect.row].target);
        }
        for (const bytecode::Shown& slot : effect.slots) {
            addShown(out, slot);
        }
        if (effect.because) {
            addTemplate(out, *effect.because);
        }
    }
    for (const bytecode::ExceptionInfo& exception : rule.exceptions) {
        if (exception.because) {
            addTemplate(out, *exception.because);
        }
    }
    finishRegisters(out);
    return out;
}

std::vector<Register> ResultReads::ofDecision(std::uint32_t index) const {
    const bytecode::DecisionInfo& decision = program_.decisions[index];
    std::vector<Register> out;
    addNaming(out, decision.space);
    addShown(out, decision.shown);
    for (const auto& contribution : decision.contributions) {
        out.push_back(contribution.guard);
        out.push_back(contribution.value);
    }
    finishRegisters(out);
    return out;
}

std::vector<Register> ResultReads::ofOutput(std::uint32_t index) const {
    const bytecode::OutputInfo& output = program_.outputs[index];
    std::vector<Register> out;
    addNaming(out, output.space);
    if (output.rows != kNone) {
        addNaming(out, output.rows);
        out.push_back(output.link);
        out.push_back(program_.spaces[output.rows].exists);
    }
    for (const bytecode::Shown& column : output.columns) {
        addShown(out, column);
    }
    if (asksForChoices(index)) {
        out.push_back(program_.outcomes);
    }
    finishRegisters(out);
    return out;
}

}  // namespace proviso::engine
