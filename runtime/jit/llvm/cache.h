#pragma once

#include "runtime/base/private_folder.h"

#include <memory>
#include <string>
#include <utility>

namespace llvm {
class MemoryBuffer;
}

namespace proviso::jit {

/// Compiled objects in a folder of the user, an entry a file. What is damaged, of other content
/// than its key says, or not the user's alone is as good as absent. Safe to use from many
/// processes.
class ObjectCache {
  public:
    /// Empty: nothing is ever there.
    explicit ObjectCache(std::string folder) : folder_(std::move(folder)) {}

    /// `key`: all that the object depends on. nullptr: not there.
    std::unique_ptr<llvm::MemoryBuffer> find(const std::string& name, const std::string& key) const;
    /// Whatever fails leaves the cache as it was.
    void
    keep(const std::string& name, const std::string& key, const llvm::MemoryBuffer& object) const;

  private:
    file::PrivateFolder folder_;
};

}  // namespace proviso::jit
