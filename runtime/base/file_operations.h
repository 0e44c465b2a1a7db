#pragma once

#include "runtime/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// The operations on files that durable things are made of, through one door: a test can stop the
/// program before any of them, or make any of them fail.
namespace proviso::file {

enum class Operation : std::uint8_t {
    Open,
    Write,
    HalfWritten,  ///< asked of a test alone, after half of a write that it wanted torn
    Sync,
    Rename,
    Remove,
    Truncate,
    SyncFolder,
    MakeFolder,
};

/// What a test says before an operation: 0 to go on, an `errno` to fail with, or kTearWrite to
/// write half of the bytes and ask once more, about HalfWritten.
using Hook = int (*)(Operation operation, const std::string& path);
inline constexpr int kTearWrite = -1;

/// For tests, before anything is written; nullptr takes it off. Not thread-safe.
void setHook(Hook hook);

/// An open file; closes itself. Errors are CannotRead or CannotWrite, their message is the
/// system's, their context the path. One thread at a time.
class File {
  public:
    enum class Mode : std::uint8_t {
        Read,
        Append,     ///< made where it is not there
        CreateNew,  ///< must not be there
        ReadWrite,  ///< made where it is not there
    };

    static Result<File> open(const std::string& path, Mode mode);
    ~File();
    File(File&& other) noexcept
        : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
    File& operator=(File&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }

    /// All of the bytes; where it fails some of them may be there.
    Result<void> write(std::string_view bytes);
    /// For a few bytes in place, which are written as one: not even a test tears them.
    Result<void> writeAt(std::uint64_t offset, std::string_view bytes);
    Result<void> sync();
    Result<void> truncate(std::uint64_t size);
    Result<std::uint64_t> size() const;
    /// Takes a lock that ends with the file or the process; false where another has it.
    Result<bool> lock();

    int descriptor() const { return descriptor_; }
    const std::string& path() const { return path_; }

  private:
    File(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
    Result<void> writeFrom(std::string_view bytes, std::int64_t offset);

    std::string path_;
    int descriptor_ = -1;
};

Result<void> rename(const std::string& from, const std::string& to);
/// A file that is not there counts as removed.
Result<void> remove(const std::string& path);
/// Makes entries of a folder, made or renamed before, last through a loss of power.
Result<void> syncFolder(const std::string& path);
/// One that is there counts as made.
Result<void> makeFolder(const std::string& path);

}  // namespace proviso::file
