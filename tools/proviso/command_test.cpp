#include "compiler/testing/run_tests.h"
#include "runtime/decision/json.h"
#include "runtime/decision/text.h"
#include "runtime/engine/run.h"
#include "tools/proviso/coverage_report.h"
#include "tools/proviso/html.h"
#include "tools/proviso/options.h"
#include "tools/proviso/pack_files.h"
#include "tools/proviso/records.h"

namespace proviso::tool {

namespace {

/// All registers of all records are held at once: some tens of kilobytes a visit.
constexpr std::size_t kMostRecords = 20'000;
constexpr std::size_t kMostRejectionsShown = 10;

struct RunTestsOptions {
    std::vector<std::string> packs;
    std::vector<std::string> visits;
    TrustOptions trust;
    std::string format;
    std::string filter;
    std::string require;
    bool coverage = false;
    bool uncovered = false;
    bool verbose = false;
};

std::string
prettyText(const CompiledSet& set, const TestReport& report, bool verbose, bool colour) {
    const auto paint = [&](const char* code, const std::string& text) {
        return colour ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
    };
    std::string out;
    for (const TestOutcome& test : report.tests) {
        if (test.failures.empty()) {
            if (verbose) {
                out +=
                    paint("32", "passed") + "  " + test.pack + ": " + printable(test.title) + '\n';
            }
            continue;
        }
        out += paint("1;31", "FAILED") + "  " + test.pack + ": " + printable(test.title) + '\n';
        for (const TestFailure& failure : test.failures) {
            out += "  " + placeOf(set, failure.span) + "\n    expected  " +
                   printable(failure.expected) + "\n    decided   " + printable(failure.found) +
                   '\n';
        }
    }
    return out;
}

std::string compactText(const CompiledSet& set, const TestReport& report) {
    std::string out;
    for (const TestOutcome& test : report.tests) {
        for (const TestFailure& failure : test.failures) {
            out += placeOf(set, failure.span) + ": " + printable(test.title) + ": expected " +
                   printable(failure.expected) + ", decided " + printable(failure.found) + '\n';
        }
    }
    return out;
}

void appendField(std::string& out, std::string_view key, std::string_view text) {
    out += ", ";
    appendJsonText(out, key);
    out += ": ";
    appendJsonText(out, text);
}

std::string jsonText(const CompiledSet& set, const TestReport& report, bool withCoverage) {
    std::string out = "{\"tests\": [";
    bool firstTest = true;
    for (const TestOutcome& test : report.tests) {
        out += firstTest ? "\n" : ",\n";
        firstTest = false;
        out += test.failures.empty() ? "{\"passed\": true" : "{\"passed\": false";
        appendField(out, "pack", test.pack);
        appendField(out, "title", test.title);
        appendField(out, "at", placeOf(set, test.span));
        out += ", \"failures\": [";
        bool firstFailure = true;
        for (const TestFailure& failure : test.failures) {
            out += firstFailure ? "{\"at\": " : ", {\"at\": ";
            firstFailure = false;
            appendJsonText(out, placeOf(set, failure.span));
            appendField(out, "expected", failure.expected);
            appendField(out, "decided", failure.found);
            out += '}';
        }
        out += "]}";
    }
    out += "\n]";
    if (withCoverage) {
        out += ", \"coverage\": " + coverageJson(set, report.coverage);
    }
    return out + "}\n";
}

/// XML takes what HTML takes.
std::string xmlText(std::string_view text) {
    return html(printable(text));
}

std::string junitText(const CompiledSet& set, const TestReport& report) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"" +
                      std::to_string(report.tests.size()) + "\" failures=\"" +
                      std::to_string(report.failedCount()) + "\">\n";
    for (std::size_t begin = 0; begin < report.tests.size();) {
        std::size_t end = begin;
        std::size_t failed = 0;
        while (end < report.tests.size() && report.tests[end].pack == report.tests[begin].pack) {
            failed += report.tests[end].failures.empty() ? 0 : 1;
            ++end;
        }
        out += "  <testsuite name=\"" + xmlText(report.tests[begin].pack) + "\" tests=\"" +
               std::to_string(end - begin) + "\" failures=\"" + std::to_string(failed) + "\">\n";
        for (; begin < end; ++begin) {
            const TestOutcome& test = report.tests[begin];
            out += "    <testcase classname=\"" + xmlText(test.pack) + "\" name=\"" +
                   xmlText(test.title) + "\" file=\"" +
                   xmlText(set.sources.path(test.span.source)) + "\"";
            if (test.failures.empty()) {
                out += "/>\n";
                continue;
            }
            out += ">\n";
            for (const TestFailure& failure : test.failures) {
                out += "      <failure message=\"expected " + xmlText(failure.expected) + "\">" +
                       xmlText(placeOf(set, failure.span)) + ": decided " + xmlText(failure.found) +
                       "</failure>\n";
            }
            out += "    </testcase>\n";
        }
        out += "  </testsuite>\n";
    }
    return out + "</testsuites>\n";
}

ExitCode runPackTests(Console& console, const RunTestsOptions& options) {
    const bool coverage = options.coverage || options.uncovered || !options.require.empty();
    if (coverage && !options.filter.empty()) {
        console.complain("coverage is of all tests; leave --filter away");
        return ExitCode::BadInput;
    }
    if (!coverage && !options.visits.empty()) {
        console.complain("visits count where coverage is counted; add --coverage");
        return ExitCode::BadInput;
    }
    std::string problem;
    const auto thresholds = parseThresholds(options.require, problem);
    if (!thresholds) {
        console.complain("--require: " + problem);
        return ExitCode::BadInput;
    }
    if (!trustHasUse(console, options.trust, options.packs)) {
        return ExitCode::BadInput;
    }
    const std::optional<UsedPacks> packs =
        usePacks(console, options.packs, options.trust, Wanted::Texts);
    if (!packs) {
        return ExitCode::BadInput;
    }
    if (coverage && packs->isOfOtherCompiler) {
        console.complain("coverage is told of what this compiler makes of the texts alone");
        return ExitCode::BadInput;
    }
    const CompiledSet* const set = packs->texts.get();
    std::optional<ReadRecords> records;
    std::optional<Batch> batch;
    if (!options.visits.empty()) {
        records = readRecords(console, *set->program, options.visits, std::nullopt);
        if (!records) {
            return ExitCode::BadInput;
        }
        reportRejections(console, records->decoded, kMostRejectionsShown);
        const RecordStore& store = records->decoded.store;
        if (store.recordCount() > kMostRecords) {
            console.complain("coverage looks at all records at once and so at no more than " +
                             grouped(kMostRecords) + "; hand in some of them");
            return ExitCode::BadInput;
        }
        batch = store.select(recordsInOrder(*set->program, store));
    }
    TestReport report;
    {
        Progress progress(console, "testing");
        report = runTests(*set,
                          {.filter = options.filter,
                           .coverage = !packs->isOfOtherCompiler,
                           .alsoDecide = batch ? &*batch : nullptr,
                           .progress = [&](std::size_t done, std::size_t total) {
                               progress.update(done, total);
                           }});
    }
    if (options.format == "json") {
        console.write(jsonText(*set, report, coverage));
    } else if (options.format == "junit") {
        console.write(junitText(*set, report));
    } else if (options.format == "compact") {
        console.write(compactText(*set, report));
    } else {
        console.write(prettyText(*set, report, options.verbose, console.colourOnOutput()));
    }
    const bool forPeople = options.format == "pretty" || options.format == "compact";
    if (coverage && forPeople) {
        console.write((options.uncovered ? uncoveredText(*set, report.coverage) : "") +
                      coverageTable(report.coverage,
                                    batch ? "covered by tests and visits" : "covered by tests"));
    }
    console.flush();
    if (report.tests.empty()) {
        console.complain(options.filter.empty() ? "the packs hold no tests"
                                                : "no test is called `" + options.filter + "`");
        return options.filter.empty() ? ExitCode::Clean : ExitCode::BadInput;
    }
    console.message(counted(report.tests.size(), "test") + ", " +
                    (report.failedCount() == 0 ? std::string("all passed")
                                               : grouped(report.failedCount()) + " failed") +
                    '\n');
    if (!report.othersDecided) {
        console.complain(
            "the visits have too many rows to be looked at at once; they do not count");
        return ExitCode::BadInput;
    }
    const std::vector<std::string> below = belowThresholds(report.coverage, *thresholds);
    for (const std::string& one : below) {
        console.complain(one);
    }
    return report.failedCount() == 0 && below.empty() ? ExitCode::Clean : ExitCode::Found;
}

}  // namespace

void addTest(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<RunTestsOptions>();
    CLI::App* command = addCommand(
        app, invocation, "test", "Run the tests that packs hold", options, &runPackTests);
    addPacksOption(*command, options->packs, /*alsoPositional=*/true);
    addTrustOptions(*command, options->trust);
    addFormatOption(*command, options->format, {"pretty", "compact", "json", "junit"});
    command
        ->add_option("--filter", options->filter, "only tests whose `pack: title` holds this text")
        ->type_name("TEXT");
    command->add_flag(
        "--coverage", options->coverage, "also say what of the packs the tests cover");
    command->add_flag("--uncovered", options->uncovered, "the same, and list what they do not");
    command
        ->add_option("--visits,--records",
                     options->visits,
                     "records that count in the coverage: what is reached where they are decided")
        ->type_name("FILE");
    command
        ->add_option("--require",
                     options->require,
                     "fail below these percentages, as in `rules=100,clauses=95`")
        ->type_name("WHAT=PERCENT,...");
    command->add_flag("-v,--verbose", options->verbose, "also name the tests that passed");
}

}  // namespace proviso::tool
