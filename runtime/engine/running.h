#pragma once

#include "runtime/bytecode/program.h"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Running windows: those that are stretches of one order, such as the year up to a line, or what
/// came since the latest marked visit. Where all that such a window reads is known and nothing
/// ties, its folds go over the stretch (sums are differences of sums from the first row on), and
/// no pair of rows is made. Everywhere else the pairs are made as ever, which gives the same
/// answers. Where nobody asks for a fold, there is no window either (demand.cpp).
namespace proviso::engine {

struct RunningFold {
    bytecode::Register fold = bytecode::kNone;  ///< over the window's rows
    /// Of the rows looked through; kNone: those that count are what is asked for.
    bytecode::Register value = bytecode::kNone;
    bytecode::Register more = bytecode::kNone;  ///< whether rows may be missing; kNone: none are
    std::vector<bytecode::Register>
        keep;  ///< of the rows looked through: a row counts if all say yes
    std::vector<bytecode::Register> allow;  ///< of the rows that ask: any row counts if all say yes

    bool operator==(const RunningFold&) const = default;
};

/// A BuildWindow whose rows nothing reads but these folds.
struct RunningWindow {
    bytecode::Register window = bytecode::kNone;
    std::vector<bytecode::Register> seconds;  ///< links from its rows to those looked through
    std::vector<bytecode::Register> columns;  ///< of its rows
    std::vector<RunningFold> folds;
    std::vector<bytecode::Register> folded;  ///< all that the folds read, which no operand says
};

/// Calls `visit` for the window, for what has its rows, and for its folds.
template <class Visit>
void forEachPart(const RunningWindow& window, Visit visit) {
    visit(window.window);
    for (const std::vector<bytecode::Register>* const some : {&window.seconds, &window.columns}) {
        for (const bytecode::Register each : *some) {
            visit(each);
        }
    }
    for (const RunningFold& one : window.folds) {
        visit(one.fold);
    }
}

/// Finds the running windows of what a stage computes: `order`, a topological order of registers.
/// Puts each window with its folds where all values that these read are known. `kept` are read
/// after the run, and `counted` spaces' rows are.
std::vector<RunningWindow> findRunning(const bytecode::Program& program,
                                       std::vector<bytecode::Register>& order,
                                       const std::vector<bytecode::Register>& kept,
                                       const std::vector<std::uint32_t>& counted);

/// The same windows in the order of another run that computes fewer registers.
void placeRunning(const bytecode::Program& program,
                  const std::vector<RunningWindow>& windows,
                  std::vector<bytecode::Register>& order);

/// What was found out for one window of a run: the rows that ask whose windows are stretches.
struct RunningSpans {
    std::vector<std::uint32_t> order;   ///< rows looked through, one stretch after the other
    std::vector<std::uint8_t> isSpan;   ///< by row that asks
    std::vector<std::uint32_t> begins;  ///< of the stretch, in `order`
    std::vector<std::uint32_t> ends;
    /// By fold: of all rows before in `order`, the values of those that count, or how many do.
    /// Empty where no sum is asked for, and of rows that all count.
    std::vector<std::vector<std::int64_t>> sums;
    bool all = false;  ///< every row that asks
};

}  // namespace proviso::engine
