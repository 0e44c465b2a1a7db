#include "runtime/engine/plan.h"

#include "runtime/base/check.h"
#include "runtime/engine/carry_lists.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/plan_placing.h"
#include "runtime/engine/plan_reads.h"
#include "runtime/engine/plan_results.h"
#include "runtime/engine/plan_roots.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;
using bytecode::SpaceInfo;

/// Those whose rows count against budgets.
std::set<std::uint32_t> countedSpaces(const Program& program) {
    std::set<std::uint32_t> spaces;
    for (const auto& rule : program.rules) {
        for (const auto& [space, weight] : rule.weights) {
            spaces.insert(space);
        }
    }
    return spaces;
}

class Planner {
  public:
    Planner(const Program& program, const Batch* records)
        : program_(program), records_(records), results_(program, plan_.builder),
          placing_(program, results_, plan_) {}

    Plan plan() {
        placeRoots();
        sliceStages();
        // Only now is known which stages there are.
        const bool anyUnread = addUnreadGroups();
        if (carryKeys() || anyUnread) {
            plan_.stages.clear();
            sliceStages();
        }
        if (records_ != nullptr && carryFromLists()) {
            plan_.stages.clear();
            sliceStages();
        }
        if (records_ != nullptr && records_->holes.rows == 0 && takeByThemselves()) {
            tellByThemselves();
            plan_.stages.clear();
            sliceStages();
        }
        noteGroups();
        noteTies();
        countSpaces();
        plan_.prices = pricesOf(program_, plan_.spaceClass, plan_.classes.size());
        for (Stage& stage : plan_.stages) {
            noteChoices(stage);
            noteGroupings(stage);
            noteEarly(stage);
            noteRead(program_, plan_.partitions, stage);
            noteAlike(program_, stage);
            stage.running = findRunning(program_, stage.active, keptOf(stage), stage.counted);
            placeRunning(program_, stage.running, stage.choices);
            finishByThemselves(stage);
        }
        return std::move(plan_);
    }

  private:
    // ---- what stages are asked for -------------------------------------------------------------

    void placeRoots() {
        const auto place = [&](std::uint32_t number,
                               std::vector<Register> registers,
                               std::vector<std::uint32_t> Roots::* list) {
            Roots& roots = roots_[placing_.stageOfAll(registers)];
            (roots.*list).push_back(number);
            roots.registers.insert(roots.registers.end(), registers.begin(), registers.end());
        };
        for (std::uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
            place(rule, results_.ofRule(rule), &Roots::rules);
        }
        for (std::uint32_t index = 0; index < program_.decisions.size(); ++index) {
            const std::uint32_t space = program_.decisions[index].space;
            if (space == 0 || program_.spaces[space].kind == SpaceInfo::Kind::Group) {
                place(index, results_.ofDecision(index), &Roots::decisions);
            }
        }
        for (std::uint32_t output = 0; output < program_.outputs.size(); ++output) {
            place(output, results_.ofOutput(output), &Roots::outputs);
        }
        if (roots_.empty()) {
            roots_[0];
        }
    }

    /// Keys that are no stored fields have to be computed first. Whether there are any.
    bool carryKeys() {
        std::set<std::uint32_t> partitions;
        for (const Stage& stage : plan_.stages) {
            partitions.insert(stage.partition);
        }
        for (const auto& [stage, roots] : roots_) {
            partitions.insert(placing_.partitionOf(stage));
        }
        partitions.erase(kNone);
        for (const std::uint32_t partition : partitions) {
            for (const std::uint32_t each : plan_.partitions[partition].classes) {
                for (const Register key : plan_.classes[each].keys) {
                    if (program_.code[key].op != Op::Input) {
                        PROVISO_CHECK(placing_.stageOf(key) == 0,
                                      "keys are computed from one record alone");
                        carried_.insert(key);
                    }
                }
            }
        }
        roots_[0].registers.insert(roots_[0].registers.end(), carried_.begin(), carried_.end());
        if (roots_[0].empty() && roots_.size() > 1) {
            roots_.erase(0);
        }
        return !carried_.empty();
    }

