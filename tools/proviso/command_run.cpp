#include "tools/proviso/compiled_rules.h"
#include "tools/proviso/history_side.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"
#include "tools/proviso/pack_watcher.h"
#include "tools/proviso/profiling.h"
#include "tools/proviso/records.h"
#include "tools/proviso/run_command.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <system_error>
#include <thread>
#include <unordered_map>

namespace proviso::tool {

namespace {

/// The digests of all lines, by where they stand.
class InputDigests {
  public:
    explicit InputDigests(DecisionLog* log) : log_(log) {}

    LineHook hook() {
        if (log_ == nullptr) {
            return {};
        }
        return [this](std::size_t source, const InputLine& line) {
            lines_.resize(std::max(lines_.size(), source + 1));
            lines_[source].push_back(log::inputDigest(line.text, line.tooLong));
            log_->addInput(line.text, line.tooLong);
        };
    }

    /// By the keys of records; the store must stay while it is asked.
    DecisionLog::InputOf of(const bytecode::Program& program, const RecordStore& store) {
        if (log_ == nullptr) {
            return {};
        }
        const StoredValues keys = store.values(0, program.schema.keyField);
        for (std::uint32_t record = 0; record < store.recordCount(); ++record) {
            const auto key = static_cast<std::uint32_t>(keys[record]);
            records_.emplace(store.rows().dictionary->text(key), record);
        }
        return [this, &store](const std::string& key) {
            const RecordOrigin& origin = store.origin(records_.at(key));
            return lines_[origin.source][origin.line - 1];
        };
    }

