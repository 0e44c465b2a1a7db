#include "runtime/jit/llvm/cache.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SHA256.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace proviso::jit {

namespace {

// An entry: this, the digest of the key, the digest of the object, the object.
constexpr std::string_view kMagic = "proviso-jit-object-1\n";
constexpr std::size_t kDigest = 32;
constexpr std::size_t kHeader = kMagic.size() + 2 * kDigest;
constexpr std::size_t kLargest = std::size_t{256} << 20U;

std::string digestOf(llvm::StringRef bytes) {
    const auto digest = llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes));
    return std::string(digest.begin(), digest.end());
}

class File {
  public:
    explicit File(int number) : number_(number) {}
    ~File() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    bool ok() const { return number_ >= 0; }
    int number() const { return number_; }

  private:
    int number_;
};

bool writeAll(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::optional<std::string> readAll(int file, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = ::read(file, bytes.data() + done, size - done);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return std::nullopt;
        }
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

/// Nobody else can have written it.
bool isOwn(const struct stat& status) {
    return status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

}  // namespace

/// The pack set's digest says whose it is; what follows says the rest.
std::string ObjectCache::pathOf(const std::string& name, const std::string& key) const {
    std::string own;
    constexpr std::size_t kShort = 16;
    for (const char character : name.substr(name.find(':') + 1)) {
        if (own.size() < kShort && llvm::isHexDigit(character)) {
            own.push_back(character);
        }
    }
    return folder_ + "/" + own + "-" + llvm::toHex(digestOf(key), /*LowerCase=*/true) + ".o";
}

bool ObjectCache::isPrivate() const {
    struct stat status{};
    return ::lstat(folder_.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && isOwn(status);
}

std::unique_ptr<llvm::MemoryBuffer> ObjectCache::find(const std::string& name,
                                                      const std::string& key) const {
    if (folder_.empty() || !isPrivate()) {
        return nullptr;
    }
    const File file(::open(pathOf(name, key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status{};
    if (!file.ok() || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        !isOwn(status)) {
        return nullptr;
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size <= kHeader || size > kLargest) {
        return nullptr;
    }
    const std::optional<std::string> bytes = readAll(file.number(), size);
    if (!bytes || bytes->compare(0, kMagic.size(), kMagic) != 0 ||
        bytes->compare(kMagic.size(), kDigest, digestOf(key)) != 0) {
        return nullptr;
    }
    const llvm::StringRef object = llvm::StringRef(*bytes).substr(kHeader);
    if (bytes->compare(kMagic.size() + kDigest, kDigest, digestOf(object)) != 0) {
        return nullptr;
    }
    return llvm::MemoryBuffer::getMemBufferCopy(object, "cached");
}

void ObjectCache::keep(const std::string& name,
                       const std::string& key,
                       const llvm::MemoryBuffer& object) const {
    if (folder_.empty()) {
        return;
    }
    std::error_code failed;
    const std::filesystem::path folder(folder_);
    std::filesystem::create_directories(folder.parent_path(), failed);
    if (::mkdir(folder_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
        return;
    }
    if (!isPrivate()) {
        return;
    }
    std::string draft = folder_ + "/draft-XXXXXX";
    const File file(::mkostemp(draft.data(), O_CLOEXEC));
    if (!file.ok()) {
        return;
    }
    const bool written = writeAll(file.number(), kMagic) &&
                         writeAll(file.number(), digestOf(key)) &&
                         writeAll(file.number(), digestOf(object.getBuffer())) &&
                         writeAll(file.number(), object.getBuffer());
    if (!written || ::rename(draft.c_str(), pathOf(name, key).c_str()) != 0) {
        ::unlink(draft.c_str());
    }
}

}  // namespace proviso::jit
