#include "compiler/difference/difference.h"
#include "runtime/explain/around.h"
#include "runtime/explain/explain.h"
#include "runtime/values/date.h"
#include "tools/proviso/decision_spool.h"
#include "tools/proviso/decision_writer.h"
#include "tools/proviso/diff_report.h"
#include "tools/proviso/fact_fields.h"
#include "tools/proviso/history_side.h"
#include "tools/proviso/html.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"

#include <algorithm>
#include <set>
#include <thread>

namespace proviso::tool {

namespace {

constexpr std::size_t kShownInText = 10;
constexpr std::size_t kMostExplainedTogether = 50'000;

struct DiffOptions {
    std::string before;
    std::string after;
    TrustOptions trust;
    std::vector<std::string> records;
    std::string format;
    std::string page;
    std::string visit;
    std::string by;
    std::string sum;
    std::string asOf;
    std::string memory;
    unsigned threads = 0;
    std::size_t show = 100;
};

DiffSide sideOf(const std::string& path, const UsedPacks& packs) {
    DiffSide side;
    side.path = path;
    side.digest = packs.program->digest;
    side.packs = packs.program->packs.size();
    side.isUnsigned = packs.isUnsigned;
    return side;
}

/// Packs of which both sets have one with other bytes that says the same.
std::vector<std::string> sameButForm(const bytecode::Program& before,
                                     const bytecode::Program& after,
                                     const std::vector<ItemChange>& changes) {
    std::vector<std::string> same;
    for (const bytecode::PackInfo& pack : after.packs) {
        const auto was = std::find_if(before.packs.begin(),
                                      before.packs.end(),
                                      [&](const auto& one) { return one.name == pack.name; });
        const bool changed = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
            return change.pack == pack.name;
        });
        if (was != before.packs.end() && was->digest != pack.digest && !changed) {
            same.push_back(pack.name);
        }
    }
    return same;
}

/// The explanation of one record under one side, holding `rules` whether they apply or not.
std::optional<Explanation> explainSide(const HistorySide& side,
                                       const Neighbours& neighbours,
                                       const std::string& key,
                                       const std::string& expected,
                                       const DecideOptions& decide,
                                       std::set<std::string>& rules) {
    const std::optional<std::uint32_t> record = neighbours.find(key);
    if (!record) {
        return std::nullopt;
    }
    const std::optional<DecidedAround> around = decideAround(side.program(),
                                                             *side.store(),
                                                             neighbours,
                                                             *record,
                                                             &expected,
                                                             decide,
                                                             kMostExplainedTogether);
    if (!around) {
        return std::nullopt;
    }
    const auto ask = [&](const std::optional<std::string>& rule) {
        ExplainOptions options;
        options.rule = rule;
        return explain(
            around->evaluator->interpreter(), *around->batch, around->row, around->result, options);
    };
    Explanation explanation = ask(std::nullopt);
    std::set<std::string> known;
    for (const ExplainedRule& rule : explanation.rules) {
        known.insert(rule.name);
    }
    for (const std::string& rule : rules) {
        if (!known.contains(rule)) {
            Explanation more = ask(rule);
            std::move(more.rules.begin(), more.rules.end(), std::back_inserter(explanation.rules));
        }
    }
    rules.merge(known);
    return explanation;
}

/// One run of the command with records.
class Replay {
  public:
    Replay(Console& console,
           const DiffOptions& options,
           DiffReport& report,
           std::shared_ptr<const bytecode::Program> before,
           std::shared_ptr<const bytecode::Program> after,
           HistoryOptions history)
        : console_(console), options_(options), report_(report), history_(std::move(history)),
          before_(console, before, history_), after_(console, after, history_),
          impact_(impact::ImpactShape::of(*before, *after)) {}

    ExitCode run() {
        NamedFields by;
        NamedFields sums;
        if (!findGroupFields(console_, *after_.program(), options_.by, by) ||
            !findSumFields(console_, *after_.program(), options_.sum, sums)) {
            return ExitCode::BadInput;
        }
        impact_.shape.by = by.names;
        impact_.shape.sums = sums.names;
        by_ = by.fields;
        sums_ = sums.fields;
        if (!before_.read("the old set") || !after_.read("the new set")) {
            return ExitCode::BadInput;
        }
        note(report_.before, before_);
        note(report_.after, after_);
        begin();
        if (!decide()) {
            return ExitCode::BadInput;
        }
        explainShown();
        return finish();
    }

