#include "tools/proviso/options.h"

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

void addTrustOptions(CLI::App& command, TrustOptions& options, bool mayAllowUnsigned) {
    command
        .add_option("--trust",
                    options.keys,
                    "public keys that may sign pack-set files: a file, or a folder with *.pub")
        ->type_name("PATH")
        ->allow_extra_args(false);
    command
        .add_option("--at-least-revision",
                    options.atLeastRevision,
                    "refuse a pack-set file of an older revision")
        ->type_name("N");
    if (mayAllowUnsigned) {
        command.add_flag("--allow-unsigned",
                         options.allowUnsigned,
                         "for development: also a pack-set file that nobody signed; every "
                         "decision says so");
    }
}

void addCacheOption(CLI::App& command, bool& noCache) {
    command.add_flag("--no-cache",
                     noCache,
                     "compile the packs, also where they were compiled before and did not change");
}

}  // namespace proviso::tool
