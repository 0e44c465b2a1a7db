#pragma once

#include "runtime/jit/jit.h"
#include "tools/proviso/console.h"

#include <memory>

namespace proviso::tool {

/// Compiled code for the rules of one run, where it was asked for (`--jit on`). Without the plug-in
/// it says so, and the interpreter does the work: the answers are the same.
class CompiledRules {
  public:
    CompiledRules(Console& console,
                  bool isWanted,
                  const std::shared_ptr<const bytecode::Program>& program);

    /// For DecideOptions; nullptr where there is no compiled code.
    engine::Kernels* kernels() const { return jit_.get(); }
    /// What was compiled, and how often it ran.
    void tell(Console& console) const;

  private:
    std::unique_ptr<jit::Jit> jit_;
};

}  // namespace proviso::tool