  private:
    DecisionLog* log_;
    std::vector<std::vector<std::string>> lines_;  ///< by source, by line
    std::unordered_map<std::string, std::uint32_t> records_;
};

/// Whether it pays to ask what of the records is read.
bool isLong(const std::vector<std::string>& files) {
    constexpr std::int64_t kFewBytes = std::int64_t{64} << 10U;
    return std::find(files.begin(), files.end(), "-") != files.end() ||
           sizeOfFiles(files) >= kFewBytes;
}

/// What one stage frees the next one takes. Given back to the system it would come again page by
/// page, each cleared first: that is a twentieth of a run of the standard library, which needs up
/// to 6 % more memory so.
void keepFreedMemory() {
#ifdef __GLIBC__
    constexpr int kLargestThreshold = 32 << 20;
    constexpr int kNever = 1 << 30;
    // NOLINTBEGIN(concurrency-mt-unsafe): a run makes its threads later
    mallopt(M_MMAP_THRESHOLD, kLargestThreshold);
    mallopt(M_TRIM_THRESHOLD, kNever);
    // NOLINTEND(concurrency-mt-unsafe)
#endif
}

ExitCode runInMemory(Console& console,
                     const CheckRecordsOptions& options,
                     const std::shared_ptr<const bytecode::Program>& program,
                     RunOptions run) {
    keepFreedMemory();
    Outcome outcome(console, options, *program, run.decide.asOf);
    if (!outcome.prepare(run.decide.budget)) {
        return ExitCode::BadInput;
    }
    InputDigests digests(outcome.log());
    std::unique_ptr<BatchShadow> shadow;
    LineHook hook = digests.hook();
    if (!options.shadow.packs.empty()) {
        shadow = BatchShadow::open(console, options.shadow);
        if (!shadow) {
            return ExitCode::BadInput;
        }
        outcome.setShadow(shadow.get());
        hook = [logged = std::move(hook), &shadow](std::size_t source, const InputLine& line) {
            if (logged) {
                logged(source, line);
            }
            shadow->addLine(source, line.text, line.tooLong);
        };
    }
    const std::optional<ReadRecords> records =
        readRecords(console,
                    *program,
                    options.records,
                    run.decide.asOf,
                    hook,
                    isLong(options.records) ? std::optional(recordsRead(*program)) : std::nullopt,
                    run.threads);
    if (!records) {
        return ExitCode::BadInput;
    }
    reportRejections(console, records->decoded, options.all ? SIZE_MAX : kRejectionsShown);
    outcome.setInputOf(digests.of(*program, records->decoded.store));
    bool complete = false;
    Profiling profiling(options, *program);
    profiling.begin(run);
    {
        Progress progress(console, "deciding");
        run.progress = [&](std::uint64_t done, std::uint64_t total) {
            progress.update(done, total);
        };
        complete = outcome.decide(program, records->decoded.store, run);
    }
    if (!complete) {
        return ExitCode::BadInput;
    }
    profiling.end();
    outcome.summary().add(records->decoded);
    const ExitCode code = outcome.finish();
    profiling.tell(console);
    if (shadow) {
        // The active answers are out before the candidate begins.
        console.flush();
        shadow->run(console, options.shadow.packs, options.trust, outcome.stamp(), run);
    }
    return code;
}

ExitCode
startWatching(Console& console, const CheckRecordsOptions& options, const RunOptions& run) {
    if (options.profile) {
        console.complain("--profile measures a run that ends: leave out --watch");
        return ExitCode::BadInput;
    }
    if (options.jit == "on") {
        console.complain("--jit is for runs that end: leave out --watch");
        return ExitCode::BadInput;
    }
    const std::optional<pack::Trust> trust = readTrust(console, options.trust);
    if (!trust) {
        return ExitCode::BadInput;
    }
    // What changes while the packs are compiled counts as changed.
    auto watcher = std::make_unique<PackWatcher>(options.packs, *trust);
    std::optional<UsedPacks> packs = usePacks(console, options.packs, options.trust);
    return packs ? runWatching(console, options, *std::move(packs), std::move(watcher), run)
                 : ExitCode::BadInput;
}

ExitCode runRecords(Console& console, const CheckRecordsOptions& asked) {
    CheckRecordsOptions options = asked;
    RunOptions run;
    if (!parseAsOf(console, options.asOf, run.decide.asOf)) {
        return ExitCode::BadInput;
    }
    const std::optional<std::int64_t> memory = parseMemorySize(options.memory);
    if (!memory) {
        console.complain("--memory: `" + options.memory + "` is no size such as 512M or 2G");
        return ExitCode::BadInput;
    }
    run.threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::string> named = options.packs;
    named.insert(named.end(), options.shadow.packs.begin(), options.shadow.packs.end());
    if (!trustHasUse(console, options.trust, named)) {
        return ExitCode::BadInput;
    }
    if (options.watch) {
        return startWatching(console, options, run);
    }
    const std::optional<UsedPacks> set = usePacks(
        console, options.packs, options.trust, options.noCache ? Wanted::Program : Wanted::Known);
    if (!set) {
        return ExitCode::BadInput;
    }
    options.isUnsigned = set->isUnsigned;
    const CompiledRules compiled(console, options.jit == "on", set->program);
    run.decide.kernels = compiled.kernels();
    const bool fits = sizeOfFiles(options.records) <= *memory / kMemoryOfInputByte;
    if (!options.shadow.packs.empty() && (!options.store.empty() || !fits)) {
        console.complain("--shadow is for records that memory holds (--memory), without --store, "
                         "or for --watch");
        return ExitCode::BadInput;
    }
    if (options.profile && (!options.store.empty() || !fits)) {
        console.complain("--profile measures a run in memory: leave out --store, or give more "
                         "--memory");
        return ExitCode::BadInput;
    }
    if (!options.store.empty()) {
        return runWithStore(console, options, set->program, run);
    }
    if (!fits) {
        return runOverDisk(console, options, set->program, run, *memory);
    }
    const ExitCode code = runInMemory(console, options, set->program, run);
    if (options.profile) {
        compiled.tell(console);
    }
    return code;
}

}  // namespace

std::optional<std::int64_t> parseSize(const std::string& text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    unsigned shift = 0;
    if (unit == "K" || unit == "k") {
        shift = 10;
    } else if (unit == "M" || unit == "m") {
        shift = 20;
    } else if (unit == "G" || unit == "g") {
        shift = 30;
    } else if (!unit.empty()) {
        return std::nullopt;
    }
    if (error != std::errc{} || number <= 0 || number > (INT64_MAX >> shift)) {
        return std::nullopt;
    }
    return number << shift;
}

std::string spoken(const Error& error) {
    return error.context.empty() ? error.message : "`" + error.context + "`: " + error.message;
}

Outcome::Outcome(Console& console,
                 const CheckRecordsOptions& options,
                 const bytecode::Program& program,
                 std::optional<std::int64_t> asOf)
    : console_(console), options_(options), program_(program), stamp_(stampOf(program, asOf)) {
    stamp_.unsignedPacks = options.isUnsigned;
}

bool Outcome::prepare(std::int64_t budget) {
    if (!options_.changedFrom.empty()) {
        earlier_ = std::make_unique<EarlierDecisions>();
        if (!earlier_->read(console_, options_.changedFrom, stamp_.keyName)) {
            return false;
        }
    }
    if (!options_.log.folder.empty()) {
        log_ = DecisionLog::open(console_, options_.log);
        if (!log_) {
            return false;
        }
        log_->beginRun(stamp_.knownAsOf, budget);
        log_->useSet(stamp_);
    }
    writer_ = std::make_unique<DecisionWriter>(
        console_,
        WriteOptions{options_.format, options_.all, false, options_.trust.allowUnsigned},
        program_,
        stamp_);
    return true;
}

bool Outcome::take(std::vector<RecordResult>&& results) {
    if (log_ && !log_->release(results, stamp_, inputOf_)) {
        return false;
    }
    if (shadow_ != nullptr) {
        shadow_->addActive(results);
    }
    std::erase_if(
        results, [&](const RecordResult& result) { return !writer_->add(result, earlier_.get()); });
    summary_.add(results);
    return !console_.failed();
}

bool Outcome::decide(const std::shared_ptr<const bytecode::Program>& program,
                     const RecordStore& store,
                     const RunOptions& run) {
    if (!writer_->takesViews() || earlier_ || log_ || shadow_ != nullptr) {
        return decideRecords(program, store, run, [&](std::vector<RecordResult>&& results) {
            return take(std::move(results));
        });
    }
    return decideRecords(
        program,
        store,
        run,
        [&](std::string& out, const RecordView& result) { writer_->append(out, result); },
        [&](std::span<const RecordView> results, std::string_view written) {
            writer_->write(written);
            summary_.add(results);
            return !console_.failed();
        });
}

ExitCode Outcome::finish(const std::vector<std::string>& gone) {
    writer_->finish();
    std::vector<std::string> lost = gone;
    if (earlier_) {
        const std::vector<std::string> more = earlier_->gone();
        lost.insert(lost.end(), more.begin(), more.end());
    }
    const bool logged = !log_ || log_->finish();
    summary_.setNotLogged(log_ ? std::optional(log_->notLogged()) : std::nullopt);
    if (options_.format == "json") {
        console_.write("\n], \"summary\": " + summary_.json() + "}\n");
    }
    std::string text;
    for (const std::string& key : lost) {
        text += "gone: " + key + '\n';
    }
    if (earlier_ && !options_.quiet) {
        text +=
            "the same as before: " + counted(writer_->unchanged(), program_.spaces[0].name) + '\n';
    }
    if (!text.empty()) {
        console_.message(text);
    }
    if (!options_.quiet) {
        const std::string& recordName = program_.spaces[0].name;
        if (options_.format == "pretty") {
            console_.write(summary_.text(recordName, console_.colourOnOutput()));
        } else {
            console_.message(summary_.text(recordName, console_.colourOnMessages()));
        }
    }
    if (summary_.rejectedCount() != 0 || !logged || (log_ && log_->notLogged() != 0)) {
        return ExitCode::BadInput;
    }
    return summary_.findingCount() != 0 ? ExitCode::Found : ExitCode::Clean;
}

/// What the decision log is told.
static void addLogOptions(CLI::App& command, LogOptions& log) {
    command
        .add_option("--log",
                    log.folder,
                    "log every decision in this folder before it is shown: append-only, chained; "
                    "see `proviso log`")
        ->type_name("FOLDER");
    command.add_flag("--log-inputs",
                     log.inputs,
                     "also log what was handed in, whole; without it, digests alone");
    command.add_flag("--log-decisions",
                     log.decisions,
                     "also log what was decided, whole; without it, digests alone");
    command
        .add_option("--log-sync",
                    log.sync,
                    "when the log is synced: always (before decisions are shown), never, or after "
                    "N records")
        ->type_name("WHEN")
        ->default_str("always");
    log.failure = "hold";
    command
        .add_option(
            "--log-failure",
            log.failure,
            "where the log cannot be written: hold decisions and end, or show and count them")
        ->type_name("hold|count")
        ->check(CLI::IsMember({"hold", "count"}).description(""))
        ->capture_default_str();
    command.add_option("--log-size", log.fileSize, "begin another file after so much (64M)")
        ->type_name("SIZE");
}

void addRun(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<CheckRecordsOptions>();
    CLI::App* command = addCommand(
        app, invocation, "run", "Decide records and report what is found", options, &runRecords);
    addPacksOption(*command, options->packs, /*alsoPositional=*/false);
    addTrustOptions(*command, options->trust);
    addCacheOption(*command, options->noCache);
    command
        ->add_option("--visits,--records,records",
                     options->records,
                     "files with one record a line (JSON), `-` for stdin")
        ->type_name("FILE");
    addFormatOption(*command, options->format, {"pretty", "compact", "ndjson", "json", "csv"});
    addAsOfOption(*command, options->asOf);
    command
        ->add_option("--store",
                     options->store,
                     "keep records in this file and decide only what they change; without records, "
                     "what is in it")
        ->type_name("FILE");
    command
        ->add_option("--changed-from",
                     options->changedFrom,
                     "leave out decisions that an earlier run, written by --format ndjson, made "
                     "alike; say which are gone")
        ->type_name("FILE");
    command->add_flag("--all",
                      options->all,
                      "show every record and every rejection, not the first few; of a store, "
                      "everything, not what changed");
    command->add_flag("--unordered",
                      options->unordered,
                      "decisions always come in the order of keys; kept for older scripts");
    command->add_flag("--profile",
                      options->profile,
                      "at the end, say on stderr where the time went, rule by rule; uses one "
                      "thread");
    command->add_flag("--watch",
                      options->watch,
                      "decide line by line as records come, from stdin or a file that grows, and "
                      "use changed packs as soon as they are fit for use");
    command->add_flag("--timings",
                      options->timings,
                      "with --watch: say how long each change of packs took, by stage");
    addLogOptions(*command, options->log);
    command
        ->add_option("--shadow",
                     options->shadow.packs,
                     "packs that decide beside the active ones, to see where they differ; nothing "
                     "they do changes the answers")
        ->type_name("PATH")
        ->allow_extra_args(false);
    command
        ->add_option("--sample",
                     options->shadow.sample,
                     "the share of records for which --shadow is compared, by their keys")
        ->type_name("N%")
        ->default_str("100%");
    command
        ->add_option("--shadow-out",
                     options->shadow.output,
                     "where to write the decisions that differ, both of them, one pair a line")
        ->type_name("FILE");
    command->add_flag("-q,--quiet", options->quiet, "no summary");
    command
        ->add_option("--memory",
                     options->memory,
                     "how much memory records may take, such as 512M or 2G (half of the "
                     "machine's); more go through "
                     "a file")
        ->type_name("SIZE");
    command
        ->add_option(
            "--threads", options->threads, "how many to use; 0: as many as there are cores")
        ->check(CLI::Range(0, 256).description(""))
        ->type_name("N");
    command
        ->add_option("--jit",
                     options->jit,
                     "whether to compile rules to machine code while they run; the answers are the "
                     "same")
        ->type_name("off|on")
        ->check(CLI::IsMember({"off", "on"}).description(""))
        ->capture_default_str();
}

}  // namespace proviso::tool
