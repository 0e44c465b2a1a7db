#include "tools/proviso/pack_watcher.h"

#include "compiler/diagnostics/render.h"
#include "compiler/testing/run_tests.h"
#include "runtime/decision/text.h"
#include "tools/proviso/console.h"

#include <algorithm>
#include <exception>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace proviso::tool {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFailuresShown = 10;

std::int64_t microsecondsSince(Clock::time_point began) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();
}

std::vector<std::string> watchedPaths(const std::vector<std::string>& paths,
                                      const std::optional<pack_place::Place>& place) {
    return place ? std::vector{pack_place::watchedFile(*place)} : paths;
}

/// Why the tests of the set are against it; empty where they are not.
std::string failuresOf(const CompiledSet& set, SwapTimes& times) {
    const Clock::time_point began = Clock::now();
    TestOptions options;
    options.coverage = false;
    options.threads = std::max(1U, std::thread::hardware_concurrency());
    const TestReport report = runTests(set, options);
    times.testCount = report.tests.size();
    std::string text;
    std::size_t shown = 0;
    for (const TestOutcome& test : report.tests) {
        for (const TestFailure& failure : test.failures) {
            if (++shown <= kFailuresShown) {
                text += std::string(set.sources.path(failure.span.source)) + ":" +
                        std::to_string(
                            set.sources.position(failure.span.source, failure.span.begin).line) +
                        ": " + printable(test.title) + ": " + printable(failure.expected) +
                        ", decided " + printable(failure.found) + '\n';
            }
        }
    }
    if (report.failedCount() != 0) {
        text += "proviso: " + counted(report.failedCount(), "test") + " of " +
                grouped(report.tests.size()) + " failed\n";
    }
    times.tests = microsecondsSince(began);
    return text;
}

}  // namespace

PackWatcher::PackWatcher(std::vector<std::string> paths, pack::Trust trust)
    : paths_(std::move(paths)), trust_(std::move(trust)), place_(compiledPlaceAmong(paths_)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    files_.emplace(watchedPaths(paths_, place_),
                   place_ ? file::Watcher::Reach::Files : file::Watcher::Reach::Below);
}

PackWatcher::~PackWatcher() {
    // Its thread uses the rest.
    files_.reset();
    if (wake_ >= 0) {
        ::close(wake_);
    }
}

void PackWatcher::start(UsedPacks inUse) {
    inUse_ = inUse.program->digest;
    former_ = std::move(inUse.texts);
    loaded_ = std::move(inUse.compiled);
    files_->start([this](SystemTime savedAt) { tryPacks(savedAt); });
}

void PackWatcher::clearWake() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t read = ::read(wake_, &count, sizeof count);
}

std::optional<Published> PackWatcher::published() {
    const std::lock_guard lock(mutex_);
    return std::exchange(published_, std::nullopt);
}

std::vector<std::string> PackWatcher::messages() {
    const std::lock_guard lock(mutex_);
    return std::exchange(messages_, {});
}

std::uint64_t PackWatcher::refusedCount() {
    const std::lock_guard lock(mutex_);
    return refused_;
}

void PackWatcher::wake() {
    const std::uint64_t one = 1;
    // Fails only where it is readable already.
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void PackWatcher::say(std::string message) {
    {
        const std::lock_guard lock(mutex_);
        messages_.push_back(std::move(message));
        ++refused_;
    }
    wake();
}

std::string PackWatcher::tryTexts(std::optional<Published>& found, SwapTimes& times) {
    former_ = compilePathsAgain(paths_, CompileGoal::Lowered, std::move(former_));
    times.compile = former_->times;
    if (former_->program && !former_->sink.hasErrors()) {
        if (former_->program->digest == inUse_) {
            return {};
        }
        found = Published{former_->program, false, {}, {}};
        return failuresOf(*former_, times);
    }
    std::vector<Diagnostic> errors;
    for (Diagnostic& diagnostic : former_->sink.sorted(former_->sources)) {
        if (diagnostic.severity() != Severity::Warning) {
            errors.push_back(std::move(diagnostic));
        }
    }
    const std::string text = renderText(errors, former_->sources);
    return text.empty() ? "proviso: the packs could not be compiled\n" : text;
}

std::string PackWatcher::tryCompiled(std::optional<Published>& found, SwapTimes& times) {
    const Clock::time_point began = Clock::now();
    const auto set = pack_place::load(*place_, trust_, loaded_.get());
    times.compile.read = microsecondsSince(began);
    if (!set) {
        return "proviso: " + spokenError(set.error()) + '\n';
    }
    if (loaded_ && pack_place::isSame(**set, *loaded_)) {
        return {};
    }
    found_ = *set;
    const pack::Manifest& manifest = found_->manifest;
    found = Published{found_->program,
                      found_->isUnsigned,
                      manifest.name + " revision " + std::to_string(manifest.revision),
                      {}};
    if (manifest.language > kLanguageVersion) {
        return "proviso: its texts are in version " + std::to_string(manifest.language) +
               " of the language, and their tests cannot be read here\n";
    }
    // Its bytecode decides, its texts say what must come of that.
    const std::unique_ptr<CompiledSet> texts = compilePacked(*found_, CompileGoal::Parsed);
    times.compile.parse = texts->times.parse;
    if (texts->sink.hasErrors()) {
        return "proviso: its tests cannot be read: " +
               renderText(texts->sink.sorted(texts->sources), texts->sources);
    }
    texts->program = found_->program;
    return failuresOf(*texts, times);
}

void PackWatcher::tryPacks(SystemTime savedAt) {
    SwapTimes times;
    times.notice = std::max<std::int64_t>(0,
                                          std::chrono::duration_cast<std::chrono::microseconds>(
                                              std::chrono::system_clock::now() - savedAt)
                                              .count());
    std::string why;
    std::optional<Published> found;
    try {
        why = place_ ? tryCompiled(found, times) : tryTexts(found, times);
    } catch (const std::exception& error) {
        why = std::string("proviso: internal error, please report it: ") + error.what() + '\n';
    }
    // Read while it was saved, it may be half of what it should be.
    if (!files_->standStill()) {
        return;
    }
    if (!why.empty()) {
        say(why + "proviso: the changed packs are not used; decisions stay under " + inUse_ + '\n');
        return;
    }
    if (!found) {
        return;
    }
    inUse_ = found->program->digest;
    loaded_ = found_;
    found->times = times;
    {
        const std::lock_guard lock(mutex_);
        published_ = std::move(found);
    }
    wake();
}

}  // namespace proviso::tool
