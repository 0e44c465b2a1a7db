#pragma once

#include "tools/proviso/command.h"
#include "tools/proviso/pack_files.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

/// How commands declare what they take. Apart from what commands do, because whatever includes
/// CLI11 is slow to compile.
namespace proviso::tool {

/// Declares one command; `run` is called with its options once all arguments are read.
template <typename Options>
CLI::App* addCommand(CLI::App& app,
                     Invocation& invocation,
                     const std::string& name,
                     const std::string& description,
                     std::shared_ptr<Options> options,
                     ExitCode (*run)(Console&, const Options&)) {
    CLI::App* command = app.add_subcommand(name, description);
    command->callback([&invocation, options, run] {
        invocation.run = [options, run](Console& console) { return run(console, *options); };
    });
    return command;
}

/// What a command takes, or the whole program.
std::string helpText(const CLI::App& command);

// ---- options that several commands take

/// `--packs`: folders or files of texts, or one pack-set file.
void addPacksOption(CLI::App& command, std::vector<std::string>& packs, bool alsoPositional);

/// `--format`, one of `known`; the first is the default.
void addFormatOption(CLI::App& command, std::string& format, const std::vector<std::string>& known);

/// `--as-of`: read by parseAsOf.
void addAsOfOption(CLI::App& command, std::string& asOf);

/// `--trust`, `--at-least-revision` and, unless there is no use for it, `--allow-unsigned`.
void addTrustOptions(CLI::App& command, TrustOptions& options, bool mayAllowUnsigned = true);

/// `--no-cache`.
void addCacheOption(CLI::App& command, bool& noCache);

}  // namespace proviso::tool
