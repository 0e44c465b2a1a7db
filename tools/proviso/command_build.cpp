#include "runtime/bytecode/print.h"
#include "runtime/engine/plan.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"

#include <algorithm>
#include <filesystem>

namespace proviso::tool {

namespace {

struct BuildOptions {
    std::vector<std::string> packs;
    std::string output;
    std::string name;
    std::string key;
    std::uint64_t revision = 0;
    bool dump = false;
    bool plan = false;
};

/// The texts of the program's packs, in its order.
std::vector<pack::SourceText> textsOf(const CompiledSet& set) {
    std::vector<pack::SourceText> texts;
    for (const bytecode::PackInfo& info : set.program->packs) {
        const auto found = std::find_if(set.packs.begin(), set.packs.end(), [&](const auto& one) {
            return one.name.text == info.name;
        });
        PROVISO_CHECK(found != set.packs.end(), "a compiled pack without a text");
        pack::SourceText& text = texts.emplace_back();
        text.path = set.sources.path(found->source);
        text.text = set.sources.text(found->source);
        for (const auto& [name, source] : set.tableFiles.of(found->source)) {
            text.tables.push_back({name, std::string(set.sources.text(source))});
        }
    }
    return texts;
}

/// Writes the pack set, signed if there is a key.
bool writeFile(Console& console, const BuildOptions& options, const CompiledSet& set) {
    const std::string name =
        options.name.empty() ? std::filesystem::path(options.output).stem().string() : options.name;
    Result<std::string> bytes =
        pack::writePackSet({name, options.revision, set.program, textsOf(set), kLanguageVersion});
    pack::Trust trust;
    trust.allowUnsigned = options.key.empty();
    if (bytes && !options.key.empty()) {
        const Result<pack::SigningKey> key = pack::SigningKey::readFile(options.key);
        if (!key) {
            console.complain(spokenError(key.error()));
            return false;
        }
        trust.keys.push_back({{}, key->publicKey(), std::nullopt});
        bytes = pack::signPackSet(*bytes, *key);
    }
    if (!bytes) {
        console.complain("`" + options.output + "`: " + spokenError(bytes.error()));
        return false;
    }
    // What was written is read once before anyone depends on it.
    const auto again = pack::loadPackSet(*bytes, trust);
    PROVISO_CHECK(again.has_value(), "a pack set that was written cannot be loaded");
    return replaceFile(console, options.output, *bytes);
}

ExitCode runBuild(Console& console, const BuildOptions& options) {
    if (options.output.empty() &&
        (!options.key.empty() || !options.name.empty() || options.revision != 0)) {
        console.complain("--name, --revision and --sign are about the file that --output names");
        return ExitCode::BadInput;
    }
    if (!options.output.empty() && (options.dump || options.plan)) {
        console.complain(
            "--output writes a file and --dump and --plan show something; ask for one");
        return ExitCode::BadInput;
    }
    const std::unique_ptr<CompiledSet> set = compileForUse(console, options.packs);
    if (!set) {
        return ExitCode::BadInput;
    }
    if (options.dump) {
        console.write(bytecode::printProgram(*set->program));
        return ExitCode::Clean;
    }
    if (options.plan) {
        console.write(engine::printPlan(*set->program, engine::planStages(*set->program)));
        return ExitCode::Clean;
    }
    if (!options.output.empty() && !writeFile(console, options, *set)) {
        return ExitCode::BadInput;
    }
    for (const bytecode::PackInfo& one : set->program->packs) {
        console.write(one.digest + "  " + one.name + " " + one.version + '\n');
    }
    console.write(set->program->digest + "  the whole set\n");
    console.message(counted(set->program->code.size(), "instruction") + ", " +
                    counted(set->program->rules.size(), "rule") + '\n');
    return ExitCode::Clean;
}

}  // namespace

void addBuild(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<BuildOptions>();
    CLI::App* command =
        addCommand(app,
                   invocation,
                   "build",
                   "Compile packs to a pack-set file; show their digests or their bytecode",
                   options,
                   &runBuild);
    addPacksOption(*command, options->packs, /*alsoPositional=*/true);
    command->add_flag("--dump", options->dump, "print the bytecode");
    command->add_flag("--plan",
                      options->plan,
                      "show the stages of a run: what brings records together, what is carried, "
                      "what is decided where");
    command
        ->add_option("-o,--output", options->output, "write the pack set to this file, *.proviso")
        ->type_name("FILE");
    command->add_option("--name", options->name, "name of the pack set (the file's)")
        ->type_name("NAME");
    command
        ->add_option("--revision", options->revision, "number of this edition; the higher is later")
        ->type_name("N");
    command->add_option("--sign", options->key, "sign it with this key, of `proviso keygen`")
        ->type_name("KEYFILE");
}

}  // namespace proviso::tool
