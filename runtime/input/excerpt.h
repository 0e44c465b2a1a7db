#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/schema.h"

#include <string>
#include <vector>

namespace proviso {

struct ExcerptOptions {
    /// Otherwise private texts and codes are replaced by stand-ins, `private-0001`, equal where the
    /// texts are and in their order; other private fields are left out.
    bool withPrivate = false;
};

/// Records as they were handed in, a JSON line each, cut to what the schema knows: what a packet
/// may carry. Everything that is kept is kept as written. A private key is refused without
/// `withPrivate` (InvalidArgument); a line that is no JSON object is Malformed.
Result<std::vector<std::string>> excerptsOf(const Schema& schema,
                                            const std::vector<std::string>& lines,
                                            const ExcerptOptions& options);

}  // namespace proviso
