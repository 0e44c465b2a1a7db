#include "runtime/decision/text.h"
#include "runtime/history/session.h"
#include "tools/proviso/line_source.h"
#include "tools/proviso/pack_watcher.h"
#include "tools/proviso/records.h"
#include "tools/proviso/run_command.h"

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <set>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

namespace proviso::tool {

namespace {

using Clock = std::chrono::steady_clock;
using Lines = std::vector<history::Feeder::Line>;

/// How often a file is looked at that may have grown.
constexpr int kLookMilliseconds = 20;

std::string milliseconds(std::int64_t microseconds) {
    const std::int64_t tenths = (microseconds + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// SIGINT and SIGTERM end the run in order: as something to read, not in the middle of anything.
class EndSignals {
  public:
    EndSignals() {
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGINT);
        sigaddset(&signals, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
        descriptor_ = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    }
    ~EndSignals() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    EndSignals(const EndSignals&) = delete;
    EndSignals& operator=(const EndSignals&) = delete;
    int descriptor() const { return descriptor_; }

  private:
    int descriptor_ = -1;
};

class WatchRun {
  public:
    WatchRun(Console& console,
             const CheckRecordsOptions& options,
             const RunOptions& run,
             PackWatcher& watcher)
        : console_(console), options_(options), run_(run), watcher_(watcher) {}

    /// False after a complaint.
    bool prepare(const UsedPacks& packs) {
        const std::shared_ptr<const bytecode::Program>& program = packs.program;
        auto session = history::Session::open(program, run_, options_.store);
        if (!session) {
            return fail(session.error());
        }
        session_ = std::move(*session);
        stamp_ = stampOf(*program, run_.decide.asOf);
        stamp_.unsignedPacks = packs.isUnsigned;
        if (!options_.log.folder.empty()) {
            log_ = DecisionLog::open(console_, options_.log);
            if (!log_) {
                return false;
            }
            log_->beginRun(run_.decide.asOf, run_.decide.budget);
            log_->useSet(stamp_);
        }
        if (!options_.shadow.packs.empty()) {
            shadow_ = LiveShadow::open(console_, options_.shadow, options_.trust, run_);
            if (!shadow_) {
                return false;
            }
        }
        writer_ = std::make_unique<DecisionWriter>(
            console_,
            WriteOptions{options_.format, options_.all, true, options_.trust.allowUnsigned},
            *program,
            stamp_);
        return options_.store.empty() || settleStore();
    }

    /// One step: what is handed in together is decided together.
    bool step(const std::string& source, const Lines& lines) {
        if (!swap()) {
            return false;
        }
        if (log_) {
            for (const history::Feeder::Line& line : lines) {
                log_->addInput(line.text, line.tooLong);
            }
        }
        const Result<history::FeedReport> fed = session_->feed(source, lines);
        if (!fed) {
            return fail(fed.error());
        }
        lines_ += lines.size();
        DecodedRecords told;
        told.rejections = fed->rejections;
        told.ignoredFields = fed->ignoredFields;
        for (auto field = told.ignoredFields.begin(); field != told.ignoredFields.end();) {
            // Once is enough of a session that may go on for days.
            field = ignored_.insert(field->first).second ? std::next(field)
                                                         : told.ignoredFields.erase(field);
        }
        reportRejections(console_, told, SIZE_MAX);
        rejected_ += fed->rejections.size();
        return decide(source, lines);
    }

    /// Uses what the watcher found fit, and tells what it has to say.
    bool swap() {
        watcher_.clearWake();
        for (const std::string& message : watcher_.messages()) {
            console_.message(message);
        }
        std::optional<Published> published = watcher_.published();
        if (!published) {
            return true;
        }
        const Clock::time_point began = Clock::now();
        const std::shared_ptr<const bytecode::Program> former = session_->program();
        if (Result<void> used = session_->use(published->program); !used) {
            console_.complain("the changed packs are not used: " + spoken(used.error()) +
                              "; decisions stay under " + former->digest);
            return true;
        }
        const std::int64_t again =
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();
        stamp_ = stampOf(*published->program, run_.decide.asOf);
        stamp_.unsignedPacks = published->isUnsigned;
        writer_->use(*published->program, stamp_);
        if (log_) {
            log_->useSet(stamp_);
        }
        if (shadow_) {
            shadow_->activeChanged();
        }
        ++swaps_;
        tellOf(*published, again);
        return true;
    }

    ExitCode finish() {
        writer_->finish();
        if (shadow_) {
            console_.message(shadow_->finish());
        }
        const bool logged = !log_ || log_->finish();
        if (!options_.quiet) {
            console_.message(counted(lines_, "line") + " handed in, " + counted(told_, "decision") +
                             " told, " + grouped(findings_) +
                             (findings_ == 1 ? " finding" : " findings") + "; packs changed " +
                             counted(swaps_, "time") + ", were refused " +
                             counted(watcher_.refusedCount(), "time") + '\n');
            if (log_ && log_->notLogged() != 0) {
                console_.message("not logged: " + counted(log_->notLogged(), "decision") + '\n');
            }
        }
        if (rejected_ != 0 || !logged || (log_ && log_->notLogged() != 0)) {
            return ExitCode::BadInput;
        }
        return findings_ != 0 ? ExitCode::Found : ExitCode::Clean;
    }

  private:
    bool fail(const Error& error) {
        console_.complain(spoken(error));
        return false;
    }

    /// What a store holds from before is decided, and not told.
    bool settleStore() {
        if (log_) {
            session_->store().forEachLine(
                [&](history::StoredLine&& line) { log_->addInput(line.text, false); });
        }
        const Result<bool> decided =
            session_->decide(false, [](std::vector<RecordResult>&&) { return true; });
        return decided ? true : fail(decided.error());
    }

    bool decide(const std::string& source, const Lines& lines) {
        std::vector<RecordResult> active;
        const DecisionLog::InputOf inputOf = [&](const std::string& key) {
            return log::inputDigest(history::lineOfKey(session_->store(), key, run_.decide.asOf),
                                    false);
        };
        const Result<bool> decided =
            session_->decide(false, [&](std::vector<RecordResult>&& results) {
                if (log_ && !log_->release(results, stamp_, inputOf)) {
                    return false;
                }
                for (const RecordResult& result : results) {
                    writer_->add(result, nullptr);
                    findings_ += result.findings.size();
                }
                told_ += results.size();
                if (shadow_) {
                    std::move(results.begin(), results.end(), std::back_inserter(active));
                }
                return true;
            });
        if (!decided) {
            return fail(decided.error());
        }
        for (const std::string& key : *decided ? session_->gone() : std::vector<std::string>{}) {
            console_.message("gone: " + key + '\n');
        }
        console_.flush();
        if (shadow_) {
            shadow_->step(source, lines, std::move(active), stamp_);
        }
        return *decided && !console_.failed();
    }

    void tellOf(const Published& published, std::int64_t again) {
        std::string text = "packs changed: " + published.program->digest + ", " +
                           counted(published.program->packs.size(), "pack") + ", " +
                           counted(published.times.testCount, "test") + " passed" +
                           (published.called.empty() ? "" : "; " + printable(published.called)) +
                           (published.isUnsigned ? ", not signed\n" : "\n");
        if (options_.timings) {
            const SwapTimes& times = published.times;
            const StageTimes& stages = times.compile;
            const std::int64_t all = times.notice + stages.read + stages.parse + stages.check +
                                     stages.lower + stages.verify + times.tests + again;
            text += "timings: notice " + milliseconds(times.notice) + ", read " +
                    milliseconds(stages.read) + ", parse " + milliseconds(stages.parse) +
                    ", check " + milliseconds(stages.check) + ", lower " +
                    milliseconds(stages.lower) + ", verify " + milliseconds(stages.verify) +
                    ", tests " + milliseconds(times.tests) + ", publish " + milliseconds(again) +
                    "; together " + milliseconds(all) + " ms\n";
        }
        console_.message(text);
    }

    Console& console_;
    const CheckRecordsOptions& options_;
    RunOptions run_;
    PackWatcher& watcher_;
    std::unique_ptr<history::Session> session_;
    std::unique_ptr<DecisionLog> log_;
    std::unique_ptr<DecisionWriter> writer_;
    std::unique_ptr<LiveShadow> shadow_;
    RunStamp stamp_;
    std::set<std::string> ignored_;
    std::uint64_t lines_ = 0;
    std::uint64_t told_ = 0;
    std::uint64_t findings_ = 0;
    std::uint64_t rejected_ = 0;
    std::uint64_t swaps_ = 0;
};

/// All lines of a file that is known before the session begins.
bool readHistory(Console& console, const std::string& path, Lines& lines) {
    std::string problem = problemOfInput(path);
    std::ifstream file(path, std::ios::binary);
    if (problem.empty() && !file) {
        problem = "the file cannot be opened";
    }
    if (problem.empty()) {
        LineReader reader(file, DecodeOptions{}.maximumRecordBytes);
        InputLine line;
        while (reader.next(line)) {
            lines.push_back({line.number, std::string(line.text), line.tooLong});
        }
        problem = reader.failed() ? "reading failed" : "";
    }
    if (!problem.empty()) {
        console.complainUnreadable(path, problem);
    }
    return problem.empty();
}

/// Follows the source to its end, or until a signal. False after a complaint.
bool follow(Console& console,
            WatchRun& run,
            PackWatcher& watcher,
            LineSource& source,
            const std::string& name,
            const EndSignals& signals) {
    bool mayBeMore = true;
    while (true) {
        std::array<pollfd, 3> waits = {pollfd{signals.descriptor(), POLLIN, 0},
                                       pollfd{watcher.wakeDescriptor(), POLLIN, 0},
                                       pollfd{source.descriptor(), POLLIN, 0}};
        // A file is always readable: it is looked at now and then.
        ::poll(waits.data(),
               source.grows() ? 2 : 3,
               !source.grows() ? -1
               : mayBeMore     ? 0
                               : kLookMilliseconds);
        if (waits[0].revents != 0) {
            return true;
        }
        if (waits[1].revents != 0 && !run.swap()) {
            return false;
        }
        if (!source.grows() && waits[2].revents == 0) {
            continue;
        }
        Lines lines;
        const LineSource::Progress progress = source.read(lines);
        mayBeMore = progress == LineSource::Progress::Read;
        for (history::Feeder::Line& line : lines) {
            if (!run.step(name, {std::move(line)})) {
                return false;
            }
        }
        if (progress == LineSource::Progress::Failed) {
            console.complainUnreadable(name, source.problem());
            return false;
        }
        if (progress == LineSource::Progress::Ended) {
            return true;
        }
    }
}

}  // namespace

ExitCode runWatching(Console& console,
                     const CheckRecordsOptions& options,
                     UsedPacks packs,
                     std::unique_ptr<PackWatcher> watcher,
                     const RunOptions& run) {
    if (options.format == "json" || !options.changedFrom.empty()) {
        console.complain(options.format == "json"
                             ? "--watch writes decisions one by one: --format ndjson"
                             : "--watch and --changed-from do not go together");
        return ExitCode::BadInput;
    }
    const std::string followed = options.records.empty() ? "-" : options.records.back();
    LineSource source(DecodeOptions{}.maximumRecordBytes);
    if (const std::string problem = source.open(followed); !problem.empty()) {
        console.complainUnreadable(followed, problem);
        return ExitCode::BadInput;
    }
    // Before any thread is made, which would inherit the signals.
    const EndSignals signals;
    WatchRun session(console, options, run, *watcher);
    if (!session.prepare(packs)) {
        return ExitCode::BadInput;
    }
    watcher->start(std::move(packs));
    for (std::size_t index = 0; index + 1 < options.records.size(); ++index) {
        Lines lines;
        if (!readHistory(console, options.records[index], lines) ||
            !session.step(options.records[index], lines)) {
            return ExitCode::BadInput;
        }
    }
    if (!follow(
            console, session, *watcher, source, followed == "-" ? "stdin" : followed, signals)) {
        session.finish();
        return ExitCode::BadInput;
    }
    return session.finish();
}

}  // namespace proviso::tool