    /// Whether a later stage need not gather lists any more. It takes a first stage that is there
    /// anyway.
    bool carryFromLists() {
        if (plan_.stages.size() < 2 || plan_.stages[0].level != 0) {
            return false;
        }
        std::vector<Register> namings;
        for (std::uint32_t space = 0; space < program_.spaces.size(); ++space) {
            results_.addNaming(namings, space);
        }
        finishRegisters(namings);
        const std::vector<std::uint8_t> candidates =
            madeOfLists(program_, *records_, plan_.builder, placing_.stages(), namings);
        for (std::size_t index = 1; index < plan_.stages.size(); ++index) {
            const Stage& stage = plan_.stages[index];
            const Ordinal number = numberOf(stage);
            std::vector<Register> needed = stage.carriedOut;
            const std::vector<Register>& roots = roots_[number].registers;
            needed.insert(needed.end(), roots.begin(), roots.end());
            for (const Register each :
                 chooseCarried(program_, plan_.builder, stage, needed, candidates)) {
                fromLists_.emplace(number, each);
            }
        }
        return !fromLists_.empty();
    }

    std::vector<Register> keptOf(const Stage& stage) {
        std::vector<Register> kept = stage.carriedOut;
        kept.insert(kept.end(), stage.carriedIn.begin(), stage.carriedIn.end());
        const std::vector<Register>& roots = roots_[numberOf(stage)].registers;
        kept.insert(kept.end(), roots.begin(), roots.end());
        return kept;
    }

    // ---- records by themselves -----------------------------------------------------------------

    /// Finds the stages that need their sets for nothing but windows over an order. Whether there
    /// are any. What windows read but fields has to be found by a first stage that is there anyway.
    bool takeByThemselves() {
        const bool hasFirst = !plan_.stages.empty() && plan_.stages[0].level == 0;
        const std::vector<std::uint8_t> isOwn = ownValues();
        for (const Stage& stage : plan_.stages) {
            auto found = stage.level == 0 ? std::nullopt : byThemselves(stage, isOwn);
            if (!found) {
                continue;
            }
            std::set<Register> reads;
            for (const OrderedWindow& window : found->windows) {
                for (const Register each : window.reads()) {
                    if (program_.code[each].op != Op::Input) {
                        reads.insert(each);
                    }
                }
            }
            if (hasFirst || reads.empty()) {
                forOrder_.merge(reads);
                byThemselves_.emplace(numberOf(stage), std::move(*found));
            }
        }
        return !byThemselves_.empty();
    }

    /// What the first stage would tell is told by the last of these stages instead, which has the
    /// same records at hand, all of each: so nothing that was found waits for the end.
    void tellByThemselves() {
        const auto first = roots_.find(0);
        if (first == roots_.end() || first->second.tellsNothing() ||
            results_.anyAsksForChoices(first->second.outputs)) {
            return;
        }
        const auto before = std::tuple(roots_, fromLists_, forOrder_, byThemselves_);
        const Ordinal last = byThemselves_.rbegin()->first;
        Roots ofKeys;
        ofKeys.registers.assign(carried_.begin(), carried_.end());
        // What rules cost is counted by the first stage still, whatever becomes of the other.
        for (const std::uint32_t space : countedSpaces(program_)) {
            const Register builder = plan_.builder[space];
            const std::vector<Register>& active = plan_.stages[0].active;
            if (builder != kNone && std::binary_search(active.begin(), active.end(), builder)) {
                ofKeys.registers.push_back(builder);
            }
        }
        roots_[last].take(std::exchange(first->second, std::move(ofKeys)));
        // All of its lists are at hand.
        std::erase_if(fromLists_, [&](const auto& one) { return one.first == last; });
        forOrder_.clear();
        byThemselves_.clear();
        plan_.stages.clear();
        sliceStages();
        takeByThemselves();
        if (!byThemselves_.contains(last)) {
            std::tie(roots_, fromLists_, forOrder_, byThemselves_) = before;
        }
    }

    /// By register: 1 for values that are computed from one record alone and depend on no choice.
    std::vector<std::uint8_t> ownValues() const {
        std::vector<std::uint8_t> depends(program_.code.size(), 0);
        std::vector<std::uint8_t> isOwn(program_.code.size(), 0);
        for (Register number = 0; number < program_.code.size(); ++number) {
            const Instruction& one = program_.code[number];
            depends[number] = one.op == Op::Choice ? 1 : 0;
            visitReads(program_, plan_.builder, number, [&](Register read) {
                if (read != kNone && depends[read] != 0) {
                    depends[number] = 1;
                }
            });
            const bool isValue = one.type.kind != TypeKind::None && one.type.kind != TypeKind::Row;
            isOwn[number] = placing_.stageOf(number) == 0 && isValue && depends[number] == 0 &&
                            one.op != Op::Guard;
        }
        return isOwn;
    }

