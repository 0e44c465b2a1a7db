#pragma once

#include <cstdint>
#include <memory>
#include <proviso/export.h>
#include <proviso/pack_set.hpp>
#include <proviso/result.hpp>
#include <proviso/watch.hpp>
#include <span>
#include <string>
#include <vector>

/// Pack sets from text. Lives in a library of its own, proviso_compiler: a host that loads compiled
/// sets does without it. Every function may be called from any thread; calls do not share anything.
namespace proviso {

/// A pack in memory. Tables that it takes `from "rows.csv"` are read beside `path`.
struct PackText {
    std::string path;  ///< what messages call it
    std::string text;
};

struct CompileMessage {
    enum class Severity : std::uint8_t {
        Error,
        Warning,
        Note
    } severity = Severity::Error;
    std::string code;  ///< "E0201"; empty for a test of the packs that failed
    std::string path;
    std::uint32_t line = 0;    ///< from 1; 0: about no place
    std::uint32_t column = 0;  ///< from 1, in code points
    std::string message;       ///< one line
    std::string text;          ///< with the lines of the pack and what to do
};

struct CompileOptions {
    /// Also runs the tests in the packs; a set that fails one is refused.
    bool runTests = true;
};

/// Compiles the packs in files, and in folders with every *.prv below them. Error: Malformed; its
/// message is what the command line would show, `messages` (may be null) gets the same one by one,
/// warnings too, also on success.
PROVISO_API Result<std::shared_ptr<const PackSet>>
compilePackSet(std::span<const std::string> paths,
               const CompileOptions& options = {},
               std::vector<CompileMessage>* messages = nullptr) noexcept;

/// The same of packs in memory.
PROVISO_API Result<std::shared_ptr<const PackSet>>
compilePackTexts(std::span<const PackText> packs,
                 const CompileOptions& options = {},
                 std::vector<CompileMessage>* messages = nullptr) noexcept;

/// The same of one file or folder.
PROVISO_API Result<std::shared_ptr<const PackSet>>
compilePackSet(const std::string& path, const CompileOptions& options = {}) noexcept;

/// Compiles and publishes the packs in files and folders, and then whatever they come to say. Packs
/// that do not compile, or fail a test of their own, never replace those that decide. Only packs
/// whose text changed are parsed again. Save packs in one go: half a pack may be a good one.
/// `told` and the Watcher are as in proviso/watch.hpp. Errors: as compilePackSet and
/// Engine::publish, which takes sets compiled from text where EngineOptions::allowUnsigned is set.
PROVISO_API Result<Watcher> watchPacks(const Engine& engine,
                                       std::span<const std::string> paths,
                                       const CompileOptions& options = {},
                                       WatchTold told = {}) noexcept;

}  // namespace proviso
