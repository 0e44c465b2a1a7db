#include "tools/proviso/pack_watcher.h"

#include "compiler/diagnostics/render.h"
#include "compiler/testing/run_tests.h"
#include "runtime/decision/text.h"
#include "tools/proviso/console.h"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <poll.h>
#include <set>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace proviso::tool {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Files saved together come within so much of one another.
constexpr int kQuietMilliseconds = 15;
/// Files that never lie still are compiled all the same.
constexpr int kMostQuietWaits = 100;
constexpr int kLookMilliseconds = 1000;
constexpr int kLookOftenMilliseconds = 50;
constexpr std::size_t kFailuresShown = 10;
constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_DELETE_SELF;

void signal(int descriptor) {
    const std::uint64_t one = 1;
    // Fails only where it is signalled already.
    [[maybe_unused]] const ssize_t written = ::write(descriptor, &one, sizeof one);
}

std::int64_t microsecondsSince(Clock::time_point began) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();
}

std::vector<std::int64_t> standingOf(const struct stat& status) {
    return {static_cast<std::int64_t>(status.st_ino),
            status.st_size,
            status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec,
            status.st_ctim.tv_sec,
            status.st_ctim.tv_nsec};
}

}  // namespace

PackWatcher::PackWatcher(std::vector<std::string> paths)
    : paths_(std::move(paths)), notify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), tried_(look()) {}

PackWatcher::~PackWatcher() {
    if (thread_.joinable()) {
        signal(stop_);
        thread_.join();
    }
    for (const int descriptor : {notify_, wake_, stop_}) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

void PackWatcher::start(std::unique_ptr<CompiledSet> set) {
    inUse_ = set->program->digest;
    former_ = std::move(set);
    thread_ = std::thread([this] { watch(); });
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

void PackWatcher::say(std::string message) {
    {
        const std::lock_guard lock(mutex_);
        messages_.push_back(std::move(message));
        ++refused_;
    }
    signal(wake_);
}

/// How every file below the paths stands; sees to it that changes are notified.
PackWatcher::Standing PackWatcher::look() {
    Standing standing;
    const auto note = [&](const std::string& path) {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
            standing[path] = standingOf(status);
        }
    };
    const auto watchFolder = [&](const std::string& path) {
        if (notify_ >= 0) {
            ::inotify_add_watch(notify_, path.c_str(), kEvents | IN_ONLYDIR);
        }
    };
    for (const std::string& path : paths_) {
        std::error_code error;
        const bool isFolder = fs::is_directory(path, error);
        // Tables lie beside the pack that names them, or below it.
        const fs::path parent = fs::path(path).parent_path();
        const std::string folder = isFolder ? path : parent.empty() ? "." : parent.string();
        watchFolder(folder);
        note(path);
        fs::recursive_directory_iterator place(
            folder, fs::directory_options::skip_permission_denied, error);
        for (; !error && place != fs::recursive_directory_iterator(); place.increment(error)) {
            std::error_code ignored;
            if (place->is_directory(ignored)) {
                watchFolder(place->path().string());
            } else {
                note(place->path().string());
            }
        }
    }
    return standing;
}

bool PackWatcher::drain() {
    bool any = false;
    std::array<char, 4096> events{};
    while (notify_ >= 0 && ::read(notify_, events.data(), events.size()) > 0) {
        any = true;
    }
    return any;
}

bool PackWatcher::waitForChange(int milliseconds) {
    std::array<pollfd, 2> waits = {pollfd{stop_, POLLIN, 0}, pollfd{notify_, POLLIN, 0}};
    ::poll(waits.data(), notify_ >= 0 ? 2 : 1, milliseconds);
    return (waits[0].revents & POLLIN) == 0;
}

void PackWatcher::watch() {
    bool again = false;
    while (waitForChange(again ? 0 : notify_ >= 0 ? kLookMilliseconds : kLookOftenMilliseconds)) {
        const bool notified = drain();
        Standing standing = look();
        if (!again && !notified && standing == tried_) {
            continue;
        }
        for (int waits = 0; waits < kMostQuietWaits; ++waits) {
            std::array<pollfd, 1> stop = {pollfd{stop_, POLLIN, 0}};
            if (::poll(stop.data(), 1, kQuietMilliseconds) > 0) {
                return;
            }
            Standing now = look();
            if (!drain() && now == standing) {
                break;
            }
            standing = std::move(now);
        }
        if (!again && standing == tried_) {
            continue;
        }
        std::int64_t newest = 0;
        for (const auto& [path, status] : standing) {
            const auto before = tried_.find(path);
            if (before == tried_.end() || before->second != status) {
                newest = std::max(newest, status[2] * 1'000'000 + status[3] / 1000);
            }
        }
        tried_ = standing;
        const auto now = std::chrono::system_clock::now();
        tryPacks(newest == 0
                     ? now
                     : std::chrono::system_clock::time_point(std::chrono::microseconds(newest)),
                 standing);
        // What was saved while they were read is tried next.
        again = look() != tried_;
    }
}

void PackWatcher::tryPacks(std::chrono::system_clock::time_point savedAt,
                           const Standing& standing) {
    SwapTimes times;
    times.notice = std::max<std::int64_t>(0,
                                          std::chrono::duration_cast<std::chrono::microseconds>(
                                              std::chrono::system_clock::now() - savedAt)
                                              .count());
    std::string why;
    std::shared_ptr<const bytecode::Program> program;
    try {
        std::unique_ptr<CompiledSet> set =
            compilePathsAgain(paths_, CompileGoal::Lowered, std::move(former_));
        times.compile = set->times;
        program = set->program;
        if (program && !set->sink.hasErrors() && program->digest == inUse_) {
            former_ = std::move(set);
            return;
        }
        const Clock::time_point began = Clock::now();
        why = refusal(*set, times.testCount);
        times.tests = microsecondsSince(began);
        former_ = std::move(set);
    } catch (const std::exception& error) {
        why = std::string("proviso: internal error, please report it: ") + error.what() + '\n';
    }
    // Read while it was saved, it may be half of what it should be.
    if (look() != standing) {
        return;
    }
    if (!why.empty()) {
        say(why + "proviso: the changed packs are not used; decisions stay under " + inUse_ + '\n');
        return;
    }
    inUse_ = program->digest;
    {
        const std::lock_guard lock(mutex_);
        published_ = Published{std::move(program), times};
    }
    signal(wake_);
}

/// Why the set is not fit for use; empty where it is.
std::string PackWatcher::refusal(const CompiledSet& set, std::size_t& tests) const {
    if (set.sink.hasErrors() || !set.program) {
        std::vector<Diagnostic> errors;
        for (Diagnostic& diagnostic : set.sink.sorted(set.sources)) {
            if (diagnostic.severity() != Severity::Warning) {
                errors.push_back(std::move(diagnostic));
            }
        }
        const std::string text = renderText(errors, set.sources);
        return text.empty() ? "proviso: the packs could not be compiled\n" : text;
    }
    TestOptions options;
    options.coverage = false;
    options.threads = std::max(1U, std::thread::hardware_concurrency());
    const TestReport report = runTests(set, options);
    tests = report.tests.size();
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
    return text;
}

}  // namespace proviso::tool
