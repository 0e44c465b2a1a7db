#pragma once

#include "runtime/bytecode/program.h"
#include "runtime/engine/kernels.h"
#include "runtime/jit/stage_code.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Compiled code for one program, by stages. A stage is interpreted at first and watched; then it
/// is compiled in the background for what was seen, while the interpreter goes on; once compiled
/// code is there, blocks run it. LLVM is in a plug-in that is loaded when a Jit is opened.
namespace proviso::jit {

struct JitOptions {
    /// The plug-in's file; empty: looked for beside the program or library that asks.
    std::string plugin;
    /// Where compiled code is kept for later runs; empty: nowhere.
    std::string cacheFolder;
    /// Compile at once and wait for it: for tests, and to measure.
    bool wait = false;
    std::uint32_t watchedBlocks = 2;  ///< before a stage is compiled
    std::size_t leastRows = 64;       ///< a region of a block with fewer is interpreted
    std::size_t leastMembers = 2;     ///< likewise, of instructions
    std::size_t mostMembers = 256;    ///< regions with more are cut
    /// Takes twice as long to compile and gained nothing that could be measured.
    bool optimize = false;
    /// Code for another processor than this machine's, as LLVM names it: for tests, since it must
    /// run here.
    std::string processor;
    bool expectStates = false;  ///< compile for rows that are no values even where none was seen
};

/// The user's folder for such things, with none made yet; empty where there is none.
std::string userCacheFolder();

struct JitReport {
    std::uint32_t stages = 0;        ///< compiled, or taken from the cache
    std::uint32_t cachedStages = 0;  ///< of these, from the cache
    std::uint32_t regions = 0;
    std::uint32_t members = 0;      ///< instructions in them
    std::uint32_t interpreted = 0;  ///< instructions beside them
    double layoutSeconds = 0;
    double compileSeconds = 0;  ///< of a processor, for all stages together
    std::uint64_t compiledRuns = 0;
    std::vector<std::pair<std::string, std::uint64_t>> interpretedRuns;  ///< by reason, if any
    std::string failure;  ///< why some stage could not be compiled; empty: all were
};

/// Any number of interpreters on any threads may use one; it must live as long as they run.
class Jit : public engine::Kernels {
  public:
    /// nullptr and a message where there is no plug-in that fits.
    static std::unique_ptr<Jit> open(std::shared_ptr<const bytecode::Program> program,
                                     const JitOptions& options,
                                     std::string& message);

    /// Waits for everything that is being compiled.
    virtual void finish() = 0;
    virtual JitReport report() const = 0;
    /// The processor that is compiled for.
    virtual std::string target() const = 0;
};

}  // namespace proviso::jit
