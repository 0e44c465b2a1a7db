#pragma once

#include "runtime/decision/result.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace proviso::tool {

/// Decisions of one run, in the order of keys, in a file without a name until another run has come
/// as far. Not thread-safe.
class DecisionSpool {
  public:
    DecisionSpool();

    /// False where there is no room, or no folder for temporary files; `failure` says why.
    bool add(const RecordResult& result);
    /// Goes back to the first; nothing is added any more.
    bool rewind();
    /// The next, or nothing at the end or where it cannot be read (`failed`).
    std::optional<RecordResult> next();

    bool failed() const { return error_ != 0; }
    std::string failure() const;

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> file_;
    std::string buffer_;
    int error_ = 0;
};

}  // namespace proviso::tool
