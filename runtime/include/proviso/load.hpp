#pragma once

#include <cstdint>
#include <memory>
#include <proviso/export.h>
#include <proviso/pack_set.hpp>
#include <proviso/result.hpp>
#include <string>
#include <string_view>

/// Pack sets from files that `proviso build -o` wrote and `proviso sign` signed, and from stores of
/// such files. Every function may
/// be called from any thread; calls do not share anything.
namespace proviso {

/// What may be loaded. By default nothing: no key is trusted.
struct LoadOptions {
    std::string keys{};  ///< a file with public keys, or a folder of such files; empty: none
    /// For development: also files without any signature. One that is signed must be signed well.
    bool allowUnsigned = false;
    std::uint64_t atLeastRevision = 0;  ///< older revisions are refused: nothing is replayed
};

/// `path` is a pack-set file, the folder of a pack store, whose active set is meant, or `STORE:SET`
/// for one of the others. Safe on any bytes whatever; the bytecode passes the verifier. A set that
/// no trusted key signed is not `isSigned()`. Errors: CannotRead (the file, the keys),
/// LimitExceeded, and what is wrong with a set or its signatures: Malformed, DigestMismatch,
/// UnsupportedVersion, Conflict ...; the message says which.
PROVISO_API Result<std::shared_ptr<const PackSet>>
loadPackSetFile(const std::string& path, const LoadOptions& options = {}) noexcept;

/// The same of bytes in memory.
PROVISO_API Result<std::shared_ptr<const PackSet>>
loadPackSet(std::string_view bytes, const LoadOptions& options = {}) noexcept;

}  // namespace proviso
