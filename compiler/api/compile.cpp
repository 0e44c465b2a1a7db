#include "compiler/driver/compile.h"

#include "compiler/diagnostics/render.h"
#include "compiler/testing/run_tests.h"
#include "runtime/api/fence.h"
#include "runtime/api/pack_set_parts.h"
#include "runtime/api/watch_source.h"

#include <proviso/compile.hpp>
#include <utility>

namespace proviso {

namespace {

using MadeSet = Result<std::shared_ptr<const PackSet>>;

CompileMessage::Severity severityOf(Severity severity) {
    switch (severity) {
    case Severity::Error:
        return CompileMessage::Severity::Error;
    case Severity::Warning:
        return CompileMessage::Severity::Warning;
    case Severity::Note:
        return CompileMessage::Severity::Note;
    }
    return CompileMessage::Severity::Error;
}

void place(CompileMessage& message, const Sources& sources, Span span) {
    if (!span.source.isValid()) {
        return;
    }
    const Position position = sources.position(span.source, span.begin);
    message.path = sources.path(span.source);
    message.line = position.line;
    message.column = position.column;
}

CompileMessage messageOf(const Diagnostic& diagnostic, const Sources& sources) {
    CompileMessage message;
    message.severity = severityOf(diagnostic.severity());
    message.code = diagnostic.code();
    message.message = diagnostic.message();
    message.text = renderText(diagnostic, sources);
    place(message, sources, diagnostic.span);
    return message;
}

CompileMessage
messageOf(const TestOutcome& test, const TestFailure& failure, const Sources& sources) {
    CompileMessage message;
    message.message = "test \"" + test.title + "\" of " + test.pack + " fails";
    place(message, sources, failure.span);
    message.text = message.path + ":" + std::to_string(message.line) + ": " + message.message +
                   "\n  expected: " + failure.expected + "\n  found:    " + failure.found + '\n';
    return message;
}

void addTestFailures(std::vector<CompileMessage>& messages, const CompiledSet& set) {
    for (const TestOutcome& test : runTests(set).tests) {
        for (const TestFailure& failure : test.failures) {
            messages.push_back(messageOf(test, failure, set.sources));
        }
    }
}

std::string errorsOf(const std::vector<CompileMessage>& messages) {
    std::string text;
    for (const CompileMessage& message : messages) {
        if (message.severity == CompileMessage::Severity::Error) {
            text += (text.empty() ? "" : "\n") + message.text;
        }
    }
    return text.empty() ? "the packs could not be compiled" : text;
}

MadeSet finish(const CompiledSet& set,
               const CompileOptions& options,
               std::vector<CompileMessage>* messages) {
    std::vector<CompileMessage> all;
    for (const Diagnostic& diagnostic : set.sink.sorted(set.sources)) {
        all.push_back(messageOf(diagnostic, set.sources));
    }
    bool isGood = set.program != nullptr && !set.sink.hasErrors();
    if (isGood && options.runTests) {
        const std::size_t before = all.size();
        addTestFailures(all, set);
        isGood = all.size() == before;
    }
    MadeSet made = isGood ? makePackSet(set.program, /*isSigned=*/false)
                          : MadeSet(Error{ErrorCode::Malformed, errorsOf(all)});
    if (messages != nullptr) {
        *messages = std::move(all);
    }
    return made;
}

}  // namespace

MadeSet compilePackSet(std::span<const std::string> paths,
                       const CompileOptions& options,
                       std::vector<CompileMessage>* messages) noexcept {
    return api::fenced([&]() -> MadeSet {
        if (paths.empty()) {
            return Error{ErrorCode::InvalidArgument, "no packs are named"};
        }
        const auto set = compilePaths({paths.begin(), paths.end()}, CompileGoal::Lowered);
        return finish(*set, options, messages);
    });
}

MadeSet compilePackTexts(std::span<const PackText> packs,
                         const CompileOptions& options,
                         std::vector<CompileMessage>* messages) noexcept {
    return api::fenced([&]() -> MadeSet {
        if (packs.empty()) {
            return Error{ErrorCode::InvalidArgument, "no packs are given"};
        }
        std::vector<std::pair<std::string, std::string>> texts;
        for (const PackText& pack : packs) {
            texts.emplace_back(pack.path, pack.text);
        }
        return finish(*compileTexts(texts, CompileGoal::Lowered), options, messages);
    });
}

Result<Watcher> watchPacks(const Engine& engine,
                           std::span<const std::string> paths,
                           const CompileOptions& options,
                           WatchTold told) noexcept {
    return api::fenced([&]() -> Result<Watcher> {
        if (paths.empty()) {
            return Error{ErrorCode::InvalidArgument, "no packs are named"};
        }
        WatchSource source;
        source.paths.assign(paths.begin(), paths.end());
        source.reach = file::Watcher::Reach::Below;
        // Shared, since what a std::function holds can be copied.
        const auto former = std::make_shared<std::unique_ptr<CompiledSet>>();
        source.load = [paths = source.paths, options, former](const PackSet* inUse) -> MadeSet {
            *former = compilePathsAgain(paths, CompileGoal::Lowered, std::move(*former));
            const CompiledSet& set = **former;
            if (inUse != nullptr && set.program != nullptr && !set.sink.hasErrors() &&
                set.program->digest == inUse->digest()) {
                return MadeSet(nullptr);
            }
            return finish(set, options, nullptr);
        };
        return startWatcher(engine, std::move(source), std::move(told));
    });
}

MadeSet compilePackSet(const std::string& path, const CompileOptions& options) noexcept {
    return compilePackSet(std::span(&path, 1), options, nullptr);
}

}  // namespace proviso
