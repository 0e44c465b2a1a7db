#pragma once

#include "runtime/base/result.h"
#include "runtime/pack/keys.h"
#include "runtime/pack/pack_set.h"

#include <string>
#include <string_view>
#include <vector>

/// The outermost form of the file: sections, digest, signatures.
namespace proviso::pack {

/// Views of the bytes that were read. Their digest has been found right.
struct Layout {
    std::string_view manifest;
    std::string_view bytecode;
    std::string_view sources;
    std::string digest;            ///< of everything before the digest
    std::string_view signedBytes;  ///< everything before the signatures
    struct Entry {
        PublicKey key{};
        Signature signature{};
    };
    std::vector<Entry> signatures;  ///< not checked here
};

/// NotAPackSet, OtherFormat, Damaged.
Result<Layout> readLayout(std::string_view bytes);

/// A file without signatures.
std::string
writeLayout(std::string_view manifest, std::string_view bytecode, std::string_view sources);

/// The same file with these signatures.
std::string withSignatures(const Layout& layout, const std::vector<Layout::Entry>& signatures);

}  // namespace proviso::pack