  private:
    static void note(DiffSide& side, const HistorySide& from) {
        side.rejected = from.rejectedCount();
        side.rejectionReasons = from.rejectionReasons();
    }

    bool oneRecord() const { return !options_.visit.empty(); }

    void begin() {
        if (options_.format == "json") {
            console_.write(jsonHead(report_) + ", \"records\": [");
        } else if (options_.format == "csv") {
            console_.write(csvHead(report_, impact_.shape));
        }
    }

    bool decide() {
        DecisionSpool spool;
        const bool decided =
            before_.decide("the old set", [&](std::vector<RecordResult>&& results) {
                return std::all_of(results.begin(), results.end(), [&](const RecordResult& result) {
                    return spool.add(result);
                });
            });
        if (spool.failed() || (decided && !spool.rewind())) {
            console_.complain("decisions cannot be kept aside: " + spool.failure());
            return false;
        }
        if (!decided) {
            return false;
        }
        waiting_ = spool.next();
        const bool compared =
            after_.decide("the new set", [&](std::vector<RecordResult>&& results) {
                takeBlock(results, spool);
                return !console_.failed() && !spool.failed();
            });
        if (compared) {
            takeBlock({}, spool, /*last=*/true);
        }
        if (spool.failed()) {
            console_.complain("decisions that were kept aside cannot be read: " + spool.failure());
            return false;
        }
        return compared;
    }

    /// What the old set decided up to the block's end, with what the new set decided.
    void
    takeBlock(const std::vector<RecordResult>& results, DecisionSpool& spool, bool last = false) {
        std::vector<std::string> keys;
        keys.reserve(results.size());
        for (const RecordResult& result : results) {
            keys.push_back(result.key);
        }
        const std::vector<impact::RecordFacts> facts = after_.facts(keys, by_, sums_);
        for (std::size_t index = 0; index < results.size(); ++index) {
            while (waiting_ && waiting_->key < results[index].key) {
                takeOld(spool);
            }
            const bool same = waiting_ && waiting_->key == results[index].key;
            take(same ? &*waiting_ : nullptr, &results[index], facts[index]);
            if (same) {
                waiting_ = spool.next();
            }
        }
        while (last && waiting_) {
            takeOld(spool);
        }
    }

    void takeOld(DecisionSpool& spool) {
        impact::RecordFacts facts;
        facts.groups.assign(by_.size(), "not known");
        facts.sums.resize(sums_.size());
        take(&*waiting_, nullptr, facts);
        waiting_ = spool.next();
    }

    void
    take(const RecordResult* before, const RecordResult* after, const impact::RecordFacts& facts) {
        ShownDifference record;
        record.difference = impact::differenceOf(before, after);
        impact_.add(before, after, record.difference, facts);
        const bool differs = record.difference.differs();
        report_.changedRecords += differs ? 1 : 0;
        const bool wanted = oneRecord() ? record.difference.key == options_.visit : differs;
        if (!wanted) {
            return;
        }
        record.facts = facts;
        if (before == nullptr || after == nullptr) {
            const auto& reasons = (before == nullptr ? before_ : after_).rejectedKeys();
            const auto reason = reasons.find(record.difference.key);
            record.rejected = reason == reasons.end() ? "" : reason->second;
        }
        if (!oneRecord()) {
            emit(record);
        }
        const std::size_t most = options_.page.empty() ? kShownInText : options_.show;
        if (report_.shown.size() < most || oneRecord()) {
            const RunStamp none;
            record.before = before == nullptr ? "" : toJson(*before, none);
            record.after = after == nullptr ? "" : toJson(*after, none);
            report_.shown.push_back(std::move(record));
        }
    }

    void emit(const ShownDifference& record) {
        if (options_.format == "json") {
            console_.write((first_ ? "\n" : ",\n") + recordJson(report_, impact_.shape, record));
            first_ = false;
        } else if (options_.format == "csv") {
            console_.write(recordCsv(record));
        }
    }

    /// The record that was asked for is told last, with its reasons; others were as they came.
    void emitOneRecord() {
        if (oneRecord()) {
            emit(report_.shown.front());
        }
    }

