#include "runtime/engine/plan.h"

#include "runtime/base/check.h"
#include "runtime/engine/carry_lists.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/plan_reads.h"
#include "runtime/engine/plan_results.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace proviso::engine {

namespace {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;
using bytecode::SpaceInfo;
using bytecode::spaceMadeBy;

/// Stages in the order of evaluation: 0 is records by themselves, then the classes in turn, level
/// by level.
using Ordinal = std::uint32_t;

bool isBuild(const Instruction& one) {
    return spaceMadeBy(one) != kNone;
}

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
        : program_(program), records_(records), results_(program, plan_.builder) {}

    Plan plan() {
        findBuilders();
        plan_.classes = program_.classes;
        findClasses();
        joinClasses();
        makePartitions();
        placeRegisters();
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
            plan_.stages.clear();
            sliceStages();
        }
        noteGroups();
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
    struct Roots {
        std::vector<Register> registers;
        std::vector<std::uint32_t> rules;
        std::vector<std::uint32_t> decisions;
        std::vector<std::uint32_t> outputs;

        bool empty() const {
            return registers.empty() && rules.empty() && decisions.empty() && outputs.empty();
        }
    };

    void findBuilders() {
        plan_.builder.assign(program_.spaces.size(), kNone);
        for (Register number = 0; number < program_.code.size(); ++number) {
            if (isBuild(program_.code[number])) {
                plan_.builder[spaceMadeBy(program_.code[number])] = number;
            }
        }
    }

    /// As the bytecode says; helper spaces take the class of what they are built from.
    void findClasses() {
        std::vector<std::uint32_t>& classes = plan_.spaceClass;
        for (const SpaceInfo& space : program_.spaces) {
            classes.push_back(space.partitionClass);
        }
        for (const Instruction& one : program_.code) {
            if (!isBuild(one) || classes[spaceMadeBy(one)] != kNone) {
                continue;
            }
            const std::uint32_t made = spaceMadeBy(one);
            const auto take = [&](std::uint32_t space) {
                if (space != kNone && classes[made] == kNone) {
                    classes[made] = classes[space];
                }
            };
            if (one.op != Op::GroupBy && one.op != Op::BuildKeyed && one.index != kNone) {
                take(one.index);
            }
            for (const Register operand : one.operands) {
                take(program_.code[operand].space);
                take(program_.code[operand].target);
            }
            PROVISO_CHECK(one.op != Op::GroupBy || classes[made] != kNone,
                          "a grouping belongs to a partition class");
        }
    }

    std::uint32_t joined(std::uint32_t of) const {
        while (joinedWith_[of] != of) {
            of = joinedWith_[of];
        }
        return of;
    }

    std::uint32_t classOfSpace(std::uint32_t space) const {
        return space == kNone || plan_.spaceClass[space] == kNone ? kNone
                                                                  : joined(plan_.spaceClass[space]);
    }

    /// Two things that one place reads must be brought together by one class.
    std::uint32_t join(std::uint32_t a, std::uint32_t b) {
        if (a == kNone || b == kNone || a == b) {
            return a == kNone ? b : a;
        }
        const std::uint32_t low = std::min(a, b);
        joinedWith_[std::max(a, b)] = low;
        return low;
    }

    /// The class of groups that the register's rows hang on, or lead to.
    std::uint32_t classOf(Register number) {
        const Instruction& one = program_.code[number];
        std::uint32_t found = join(classOfSpace(one.space), classOfSpace(one.target));
        if (one.type.kind == TypeKind::Row) {
            found = join(found, classOfSpace(one.type.ref));
        }
        if (isBuild(one)) {
            found = join(found, classOfSpace(spaceMadeBy(one)));
        }
        return found;
    }

    /// Rows and links are not carried from stage to stage: what reads one that was found by looking
    /// at groups looks at these groups itself. Their class.
    std::uint32_t tieOf(Register number) const {
        return number == kNone || tied_[number] == kNone ? kNone : joined(tied_[number]);
    }

