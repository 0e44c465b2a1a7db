#pragma once

#include "runtime/base/result.h"
#include "runtime/bytecode/program.h"
#include "runtime/pack/keys.h"
#include "runtime/pack/refusal.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// A compiled set of packs as one immutable file, signed. docs/pack_sets.md describes the bytes.
namespace proviso::pack {

/// Raised whenever a reader of the former could misread the file.
inline constexpr std::uint32_t kFileFormat = 2;
inline constexpr std::string_view kFileMagic{"PROVISO\x1a", 8};
inline constexpr std::size_t kMostFileBytes = std::size_t{256} << 20U;

struct TableText {
    std::string name;  ///< as the pack writes it
    std::string text;
    bool operator==(const TableText&) const = default;
};
/// The text of one pack and of the tables it reads from files.
struct SourceText {
    std::string path;
    std::string text;
    std::vector<TableText> tables;  ///< by name
    bool operator==(const SourceText&) const = default;
};

struct Manifest {
    std::string name;
    std::uint64_t revision = 0;  ///< of the name; the higher is the later
    std::vector<bytecode::PackInfo> packs;
    std::string packsDigest;  ///< Program::digest: what decisions are stamped with
    std::uint32_t bytecodeFormat = bytecode::kFormatVersion;
    std::uint32_t language = 0;  ///< the version of the language that the texts are in
};

struct Signer {
    PublicKey key{};
    std::string name;  ///< of the trusted key; empty: it is not trusted
};

/// What was loaded. Immutable; any thread.
struct PackSet {
    std::shared_ptr<const bytecode::Program> program;  ///< verified
    Manifest manifest;
    std::vector<SourceText> sources;  ///< parallel to Program::packs, of the digests there
    std::string digest;  ///< sha256 of the file without its signatures; signing leaves it
    std::vector<Signer> signers;
    bool isUnsigned = false;  ///< accepted because Trust::allowUnsigned said so; stamp it
};

/// What may be loaded. By default nothing: no key is trusted.
struct Trust {
    std::vector<TrustedKey> keys;
    /// For development: also files without any signature. One that is signed must be signed well.
    bool allowUnsigned = false;
    std::uint64_t atLeastRevision = 0;
};

/// Whether bytes begin as a pack set does.
bool isPackSet(std::string_view bytes);
/// The same of a file; one that cannot be read is none.
bool isPackSetFile(const std::string& path);

/// Reads, checks and verifies. Safe on any bytes whatever. Errors are refusals (see refusalOf).
Result<std::shared_ptr<const PackSet>> loadPackSet(std::string_view bytes, const Trust& trust);
/// CannotRead, and LimitExceeded beyond kMostFileBytes, besides.
Result<std::shared_ptr<const PackSet>> readPackSetFile(const std::string& path, const Trust& trust);
/// The bytes of a regular file of at most kMostFileBytes.
Result<std::string> readPackSetBytes(const std::string& path);

struct PackSetContent {
    std::string name;
    std::uint64_t revision = 0;
    std::shared_ptr<const bytecode::Program> program;
    std::vector<SourceText> sources;  ///< parallel to Program::packs
    std::uint32_t language = 0;       ///< from 1
};
/// The file, unsigned. Equal contents are equal bytes. InvalidArgument for a name that is none, a
/// language that is not said, or sources that are not the program's; LimitExceeded.
Result<std::string> writePackSet(const PackSetContent& content);

/// Adds a signature to a whole file; one of the same key is made once. Refusals.
Result<std::string> signPackSet(std::string_view bytes, const SigningKey& key);

}  // namespace proviso::pack