    /// Finds where the reasons part, for what is shown in full.
    void explainShown() {
        if ((options_.page.empty() && !oneRecord()) || report_.shown.empty()) {
            return;
        }
        if (before_.store() == nullptr || after_.store() == nullptr) {
            console_.message("the reasons are not compared: memory does not hold the records (see "
                             "--memory)\n");
            return;
        }
        const Neighbours before(before_.program(), *before_.store());
        const Neighbours after(after_.program(), *after_.store());
        DecideOptions decide;
        decide.asOf = history_.asOf;
        Progress progress(console_, "explaining");
        std::uint64_t done = 0;
        for (ShownDifference& shown : report_.shown) {
            progress.update(done++, report_.shown.size());
            const impact::RecordDifference& one = shown.difference;
            if (!one.decidedBefore || !one.decidedAfter || !one.differs()) {
                continue;
            }
            std::set<std::string> rules;
            // Twice the old side: only the new one tells which rules speak now.
            std::set<std::string> spokenOld;
            std::optional<Explanation> was =
                explainSide(before_, before, one.key, shown.before, decide, spokenOld);
            rules = spokenOld;
            const std::optional<Explanation> is =
                explainSide(after_, after, one.key, shown.after, decide, rules);
            if (was && rules != spokenOld) {
                was = explainSide(before_, before, one.key, shown.before, decide, rules);
            }
            if (was && is) {
                shown.rules = impact::ruleDifferences(*was, *is);
            }
        }
    }

    ExitCode finish() {
        if (oneRecord() && report_.shown.empty()) {
            const auto& old = before_.rejectedKeys();
            const auto& now = after_.rejectedKeys();
            console_.complain("there is no record `" + options_.visit + "`" +
                              (old.contains(options_.visit) && now.contains(options_.visit)
                                   ? " that fits: " + now.at(options_.visit)
                                   : ""));
            return ExitCode::BadInput;
        }
        if (options_.format == "json") {
            emitOneRecord();
            console_.write(std::string(first_ ? "]" : "\n]") +
                           ", \"summary\": " + impactJson(report_, impact_) + "}\n");
        } else if (options_.format == "csv") {
            emitOneRecord();
            console_.message(impactText(report_, impact_, console_.colourOnMessages()));
        } else if (oneRecord()) {
            console_.write(recordText(report_, report_.shown.front()));
        } else {
            console_.write(textPart(report_) + '\n' +
                           impactText(report_, impact_, console_.colourOnOutput()));
        }
        if (!options_.page.empty()) {
            if (const std::string problem = writePage(options_.page, impactPage(report_, &impact_));
                !problem.empty()) {
                console_.complainUnwritable(options_.page, problem);
                return ExitCode::BadInput;
            }
        }
        // What both sets reject was compared by neither.
        if (before_.rejectedCount() != 0 && after_.rejectedCount() != 0) {
            return ExitCode::BadInput;
        }
        if (oneRecord()) {
            return report_.shown.front().difference.differs() ? ExitCode::Found : ExitCode::Clean;
        }
        return report_.texts.empty() && impact_.nothingChanged() ? ExitCode::Clean
                                                                 : ExitCode::Found;
    }

    Console& console_;
    const DiffOptions& options_;
    DiffReport& report_;
    HistoryOptions history_;
    HistorySide before_;
    HistorySide after_;
    impact::Impact impact_;
    std::vector<FactField> by_;
    std::vector<FactField> sums_;
    std::optional<RecordResult> waiting_;
    bool first_ = true;
};

ExitCode tellTexts(Console& console, const DiffOptions& options, const DiffReport& report) {
    if (options.format == "json") {
        console.write(jsonHead(report) + "}\n");
    } else if (options.format == "csv") {
        console.complain("--format csv lists what changes in records: name them with --visits");
        return ExitCode::BadInput;
    } else {
        console.write(textPart(report));
    }
    if (!options.page.empty()) {
        if (const std::string problem = writePage(options.page, impactPage(report, nullptr));
            !problem.empty()) {
            console.complainUnwritable(options.page, problem);
            return ExitCode::BadInput;
        }
    }
    return report.texts.empty() ? ExitCode::Clean : ExitCode::Found;
}

