#include "tools/proviso/explain.h"

#include "runtime/decision/text.h"

#include <algorithm>

namespace proviso::tool {

namespace {

/// Leaves what other rules said away.
RecordResult onlyOf(RecordResult result, const std::string& rule) {
    std::erase_if(result.findings, [&](const FindingResult& finding) { return finding.rule != rule; });
    std::erase_if(result.undetermined, [&](const UndeterminedResult& entry) { return entry.rule != rule; });
    std::erase_if(result.errors, [&](const ErrorResult& error) { return error.rule != rule; });
    std::erase_if(result.decided, [&](const DecidedResult& decided) {
        return decided.boundBy != rule && std::find(decided.alsoBoundBy.begin(), decided.alsoBoundBy.end(),
                                                    rule) == decided.alsoBoundBy.end();
    });
    return result;
}

}  // namespace

std::string explanationText(const DecidedBlock& block, std::uint32_t rule, bool colour) {
    const bytecode::Program& program = block.program;
    ResultTextOptions options{.colour = colour, .decisions = true, .recordName = program.spaces[0].name};
    std::string out;
    if (rule == bytecode::kNone) {
        appendText(out, block.result, options);
        return out;
    }
    const bytecode::RuleInfo& info = program.rules[rule];
    options.outputs = false;
    appendText(out, onlyOf(block.result, info.name), options);
    out += "rule " + info.name + (info.label.empty() ? "" : ": " + info.label) + '\n';
    for (const std::string& source : info.sources) {
        out += "  source " + source + '\n';
    }
    out += "  text at " + info.place + '\n';
    return out;
}

}  // namespace proviso::tool
