#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "runtime/engine/run.h"
#include "tools/proviso/command.h"
#include "tools/proviso/records.h"
#include "tools/proviso/summary.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace proviso::tool {

namespace {

struct CheckRecordsOptions {
    std::vector<std::string> packs;
    std::vector<std::string> records;
    std::string format;
    std::string asOf;
    bool all = false;
    bool unordered = false;
    bool quiet = false;
    unsigned threads = 0;
};

constexpr std::size_t kRecordsShown = 20;
constexpr std::size_t kRejectionsShown = 20;

void appendCsvField(std::string& out, std::string_view text) {
    // Spreadsheets take a leading sign for a formula.
    const bool formula =
        !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
    if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += formula ? "\"'" : "\"";
    for (const char letter : text) {
        if (letter == '"') {
            out += '"';
        }
        out += letter;
    }
    out += '"';
}

/// One row a finding.
void appendCsv(std::string& out, const RecordResult& result) {
    for (const FindingResult& finding : result.findings) {
        std::string sources;
        for (const std::string& source : finding.sources) {
            sources += (sources.empty() ? "" : "; ") + source;
        }
        const std::string stake = finding.atStake ? formatDecimal(*finding.atStake, 2) : "";
        const std::string_view fields[] = {result.key,
                                           findingSeverityName(finding.severity),
                                           finding.code,
                                           finding.on,
                                           finding.because,
                                           finding.remedy,
                                           stake,
                                           finding.rule,
                                           sources};
        bool first = true;
        for (const std::string_view field : fields) {
            out += first ? "" : ",";
            first = false;
            appendCsvField(out, field);
        }
        out += "\r\n";
    }
}

/// Writes decisions in the form asked for. Unless told otherwise it keeps the text of each until
/// all are there, because blocks do not come in the order of keys.
class DecisionWriter {
  public:
    DecisionWriter(Console& console,
                   const CheckRecordsOptions& options,
                   const bytecode::Program& program,
                   RunStamp stamp)
        : console_(console), options_(options), program_(program), stamp_(std::move(stamp)) {
        if (options_.format == "csv") {
            console_.write(stamp_.keyName +
                           ",severity,code,on,because,remedy,at_stake,rule,sources\r\n");
        } else if (options_.format == "json") {
            console_.write("{\"decisions\": [");
        }
    }

    void add(const RecordResult& result) {
        std::string text;
        if (options_.format == "ndjson") {
            appendJson(text, result, stamp_);
            text += '\n';
        } else if (options_.format == "json") {
            appendJson(text, result, stamp_);
        } else if (options_.format == "csv") {
            appendCsv(text, result);
        } else if (options_.format == "compact") {
            appendCompact(text, result);
        } else if (options_.all || !result.findings.empty() || !result.errors.empty() ||
                   result.besideRejected) {
            appendText(text,
                       result,
                       {.colour = console_.colourOnOutput(),
                        .outputs = options_.all,
                        .recordName = program_.spaces[0].name});
            text += '\n';
        }
        if (text.empty()) {
            return;
        }
        if (options_.unordered) {
            emit(text);
        } else {
            kept_.emplace_back(result.key, std::move(text));
        }
    }

    void finish() {
        std::sort(kept_.begin(), kept_.end());
        const std::size_t shown = options_.format == "pretty" && !options_.all
                                      ? std::min(kept_.size(), kRecordsShown)
                                      : kept_.size();
        for (std::size_t index = 0; index < shown && !console_.failed(); ++index) {
            emit(kept_[index].second);
        }
        if (shown < kept_.size()) {
            console_.write("... and " + counted(kept_.size() - shown, "more " + noun()) +
                           " with findings (--all shows all)\n\n");
        }
    }

  private:
    std::string noun() const { return spokenName(program_.spaces[0].name); }

    void emit(const std::string& text) {
        if (options_.format == "json") {
            console_.write(std::exchange(first_, false) ? "\n" : ",\n");
        }
        console_.write(text);
    }

