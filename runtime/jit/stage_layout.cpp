#include "runtime/jit/stage_layout.h"

#include "runtime/base/check.h"
#include "runtime/engine/frame.h"

#include <algorithm>

namespace proviso::jit {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;

bool isMadeAnywhere(Op op) {
    return op == Op::Constant || op == Op::NotApplicable;
}

Register behindGuards(const bytecode::Program& program, Register number) {
    while (program.code[number].op == Op::Guard) {
        number = program.code[number].operands[0];
    }
    return number;
}

namespace {

class Layout {
  public:
    Layout(const LayoutInput& input, std::size_t leastMembers, std::size_t mostMembers)
        : input_(input), code_(input.program.code), leastMembers_(leastMembers),
          mostMembers_(mostMembers), kinds_(code_.size(), Kind::Absent), isLive_(code_.size(), 0),
          isDone_(code_.size(), 0), regionOf_(code_.size(), kNone),
          builders_(input.program.spaces.size(), kNone), alsoReads_(code_.size()) {}

    StageLayout make() {
        sort();
        findLive();
        placeConstants();
        schedule();
        sink();
        findReaders();
        for (Region& region : layout_.regions) {
            finish(region);
        }
        return std::move(layout_);
    }

  private:
    enum class Kind : std::uint8_t {
        Absent,  ///< not of this stage
        Interpreted,
        Compiled,
        Anywhere,
    };

    void sort() {
        for (const Register number : input_.active) {
            if (const std::uint32_t made = spaceMadeBy(code_[number]); made != kNone) {
                builders_[made] = number;
            }
        }
        for (const Register number : input_.active) {
            kinds_[number] = isMadeAnywhere(code_[number].op) ? Kind::Anywhere
                             : compiles(number)               ? Kind::Compiled
                                                              : Kind::Interpreted;
        }
        if (input_.running == nullptr) {
            return;
        }
        // A running window folds columns of which it is no reader by its operands, and its folds
        // ask for no rows of it.
        for (const engine::RunningWindow& window : *input_.running) {
            for (const engine::RunningFold& fold : window.folds) {
                kinds_[fold.fold] = Kind::Interpreted;
            }
            alsoReads_[window.window] = window.folded;
        }
    }

    /// Bounds and errors are the interpreter's: whatever has them, or reads them, is not compiled.
    bool compiles(Register number) const {
        const auto isPlain = [&](Register one) { return !input_.seen.has(one, Seen::Bounds); };
        return isCompilable(input_, number) && !input_.seen.has(number, Seen::Errors) &&
               !input_.seen.has(number, Seen::Open) && isPlain(number) && !isApart(number) &&
               std::all_of(code_[number].operands.begin(), code_[number].operands.end(), isPlain);
    }

    bool isApart(Register number) const {
        return isFold(code_[number]) && input_.seen.has(code_[number].operands[0], Seen::Apart);
    }

    /// The space over whose rows a register is computed: what is folded belongs to the rows that
    /// it folds.
    std::uint32_t loopOf(Register number) const {
        const Instruction& one = code_[number];
        return isFold(one) ? code_[one.operands[0]].space : one.space;
    }

    template <class Visit>
    void forEachOperand(Register number, Visit visit) const {
        for (const Register operand : code_[number].operands) {
            visit(operand);
        }
        for (const Register operand : alsoReads_[number]) {
            visit(operand);
        }
    }

    /// What makes rows, what is read later and all that those need.
    void findLive() {
        for (auto place = input_.active.rbegin(); place != input_.active.rend(); ++place) {
            const Register number = *place;
            // Links make rows, which are there whether or not somebody asks for them.
            if (code_[number].type.kind == TypeKind::None || input_.seen.isReadLater(number)) {
                isLive_[number] = 1;
            }
            if (isLive_[number] != 0) {
                forEachOperand(number, [&](Register operand) { isLive_[operand] = 1; });
            }
        }
    }

    /// Regions make constants for themselves. For other readers they are steps.
    void placeConstants() {
        std::vector<std::uint8_t> isStep(code_.size(), 0);
        for (const Register number : input_.active) {
            const Instruction& one = code_[number];
            if (kinds_[number] == Kind::Anywhere) {
                isStep[number] = input_.seen.isReadLater(number) ? 1 : isStep[number];
                continue;
            }
            if (isLive_[number] == 0) {
                continue;
            }
            forEachOperand(number, [&](Register operand) {
                if (kinds_[operand] == Kind::Anywhere &&
                    (kinds_[number] == Kind::Interpreted || one.op == Op::Guard ||
                     isElsewhere(number, operand))) {
                    isStep[operand] = 1;
                }
            });
        }
        for (const Register number : input_.active) {
            if (kinds_[number] != Kind::Anywhere) {
                continue;
            }
            if (isStep[number] != 0) {
                kinds_[number] = Kind::Interpreted;
                isLive_[number] = 1;
            } else {
                isDone_[number] = 1;
                layout_.leftOut.push_back(number);
            }
        }
    }

