#include "compiler/diagnostics/suggest.h"
#include "runtime/base/check.h"
#include "tools/proviso/options.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

namespace proviso::tool {

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 clean; 1 findings, failed tests, files to format, a difference;\n"
    "2 packs or records that cannot be used; 3 a mistake of the program itself.";

/// The nearest command for the first argument that is no option and no command.
bool complainOfUnknownCommand(Console& console, const CLI::App& app, int count, char** arguments) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    for (int index = 1; index < count; ++index) {
        const std::string argument = arguments[index];
        if (argument == "--color") {
            ++index;
            continue;
        }
        if (argument.starts_with("-")) {
            continue;
        }
        if (std::find(names.begin(), names.end(), argument) != names.end()) {
            return false;
        }
        std::string text = "unknown command `" + argument + "`";
        const auto nearest = nearestName(argument, std::span<const std::string>(names));
        text += nearest ? "; did you mean `" + std::string(*nearest) + "`?"
                        : "; `proviso help` lists the commands";
        console.complain(text);
        return true;
    }
    return false;
}

ExitCode finish(Console& console, ExitCode code) {
    console.flush();
    if (console.failed()) {
        console.complain("cannot write the output: " + console.failure());
        return code == ExitCode::Internal ? code : ExitCode::BadInput;
    }
    return code;
}

ExitCode runCommand(int count, char** arguments, Invocation& invocation) {
    CLI::App app("Checks records against rules of law and policy that are written in packs.",
                 "proviso");
    app.footer(kFooter);
    app.require_subcommand(0, 1);
    std::string colour = "auto";
    app.add_option("--color", colour, "auto, always or never")
        ->type_name("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
        ->capture_default_str();
    app.fallthrough();
    bool wantsVersion = false;
    app.add_flag("--version", wantsVersion, "say which version this is");
    addCheck(app, invocation);
    addTest(app, invocation);
    addRun(app, invocation);
    addExplain(app, invocation);
    addDiff(app, invocation);
    addPacket(app, invocation);
    addFmt(app, invocation);
    addBuild(app, invocation);
    addLog(app, invocation);
    addKeygen(app, invocation);
    addSign(app, invocation);
    addVerify(app, invocation);
    addStore(app, invocation);
    addHelp(app, invocation);
    addVersion(app, invocation);

    Console& console = invocation.console;
    if (complainOfUnknownCommand(console, app, count, arguments)) {
        return ExitCode::BadInput;
    }
    try {
        app.parse(count, arguments);
    } catch (const CLI::CallForHelp&) {
        const std::vector<CLI::App*> chosen = app.get_subcommands();
        console.write(helpText(chosen.empty() ? app : *chosen.front()));
        return ExitCode::Clean;
    } catch (const CLI::ParseError& error) {
        console.complain(error.what());
        const std::vector<CLI::App*> chosen = app.get_subcommands();
        console.message("try `proviso " +
                        (chosen.empty() ? std::string() : chosen.front()->get_name() + " ") +
                        "--help`\n");
        return ExitCode::BadInput;
    }
    console.setColour(colour == "always"  ? ColourMode::Always
                      : colour == "never" ? ColourMode::Never
                                          : ColourMode::Auto);
    if (wantsVersion) {
        app.get_subcommand("version")->parse(std::string());
    }
    if (!invocation.run) {
        console.message(helpText(app));
        return ExitCode::BadInput;
    }
    return invocation.run(console);
}

}  // namespace

/// Runs the command; every failure becomes a message and a code.
static ExitCode runProgram(int count, char** arguments) {
    // A reader that goes away shows as an error of writing.
    std::signal(SIGPIPE, SIG_IGN);
    // So does a file that may not grow any more.
    std::signal(SIGXFSZ, SIG_IGN);
    Invocation invocation;
    ExitCode code = ExitCode::Internal;
    try {
        code = runCommand(count, arguments, invocation);
        code = finish(invocation.console, code);
    } catch (const InternalError& error) {
        invocation.console.complain(std::string("internal error, please report it: ") +
                                    error.what());
    } catch (const std::bad_alloc&) {
        invocation.console.complain("out of memory");
    } catch (const std::exception& error) {
        invocation.console.complain(std::string("internal error, please report it: ") +
                                    error.what());
    }
    return code;
}

}  // namespace proviso::tool

int main(int count, char** arguments) {
    const int code = static_cast<int>(proviso::tool::runProgram(count, arguments));
#ifdef NDEBUG
    // All is written and closed. What is left is memory, of the grammar above all, and the system
    // takes that back faster.
    std::fflush(nullptr);
    std::_Exit(code);
#else
    return code;
#endif
}
