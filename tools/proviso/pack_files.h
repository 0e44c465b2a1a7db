#pragma once

#include "runtime/pack/pack_set.h"
#include "runtime/pack_place/pack_place.h"
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

/// Whether any of the paths is what `--trust` is about, or nobody was trusted; complains otherwise.
bool trustHasUse(Console& console,
                 const TrustOptions& options,
                 const std::vector<std::string>& paths);

/// Complains where a key cannot be read.
std::optional<pack::Trust> readTrust(Console& console, const TrustOptions& options);

/// The first of the paths that is a pack-set file, a store or a set in one; nothing for texts and
/// folders of them.
std::optional<pack_place::Place> compiledPlaceAmong(const std::vector<std::string>& paths);

/// Loads what lies there for use; complains with the refusal. One that is not signed is said to be
/// so.
std::shared_ptr<const pack::PackSet>
loadForUse(Console& console, const pack_place::Place& place, const TrustOptions& options);

/// Compiles the texts that a set carries; no other file is read.
std::unique_ptr<CompiledSet> compilePacked(const pack::PackSet& set, CompileGoal goal);

/// What a command works with, compiled from texts or loaded from a file or a store.
struct UsedPacks {
    std::shared_ptr<const bytecode::Program> program;
    bool isUnsigned = false;  ///< loaded, and not signed; decisions say so
    /// Trees and sources, with `program` as their program. Where the packs were loaded: if asked.
    /// Not where they were known.
    std::unique_ptr<CompiledSet> texts;
    std::shared_ptr<const pack::PackSet> compiled;  ///< null where the paths name texts
    bool isOfOtherCompiler = false;  ///< `program` is not what this one makes of `texts`
};
enum class Wanted : std::uint8_t {
    Program,
    Known,  ///< the same; of packs that did not change, what was compiled before (program_cache.h)
    Texts,  ///< also what the packs say
};
/// Compiles or loads, whichever the paths name; nothing after a complaint. A set that was loaded
/// decides by the bytecode it carries; where this compiler makes another of its texts, that is
/// said.
std::optional<UsedPacks> usePacks(Console& console,
                                  const std::vector<std::string>& paths,
                                  const TrustOptions& options,
                                  Wanted wanted = Wanted::Program);

/// Replaces the file whole, or leaves it as it was and complains.
bool replaceFile(Console& console, const std::string& path, std::string_view bytes);

/// What is wrong, and with what.
std::string spokenError(const Error& error);

/// Name, revision, packs and signers, for people.
std::string describePackSet(const pack::PackSet& set);

}  // namespace proviso::tool