    std::optional<ByThemselves> byThemselves(const Stage& stage,
                                             const std::vector<std::uint8_t>& isOwn) {
        if (results_.anyAsksForChoices(stage.outputs)) {
            return std::nullopt;
        }
        const std::set<std::uint32_t> counted = countedSpaces(program_);
        std::vector<Register> order = stage.active;
        ByThemselves found;
        std::set<Register> given;
        for (const RunningWindow& window :
             findRunning(program_, order, keptOf(stage), {counted.begin(), counted.end()})) {
            if (auto ordered = orderedWindow(
                    program_, window, plan_.partitions[stage.partition].keys, isOwn)) {
                for (const OrderedFold& fold : ordered->folds) {
                    given.insert(fold.fold);
                }
                found.windows.push_back(std::move(*ordered));
            }
        }
        if (given.empty()) {
            return std::nullopt;
        }
        found.stage.level = stage.level;
        found.stage.partition = stage.partition;
        std::vector<Register> needed = stage.carriedOut;
        const std::vector<Register>& roots = roots_[numberOf(stage)].registers;
        needed.insert(needed.end(), roots.begin(), roots.end());
        given_ = &given;
        slice(found.stage, numberOf(stage), std::move(needed));
        given_ = nullptr;
        // Windows that nothing reads are not taken.
        std::erase_if(found.windows, [&](const OrderedWindow& window) {
            return std::none_of(
                window.folds.begin(), window.folds.end(), [&](const OrderedFold& fold) {
                    return std::binary_search(
                        found.stage.carriedIn.begin(), found.stage.carriedIn.end(), fold.fold);
                });
        });
        const bool needsSets =
            std::any_of(found.stage.active.begin(), found.stage.active.end(), [&](Register each) {
                return placing_.ownPartition(each) != kNone ||
                       (isBuild(program_.code[each]) && placing_.stageOf(each) != 0);
            });
        const bool losesRows = std::any_of(counted.begin(), counted.end(), [&](std::uint32_t each) {
            const Register builder = plan_.builder[each];
            return builder != kNone && placing_.stageOf(builder) != 0 &&
                   std::binary_search(stage.active.begin(), stage.active.end(), builder);
        });
        if (needsSets || losesRows) {
            return std::nullopt;
        }
        return found;
    }

    /// Once it is known what the stage tells.
    void finishByThemselves(Stage& stage) {
        const auto place = byThemselves_.find(numberOf(stage));
        if (place == byThemselves_.end()) {
            return;
        }
        auto found = std::make_shared<ByThemselves>(std::move(place->second));
        Stage& own = found->stage;
        own.rules = stage.rules;
        own.decisions = stage.decisions;
        own.outputs = stage.outputs;
        own.counted = stage.counted;
        own.carriedOut = stage.carriedOut;
        own.running = findRunning(program_, own.active, keptOf(own), own.counted);
        own.partition = kNone;  // only now: by it is known what the stage is asked for
        noteRead(program_, plan_.partitions, own);
        stage.byThemselves = std::move(found);
    }

    // ---- slices --------------------------------------------------------------------------------

    bool isCarried(Register number, Ordinal stage) const {
        const Instruction& one = program_.code[number];
        if (fromLists_.contains({stage, number}) ||
            (given_ != nullptr && given_->contains(number))) {
            return true;
        }
        return placing_.stageOf(number) != 0 && placing_.stageOf(number) != stage &&
               placing_.ownPartition(number) == kNone && one.type.kind != TypeKind::None &&
               one.type.kind != TypeKind::Row && one.op != Op::Constant &&
               one.op != Op::NotApplicable && one.op != Op::Choice;
    }

    /// Everything that the roots need, as far as it is not carried in.
    void slice(Stage& stage, Ordinal number, std::vector<Register> pending) {
        std::vector<std::uint8_t> met(program_.code.size(), 0);
        const auto visit = [&](Register each) {
            if (each != kNone && met[each] == 0) {
                met[each] = 1;
                pending.push_back(each);
            }
        };
        std::vector<Register> roots = std::move(pending);
        pending.clear();
        for (const Register root : roots) {
            visit(root);
        }
        while (!pending.empty()) {
            const Register each = pending.back();
            pending.pop_back();
            const Instruction& one = program_.code[each];
            visit(plan_.builder[one.space]);
            if (isCarried(each, number)) {
                PROVISO_CHECK(placing_.stageOf(each) < number ||
                                  (given_ != nullptr && given_->contains(each)),
                              "a stage reads only those before it");
                stage.carriedIn.push_back(each);
                continue;
            }
            PROVISO_CHECK(placing_.ownPartition(each) == kNone ||
                              placing_.ownPartition(each) == stage.partition,
                          "a stage reads groups of its own class");
            stage.active.push_back(each);
            visitReads(program_, plan_.builder, each, visit);
        }
        std::sort(stage.active.begin(), stage.active.end());
        std::sort(stage.carriedIn.begin(), stage.carriedIn.end());
    }

