#pragma once

#include "compiler/driver/compile.h"
#include "tools/proviso/console.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

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
