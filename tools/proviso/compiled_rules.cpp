#include "tools/proviso/compiled_rules.h"

#include <fmt/format.h>

namespace proviso::tool {

CompiledRules::CompiledRules(Console& console,
                             bool isWanted,
                             const std::shared_ptr<const bytecode::Program>& program) {
    if (!isWanted) {
        return;
    }
    jit::JitOptions options;
    options.cacheFolder = jit::userCacheFolder();
    std::string message;
    jit_ = jit::Jit::open(program, options, message);
    if (jit_ == nullptr) {
        console.message("--jit: " + message + "; the rules are interpreted\n");
    }
}

void CompiledRules::tell(Console& console) const {
    if (jit_ == nullptr) {
        return;
    }
    const jit::JitReport report = jit_->report();
    std::string text = fmt::format(
        "compiled code ({}): {} stages, {} of them from the cache, {} loops with {} of {} "
        "operations, {:.0f} ms to compile; {} blocks of loops run",
        jit_->target(),
        report.stages,
        report.cachedStages,
        report.regions,
        report.members,
        report.members + report.interpreted,
        report.compileSeconds * 1000,
        report.compiledRuns);
    for (const auto& [reason, count] : report.interpretedRuns) {
        text += fmt::format(", {} interpreted ({})", count, reason);
    }
    if (!report.failure.empty()) {
        text += "; not compiled: " + report.failure;
    }
    console.message(text + "\n");
}

}  // namespace proviso::tool
