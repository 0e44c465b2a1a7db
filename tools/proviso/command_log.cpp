#include "runtime/input/line_reader.h"
#include "runtime/log/verify.h"
#include "tools/proviso/log_replay.h"
#include "tools/proviso/options.h"
#include "tools/proviso/records.h"
#include "tools/proviso/run_command.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>

namespace proviso::tool {

namespace {

constexpr std::size_t kDifferencesShown = 20;

struct LogCommandOptions {
    std::string what;
    std::string folder;
    std::string head;
    std::vector<std::string> packs;
    TrustOptions trust;
    std::vector<std::string> records;
};

/// `12:sha256:...`, as `verify` prints it.
std::string headText(const log::Head& head) {
    return std::to_string(head.number) + ":" + head.chain;
}

ExitCode failed(Console& console, const Error& error) {
    console.complain(spoken(error));
    return ExitCode::BadInput;
}

ExitCode runVerify(Console& console, const LogCommandOptions& options) {
    bool met = options.head.empty();
    const Result<log::Verified> found = log::verify(options.folder, [&](const log::Record& record) {
        met = met || headText({record.number, record.chain}) == options.head;
    });
    if (!found) {
        return failed(console, found.error());
    }
    if (!found->problem.empty()) {
        console.complain(found->place + ": " + found->problem);
        console.complain(found->end.number == 0
                             ? "nothing before it is a record of the log"
                             : counted(found->records, "record") + " before it " +
                                   (found->records == 1 ? "is" : "are") + " as written, up to " +
                                   headText(found->end));
        return ExitCode::Found;
    }
    if (!met) {
        console.complain("record " + options.head +
                         " is not in the log: records were removed, or it is another log");
        return ExitCode::Found;
    }
    console.write(counted(found->records, "record") + " in " + counted(found->files, "file") +
                  ", " + counted(found->decisions, "decision") + ": all as written\n" +
                  "the last is " + headText(found->end) + '\n');
    return ExitCode::Clean;
}

/// Every line of the files is one that the log may name.
bool readLines(Console& console, const std::vector<std::string>& paths, Replayer& replayer) {
    for (const std::string& path : paths) {
        const bool isStdin = path == "-";
        std::string problem = problemOfInput(path);
        std::ifstream file;
        if (problem.empty() && !isStdin) {
            file.open(path, std::ios::binary);
            problem = file ? "" : "the file cannot be opened";
        }
        if (problem.empty()) {
            LineReader reader(isStdin ? std::cin : file, DecodeOptions{}.maximumRecordBytes);
            InputLine line;
            while (reader.next(line)) {
                replayer.addLine(line.text, line.tooLong);
            }
            problem = reader.failed() ? "reading failed" : "";
        }
        if (!problem.empty()) {
            console.complainUnreadable(path, problem);
            return false;
        }
    }
    return true;
}

std::string textOf(const ReplayReport& report) {
    std::string text = counted(report.same, "decision") + " came out the same\n";
    const auto line = [&](std::uint64_t count, const std::string& what) {
        if (count != 0) {
            text += counted(count, "decision") + what + '\n';
        }
    };
    for (std::size_t index = 0; index < report.differences.size(); ++index) {
        if (index == kDifferencesShown) {
            text += "... and " +
                    counted(report.differences.size() - kDifferencesShown, "more difference") +
                    '\n';
            break;
        }
        const Difference& each = report.differences[index];
        text += "record " + std::to_string(each.record) + ": " + each.why + " (line " + each.input +
                ")\n";
    }
    line(report.differences.size(), " did not come out the same");
    for (const auto& [packs, count] : report.unknownPacks) {
        line(count, " not replayed: made by " + packs + ", which no --packs is");
    }
    line(report.withoutInput,
         " not replayed: they rest on lines that neither the log nor --visits holds (" +
             grouped(report.missingLines) + ")");
    for (const auto& [engine, count] : report.otherEngines) {
        line(count, " made by engine " + engine + ", replayed by " PROVISO_VERSION);
    }
    return text;
}

ExitCode runReplay(Console& console, const LogCommandOptions& options) {
    if (!havePacks(console, options.packs) || !trustHasUse(console, options.trust, options.packs)) {
        return ExitCode::BadInput;
    }
    Replayer replayer(PROVISO_VERSION, std::max(1U, std::thread::hardware_concurrency()));
    for (const std::string& path : options.packs) {
        const std::optional<UsedPacks> set = usePacks(console, {path}, options.trust);
        if (!set) {
            return ExitCode::BadInput;
        }
        replayer.addPacks(set->program);
    }
    if (!readLines(console, options.records, replayer)) {
        return ExitCode::BadInput;
    }
    Result<void> replayed;
    const Result<log::Verified> found = log::verify(options.folder, [&](const log::Record& record) {
        replayed = replayed ? replayer.take(record) : replayed;
    });
    if (!found || !replayed) {
        return failed(console, found ? replayed.error() : found.error());
    }
    Result<ReplayReport> report = replayer.finish();
    if (!report) {
        return failed(console, report.error());
    }
    console.write(textOf(*report));
    if (!found->problem.empty()) {
        console.complain(found->place + ": " + found->problem +
                         "; what comes after it was not replayed");
        return ExitCode::Found;
    }
    if (!report->differences.empty()) {
        return ExitCode::Found;
    }
    const bool isWhole = report->unknownPacks.empty() && report->withoutInput == 0;
    return isWhole ? ExitCode::Clean : ExitCode::BadInput;
}

ExitCode runLog(Console& console, const LogCommandOptions& options) {
    return options.what == "verify" ? runVerify(console, options) : runReplay(console, options);
}

}  // namespace

void addLog(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<LogCommandOptions>();
    CLI::App* command = addCommand(app,
                                   invocation,
                                   "log",
                                   "Verify a decision log, or decide again what it says",
                                   options,
                                   &runLog);
    command
        ->add_option("what",
                     options->what,
                     "verify: is every record there and as it was written; replay: does every "
                     "decision come out the same")
        ->type_name("verify|replay")
        ->required()
        ->check(CLI::IsMember({"verify", "replay"}).description(""));
    command->add_option("folder", options->folder, "the log's folder")
        ->type_name("LOG")
        ->required();
    command
        ->add_option("--head",
                     options->head,
                     "verify: also that this record, as an earlier `verify` printed it, is there")
        ->type_name("N:DIGEST");
    command
        ->add_option("--packs",
                     options->packs,
                     "replay: a pack set, a file, a folder or a store; once for each set that "
                     "decided")
        ->type_name("PATH");
    addTrustOptions(*command, options->trust);
    command
        ->add_option("--visits,--records",
                     options->records,
                     "replay: files with the lines that were handed in, where the log does not "
                     "hold them")
        ->type_name("FILE");
}

}  // namespace proviso::tool
