#include "tools/proviso/command.h"

#include "compiler/diagnostics/render.h"
#include "runtime/values/date.h"

namespace proviso::tool {

std::string helpText(const CLI::App& command) {
    // App::help would show the command that was chosen, and leave the program's name away.
    const bool whole = command.get_parent() == nullptr;
    return command.get_formatter()->make_help(
        &command, whole ? "proviso" : "proviso " + command.get_name(), CLI::AppFormatMode::Normal);
}

void addPacksOption(CLI::App& command, std::vector<std::string>& packs, bool alsoPositional) {
    command
        .add_option(
            alsoPositional ? "--packs,packs" : "--packs",
            packs,
            "packs to read: files, folders with every *.prv below them, or one pack-set file")
        ->type_name("PATH")
        ->allow_extra_args(alsoPositional);
}

void addFormatOption(CLI::App& command,
                     std::string& format,
                     const std::vector<std::string>& known) {
    format = known.front();
    std::string names;
    for (const std::string& name : known) {
        names += (names.empty() ? "" : "|") + name;
    }
    command.add_option("--format", format, "how to write the answer: " + names)
        ->type_name("FORMAT")
        ->check(CLI::IsMember(known).description(""))
        ->capture_default_str();
}

void addAsOfOption(CLI::App& command, std::string& asOf) {
    command.add_option("--as-of", asOf, "use only what was published and recorded by this day")
        ->type_name("YYYY-MM-DD");
}

bool parseAsOf(Console& console, const std::string& text, std::optional<std::int64_t>& days) {
    if (text.empty()) {
        return true;
    }
    const std::optional<Date> date = parseDate(text);
    if (!date) {
        console.complain("--as-of: `" + text + "` is not a date in the form YYYY-MM-DD");
        return false;
    }
    days = date->days;
    return true;
}

bool havePacks(Console& console, const std::vector<std::string>& packs) {
    if (packs.empty()) {
        console.complain("name the packs to use: --packs FOLDER");
    }
    return !packs.empty();
}

bool tellErrors(Console& console, const CompiledSet& set) {
    // Warnings belong to `check`; whoever only uses the packs can do nothing about them.
    std::vector<Diagnostic> errors;
    for (Diagnostic& diagnostic : set.sink.sorted(set.sources)) {
        if (diagnostic.severity() != Severity::Warning) {
            errors.push_back(std::move(diagnostic));
        }
    }
    if (!set.sink.hasErrors() && set.program) {
        return true;
    }
    console.message(renderText(errors, set.sources, {.colour = console.colourOnMessages()}));
    if (errors.empty()) {
        console.complain("the packs could not be compiled");
    }
    return false;
}

std::unique_ptr<CompiledSet> compileForUse(Console& console,
                                           const std::vector<std::string>& packs) {
    if (!havePacks(console, packs)) {
        return nullptr;
    }
    std::unique_ptr<CompiledSet> set = compilePaths(packs, CompileGoal::Lowered);
    return tellErrors(console, *set) ? std::move(set) : nullptr;
}

}  // namespace proviso::tool
