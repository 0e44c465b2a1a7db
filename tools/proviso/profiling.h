#pragma once

#include "runtime/engine/profile.h"
#include "tools/proviso/console.h"
#include "tools/proviso/run_command.h"

#include <chrono>

namespace proviso::tool {

/// `run --profile`: measures one run and prints where its time went. Does nothing where nobody
/// asked.
class Profiling {
  public:
    /// Both must outlive this.
    Profiling(const CheckRecordsOptions& options, const bytecode::Program& program);

    /// Before the run, which uses one thread from now on.
    void begin(RunOptions& run);
    void end();
    void tell(Console& console) const;

  private:
    const CheckRecordsOptions& options_;
    const bytecode::Program& program_;
    InstructionTimes times_;
    std::chrono::steady_clock::time_point begin_;
    double seconds_ = 0;
};

}  // namespace proviso::tool
