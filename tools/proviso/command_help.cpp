#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/render.h"
#include "compiler/diagnostics/suggest.h"
#include "compiler/diagnostics/written_pages.h"
#include "runtime/input/rejection.h"
#include "runtime/pack/refusal.h"
#include "runtime/pack_store/problem.h"
#include "runtime/values/evaluation_error.h"
#include "tools/proviso/options.h"

#include <algorithm>
#include <cctype>

namespace proviso::tool {

namespace {

struct HelpOptions {
    const CLI::App* app = nullptr;
    std::string topic;
};

struct VersionOptions {};

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    return text;
}

/// The codes that a decision, a rejected record or a refused file carries; they have a sentence
/// each.
std::vector<std::pair<std::string, std::string>> runTimeCodes() {
    std::vector<std::pair<std::string, std::string>> codes;
    for (int number = 1; number < 256; ++number) {
        const auto error = static_cast<EvaluationError>(number);
        if (*evaluationErrorCode(error) != '\0') {
            codes.emplace_back(evaluationErrorCode(error), evaluationErrorMessage(error));
        }
    }
    for (int number = 1; number < 256; ++number) {
        const auto reason = static_cast<RejectionReason>(number);
        if (*rejectionCode(reason) != '\0') {
            codes.emplace_back(rejectionCode(reason), rejectionMessage(reason));
        }
    }
    for (const pack::RefusalInfo& info : pack::allRefusals()) {
        codes.emplace_back(info.code, info.message);
    }
    for (const pack_store::ProblemInfo& info : pack_store::allProblems()) {
        codes.emplace_back(info.code, info.message);
    }
    return codes;
}

/// The page about a code, of the packs' texts or of their files.
std::optional<std::string_view> pageOf(const std::string& code) {
    for (const WrittenPage& page : writtenPages()) {
        if (page.code == code) {
            return page.markdown;
        }
    }
    return diagnosticPage(code);
}

void listCodes(Console& console) {
    for (const DiagnosticInfo& info : allDiagnostics()) {
        console.write(std::string(info.code) + "  " + std::string(severityWord(info.severity)) +
                      "  " + std::string(info.format) + '\n');
    }
    for (const auto& [code, message] : runTimeCodes()) {
        console.write(code);
        console.write("  ");
        console.write(message);
        console.write("\n");
    }
}

std::vector<std::string> knownTopics(const CLI::App& app) {
    std::vector<std::string> topics = {"codes"};
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        topics.push_back(command->get_name());
    }
    for (const DiagnosticInfo& info : allDiagnostics()) {
        topics.emplace_back(info.code);
    }
    for (const auto& [code, message] : runTimeCodes()) {
        topics.push_back(code);
    }
    return topics;
}

ExitCode runHelp(Console& console, const HelpOptions& options) {
    const CLI::App& app = *options.app;
    if (options.topic.empty()) {
        console.write(helpText(app));
        console.write(
            "\n`proviso help CODE` explains a message, `proviso help codes` lists them.\n");
        return ExitCode::Clean;
    }
    if (options.topic == "codes") {
        listCodes(console);
        return ExitCode::Clean;
    }
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_name() == options.topic) {
            console.write(helpText(*command));
            return ExitCode::Clean;
        }
    }
    if (const std::optional<std::string_view> page = pageOf(upper(options.topic))) {
        console.write(*page);
        if (!page->ends_with('\n')) {
            console.write("\n");
        }
        return ExitCode::Clean;
    }
    for (const auto& [code, message] : runTimeCodes()) {
        if (code == upper(options.topic)) {
            console.write("# ");
            console.write(code);
            console.write(": ");
            console.write(message);
            console.write("\n");
            return ExitCode::Clean;
        }
    }
    const std::vector<std::string> topics = knownTopics(app);
    std::string text = "there is no help on `" + options.topic + "`";
    const auto nearest = nearestName(options.topic, std::span<const std::string>(topics));
    text += nearest ? "; did you mean `" + std::string(*nearest) + "`?"
                    : "; `proviso help codes` lists the codes of messages";
    console.complain(text);
    return ExitCode::BadInput;
}

ExitCode runVersion(Console& console, const VersionOptions&) {
    console.write("proviso " PROVISO_VERSION "\n");
    return ExitCode::Clean;
}

}  // namespace

void addHelp(CLI::App& app, Invocation& invocation) {
    const auto options = std::make_shared<HelpOptions>();
    options->app = &app;
    CLI::App* command = addCommand(
        app, invocation, "help", "Explain a message by its code, or a command", options, &runHelp);
    command->add_option("topic", options->topic, "E0201, a command, or `codes`")->type_name("");
}

void addVersion(CLI::App& app, Invocation& invocation) {
    addCommand(app,
               invocation,
               "version",
               "Say which version this is",
               std::make_shared<VersionOptions>(),
               &runVersion);
}

}  // namespace proviso::tool
