#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

/// The seam between the interpreter and compiled code (runtime/jit): a stage's instructions may be
/// run in another way than one by one. The registers then say the same, to the bit.
namespace proviso::engine {

struct Frame;

/// Registers of a run that somebody may still read: those that nobody asked for yet, or that
/// compiled code kept to itself, are interpreted when they are first read.
struct Pending {
    enum Mark : std::uint8_t {
        None = 0,
        Answers = 1,    ///< computed as bytes, and no column yet (answers.h)
        Packed = 2,     ///< a column of the batch in smaller cells, and no column yet (packed.h)
        LeftOut = 3,    ///< not computed
        Watched = 4,    ///< computed; only its first reader is of interest
        RowsFirst = 5,  ///< not computed, and its running window may have no rows yet
    };
    std::vector<std::uint8_t> marks;  ///< by register; empty before the first run
    /// By register: after how many runs it was read. May be shared by frames.
    std::shared_ptr<std::vector<std::atomic<std::uint32_t>>> readLater;

    bool concerns(bytecode::Register number) const {
        return !marks.empty() && marks[number] != None;
    }
    /// Whether it is computed, and nobody is interested in who reads it.
    static bool isReady(std::uint8_t mark) { return mark <= Packed; }
    bool areAnswers(bytecode::Register number) const {
        return !marks.empty() && marks[number] == Answers;
    }
    bool isPacked(bytecode::Register number) const {
        return !marks.empty() && marks[number] == Packed;
    }
};

/// May be shared by interpreters on several threads.
class Kernels {
  public:
    virtual ~Kernels() = default;

    /// Runs `active` over the frame's batch, as the interpreter would. Nothing: not these, or not
    /// now; then no register was touched.
    virtual std::optional<Result<void>> run(Frame& frame,
                                            const std::vector<bytecode::Register>& active) = 0;
};

}  // namespace proviso::engine