    Console& console_;
    const CheckRecordsOptions& options_;
    const bytecode::Program& program_;
    RunStamp stamp_;
    std::vector<std::pair<std::string, std::string>> kept_;
    bool first_ = true;
};

void writeSummary(Console& console,
                  const CheckRecordsOptions& options,
                  const bytecode::Program& program,
                  const Summary& summary) {
    if (options.format == "json") {
        console.write("\n], \"summary\": " + summary.json() + "}\n");
    }
    if (options.quiet) {
        return;
    }
    const std::string& recordName = program.spaces[0].name;
    if (options.format == "pretty") {
        console.write(summary.text(recordName, console.colourOnOutput()));
    } else {
        console.message(summary.text(recordName, console.colourOnMessages()));
    }
}

RunStamp stampOf(const bytecode::Program& program, std::optional<std::int64_t> asOf) {
    RunStamp stamp;
    stamp.packs = program.digest;
    stamp.knownAsOf = asOf;
    if (program.schema.keyField != kNoIndex) {
        stamp.keyName = program.schema.spaces[0].fields[program.schema.keyField].path.front();
    }
    return stamp;
}

/// The keys of the records given, as the dictionary behind the store holds them.
std::set<std::string_view> keysOf(const bytecode::Program& program,
                                  const RecordStore& store,
                                  const std::vector<std::uint32_t>& records) {
    std::set<std::string_view> keys;
    const ColumnData& column = store.batch().spaces[0].columns[program.schema.keyField];
    for (const std::uint32_t record : records) {
        keys.insert(
            store.batch().dictionary->text(static_cast<std::uint32_t>(column.values[record])));
    }
    return keys;
}

ExitCode runRecords(Console& console, const CheckRecordsOptions& options) {
    RunOptions run;
    if (!parseAsOf(console, options.asOf, run.decide.asOf)) {
        return ExitCode::BadInput;
    }
    const std::unique_ptr<CompiledSet> set = compileForUse(console, options.packs);
    if (!set) {
        return ExitCode::BadInput;
    }
    const bytecode::Program& program = *set->program;
    const std::optional<ReadRecords> records =
        readRecords(console, program, options.records, run.decide.asOf);
    if (!records) {
        return ExitCode::BadInput;
    }
    reportRejections(console, records->decoded, options.all ? SIZE_MAX : kRejectionsShown);

    run.threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    const RecordStore& store = records->decoded.store;
    const std::vector<std::uint32_t> beside = recordsBesideRejected(program, records->decoded);
    const std::set<std::string_view> besideKeys = keysOf(program, store, beside);
    Summary summary;
    DecisionWriter writer(console, options, program, stampOf(program, run.decide.asOf));
    bool complete = false;
    {
        Progress progress(console, "deciding");
        complete =
            decideRecords(set->program, store, run, [&](std::vector<RecordResult>&& results) {
                for (RecordResult& result : results) {
                    result.besideRejected = besideKeys.count(result.key) != 0;
                }
                summary.add(results);
                for (const RecordResult& result : results) {
                    writer.add(result);
                }
                progress.update(summary.recordCount(), store.recordCount());
                return !console.failed();
            });
    }
    if (!complete) {
        return ExitCode::BadInput;
    }
    writer.finish();
    summary.add(records->decoded, beside.size());
    writeSummary(console, options, program, summary);
    if (summary.rejectedCount() != 0) {
        return ExitCode::BadInput;
    }
    return summary.findingCount() != 0 ? ExitCode::Found : ExitCode::Clean;
}

}  // namespace

void addRun(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<CheckRecordsOptions>();
    CLI::App* command = addCommand(
        app, invocation, "run", "Decide records and report what is found", options, &runRecords);
    addPacksOption(*command, options->packs, /*alsoPositional=*/false);
    command
        ->add_option("--visits,--records,records",
                     options->records,
                     "files with one record a line (JSON), `-` for stdin")
        ->type_name("FILE");
    addFormatOption(*command, options->format, {"pretty", "compact", "ndjson", "json", "csv"});
    addAsOfOption(*command, options->asOf);
    command->add_flag(
        "--all", options->all, "show every record and every rejection, not the first few");
    command->add_flag("--unordered",
                      options->unordered,
                      "write decisions as they are made instead of in the order of keys");
    command->add_flag("-q,--quiet", options->quiet, "no summary");
    command
        ->add_option(
            "--threads", options->threads, "how many to use; 0: as many as there are cores")
        ->check(CLI::Range(0, 256).description(""))
        ->type_name("N");
}

}  // namespace proviso::tool
