#include "runtime/base/file_watcher.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace proviso::file {

namespace {

namespace fs = std::filesystem;

/// Files saved together come within so much of one another.
constexpr int kQuietMilliseconds = 15;
/// Files that never lie still are told of all the same.
constexpr int kMostQuietWaits = 100;
constexpr int kLookMilliseconds = 1000;
constexpr int kLookOftenMilliseconds = 50;
constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_DELETE_SELF;

std::vector<std::int64_t> standingOf(const struct stat& status) {
    return {static_cast<std::int64_t>(status.st_ino),
            status.st_size,
            status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec,
            status.st_ctim.tv_sec,
            status.st_ctim.tv_nsec};
}

}  // namespace

Watcher::Watcher(std::vector<std::string> paths, Reach reach)
    : paths_(std::move(paths)), reach_(reach), notify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), tried_(look()) {}

Watcher::~Watcher() {
    if (thread_.joinable()) {
        const std::uint64_t one = 1;
        // Fails only where it is signalled already.
        [[maybe_unused]] const ssize_t written = ::write(stop_, &one, sizeof one);
        thread_.join();
    }
    for (const int descriptor : {notify_, stop_}) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }
}

void Watcher::start(Changed changed) {
    changed_ = std::move(changed);
    thread_ = std::thread([this] { watch(); });
}

void Watcher::watchFolder(const std::string& path) {
    if (notify_ >= 0) {
        ::inotify_add_watch(notify_, path.c_str(), kEvents | IN_ONLYDIR);
    }
}

/// How every file stands; sees to it that changes are notified.
Watcher::Standing Watcher::look() {
    Standing standing;
    const auto note = [&](const std::string& path) {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
            standing[path] = standingOf(status);
        }
    };
    for (const std::string& path : paths_) {
        std::error_code error;
        const bool isFolder = fs::is_directory(path, error);
        const fs::path parent = fs::path(path).parent_path();
        const std::string folder = isFolder ? path : parent.empty() ? "." : parent.string();
        watchFolder(folder);
        note(path);
        if (reach_ == Reach::Files) {
            continue;
        }
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

bool Watcher::drain() {
    bool any = false;
    std::array<char, 4096> events{};
    while (notify_ >= 0 && ::read(notify_, events.data(), events.size()) > 0) {
        any = true;
    }
    return any;
}

bool Watcher::waitForChange(int milliseconds) {
    std::array<pollfd, 2> waits = {pollfd{stop_, POLLIN, 0}, pollfd{notify_, POLLIN, 0}};
    ::poll(waits.data(), notify_ >= 0 ? 2 : 1, milliseconds);
    return (waits[0].revents & POLLIN) == 0;
}

void Watcher::watch() {
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
        tried_ = std::move(standing);
        changed_(newest == 0 ? std::chrono::system_clock::now()
                             : SystemTime(std::chrono::microseconds(newest)));
        // What was saved while they were read is tried next.
        again = !standStill();
    }
}

}  // namespace proviso::file
