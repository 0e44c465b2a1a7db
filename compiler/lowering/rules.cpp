#include "compiler/analysis/cost.h"
#include "compiler/lowering/context.h"
#include "runtime/base/check.h"

#include <fmt/format.h>

namespace proviso::lowering {

Frame& Lowering::ruleFrame(std::uint32_t rule) {
    const auto known = ruleFrames_.find(rule);
    if (known != ruleFrames_.end()) {
        return known->second;
    }
    const BinderId binder = typed_.rules[rule].binder;
    return ruleFrames_.emplace(rule, frameOf(typed_.binders[binder].space, binder)).first->second;
}

/// When an effect speaks; on a row that may not exist it can be no more than possible.
// NOLINTNEXTLINE(misc-no-recursion): depth bounded by kMaxDepth of columns
Register Lowering::guard(std::uint32_t rule, std::uint32_t effect) {
    Frame& frame = ruleFrame(rule);
    const Register spoken = expression(frame, typed_.rules[rule].effects[effect].guard);
    const Register exists = existsOf(typed_.binders[typed_.rules[rule].binder].space);
    Instruction instruction;
    instruction.op = Op::Guard;
    instruction.space = frame.space;
    instruction.type = kYesNo;
    instruction.index = rule;
    instruction.operands = {exists == kNone ? spoken : build_.allOf(frame.space, {exists, spoken})};
    return build_.emit(std::move(instruction));
}

std::string Lowering::place(const Span& span) const {
    const auto position = sources_.position(span.source, span.begin);
    return fmt::format("{}:{}", sources_.path(span.source), position.line);
}

bytecode::Template Lowering::lowerTemplate(Frame& frame, const typed::Template& text) {
    bytecode::Template parts;
    for (const auto& from : text.parts) {
        bytecode::TextPart to;
        to.text = from.text;
        if (from.slot != typed::kNone) {
            to.slot = from.slot;
        } else if (from.decision != typed::kNone) {
            to.shown = shownAt(frame, locate(frame, from.expr), from.decision);
        } else if (from.expr != typed::kNone) {
            bytecode::Shown shown;
            shown.type = typed_.exprs[from.expr].type;
            shown.value = expression(frame, from.expr);
            to.shown = std::move(shown);
        }
        parts.push_back(std::move(to));
    }
    return parts;
}

void Lowering::lowerFindings() {
    for (const auto& from : typed_.findings) {
        bytecode::FindingInfo& to = out_.findings.emplace_back();
        to.name = from.name;
        to.severity = static_cast<bytecode::Severity>(from.severity);
        to.title = from.title;
        for (const auto& slot : from.slots) {
            to.slots.push_back(slot.name);
        }
        if (from.remedy.has_value()) {
            Frame none;
            to.remedy = lowerTemplate(none, *from.remedy);
        }
    }
}

void Lowering::lowerRules() {
    const std::vector<RuleCost> costs = ruleCosts(typed_);
    for (std::uint32_t id = 0; id < typed_.rules.size(); ++id) {
        const typed::Rule& from = typed_.rules[id];
        Frame& frame = ruleFrame(id);
        bytecode::RuleInfo to;
        to.name = from.name;
        to.pack = typed_.packs[from.pack].name;
        to.layer = typed_.packs[from.pack].layer;
        to.label = from.label;
        for (const auto& source : from.sources) {
            to.sources.push_back(source.text);
        }
        to.space = frame.space;
        to.period = period(from.inForce);
        to.place = place(from.span);
        to.applies = expression(frame, from.applies);
        const bytecode::InForcePeriod always;
        const bool isAlways = to.period.from == always.from &&
                              to.period.through == always.through &&
                              to.period.published == always.published;
        const TypedSpace about = typed_.binders[from.binder].space;
        if (!isAlways && typed_.spaces[about].governingDate != typed::kNone) {
            to.inForce = inForce(to.period, dateOf(about));
        }
        to.cost = costs[id].bound;
        for (const auto& [counted, weight] : costs[id].weights) {
            to.weights.emplace_back(space(counted), weight);
        }
        if (from.condition != typed::kNone) {
            to.clause = clause(frame, from.condition);
        }
        for (const std::uint32_t exceptionId : from.exceptions) {
            const typed::Exception& exception = typed_.exceptions[exceptionId];
            bytecode::ExceptionInfo info;
            info.name = exception.name;
            info.label = exception.label;
            for (const auto& source : exception.sources) {
                info.sources.push_back(source.text);
            }
            info.applies = expression(frame, exception.applies);
            info.waives = exception.waives;
            if (exception.because.has_value()) {
                info.because.emplace(lowerTemplate(frame, *exception.because));
            }
            if (exception.condition != typed::kNone) {
                info.clause = clause(frame, exception.condition);
            }
            info.place = place(exception.span);
            to.exceptions.push_back(std::move(info));
        }
        for (std::uint32_t effectId = 0; effectId < from.effects.size(); ++effectId) {
            const typed::Effect& effect = from.effects[effectId];
            bytecode::Effect lowered;
            lowered.kind = static_cast<bytecode::Effect::Kind>(effect.kind);
            lowered.guard = guard(id, effectId);
            if (effect.exception != typed::kNone) {
                for (std::uint32_t i = 0; i < from.exceptions.size(); ++i) {
                    if (from.exceptions[i] == effect.exception) {
                        lowered.exception = i;
                    }
                }
            }
            const Location row = locate(frame, effect.row);
            PROVISO_CHECK(row.rows == kNone, "an effect is on the rule's own row or one above it");
            lowered.row = row.link;
            if (effect.kind == typed::Effect::Kind::Contribute) {
                lowered.decision = effect.decision;
                lowered.member = effect.member;
                if (effect.value != typed::kNone) {
                    lowered.value = expression(frame, effect.value);
                }
            } else {
                lowered.finding = effect.finding;
                const typed::Finding& finding = typed_.findings[effect.finding];
                for (std::size_t slot = 0; slot < effect.slots.size(); ++slot) {
                    bytecode::Shown shown;
                    if (slot < effect.slotDecisions.size() &&
                        effect.slotDecisions[slot] != typed::kNone) {
                        shown = shownAt(
                            frame, locate(frame, effect.slots[slot]), effect.slotDecisions[slot]);
                    } else {
                        shown.type = typed_.exprs[effect.slots[slot]].type;
                        shown.value = expression(frame, effect.slots[slot]);
                    }
                    shown.name = finding.slots[slot].name;
                    lowered.slots.push_back(std::move(shown));
                }
                if (effect.atStake != typed::kNone) {
                    lowered.atStake = expression(frame, effect.atStake);
                }
            }
            if (effect.because.has_value()) {
                lowered.because.emplace(lowerTemplate(frame, *effect.because));
            }
            lowered.place = place(effect.span);
            to.effects.push_back(std::move(lowered));
        }
        out_.rules.push_back(std::move(to));
    }
}

void Lowering::lowerOutputs() {
    for (const auto& from : typed_.outputs) {
        bytecode::OutputInfo to;
        to.name = from.name;
        to.space = space(from.space);
        to.choices = from.choices;
        if (from.rows != typed::kNone) {
            to.rows = space(from.rows);
            TypedSpace at = from.rows;
            Register up = kNone;
            while (at != from.space) {
                const typed::Space& row = typed_.spaces[at];
                PROVISO_CHECK(row.toParent != typed::kNone,
                              "a listed row hangs under the row it is listed for");
                up = build_.compose(up, link(row.toParent));
                at = row.parent;
            }
            to.link = up;
        }
        for (const ColumnId column : from.columns) {
            to.columns.push_back(shownColumn(column));
        }
        if (from.choices) {
            const Register outcomes = outcomesOf(from.space);
            if (outcomes != kNone) {
                out_.outcomes = outcomes;
                out_.outcomesSpace = to.space;
            }
        }
        out_.outputs.push_back(std::move(to));
    }
}

bytecode::Program Lowering::run() {
    findClasses();
    for (const auto& text : typed_.texts) {
        build_.text(text);
    }
    lowerSchema();
    lowerVocabulary();
    lowerPacks();
    lowerFindings();
    lowerRules();
    lowerDecisions();
    lowerOutputs();
    lowerSpaceInfo();
    lowerClasses();
    return std::move(out_);
}

}  // namespace proviso::lowering

namespace proviso {

bytecode::Program lower(const typed::Program& program, const Sources& sources) {
    return lowering::Lowering(program, sources).run();
}

}  // namespace proviso