    void sliceStages() {
        // Backwards: what a stage carries onward is known when all later ones are sliced.
        std::map<Ordinal, std::vector<Register>> onward;
        for (const Register key : carried_) {
            onward[0].push_back(key);
        }
        std::set<Ordinal> pending;
        for (const auto& [stage, roots] : roots_) {
            pending.insert(stage);
        }
        while (!pending.empty()) {
            const Ordinal number = *pending.rbegin();
            pending.erase(number);
            const Roots& roots = roots_[number];
            Stage stage;
            stage.level = placing_.levelOf(number);
            stage.partition = placing_.partitionOf(number);
            stage.rules = roots.rules;
            stage.decisions = roots.decisions;
            stage.outputs = roots.outputs;
            stage.carriedOut = onward[number];
            finishRegisters(stage.carriedOut);
            if (number == 0) {
                std::set_difference(forOrder_.begin(),
                                    forOrder_.end(),
                                    stage.carriedOut.begin(),
                                    stage.carriedOut.end(),
                                    std::back_inserter(stage.forOrder));
                stage.carriedOut.insert(
                    stage.carriedOut.end(), stage.forOrder.begin(), stage.forOrder.end());
                finishRegisters(stage.carriedOut);
            }
            std::vector<Register> needed = roots.registers;
            needed.insert(needed.end(), stage.carriedOut.begin(), stage.carriedOut.end());
            slice(stage, number, std::move(needed));
            for (const Register each : stage.carriedIn) {
                onward[placing_.stageOf(each)].push_back(each);
                pending.insert(placing_.stageOf(each));
            }
            plan_.stages.insert(plan_.stages.begin(), std::move(stage));
        }
    }

    /// Groups that nothing reads still tell who shares one with a rejected record. Whether there
    /// are any.
    bool addUnreadGroups() {
        bool any = false;
        for (std::uint32_t space = 0; space < program_.spaces.size(); ++space) {
            const Register builder = plan_.builder[space];
            if (builder == kNone || program_.code[builder].op != Op::GroupBy) {
                continue;
            }
            Ordinal number = placing_.ordinal(1, placing_.ownPartition(builder));
            bool isRead = false;
            for (auto stage = plan_.stages.rbegin(); stage != plan_.stages.rend(); ++stage) {
                isRead = isRead ||
                         std::binary_search(stage->active.begin(), stage->active.end(), builder);
                if (stage->partition == placing_.ownPartition(builder)) {
                    number = placing_.ordinal(stage->level, stage->partition);
                }
            }
            if (!isRead) {
                any = true;
                std::vector<Register> needed;
                results_.addNaming(needed, space);
                finishRegisters(needed);
                roots_[number].registers.insert(
                    roots_[number].registers.end(), needed.begin(), needed.end());
            }
        }
        return any;
    }

    /// Each grouping tells once who shares a group with a rejected record.
    void noteGroups() {
        for (std::uint32_t space = 0; space < program_.spaces.size(); ++space) {
            const Register builder = plan_.builder[space];
            if (builder == kNone || program_.code[builder].op != Op::GroupBy) {
                continue;
            }
            for (Stage& stage : plan_.stages) {
                if (std::binary_search(stage.active.begin(), stage.active.end(), builder)) {
                    stage.groups.push_back(space);
                    break;
                }
            }
        }
    }

    void noteTies() {
        std::vector<std::vector<Register>> groupings(plan_.partitions.size());
        for (const Stage& stage : plan_.stages) {
            for (const Register number : stage.active) {
                if (stage.partition != kNone && program_.code[number].op == Op::GroupBy) {
                    groupings[stage.partition].push_back(number);
                }
            }
        }
        for (std::size_t each = 0; each < groupings.size(); ++each) {
            Partition& partition = plan_.partitions[each];
            partition.ties = tiesOf(program_, groupings[each], partition.keys);
        }
    }

