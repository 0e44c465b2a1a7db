#pragma once

#include "runtime/bytecode/program.h"

#include <cstddef>
#include <cstdint>
#include <vector>

/// Running totals: sums and counts over windows that are stretches of one order, such as the year
/// up to a line. Where all that such a window reads is known and nothing ties, they are differences
/// of sums from the first row on, and no pair of rows is made. Everywhere else the pairs are made
/// as ever, which gives the same answers.
namespace proviso::engine {

struct RunningFold {
    bytecode::Register fold = bytecode::kNone;   ///< FoldTotal or FoldCount over the window's rows
    bytecode::Register value = bytecode::kNone;  ///< of the rows looked through; kNone: a count
    bytecode::Register more = bytecode::kNone;   ///< whether rows may be missing; kNone: none are
};

/// A BuildWindow whose rows nothing reads but these folds.
struct RunningWindow {
    bytecode::Register window = bytecode::kNone;
    std::vector<RunningFold> folds;
};

/// Finds the running windows of what a stage computes: `order`, a topological order of registers.
/// Puts each window with its folds where all values that these sum are known. `kept` are read after
/// the run, and `counted` spaces' rows are.
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
    std::vector<std::uint8_t> isSpan;   ///< by row that asks
    std::vector<std::uint32_t> begins;  ///< of the stretch, in `sums`
    std::vector<std::uint32_t> ends;
    std::vector<std::vector<std::int64_t>> sums;  ///< by fold: of all rows before; counts: empty
    bool all = false;                             ///< every row that asks
};

}  // namespace proviso::engine