    /// Whether an instruction reads other rows of an operand than those that its loop is at.
    bool isElsewhere(Register number, Register operand) const {
        const Instruction& one = code_[number];
        if (isFold(one)) {
            // Whether rows may be missing is a column of the results.
            const std::size_t before = engine::foldOperands(one);
            return isFold(code_[operand]) ||
                   (one.operands.size() > before && operand == one.operands[before]);
        }
        return isFold(code_[operand]) ||
               ((one.op == Op::Spread || one.op == Op::Gather) && operand == one.operands[0]);
    }

    bool isReady(Register number, std::uint32_t region) const {
        bool ready = true;
        forEachOperand(number, [&](Register operand) {
            ready = ready && (kinds_[operand] == Kind::Absent || isDone_[operand] != 0 ||
                              (region != kNone && regionOf_[operand] == region &&
                               !isElsewhere(number, operand)));
        });
        const Register builder = builders_[code_[number].space];
        return ready && (builder == kNone || builder == number || isDone_[builder] != 0);
    }

    /// Whatever is interpreted stays in its order, since some of it reads more than its operands.
    void schedule() {
        std::vector<Register> waiting;
        for (const Register number : input_.active) {
            if (isDone_[number] != 0) {
                continue;
            }
            if (isLive_[number] == 0) {
                isDone_[number] = 1;
                layout_.leftOut.push_back(number);
            } else if (kinds_[number] == Kind::Compiled) {
                waiting.push_back(number);
            } else {
                interpreted_.push_back(number);
            }
        }
        std::size_t next = 0;
        while (next < interpreted_.size() || !waiting.empty()) {
            if (next < interpreted_.size() && isReady(interpreted_[next], kNone)) {
                interpret(interpreted_[next++]);
                continue;
            }
            const std::vector<Register> members = largest(waiting);
            PROVISO_CHECK(!members.empty(), "something can always be computed next");
            waiting.erase(std::remove_if(waiting.begin(),
                                         waiting.end(),
                                         [&](Register one) {
                                             return std::find(members.begin(),
                                                              members.end(),
                                                              one) != members.end();
                                         }),
                          waiting.end());
            place(members);
        }
    }

    void interpret(Register number) {
        isDone_[number] = 1;
        layout_.steps.push_back({kNone, number});
    }

    /// What can be computed next in one loop: if it can be, all that is waiting there, so that no
    /// other loop over the same rows is needed; or else the most.
    std::vector<Register> largest(const std::vector<Register>& waiting) {
        std::vector<std::uint32_t> spaces;
        for (const Register number : waiting) {
            if (std::find(spaces.begin(), spaces.end(), loopOf(number)) == spaces.end()) {
                spaces.push_back(loopOf(number));
            }
        }
        std::vector<Register> best;
        bool bestIsAll = false;
        const auto trial = static_cast<std::uint32_t>(layout_.regions.size());
        for (const std::uint32_t space : spaces) {
            std::vector<Register> members;
            bool isAll = true;
            for (const Register number : waiting) {
                if (loopOf(number) != space) {
                    continue;
                }
                if (members.size() < mostMembers_ && isReady(number, trial)) {
                    regionOf_[number] = trial;
                    members.push_back(number);
                } else {
                    isAll = false;
                }
            }
            for (const Register number : members) {
                regionOf_[number] = kNone;
            }
            const bool isBetter = isAll != bestIsAll ? isAll : members.size() > best.size();
            if (!members.empty() && isBetter) {
                best = std::move(members);
                bestIsAll = isAll;
            }
        }
        return best;
    }

    void place(const std::vector<Register>& members) {
        if (members.size() < leastMembers_) {
            for (const Register number : members) {
                kinds_[number] = Kind::Interpreted;
                interpret(number);
            }
            return;
        }
        const auto index = static_cast<std::uint32_t>(layout_.regions.size());
        Region& region = layout_.regions.emplace_back();
        region.space = loopOf(members[0]);
        region.members = members;
        for (const Register number : members) {
            isDone_[number] = 1;
            regionOf_[number] = index;
        }
        layout_.steps.push_back({index, kNone});
    }