    void countSpaces() {
        for (const std::uint32_t space : countedSpaces(program_)) {
            const Register builder = plan_.builder[space];
            for (Stage& stage : plan_.stages) {
                if (builder == kNone ||
                    std::binary_search(stage.active.begin(), stage.active.end(), builder)) {
                    stage.counted.push_back(space);
                    break;
                }
            }
        }
    }

    Ordinal numberOf(const Stage& stage) const {
        return stage.level == 0 ? 0 : placing_.ordinal(stage.level, stage.partition);
    }

    void noteChoices(Stage& stage) {
        std::vector<Register> needed;
        for (const std::uint32_t output : stage.outputs) {
            if (results_.asksForChoices(output)) {
                const std::vector<Register> registers = results_.ofOutput(output);
                needed.insert(needed.end(), registers.begin(), registers.end());
            }
        }
        Stage slice;
        slice.partition = stage.partition;
        this->slice(slice, numberOf(stage), std::move(needed));
        stage.choices = std::move(slice.active);
        stage.choicesIn = std::move(slice.carriedIn);
    }

    /// Of the groups that rules are about which the stage guards.
    void noteGroupings(Stage& stage) {
        std::vector<Register> needed;
        for (const Register number : stage.active) {
            const Instruction& one = program_.code[number];
            if (one.op == Op::Guard) {
                results_.addNaming(needed, rootOf(program_, program_.rules[one.index].space));
            }
        }
        finishRegisters(needed);
        Stage slice;
        slice.partition = stage.partition;
        this->slice(slice, numberOf(stage), std::move(needed));
        PROVISO_CHECK(slice.carriedIn.empty(), "who is in a group depends on no other group");
        stage.groupings = std::move(slice.active);
    }

    void noteEarly(Stage& stage) {
        if (stage.level != 0 || (fromLists_.empty() && forOrder_.empty())) {
            return;
        }
        stage.early = stage.forOrder;
        for (const auto& [to, number] : fromLists_) {
            stage.early.push_back(number);
        }
        finishRegisters(stage.early);
        Stage slice;
        this->slice(slice, 0, stage.early);
        stage.forEarly = std::move(slice.active);
    }

    const Program& program_;
    const Batch* records_;
    Plan plan_;
    const ResultReads results_;
    Placing placing_;
    std::map<Ordinal, Roots> roots_;
    std::set<Register> carried_;                        ///< keys that a first stage computes
    std::set<std::pair<Ordinal, Register>> fromLists_;  ///< by the stage that they are carried to
    std::map<Ordinal, ByThemselves> byThemselves_;      ///< without what their stages tell
    std::set<Register> forOrder_;                       ///< what their windows read
    const std::set<Register>* given_ = nullptr;  ///< taken by windows, in the slice being made
};

}  // namespace

bool Plan::isNeeded(std::size_t index, bool anyHoles) const {
    const auto onlyGroups = [](const Stage& stage) {
        return stage.level != 0 && stage.rules.empty() && stage.decisions.empty() &&
               stage.outputs.empty() && stage.carriedOut.empty() && stage.counted.empty();
    };
    return anyHoles || !onlyGroups(stages[index]) ||
           (index == 0 && std::all_of(stages.begin(), stages.end(), onlyGroups));
}

Stage Plan::everything(const Program& program) {
    Stage stage;
    stage.active.resize(program.code.size());
    std::iota(stage.active.begin(), stage.active.end(), 0U);
    stage.choices = stage.active;
    stage.groupings = stage.active;
    stage.rules.resize(program.rules.size());
    std::iota(stage.rules.begin(), stage.rules.end(), 0U);
    stage.decisions.resize(program.decisions.size());
    std::iota(stage.decisions.begin(), stage.decisions.end(), 0U);
    stage.outputs.resize(program.outputs.size());
    std::iota(stage.outputs.begin(), stage.outputs.end(), 0U);
    const std::set<std::uint32_t> counted = countedSpaces(program);
    stage.counted.assign(counted.begin(), counted.end());
    for (std::uint32_t space = 0; space < program.spaces.size(); ++space) {
        if (program.spaces[space].kind == SpaceInfo::Kind::Group) {
            stage.groups.push_back(space);
        }
    }
    return stage;
}

Plan planStages(const Program& program, const Batch* records) {
    return Planner(program, records).plan();
}

}  // namespace proviso::engine
