#include "runtime/base/check.h"
#include "runtime/engine/frame.h"
#include "runtime/engine/running.h"

#include <algorithm>
#include <set>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;

namespace {

/// By register: 1 for the window, what has its rows, and its folds.
using Parts = std::vector<std::uint8_t>;

Parts partsOf(const Program& program, const RunningWindow& window) {
    Parts parts(program.code.size());
    forEachPart(window, [&](Register each) { parts[each] = 1; });
    return parts;
}

using Place = std::vector<Register>::iterator;

/// The first register from `begin` on that reads a part without being one. `placed` are the running
/// windows that have their places.
Place firstReader(const Program& program,
                  const Parts& parts,
                  const std::vector<RunningWindow>& placed,
                  Place begin,
                  Place end) {
    const auto isPart = [&](Register each) { return parts[each] != 0; };
    return std::find_if(begin, end, [&](Register number) {
        const Instruction& one = program.code[number];
        return !isPart(number) &&
               (std::any_of(one.operands.begin(), one.operands.end(), isPart) ||
                (one.op == Op::BuildWindow &&
                 std::any_of(placed.begin(), placed.end(), [&](const RunningWindow& window) {
                     return window.window == number &&
                            std::any_of(window.folded.begin(), window.folded.end(), isPart);
                 })));
    });
}

/// Moves the parts, which begin with the window, to where the first register stands that reads one.
void postpone(const Parts& parts, Place begin, Place reader) {
    std::stable_partition(begin, reader, [&](Register each) { return parts[each] == 0; });
}

/// Whether a window comes to its turn after all that it folds, which would otherwise be that of
/// another block. What is not in `order` was there before.
bool isAfterWhatItFolds(const RunningWindow& window, const std::vector<Register>& order) {
    const auto own = std::find(order.begin(), order.end(), window.window);
    return std::none_of(window.folded.begin(), window.folded.end(), [&](Register each) {
        return std::find(own, order.end(), each) != order.end();
    });
}

class Finder {
  public:
    Finder(const Program& program,
           std::vector<Register>& order,
           const std::vector<Register>& kept,
           const std::vector<std::uint32_t>& counted)
        : program_(program), order_(order), isKept_(program.spaces.size()) {
        for (const Register each : kept) {
            isKept_[program.code[each].space] = true;
        }
        for (const std::uint32_t space : counted) {
            isKept_[space] = true;
        }
        noteTouching();
    }

    std::vector<RunningWindow> find() {
        std::vector<RunningWindow> found;
        const std::vector<Register> all = order_;
        for (const Register number : all) {
            if (!isStretch(number)) {
                continue;
            }
            RunningWindow window;
            window.window = number;
            if (!takeFolds(window)) {
                continue;
            }
            const Parts parts = partsOf(program_, window);
            const Place begin = std::find(order_.begin(), order_.end(), number);
            const Place reader = firstReader(program_, parts, found, begin, order_.end());
            if (areKnownBefore(window, parts, reader)) {
                postpone(parts, begin, reader);
                found.push_back(std::move(window));
            }
        }
        std::erase_if(found, [&](const RunningWindow& window) {
            return !isAfterWhatItFolds(window, order_);
        });
        return found;
    }

  private:
    void noteTouching() {
        touching_.resize(program_.spaces.size());
        for (const Register number : order_) {
            const Instruction& one = program_.code[number];
            const auto note = [&](std::uint32_t space) {
                if (space != kNone &&
                    (touching_[space].empty() || touching_[space].back() != number)) {
                    touching_[space].push_back(number);
                }
            };
            note(one.space);
            note(one.target);
            for (const Register operand : one.operands) {
                note(program_.code[operand].space);
            }
        }
    }

    /// Rows between two places of an order, of those that say the same as the row that asks. What
    /// is compared otherwise has to rise with the order, which only its rows can tell.
    bool isStretch(Register number) const {
        const Instruction& one = program_.code[number];
        // Also what a former stage found of each row has to have that row.
        if (one.op != Op::BuildWindow || isKept_[one.space]) {
            return false;
        }
        const bytecode::WindowInfo& info =
            program_.windows[static_cast<std::size_t>(one.immediate)];
        constexpr std::uint8_t kUnequal = 1;
        return std::find(info.compares.begin(), info.compares.end(), kUnequal) ==
               info.compares.end();
    }

    bool isOf(Register number, Op op, Register window) const {
        return program_.code[number].op == op && program_.code[number].operands[0] == window;
    }

