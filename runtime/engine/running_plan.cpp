#include "runtime/base/check.h"
#include "runtime/engine/running.h"

#include <algorithm>
#include <map>
#include <set>

namespace proviso::engine {

using bytecode::Instruction;
using bytecode::kNone;
using bytecode::Op;
using bytecode::Program;
using bytecode::Register;

namespace {

/// The window, what has its rows, and its folds.
std::vector<bool> partsOf(const Program& program, const RunningWindow& window) {
    std::vector<bool> parts(program.code.size());
    const std::uint32_t space = program.code[window.window].space;
    for (Register number = 0; number < program.code.size(); ++number) {
        parts[number] = program.code[number].space == space;
    }
    for (const RunningFold& one : window.folds) {
        parts[one.fold] = true;
    }
    return parts;
}

/// What a running window reads that is no operand of it: the values it adds up.
template <class Visit>
bool anyAddedUp(const RunningWindow& window, Visit visit) {
    return std::any_of(window.folds.begin(), window.folds.end(), [&](const RunningFold& fold) {
        return (fold.value != kNone && visit(fold.value)) ||
               (fold.more != kNone && visit(fold.more));
    });
}

/// Where the first register stands that reads a part without being one. `placed` are the running
/// windows that have their places.
std::size_t firstReader(const Program& program,
                        const std::vector<bool>& parts,
                        const std::vector<RunningWindow>& placed,
                        const std::vector<Register>& order) {
    const auto isPart = [&](Register each) -> bool { return parts[each]; };
    const auto reads = [&](Register number) {
        const std::vector<Register>& operands = program.code[number].operands;
        return !parts[number] &&
               (std::any_of(operands.begin(), operands.end(), isPart) ||
                std::any_of(placed.begin(), placed.end(), [&](const RunningWindow& window) {
                    return window.window == number && anyAddedUp(window, isPart);
                }));
    };
    return static_cast<std::size_t>(std::find_if(order.begin(), order.end(), reads) -
                                    order.begin());
}

/// Moves the parts to where the first register stands that reads one.
void postpone(const Program& program,
              const std::vector<bool>& parts,
              const std::vector<RunningWindow>& placed,
              std::vector<Register>& order) {
    const auto reader =
        order.begin() + static_cast<std::ptrdiff_t>(firstReader(program, parts, placed, order));
    std::stable_partition(order.begin(), reader, [&](Register each) { return !parts[each]; });
}

/// Whether a window comes to its turn after all that it adds up, which would otherwise be that of
/// another block. What is not in `order` was there before.
bool isAfterWhatItAddsUp(const RunningWindow& window, const std::vector<Register>& order) {
    const auto own = std::find(order.begin(), order.end(), window.window);
    return !anyAddedUp(
        window, [&](Register each) { return std::find(own, order.end(), each) != order.end(); });
}

class Finder {
  public:
    Finder(const Program& program,
           std::vector<Register>& order,
           const std::vector<Register>& kept,
           const std::vector<std::uint32_t>& counted)
        : program_(program), order_(order), kept_(kept.begin(), kept.end()),
          counted_(counted.begin(), counted.end()) {}

    std::vector<RunningWindow> find() {
        std::vector<RunningWindow> found;
        const std::vector<Register> all = order_;
        for (const Register number : all) {
            if (!isStretch(number)) {
                continue;
            }
            RunningWindow window{number, {}};
            if (!takeFolds(window)) {
                continue;
            }
            const std::vector<bool> parts = partsOf(program_, window);
            if (areKnownBefore(window, parts, firstReader(program_, parts, found, order_))) {
                postpone(program_, parts, found, order_);
                found.push_back(std::move(window));
            }
        }
        std::erase_if(found, [&](const RunningWindow& window) {
            return !isAfterWhatItAddsUp(window, order_);
        });
        return found;
    }

  private:
    /// Rows between two places of an order, of those that say the same as the row that asks.
    bool isStretch(Register number) const {
        const Instruction& one = program_.code[number];
        if (one.op != Op::BuildWindow || counted_.count(one.space) != 0) {
            return false;
        }
        const bytecode::WindowInfo& info =
            program_.windows[static_cast<std::size_t>(one.immediate)];
        return !info.since && info.lastRows == 0 && info.dates <= 1 &&
               std::all_of(info.compares.begin(), info.compares.end(), [](std::uint8_t mode) {
                   return mode == 0;
               });
    }

    bool isOf(Register number, Op op, Register window) const {
        return program_.code[number].op == op && program_.code[number].operands[0] == window;
    }

    /// False where anything else reads the window's rows.
    bool takeFolds(RunningWindow& window) const {
        const std::uint32_t space = program_.code[window.window].space;
        // Also what a former stage found of each row, which then has to be there.
        if (std::any_of(kept_.begin(), kept_.end(), [&](Register each) {
                return program_.code[each].space == space;
            })) {
            return false;
        }
        for (const Register number : order_) {
            const Instruction& one = program_.code[number];
            if (one.space == space) {
                const bool plain = number == window.window || one.op == Op::SecondOf ||
                                   one.op == Op::SecondExists || one.op == Op::Spread;
                if (!plain) {
                    return false;
                }
                continue;
            }
            const bool reads =
                one.target == space ||
                std::any_of(one.operands.begin(), one.operands.end(), [&](Register each) {
                    return program_.code[each].space == space;
                });
            if (reads && !takeFold(window, number)) {
                return false;
            }
        }
        return !window.folds.empty();
    }

    bool takeFold(RunningWindow& window, Register number) const {
        const Instruction& one = program_.code[number];
        const bool isTotal = one.op == Op::FoldTotal;
        if ((!isTotal && one.op != Op::FoldCount) || one.operands[0] != window.window ||
            !isOf(one.operands[1], Op::SecondExists, window.window)) {
            return false;
        }
        RunningFold fold{number, kNone, kNone};
        const std::size_t operands = isTotal ? 3 : 2;
        if (isTotal) {
            const Instruction& value = program_.code[one.operands[2]];
            if (value.op != Op::Spread || !isOf(value.operands[1], Op::SecondOf, window.window)) {
                return false;
            }
            fold.value = value.operands[0];
        }
        if (one.operands.size() > operands) {
            fold.more = one.operands[operands];
        }
        window.folds.push_back(fold);
        return true;
    }

    /// What a window adds up may not be its own: a total over the same window comes after it.
    bool areKnownBefore(const RunningWindow& window,
                        const std::vector<bool>& parts,
                        std::size_t reader) const {
        std::set<Register> before(order_.begin(),
                                  order_.begin() + static_cast<std::ptrdiff_t>(reader));
        const std::set<Register> all(order_.begin(), order_.end());
        // What is not computed here was carried in.
        const auto isKnown = [&](Register each) {
            return each == kNone || all.count(each) == 0 ||
                   (before.count(each) != 0 && !parts[each]);
        };
        return std::all_of(window.folds.begin(), window.folds.end(), [&](const RunningFold& fold) {
            return isKnown(fold.value) && isKnown(fold.more);
        });
    }

    const Program& program_;
    std::vector<Register>& order_;
    std::set<Register> kept_;
    std::set<std::uint32_t> counted_;
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
        postpone(program, partsOf(program, window), placed, order);
        placed.push_back(window);
    }
    for (const RunningWindow& window : windows) {
        PROVISO_CHECK(isAfterWhatItAddsUp(window, order), "a window comes after what it adds up");
    }
}

}  // namespace proviso::engine
