#pragma once

#include "runtime/base/result.h"
#include "runtime/log/files.h"
#include "runtime/log/record.h"

#include <cstdint>
#include <functional>
#include <string>

namespace proviso::log {

struct Verified {
    std::uint64_t files = 0;
    std::uint64_t records = 0;  ///< that are as they were written
    std::uint64_t decisions = 0;
    Head end;             ///< the last of them: who notes it elsewhere can tell that a whole log is
                          ///< the one it was
    std::string problem;  ///< the first; empty: all is well. What comes after it was not looked at
    std::string place;    ///< of the problem: a file, and a line of it
    bool tornEnd = false;  ///< the problem is an end that was never acknowledged; opening cuts it
};

/// Reads all files of a log in order and checks that each record follows the former one and that
/// what was acknowledged is there. Each good record goes to `take`, which may be empty. Errors:
/// CannotRead, NotFound where the folder holds no log. Reads only.
Result<Verified> verify(const std::string& folder, const std::function<void(const Record&)>& take);

}  // namespace proviso::log