    /// False where anything else reads the window's rows.
    bool takeFolds(RunningWindow& window) const {
        const std::uint32_t space = program_.code[window.window].space;
        for (const Register number : touching_[space]) {
            const Instruction& one = program_.code[number];
            if (one.space == space) {
                const bool plain = number == window.window || one.op == Op::SecondOf ||
                                   one.op == Op::SecondExists || one.op == Op::Spread ||
                                   one.op == Op::And;
                if (!plain) {
                    return false;
                }
                if (number != window.window) {
                    (one.op == Op::SecondOf ? window.seconds : window.columns).push_back(number);
                }
                continue;
            }
            if (!takeFold(window, number)) {
                return false;
            }
        }
        return !window.folds.empty();
    }

    static bool canFold(Op op) {
        return op == Op::FoldTotal || op == Op::FoldCount || op == Op::FoldDistinct ||
               op == Op::FoldHighest || op == Op::FoldLowest || op == Op::FoldAny;
    }

    bool takeFold(RunningWindow& window, Register number) const {
        const Instruction& one = program_.code[number];
        if (!canFold(one.op) || one.operands[0] != window.window) {
            return false;
        }
        RunningFold fold;
        fold.fold = number;
        const std::size_t operands = foldOperands(one);
        if (!takeCondition(fold, one.operands[1], window.window)) {
            return false;
        }
        if (operands > 2) {
            const Instruction& value = program_.code[one.operands[2]];
            if (value.op != Op::Spread || !isOf(value.operands[1], Op::SecondOf, window.window)) {
                return false;
            }
            fold.value = value.operands[0];
        }
        if (one.operands.size() > operands) {
            fold.more = one.operands[operands];
        }
        for (const Register each : {fold.value, fold.more}) {
            if (each != kNone) {
                window.folded.push_back(each);
            }
        }
        window.folded.insert(window.folded.end(), fold.keep.begin(), fold.keep.end());
        window.folded.insert(window.folded.end(), fold.allow.begin(), fold.allow.end());
        window.folds.push_back(std::move(fold));
        return true;
    }

    /// What must be yes for a pair of rows to count, one row of the pair at a time. Conditions may
    /// be nested however deep and say the same twice: each is taken once, in the order of the code.
    bool takeCondition(RunningFold& fold, Register number, Register window) const {
        std::set<Register> rest{number};
        while (!rest.empty()) {
            // Operands stand before what reads them.
            const Register last = *rest.rbegin();
            rest.erase(last);
            const Instruction& one = program_.code[last];
            if (one.op == Op::And) {
                rest.insert(one.operands.begin(), one.operands.end());
            } else if (!takeTerm(fold, last, window)) {
                return false;
            }
        }
        std::reverse(fold.keep.begin(), fold.keep.end());
        std::reverse(fold.allow.begin(), fold.allow.end());
        return true;
    }

    /// Pairs of a stretch exist.
    bool takeTerm(RunningFold& fold, Register number, Register window) const {
        if (isOf(number, Op::SecondExists, window)) {
            return true;
        }
        const Instruction& one = program_.code[number];
        if (one.op != Op::Spread) {
            return false;
        }
        const Instruction& from = program_.code[one.operands[0]];
        if (from.op == Op::Constant && from.immediate != 0) {
            return true;
        }
        const bool isOfAsking = one.operands[1] == window;
        if (!isOfAsking && !isOf(one.operands[1], Op::SecondOf, window)) {
            return false;
        }
        (isOfAsking ? fold.allow : fold.keep).push_back(one.operands[0]);
        return true;
    }

    /// What a window folds may not be its own: a total over the same window comes after it.
    bool areKnownBefore(const RunningWindow& window, const Parts& parts, Place reader) const {
        // What is not computed here was carried in.
        return std::none_of(window.folded.begin(), window.folded.end(), [&](Register each) {
            return parts[each] != 0 || std::find(reader, order_.end(), each) != order_.end();
        });
    }

    const Program& program_;
    std::vector<Register>& order_;
    std::vector<bool> isKept_;                     ///< by space: its rows are read after the run
    std::vector<std::vector<Register>> touching_;  ///< by space: what has its rows, or reads them
};

}  // namespace

std::vector<RunningWindow> findRunning(const Program& program,
                                       std::vector<Register>& order,
                                       const std::vector<Register>& kept,
                                       const std::vector<std::uint32_t>& counted) {
    return Finder(program, order, kept, counted).find();
}

void placeRunning(const Program& program,
                  const std::vector<RunningWindow>& windows,
                  std::vector<Register>& order) {
    std::vector<RunningWindow> placed;
    for (const RunningWindow& window : windows) {
        const Parts parts = partsOf(program, window);
        const auto begin = std::find_if(
            order.begin(), order.end(), [&](Register each) { return parts[each] != 0; });
        postpone(parts, begin, firstReader(program, parts, placed, begin, order.end()));
        placed.push_back(window);
    }
    for (const RunningWindow& window : windows) {
        PROVISO_CHECK(isAfterWhatItFolds(window, order), "a window comes after what it folds");
    }
}

}  // namespace proviso::engine
