#include "compiler/diagnostics/suggest.h"
#include "runtime/engine/run.h"
#include "runtime/explain/explain.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"
#include "tools/proviso/records.h"

#include <algorithm>

namespace proviso::tool {

namespace {

struct ExplainCommandOptions {
    std::vector<std::string> packs;
    TrustOptions trust;
    bool noCache = false;
    std::vector<std::string> records;
    std::string asOf;
    std::string key;
    std::string rule;
    std::string format;
};

std::string suggestion(std::string_view mistyped, const std::vector<std::string>& known) {
    const auto nearest = nearestName(mistyped, std::span<const std::string>(known));
    return nearest ? "; did you mean `" + std::string(*nearest) + "`?" : "";
}

/// The rule with this name, which may leave the pack out where that is enough.
std::optional<std::string>
findRule(Console& console, const bytecode::Program& program, const std::string& name) {
    std::vector<std::string> names;
    std::vector<std::uint32_t> matches;
    for (std::uint32_t index = 0; index < program.rules.size(); ++index) {
        const std::string& full = program.rules[index].name;
        if (full == name) {
            return full;
        }
        if (full.ends_with("." + name)) {
            matches.push_back(index);
        }
        names.push_back(full);
        names.push_back(full.substr(full.rfind('.') + 1));
    }
    if (matches.size() == 1) {
        return program.rules[matches.front()].name;
    }
    if (matches.empty()) {
        console.complain("there is no rule `" + name + "`" + suggestion(name, names));
    } else {
        console.complain("several rules are called `" + name + "`; name the pack too: `" +
                         program.rules[matches.front()].name + "`");
    }
    return std::nullopt;
}

std::vector<std::string> keysOf(const bytecode::Program& program, const RecordStore& store) {
    const Batch& batch = store.batch();
    std::vector<std::string> keys;
    for (std::uint32_t record = 0; record < store.recordCount(); ++record) {
        const std::int64_t text = batch.spaces[0].columns[program.schema.keyField].values[record];
        keys.emplace_back(batch.dictionary->text(static_cast<std::uint32_t>(text)));
    }
    return keys;
}

ExitCode runExplain(Console& console, const ExplainCommandOptions& options) {
    DecideOptions decide;
    if (!parseAsOf(console, options.asOf, decide.asOf)) {
        return ExitCode::BadInput;
    }
    if (!trustHasUse(console, options.trust, options.packs)) {
        return ExitCode::BadInput;
    }
    const std::optional<UsedPacks> set = usePacks(
        console, options.packs, options.trust, options.noCache ? Wanted::Program : Wanted::Known);
    if (!set) {
        return ExitCode::BadInput;
    }
    const bytecode::Program& program = *set->program;
    ExplainOptions explanation;
    if (!options.rule.empty()) {
        explanation.rule = findRule(console, program, options.rule);
        if (!explanation.rule) {
            return ExitCode::BadInput;
        }
    }
    const std::optional<ReadRecords> records =
        readRecords(console, program, options.records, decide.asOf);
    if (!records) {
        return ExitCode::BadInput;
    }
    const RecordStore& store = records->decoded.store;
    const std::vector<std::string> keys = keysOf(program, store);
    const auto wanted = std::find(keys.begin(), keys.end(), options.key);
    if (wanted == keys.end()) {
        for (const Rejection& rejection : records->decoded.rejections) {
            if (rejection.recordKey == options.key) {
                console.message(formatRejection(rejection) + '\n');
                return ExitCode::BadInput;
            }
        }
        console.complain("there is no record `" + options.key + "`" +
                         suggestion(options.key, keys));
        return ExitCode::BadInput;
    }
    const auto record = static_cast<std::uint32_t>(wanted - keys.begin());
    // Everything together, so that what the decision rests on is there wherever it stands.
    const std::vector<std::uint32_t> order = recordsInOrder(program, store);
    Batch batch = store.select(order);
    batch.holes = store.batch().holes;
    Evaluator evaluator(set->program);
    const std::vector<RecordResult> results = evaluator.decide(batch, decide);
    const auto row =
        static_cast<std::uint32_t>(std::find(order.begin(), order.end(), record) - order.begin());
    Explanation why = explain(evaluator.interpreter(), batch, row, results[row], explanation);
    why.unsignedPacks = set->isUnsigned;
    console.write(options.format == "json"      ? explanationJson(why)
                  : options.format == "compact" ? explanationLines(why)
                                                : explanationPage(why));
    return ExitCode::Clean;
}

}  // namespace

void addExplain(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<ExplainCommandOptions>();
    CLI::App* command = addCommand(
        app, invocation, "explain", "Say why a record was decided as it was", options, &runExplain);
    command->add_option("visit", options->key, "key of the record")->type_name("")->required();
    command->add_option("rule", options->rule, "only this rule, with or without its pack")
        ->type_name("");
    addPacksOption(*command, options->packs, /*alsoPositional=*/false);
    addTrustOptions(*command, options->trust);
    addCacheOption(*command, options->noCache);
    command
        ->add_option("--visits,--records",
                     options->records,
                     "files with one record a line (JSON), `-` for stdin; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    addFormatOption(*command, options->format, {"pretty", "compact", "json"});
    addAsOfOption(*command, options->asOf);
}

}  // namespace proviso::tool