    std::uint32_t classRead(Register number) {
        const Instruction& one = program_.code[number];
        std::uint32_t found = classOf(number);
        for (const Register operand : one.operands) {
            found = join(join(found, classOf(operand)), tieOf(operand));
        }
        for (const std::uint32_t space : {one.space, one.target}) {
            const Register builder = space == kNone ? kNone : plan_.builder[space];
            if (builder != kNone && builder < number) {
                found = join(found, tieOf(builder));
            }
        }
        return found;
    }

    std::uint32_t classOfAll(const std::vector<Register>& registers) {
        std::uint32_t found = kNone;
        for (const Register each : registers) {
            found = join(join(found, classOf(each)), tieOf(each));
        }
        return found;
    }

    void joinClasses() {
        joinedWith_.resize(plan_.classes.size());
        std::iota(joinedWith_.begin(), joinedWith_.end(), 0U);
        tied_.assign(program_.code.size(), kNone);
        for (Register number = 0; number < program_.code.size(); ++number) {
            const std::uint32_t read = classRead(number);
            const TypeKind kind = program_.code[number].type.kind;
            if (kind == TypeKind::None || kind == TypeKind::Row) {
                tied_[number] = read;
            }
        }
        for (std::uint32_t rule = 0; rule < program_.rules.size(); ++rule) {
            classOfAll(results_.ofRule(rule));
        }
        for (std::uint32_t index = 0; index < program_.decisions.size(); ++index) {
            classOfAll(results_.ofDecision(index));
        }
        for (std::uint32_t output = 0; output < program_.outputs.size(); ++output) {
            classOfAll(results_.ofOutput(output));
        }
    }

    void makePartitions() {
        partitionOf_.assign(plan_.classes.size(), kNone);
        for (std::uint32_t each = 0; each < plan_.classes.size(); ++each) {
            const bytecode::PartitionClass& from = plan_.classes[each];
            const std::uint32_t whole = joined(each);
            if (partitionOf_[whole] == kNone) {
                partitionOf_[whole] = static_cast<std::uint32_t>(plan_.partitions.size());
                plan_.partitions.push_back({from.name, from.keys, {each}});
                continue;
            }
            Partition& partition = plan_.partitions[partitionOf_[whole]];
            partitionOf_[each] = partitionOf_[whole];
            partition.name += "+" + from.name;
            partition.classes.push_back(each);
            // Only keys that both have bring together what either needs.
            std::erase_if(partition.keys, [&](Register key) {
                return std::find(from.keys.begin(), from.keys.end(), key) == from.keys.end();
            });
        }
    }

    Ordinal ordinal(std::uint32_t level, std::uint32_t partition) const {
        return (level - 1) * static_cast<Ordinal>(plan_.partitions.size()) + partition + 1;
    }
    std::uint32_t levelOf(Ordinal stage) const {
        return stage == 0 ? 0 : (stage - 1) / static_cast<Ordinal>(plan_.partitions.size()) + 1;
    }
    std::uint32_t partitionOf(Ordinal stage) const {
        return stage == 0 ? kNone : (stage - 1) % static_cast<Ordinal>(plan_.partitions.size());
    }
    /// The first stage of the partition that is not before `least`.
    Ordinal firstOf(std::uint32_t partition, Ordinal least) const {
        if (least == 0) {
            return ordinal(1, partition);
        }
        return ordinal(levelOf(least) + (partitionOf(least) <= partition ? 0 : 1), partition);
    }

    void placeRegisters() {
        stageOf_.assign(program_.code.size(), 0);
        ownPartition_.assign(program_.code.size(), kNone);
        for (Register number = 0; number < program_.code.size(); ++number) {
            const Instruction& one = program_.code[number];
            Ordinal stage = 0;
            for (const Register operand : one.operands) {
                stage = std::max(stage, stageOf_[operand]);
            }
            for (const std::uint32_t space : {one.space, one.target}) {
                if (space != kNone && plan_.builder[space] < number) {
                    stage = std::max(stage, stageOf_[plan_.builder[space]]);
                }
            }
            const std::uint32_t own = classOf(number);
            const std::uint32_t read = classRead(number);
            ownPartition_[number] = own == kNone ? kNone : partitionOf_[own];
            stageOf_[number] = read == kNone ? stage : firstOf(partitionOf_[read], stage);
        }
    }

