#include "runtime/history/decide.h"
#include "runtime/history/feed.h"
#include "runtime/history/session.h"
#include "tools/proviso/records.h"
#include "tools/proviso/run_command.h"
#include "tools/proviso/temporary_folder.h"

#include <algorithm>
#include <iostream>

namespace proviso::tool {

namespace {

/// Feeds the files; complains and returns false where one cannot be read.
bool feed(Console& console,
          const CheckRecordsOptions& options,
          const bytecode::Program& program,
          history::Store& store,
          std::optional<std::int64_t> asOf,
          Outcome& outcome) {
    if (std::count(options.records.begin(), options.records.end(), "-") > 1) {
        console.complain("stdin can be read only once");
        return false;
    }
    for (const std::string& path : options.records) {
        if (const std::string problem = problemOfInput(path); !problem.empty()) {
            console.complainUnreadable(path, problem);
            return false;
        }
    }
    history::Feeder feeder(program, store);
    if (DecisionLog* log = outcome.log()) {
        // Decisions rest on what the store held before as much as on what comes now.
        store.forEachLine(
            [&](history::StoredLine&& line) { log->addInput(line.text, /*tooLong=*/false); });
        feeder.onLine = [log](std::string_view line, bool tooLong) {
            log->addInput(line, tooLong);
        };
        outcome.setInputOf([&store, asOf](const std::string& key) {
            return log::inputDigest(history::lineOfKey(store, key, asOf), /*tooLong=*/false);
        });
    }
    Progress progress(console, "reading");
    feeder.progress = [&](std::uint64_t lines) { progress.update(lines, 0); };
    for (const std::string& path : options.records) {
        const Result<void> read =
            path == "-" ? feeder.addStream("stdin", std::cin) : feeder.addFile(path);
        if (!read) {
            console.complain(spoken(read.error()));
            return false;
        }
    }
    const history::FeedReport& report = feeder.report();
    DecodedRecords told;
    told.rejections = report.rejections;
    told.ignoredFields = report.ignoredFields;
    reportRejections(console, told, options.all ? SIZE_MAX : kRejectionsShown);
    outcome.summary().add(told);
    if (!options.store.empty() && !options.quiet) {
        console.message("stored: " + grouped(report.added) + " new, " + grouped(report.known) +
                        " known before\n");
    }
    return true;
}

ExitCode decide(Console& console,
                const CheckRecordsOptions& options,
                const std::shared_ptr<const bytecode::Program>& program,
                RunOptions run,
                history::Store& store,
                Outcome& outcome,
                bool all) {
    const auto fail = [&](const Error& error) {
        console.complain(spoken(error));
        return error.code == ErrorCode::Internal ? ExitCode::Internal : ExitCode::BadInput;
    };
    Progress progress(console, "deciding");
    run.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
    history::Decider decider(program, store, run);
    const Result<history::DecideCounts> counts = decider.update();
    if (!counts) {
        return fail(counts.error());
    }
    const Result<bool> told = decider.tell(
        all, [&](std::vector<RecordResult>&& results) { return outcome.take(std::move(results)); });
    if (!told) {
        return fail(told.error());
    }
    if (!*told) {
        return ExitCode::BadInput;
    }
    const ExitCode code =
        outcome.finish(options.store.empty() ? std::vector<std::string>{} : decider.gone());
    // What was told counts as told once it is out.
    console.flush();
    if (console.failed()) {
        return ExitCode::BadInput;
    }
    if (const Result<void> done = decider.commit(); !done) {
        return fail(done.error());
    }
    return code;
}

}  // namespace

ExitCode runWithStore(Console& console,
                      const CheckRecordsOptions& options,
                      const std::shared_ptr<const bytecode::Program>& program,
                      const RunOptions& run) {
    Result<std::unique_ptr<history::Store>> store =
        history::Store::open(options.store, program->schema, {});
    if (!store) {
        console.complain(spoken(store.error()));
        return ExitCode::BadInput;
    }
    Outcome outcome(console, options, *program, run.decide.asOf);
    if (!outcome.prepare(run.decide.budget) ||
        !feed(console, options, *program, **store, run.decide.asOf, outcome)) {
        return ExitCode::BadInput;
    }
    return decide(console, options, program, run, **store, outcome, options.all);
}

ExitCode runOverDisk(Console& console,
                     const CheckRecordsOptions& options,
                     const std::shared_ptr<const bytecode::Program>& program,
                     const RunOptions& run,
                     std::int64_t memory) {
    const TemporaryFolder folder;
    if (folder.path().empty()) {
        console.complain("there is no folder for temporary files; set TMPDIR, or allow more "
                         "memory with --memory");
        return ExitCode::BadInput;
    }
    history::Store::Options temporary;
    temporary.temporary = true;
    temporary.cacheBytes = memory / 4;
    Result<std::unique_ptr<history::Store>> store =
        history::Store::open(folder.path() + "/records.db", program->schema, temporary);
    if (!store) {
        console.complain(spoken(store.error()));
        return ExitCode::BadInput;
    }
    Outcome outcome(console, options, *program, run.decide.asOf);
    if (!outcome.prepare(run.decide.budget) ||
        !feed(console, options, *program, **store, run.decide.asOf, outcome)) {
        return ExitCode::BadInput;
    }
    return decide(console, options, program, run, **store, outcome, /*all=*/true);
}

}  // namespace proviso::tool
