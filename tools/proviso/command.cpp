#include "tools/proviso/command.h"

#include "compiler/diagnostics/render.h"
#include "runtime/values/date.h"

namespace proviso::tool {

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
