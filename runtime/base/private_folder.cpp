#include "runtime/base/private_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace proviso::file {

namespace {

namespace fs = std::filesystem;

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

/// The user's, and nobody else may write there.
bool isOurs(const struct stat& status) {
    return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool writeAll(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool readAll(int file, std::string& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = ::read(file, bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace

PrivateFolder::PrivateFolder(std::string path) : path_(std::move(path)) {}

std::string PrivateFolder::ofCache(std::string_view name) {
    // Safe while nobody changes the environment, which a host that has threads may not do anyway.
    const char* const cache = std::getenv("XDG_CACHE_HOME");  // NOLINT(concurrency-mt-unsafe)
    const char* const home = std::getenv("HOME");             // NOLINT(concurrency-mt-unsafe)
    fs::path folder;
    if (cache != nullptr && *cache == '/') {
        folder = cache;
    } else if (home != nullptr && *home == '/') {
        folder = fs::path(home) / ".cache";
    } else {
        return {};
    }
    return (folder / "proviso" / name).string();
}

bool PrivateFolder::isPrivate() const {
    struct stat status{};
    return ::lstat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && isOurs(status);
}

std::optional<std::string> PrivateFolder::read(const std::string& name, std::size_t most) const {
    if (path_.empty() || !isPrivate()) {
        return std::nullopt;
    }
    const std::string path = path_ + "/" + name;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status{};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        !isOurs(status) || status.st_size < 0 || static_cast<std::size_t>(status.st_size) > most) {
        return std::nullopt;
    }
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    return readAll(file.number(), bytes) ? std::optional(std::move(bytes)) : std::nullopt;
}

bool PrivateFolder::write(const std::string& name, std::string_view bytes) const {
    if (path_.empty()) {
        return false;
    }
    std::error_code error;
    fs::create_directories(fs::path(path_).parent_path(), error);
    ::mkdir(path_.c_str(), S_IRWXU);
    if (!isPrivate()) {
        return false;
    }
    const std::string path = path_ + "/" + name;
    std::string aside = path + ".new-XXXXXX";
    const Descriptor file(::mkostemp(aside.data(), O_CLOEXEC));
    if (file.number() < 0) {
        return false;
    }
    if (!writeAll(file.number(), bytes) || ::rename(aside.c_str(), path.c_str()) != 0) {
        ::unlink(aside.c_str());
        return false;
    }
    return true;
}

void PrivateFolder::keepNewest(std::string_view part, std::size_t most) const {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    for (fs::directory_iterator place(path_, error), end; !error && place != end;
         place.increment(error)) {
        std::error_code gone;
        const fs::file_time_type time = place->last_write_time(gone);
        if (!gone && place->path().filename().string().find(part) != std::string::npos) {
            files.emplace_back(time, place->path());
        }
    }
    if (files.size() <= most) {
        return;
    }
    std::sort(files.begin(), files.end());
    for (std::size_t index = 0; index < files.size() - most; ++index) {
        fs::remove(files[index].second, error);
    }
}

}  // namespace proviso::file