ExitCode runDiff(Console& console, const DiffOptions& options) {
    HistoryOptions history;
    const std::optional<std::int64_t> memory = parseMemorySize(options.memory);
    if (!memory) {
        console.complain("--memory: `" + options.memory + "` is no size such as 512M or 2G");
        return ExitCode::BadInput;
    }
    if (!parseAsOf(console, options.asOf, history.asOf)) {
        return ExitCode::BadInput;
    }
    if (options.records.empty() && !options.visit.empty()) {
        console.complain("--visit needs the records: --visits FILE");
        return ExitCode::BadInput;
    }
    if (std::find(options.records.begin(), options.records.end(), "-") != options.records.end()) {
        console.complain(
            "both sets read the records, and stdin can be read only once: name a file");
        return ExitCode::BadInput;
    }
    if (!trustHasUse(console, options.trust, {options.before, options.after})) {
        return ExitCode::BadInput;
    }
    const std::optional<UsedPacks> before =
        usePacks(console, {options.before}, options.trust, Wanted::Texts);
    const std::optional<UsedPacks> after =
        usePacks(console, {options.after}, options.trust, Wanted::Texts);
    if (!before || !after) {
        console.complain("the " + std::string(before ? "new" : "old") + " set cannot be used");
        return ExitCode::BadInput;
    }
    const auto outline = [](const UsedPacks& packs) {
        const CompiledSet& set = *packs.texts;
        return outlineOf(set.packs, set.sources, set.tableFiles);
    };
    DiffReport report;
    report.before = sideOf(options.before, *before);
    report.after = sideOf(options.after, *after);
    report.recordName = after->program->spaces[0].name;
    report.keyName = stampOf(*after->program, std::nullopt).keyName;
    report.engineVersion = PROVISO_VERSION;
    report.knownAsOf = history.asOf ? formatDate(Date{*history.asOf}) : "";
    report.texts = differencesOf(outline(*before), outline(*after));
    report.sameButForm = sameButForm(*before->program, *after->program, report.texts);
    if (options.records.empty()) {
        return tellTexts(console, options, report);
    }
    history.records = options.records;
    // Both sides may hold their records at once.
    history.memory = *memory / 2;
    history.threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    return Replay(console, options, report, before->program, after->program, history).run();
}

}  // namespace

void addDiff(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<DiffOptions>();
    CLI::App* command = addCommand(app,
                                   invocation,
                                   "diff",
                                   "Say what two pack sets say differently, and what that changes",
                                   options,
                                   &runDiff);
    command
        ->add_option("old", options->before, "the packs in use: a file, a folder or a pack store")
        ->type_name("")
        ->required();
    command->add_option("new", options->after, "the packs that are to replace them")
        ->type_name("")
        ->required();
    addTrustOptions(*command, options->trust);
    command
        ->add_option(
            "--visits,--records",
            options->records,
            "files with one record a line (JSON), to be decided under both; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    addFormatOption(*command, options->format, {"text", "json", "csv"});
    command->add_option("--html", options->page, "also write a page that can be printed")
        ->type_name("FILE");
    command->add_option("--show", options->show, "how many records the page shows one by one")
        ->type_name("N")
        ->check(CLI::Range(0, 100'000).description(""))
        ->capture_default_str();
    command
        ->add_option("--visit,--record",
                     options->visit,
                     "only this record, whole, with where the reasons part")
        ->type_name("KEY");
    command
        ->add_option("--by",
                     options->by,
                     "fields to count by, such as payor,state; `none`; otherwise those that every "
                     "record has and that take few values")
        ->type_name("FIELDS");
    command
        ->add_option(
            "--sum", options->sum, "money fields to sum over what changed; `none`; otherwise all")
        ->type_name("FIELDS");
    addAsOfOption(*command, options->asOf);
    command
        ->add_option("--memory",
                     options->memory,
                     "how much memory records may take, such as 512M or 2G (half of the "
                     "machine's); more go through a "
                     "file")
        ->type_name("SIZE");
    command
        ->add_option(
            "--threads", options->threads, "how many to use; 0: as many as there are cores")
        ->check(CLI::Range(0, 256).description(""))
        ->type_name("N");
}

}  // namespace proviso::tool
