#pragma once

#include "compiler/driver/compile.h"
#include "tools/proviso/console.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The commands of the program. Each file defines one `add...` that declares a command's options
/// and sets what to run.
namespace proviso::tool {

/// What the arguments asked for, once they are read.
struct Invocation {
    Console console;
    std::function<ExitCode(Console&)> run;
};

void addCheck(CLI::App& app, Invocation& invocation);
void addTest(CLI::App& app, Invocation& invocation);
void addRun(CLI::App& app, Invocation& invocation);
void addExplain(CLI::App& app, Invocation& invocation);
void addDiff(CLI::App& app, Invocation& invocation);
void addPacket(CLI::App& app, Invocation& invocation);
void addFmt(CLI::App& app, Invocation& invocation);
void addBuild(CLI::App& app, Invocation& invocation);
void addLog(CLI::App& app, Invocation& invocation);
void addKeygen(CLI::App& app, Invocation& invocation);
void addSign(CLI::App& app, Invocation& invocation);
void addVerify(CLI::App& app, Invocation& invocation);
void addStore(CLI::App& app, Invocation& invocation);
void addHelp(CLI::App& app, Invocation& invocation);
void addVersion(CLI::App& app, Invocation& invocation);

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

/// Days of the date given, nothing for an empty text; complains and returns false for what is no
/// date.
bool parseAsOf(Console& console, const std::string& text, std::optional<std::int64_t>& days);

/// Compiles the packs for a command that wants to use them: messages go to stderr. Nothing when
/// there are errors.
std::unique_ptr<CompiledSet> compileForUse(Console& console, const std::vector<std::string>& packs);

/// Whether a set came to bytecode; otherwise says what is wrong with it.
bool tellErrors(Console& console, const CompiledSet& set);

/// Whether paths were named; complains otherwise.
bool havePacks(Console& console, const std::vector<std::string>& packs);

}  // namespace proviso::tool
