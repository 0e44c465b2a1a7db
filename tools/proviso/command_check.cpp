#include "compiler/diagnostics/render.h"
#include "tools/proviso/command.h"

namespace proviso::tool {

namespace {

struct CheckOptions {
    std::vector<std::string> packs;
    std::string format;
    bool strict = false;
};

std::string contentsOf(const CompiledSet& set) {
    std::string text = counted(set.packTexts.size(), "pack");
    if (set.typed) {
        text += ", " + counted(set.typed->rules.size(), "rule") + ", " +
                counted(set.typed->parameters.size(), "parameter") + ", " +
                counted(set.typed->tables.size(), "table") + ", " +
                counted(set.typed->decisions.size(), "decision");
    }
    return text;
}

ExitCode runCheck(Console& console, const CheckOptions& options) {
    if (!havePacks(console, options.packs)) {
        return ExitCode::BadInput;
    }
    const std::unique_ptr<CompiledSet> set = compilePaths(options.packs, CompileGoal::Lowered);
    const std::vector<Diagnostic> diagnostics = set->sink.sorted(set->sources);
    if (options.format == "json") {
        console.write(renderJson(diagnostics, set->sources));
    } else if (options.format == "sarif") {
        console.write(renderSarif(diagnostics, set->sources));
    } else if (options.format == "compact") {
        for (const Diagnostic& diagnostic : diagnostics) {
            console.write(renderOneLine(diagnostic, set->sources) + '\n');
        }
    } else {
        console.write(renderText(diagnostics, set->sources, {.colour = console.colourOnOutput()}));
    }
    console.flush();
    if (set->sink.hasErrors()) {
        return ExitCode::BadInput;
    }
    console.message("checked " + contentsOf(*set) + '\n');
    return options.strict && set->sink.warningCount() != 0 ? ExitCode::Found : ExitCode::Clean;
}

}  // namespace

void addCheck(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* command = addCommand(
        app, invocation, "check", "Read packs and say what is wrong with them", options, &runCheck);
    addPacksOption(*command, options->packs, /*alsoPositional=*/true);
    addFormatOption(*command, options->format, {"pretty", "compact", "json", "sarif"});
    command->add_flag("--strict", options->strict, "warnings count too: exit with 1");
}

}  // namespace proviso::tool
