#include "runtime/bytecode/print.h"
#include "runtime/engine/plan.h"
#include "tools/proviso/command.h"

namespace proviso::tool {

namespace {

struct BuildOptions {
    std::vector<std::string> packs;
    std::string output;
    bool dump = false;
    bool plan = false;
};

ExitCode runBuild(Console& console, const BuildOptions& options) {
    if (!options.output.empty()) {
        console.complain(
            "compiled pack sets are not written to files yet; every command compiles the packs "
            "it is given, and `--dump` shows the bytecode");
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
    for (const bytecode::PackInfo& pack : set->program->packs) {
        console.write(pack.digest + "  " + pack.name + " " + pack.version + '\n');
    }
    console.write(set->program->digest + "  the whole set\n");
    console.message(counted(set->program->code.size(), "instruction") + ", " +
                    counted(set->program->rules.size(), "rule") + '\n');
    return ExitCode::Clean;
}

}  // namespace

void addBuild(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<BuildOptions>();
    CLI::App* command = addCommand(app,
                                   invocation,
                                   "build",
                                   "Compile packs; show their digests or their bytecode",
                                   options,
                                   &runBuild);
    addPacksOption(*command, options->packs, /*alsoPositional=*/true);
    command->add_flag("--dump", options->dump, "print the bytecode");
    command->add_flag("--plan",
                      options->plan,
                      "show the stages of a run: what brings records together, what is carried, "
                      "what is decided where");
    command->add_option("-o,--output", options->output, "file for the compiled pack set (not yet)")
        ->type_name("FILE");
}

}  // namespace proviso::tool
