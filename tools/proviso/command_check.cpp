#include "compiler/analysis/cost.h"
#include "compiler/analysis/lint.h"
#include "compiler/diagnostics/render.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace proviso::tool {

namespace {

struct CheckOptions {
    std::vector<std::string> packs;
    TrustOptions trust;
    std::string format;
    bool strict = false;
    bool costs = false;
};

/// The static bound of each rule, the dearest first: steps for one record whose lists are as long
/// as they may be.
std::string costsOf(const typed::Program& program) {
    const std::vector<RuleCost> costs = ruleCosts(program);
    std::vector<std::pair<std::int64_t, std::string_view>> rules;
    for (std::size_t rule = 0; rule < costs.size(); ++rule) {
        rules.emplace_back(costs[rule].boundAlone, program.rules[rule].name);
    }
    std::sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::string text;
    for (const auto& [steps, name] : rules) {
        text += fmt::format("{:>12}  {}\n", steps, name);
    }
    return text;
}

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

/// A file was checked when it was built: what is left to check is the file.
ExitCode
checkCompiled(Console& console, const CheckOptions& options, const pack_place::Place& place) {
    if (options.packs.size() != 1) {
        console.complain("`" + place.path + "` is a whole pack set; name it alone");
        return ExitCode::BadInput;
    }
    if (options.strict || options.costs || options.format != "pretty") {
        console.complain("--strict, --costs and --format are about the packs' texts, and `" +
                         place.path + "` is compiled");
        return ExitCode::BadInput;
    }
    const auto set = loadForUse(console, place, options.trust);
    if (!set) {
        return ExitCode::BadInput;
    }
    console.write(describePackSet(*set));
    return ExitCode::Clean;
}

ExitCode runCheck(Console& console, const CheckOptions& options) {
    if (!havePacks(console, options.packs)) {
        return ExitCode::BadInput;
    }
    if (const std::optional<pack_place::Place> place = compiledPlaceAmong(options.packs)) {
        return checkCompiled(console, options, *place);
    }
    const std::unique_ptr<CompiledSet> set = compilePaths(options.packs, CompileGoal::Lowered);
    if (options.strict && set->typed) {
        lint(set->packs, *set->typed, set->sink, {.strict = true});
    }
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
    if (options.costs && set->typed) {
        console.write(costsOf(*set->typed));
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
    addTrustOptions(*command, options->trust);
    addFormatOption(*command, options->format, {"pretty", "compact", "json", "sarif"});
    command->add_flag("--strict",
                      options->strict,
                      "also what is unused or untested; warnings count: exit with 1");
    command->add_flag("--costs",
                      options->costs,
                      "how many steps each rule may take for one record, the dearest first");
}

}  // namespace proviso::tool
