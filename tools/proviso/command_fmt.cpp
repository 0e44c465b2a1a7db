#include "compiler/diagnostics/render.h"
#include "compiler/driver/load.h"
#include "compiler/format/format.h"
#include "tools/proviso/options.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

namespace proviso::tool {

namespace {

struct FormatOptions {
    std::vector<std::string> packs;
    bool checkOnly = false;
};

/// Puts the text in the place of the file, whole or not at all. The answer is empty, or the reason
/// why not.
std::string replaceFile(const std::string& path, const std::string& text) {
    namespace fs = std::filesystem;
    // A link keeps leading to its file.
    std::error_code error;
    const fs::path target = fs::canonical(path, error);
    if (error) {
        return error.message();
    }
    const fs::path temporary = target.string() + ".formatted";
    {
        std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
        stream << text;
        stream.flush();
        if (!stream) {
            fs::remove(temporary, error);
            return "writing failed";
        }
    }
    fs::permissions(temporary, fs::status(target, error).permissions(), error);
    fs::rename(temporary, target, error);
    if (error) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        return error.message();
    }
    return {};
}

ExitCode complainOf(Console& console, const DiagnosticSink& sink, const Sources& sources) {
    const std::vector<Diagnostic> diagnostics = sink.sorted(sources);
    console.message(renderText(diagnostics, sources, {.colour = console.colourOnMessages()}));
    return ExitCode::BadInput;
}

ExitCode formatStdin(Console& console, const FormatOptions& options) {
    Sources sources;
    DiagnosticSink sink;
    const SourceId source = sources.add(
        "stdin",
        std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()));
    const std::optional<std::string> text = formatPack(sources, source, sink);
    if (!text) {
        return complainOf(console, sink, sources);
    }
    if (options.checkOnly) {
        return *text == sources.text(source) ? ExitCode::Clean : ExitCode::Found;
    }
    console.write(*text);
    return ExitCode::Clean;
}

ExitCode runFormat(Console& console, const FormatOptions& options) {
    if (!havePacks(console, options.packs)) {
        return ExitCode::BadInput;
    }
    if (options.packs.size() == 1 && options.packs.front() == "-") {
        return formatStdin(console, options);
    }
    Sources sources;
    DiagnosticSink sink;
    const std::vector<SourceId> packs = loadPackTexts(options.packs, sources, sink);
    std::size_t changed = 0;
    for (const SourceId pack : packs) {
        const std::optional<std::string> text = formatPack(sources, pack, sink);
        if (!text || *text == sources.text(pack)) {
            continue;
        }
        ++changed;
        const std::string path(sources.path(pack));
        if (!options.checkOnly) {
            const std::string problem = replaceFile(path, *text);
            if (!problem.empty()) {
                console.complainUnwritable(path, problem);
                return ExitCode::BadInput;
            }
        }
        console.write(path);
        console.write("\n");
    }
    console.flush();
    if (sink.hasErrors()) {
        return complainOf(console, sink, sources);
    }
    console.message(counted(packs.size(), "pack") + ", " +
                    (changed == 0
                         ? std::string("all formatted")
                         : grouped(changed) + (options.checkOnly ? " to format" : " formatted")) +
                    '\n');
    return options.checkOnly && changed != 0 ? ExitCode::Found : ExitCode::Clean;
}

}  // namespace

void addFmt(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<FormatOptions>();
    CLI::App* command = addCommand(app,
                                   invocation,
                                   "fmt",
                                   "Write packs in their one form, in place; `-` formats stdin",
                                   options,
                                   &runFormat);
    addPacksOption(*command, options->packs, /*alsoPositional=*/true);
    command->add_flag(
        "--check", options->checkOnly, "change nothing; exit with 1 if a file would change");
}

}  // namespace proviso::tool
