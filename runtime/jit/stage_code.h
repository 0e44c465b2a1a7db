#pragma once

#include "runtime/base/result.h"
#include "runtime/jit/kernel_compiler.h"
#include "runtime/jit/stage_layout.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace proviso::engine {
struct Frame;
}

namespace proviso::jit {

/// How often regions ran, and why not. May be written from many threads.
struct Counts {
    /// Why a region of a block was interpreted after all.
    enum Reason : std::uint8_t {
        Overflow,
        DivisionByZero,
        OutOfRange,
        NotDated,
        Conflict,
        Bounds,  ///< within the region
        NoEntry,
        NewStates,  ///< of an input; or links that lead nowhere
        NewSizes,   ///< of an input: values of more bytes
        NewBounds,  ///< of an input
        FewRows,
        Apart,     ///< rows that are folded do not lie side by side
        Rounding,  ///< of the thread's floating point numbers is not to the nearest
    };
    static constexpr std::size_t kReasons = 13;

    std::atomic<std::uint64_t> compiled{0};
    std::array<std::atomic<std::uint64_t>, kReasons> interpreted{};
};
/// For people: "overflow", "few rows".
const char* reasonName(Counts::Reason reason);

/// A stage, compiled for what was seen.
struct StageCode {
    StageLayout layout;
    std::unique_ptr<CompiledKernels> compiled;        ///< parallel to layout.regions
    mutable std::atomic<std::uint32_t> runs{0};       ///< of the stage
    mutable std::atomic<std::uint32_t> surprises{0};  ///< regions that were interpreted in them,
                                                      ///< though they had enough rows
};

/// Runs a stage. Regions of fewer than `leastRows` rows are interpreted.
Result<void> runStage(
    engine::Frame& frame, const StageCode& code, Seen& seen, std::size_t leastRows, Counts& counts);

/// Adds how large the cells of a register are now.
void noteSize(const engine::Frame& frame, Register number, Seen& seen);
/// Adds what else the registers of the frame show.
void look(const engine::Frame& frame, const std::vector<Register>& registers, Seen& seen);

}  // namespace proviso::jit
