#include "runtime/base/file_operations.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace proviso::file {

namespace {

Hook hookOfTests = nullptr;

/// 0, an errno, or kTearWrite.
int ask(Operation operation, const std::string& path) {
    return hookOfTests == nullptr ? 0 : hookOfTests(operation, path);
}

Error failure(ErrorCode code, int number, const std::string& path) {
    return {code, std::error_code(number, std::generic_category()).message(), path};
}

Error cannotWrite(int number, const std::string& path) {
    return failure(ErrorCode::CannotWrite, number, path);
}

}  // namespace

void setHook(Hook hook) {
    hookOfTests = hook;
}

Result<File> File::open(const std::string& path, Mode mode) {
    const ErrorCode code = mode == Mode::Read ? ErrorCode::CannotRead : ErrorCode::CannotWrite;
    if (const int number = mode == Mode::Read ? 0 : ask(Operation::Open, path); number != 0) {
        return failure(code, number, path);
    }
    int flags = O_CLOEXEC;
    switch (mode) {
    case Mode::Read:
        flags |= O_RDONLY;
        break;
    case Mode::Append:
        flags |= O_WRONLY | O_APPEND | O_CREAT;
        break;
    case Mode::CreateNew:
        flags |= O_WRONLY | O_APPEND | O_CREAT | O_EXCL;
        break;
    case Mode::ReadWrite:
        flags |= O_RDWR | O_CREAT;
        break;
    }
    int descriptor = -1;
    do {
        descriptor = ::open(path.c_str(), flags, 0640);
    } while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0) {
        return failure(code, errno, path);
    }
    return File(path, descriptor);
}

File::~File() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<void> File::writeFrom(std::string_view bytes, std::int64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count = offset < 0
                                  ? ::write(descriptor_, bytes.data(), bytes.size())
                                  : ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return cannotWrite(errno, path_);
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
        offset += offset < 0 ? 0 : count;
    }
    return {};
}

Result<void> File::write(std::string_view bytes) {
    int number = ask(Operation::Write, path_);
    if (number == kTearWrite) {
        const std::size_t half = bytes.size() / 2;
        if (Result<void> written = writeFrom(bytes.substr(0, half), -1); !written) {
            return written;
        }
        bytes.remove_prefix(half);
        number = ask(Operation::HalfWritten, path_);
    }
    return number != 0 ? cannotWrite(number, path_) : writeFrom(bytes, -1);
}

Result<void> File::writeAt(std::uint64_t offset, std::string_view bytes) {
    int number = ask(Operation::Write, path_);
    if (number == kTearWrite) {
        number = ask(Operation::HalfWritten, path_);
    }
    return number != 0 ? cannotWrite(number, path_)
                       : writeFrom(bytes, static_cast<std::int64_t>(offset));
}

Result<void> File::sync() {
    int number = ask(Operation::Sync, path_);
    if (number == 0 && ::fdatasync(descriptor_) != 0) {
        number = errno;
    }
    return number != 0 ? cannotWrite(number, path_) : Result<void>();
}

Result<void> File::truncate(std::uint64_t size) {
    int number = ask(Operation::Truncate, path_);
    if (number == 0 && ::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
        number = errno;
    }
    return number != 0 ? cannotWrite(number, path_) : Result<void>();
}

Result<std::uint64_t> File::size() const {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) {
        return failure(ErrorCode::CannotRead, errno, path_);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

Result<bool> File::lock() {
    while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return false;
        }
        if (errno != EINTR) {
            return cannotWrite(errno, path_);
        }
    }
    return true;
}

Result<void> rename(const std::string& from, const std::string& to) {
    int number = ask(Operation::Rename, to);
    if (number == 0 && ::rename(from.c_str(), to.c_str()) != 0) {
        number = errno;
    }
    return number != 0 ? cannotWrite(number, to) : Result<void>();
}

Result<void> remove(const std::string& path) {
    int number = ask(Operation::Remove, path);
    if (number == 0 && ::unlink(path.c_str()) != 0 && errno != ENOENT) {
        number = errno;
    }
    return number != 0 ? cannotWrite(number, path) : Result<void>();
}

Result<void> syncFolder(const std::string& path) {
    if (const int number = ask(Operation::SyncFolder, path); number != 0) {
        return cannotWrite(number, path);
    }
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return cannotWrite(errno, path);
    }
    const int number = ::fsync(descriptor) != 0 ? errno : 0;
    ::close(descriptor);
    return number != 0 ? cannotWrite(number, path) : Result<void>();
}

Result<void> makeFolder(const std::string& path) {
    int number = ask(Operation::MakeFolder, path);
    if (number == 0 && ::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) {
        number = errno;
    }
    return number != 0 ? cannotWrite(number, path) : Result<void>();
}

}  // namespace proviso::file