    /// Moves what is computed earlier than anybody reads it to the latest loop over the same rows
    /// that still comes in time: what one loop alone reads need not be written by another.
    void sink() {
        std::vector<std::size_t> stepOf(code_.size(), 0);
        for (std::size_t index = 0; index < layout_.steps.size(); ++index) {
            const Step& step = layout_.steps[index];
            if (step.region == kNone) {
                stepOf[step.number] = index;
                continue;
            }
            for (const Register number : layout_.regions[step.region].members) {
                stepOf[number] = index;
            }
        }
        std::vector<std::size_t> latest(code_.size(), layout_.steps.size());
        const auto limitOperands = [&](Register number) {
            forEachOperand(number, [&](Register operand) {
                latest[operand] = std::min(latest[operand],
                                           stepOf[number] - (isElsewhere(number, operand) ? 1 : 0));
            });
        };
        // These stay where they are, and may read what comes behind them in the order of the stage.
        for (const Step& step : layout_.steps) {
            if (step.region == kNone) {
                limitOperands(step.number);
            }
        }
        std::vector<std::vector<Register>> members(layout_.regions.size());
        std::vector<std::size_t> counts;
        for (const Region& region : layout_.regions) {
            counts.push_back(region.members.size());
        }
        for (auto place = input_.active.rbegin(); place != input_.active.rend(); ++place) {
            const Register number = *place;
            if (regionOf_[number] == kNone) {
                continue;
            }
            const std::size_t end = std::min(latest[number] + 1, layout_.steps.size());
            for (std::size_t step = stepOf[number] + 1; step < end; ++step) {
                const std::uint32_t region = layout_.steps[step].region;
                if (region != kNone && layout_.regions[region].space == loopOf(number) &&
                    counts[region] < mostMembers_) {
                    --counts[regionOf_[number]];
                    ++counts[region];
                    regionOf_[number] = region;
                    stepOf[number] = step;
                }
            }
            members[regionOf_[number]].push_back(number);
            limitOperands(number);
        }
        std::vector<Region> filled;
        std::vector<Step> steps;
        for (const Step& step : layout_.steps) {
            if (step.region == kNone) {
                steps.push_back(step);
            } else if (const auto& in = members[step.region]; !in.empty()) {
                steps.push_back({static_cast<std::uint32_t>(filled.size()), kNone});
                filled.emplace_back().space = layout_.regions[step.region].space;
                filled.back().members.assign(in.rbegin(), in.rend());
            }
        }
        layout_.steps = std::move(steps);
        layout_.regions = std::move(filled);
    }

    /// What is read outside of the region that computes it.
    void findReaders() {
        isRead_.assign(code_.size(), 0);
        for (const Register number : input_.active) {
            if (isLive_[number] == 0) {
                continue;
            }
            if (input_.seen.isReadLater(number)) {
                isRead_[number] = 1;
            }
            forEachOperand(number, [&](Register operand) {
                if (regionOf_[operand] == kNone || regionOf_[operand] != regionOf_[number]) {
                    isRead_[operand] = 1;
                }
            });
        }
        // A guard that is read is the register that it lets through.
        for (const Register number : input_.active) {
            if (isRead_[number] != 0 && code_[number].op == Op::Guard) {
                isRead_[behindGuards(input_.program, number)] = 1;
            }
        }
    }

    void finish(Region& region) {
        translate(input_, region, isRead_);
        for (const Register number : region.members) {
            if (isRead_[number] == 0) {
                region.leftOut.push_back(number);
            }
        }
    }

    const LayoutInput& input_;
    const std::vector<Instruction>& code_;
    std::size_t leastMembers_;
    std::size_t mostMembers_;
    StageLayout layout_;
    std::vector<Kind> kinds_;                       ///< by register
    std::vector<std::uint8_t> isLive_;              ///< likewise
    std::vector<std::uint8_t> isDone_;              ///< likewise
    std::vector<std::uint8_t> isRead_;              ///< likewise
    std::vector<std::uint32_t> regionOf_;           ///< likewise
    std::vector<Register> builders_;                ///< by space
    std::vector<std::vector<Register>> alsoReads_;  ///< by register
    std::vector<Register> interpreted_;
};

}  // namespace

StageLayout layOut(const LayoutInput& input, std::size_t leastMembers, std::size_t mostMembers) {
    return Layout(input, leastMembers, mostMembers).make();
}

}  // namespace proviso::jit