    // ---- what stages are asked for -------------------------------------------------------------

    Ordinal stageOfAll(const std::vector<Register>& registers) {
        Ordinal stage = 0;
        for (const Register each : registers) {
            stage = std::max(stage, stageOf_[each]);
        }
        const std::uint32_t read = classOfAll(registers);
        return read == kNone ? stage : firstOf(partitionOf_[read], stage);
    }

    void placeRoots() {
        const auto place = [&](std::uint32_t number,
                               std::vector<Register> registers,
                               std::vector<std::uint32_t> Roots::* list) {
            Roots& roots = roots_[stageOfAll(registers)];
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
            partitions.insert(partitionOf(stage));
        }
        partitions.erase(kNone);
        for (const std::uint32_t partition : partitions) {
            for (const std::uint32_t each : plan_.partitions[partition].classes) {
                for (const Register key : plan_.classes[each].keys) {
                    if (program_.code[key].op != Op::Input) {
                        PROVISO_CHECK(stageOf_[key] == 0,
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
            madeOfLists(program_, *records_, plan_.builder, stageOf_, namings);
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
            isOwn[number] =
                stageOf_[number] == 0 && isValue && depends[number] == 0 && one.op != Op::Guard;
        }
        return isOwn;
    }

    std::optional<ByThemselves> byThemselves(const Stage& stage,
                                             const std::vector<std::uint8_t>& isOwn) {
        const bool hasChoices =
            std::any_of(stage.outputs.begin(), stage.outputs.end(), [&](std::uint32_t output) {
                return program_.outputs[output].choices &&
                       program_.outputs[output].space == program_.outcomesSpace;
            });
        if (hasChoices) {
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
                return ownPartition_[each] != kNone || isBuild(program_.code[each]);
            });
        const bool losesRows = std::any_of(counted.begin(), counted.end(), [&](std::uint32_t each) {
            const Register builder = plan_.builder[each];
            return builder != kNone &&
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
        own.partition = kNone;
        own.rules = stage.rules;
        own.decisions = stage.decisions;
        own.outputs = stage.outputs;
        own.counted = stage.counted;
        own.carriedOut = stage.carriedOut;
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
        return stageOf_[number] != 0 && stageOf_[number] != stage &&
               ownPartition_[number] == kNone && one.type.kind != TypeKind::None &&
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
                PROVISO_CHECK(stageOf_[each] < number ||
                                  (given_ != nullptr && given_->contains(each)),
                              "a stage reads only those before it");
                stage.carriedIn.push_back(each);
                continue;
            }
            PROVISO_CHECK(ownPartition_[each] == kNone || ownPartition_[each] == stage.partition,
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
            stage.level = levelOf(number);
            stage.partition = partitionOf(number);
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
                onward[stageOf_[each]].push_back(each);
                pending.insert(stageOf_[each]);
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
            Ordinal number = ordinal(1, ownPartition_[builder]);
            bool isRead = false;
            for (auto stage = plan_.stages.rbegin(); stage != plan_.stages.rend(); ++stage) {
                isRead = isRead ||
                         std::binary_search(stage->active.begin(), stage->active.end(), builder);
                if (stage->partition == ownPartition_[builder]) {
                    number = ordinal(stage->level, stage->partition);
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
        return stage.level == 0 ? 0 : ordinal(stage.level, stage.partition);
    }

    void noteChoices(Stage& stage) {
        std::vector<Register> needed;
        for (const std::uint32_t output : stage.outputs) {
            const bytecode::OutputInfo& info = program_.outputs[output];
            if (info.choices && info.space == program_.outcomesSpace) {
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
    std::vector<std::uint32_t> joinedWith_;    ///< by class
    std::vector<std::uint32_t> tied_;          ///< by register, a class: see tieOf
    std::vector<std::uint32_t> partitionOf_;   ///< by class
    std::vector<Ordinal> stageOf_;             ///< by register
    std::vector<std::uint32_t> ownPartition_;  ///< by register: of the groups its rows hang on
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
