#pragma once

#include "compiler/driver/compile.h"
#include "runtime/base/private_folder.h"
#include "runtime/bytecode/program.h"

#include <memory>
#include <string>
#include <vector>

/// Programs that were compiled before, in a folder of the user's, so that packs that did not change
/// need not be compiled again. An entry is found by every byte of the packs, their paths and the
/// build of this compiler, says which tables were read and what they held, and passes the verifier
/// before it is used: what does not fit is as if it were not there.
namespace proviso::tool {

class ProgramCache {
  public:
    /// In `proviso/programs` below $XDG_CACHE_HOME, or below ~/.cache.
    ProgramCache();

    /// The program of the packs below the paths as they are now; nullptr: compile them.
    std::shared_ptr<const bytecode::Program> find(const std::vector<std::string>& paths) const;

    /// Keeps what was compiled without a mistake. Whatever goes wrong keeps nothing.
    void keep(const CompiledSet& set) const;

  private:
    std::string build_;  ///< of this compiler; empty: nothing is kept or found
    file::PrivateFolder folder_;
};

}  // namespace proviso::tool
