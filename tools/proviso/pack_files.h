#pragma once

#include "runtime/pack/pack_set.h"
#include "tools/proviso/command.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Pack sets as files: which are used, whom one trusts, how they are written.
namespace proviso::tool {

struct TrustOptions {
    std::vector<std::string> keys;
    bool allowUnsigned = false;
    std::uint64_t atLeastRevision = 0;
};

/// `--trust`, `--at-least-revision` and, unless there is no use for it, `--allow-unsigned`.
void addTrustOptions(CLI::App& command, TrustOptions& options, bool mayAllowUnsigned = true);

/// Complains where a key cannot be read.
std::optional<pack::Trust> readTrust(Console& console, const TrustOptions& options);

/// The one pack-set file among paths, by its first bytes or its ending `.proviso`; nothing for
/// source texts and folders.
std::optional<std::string> packSetFileAmong(const std::vector<std::string>& paths);

/// Reads the file for use; complains with the refusal. One that is not signed is said to be so.
std::shared_ptr<const pack::PackSet>
loadForUse(Console& console, const std::string& path, const TrustOptions& options);

/// What a command decides with, compiled from texts or loaded from a file.
struct UsedPacks {
    std::shared_ptr<const bytecode::Program> program;
    bool isUnsigned = false;  ///< a file that is not signed; decisions say so
};
/// Compiles or loads, whichever the paths name.
std::optional<UsedPacks>
usePacks(Console& console, const std::vector<std::string>& paths, const TrustOptions& options);

/// Replaces the file whole, or leaves it as it was and complains.
bool replaceFile(Console& console, const std::string& path, std::string_view bytes);

/// What is wrong, and with what.
std::string spokenError(const Error& error);

/// Name, revision, packs and signers, for people.
std::string describePackSet(const pack::PackSet& set);

}  // namespace proviso::tool
