#include "runtime/jit/llvm/cache.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SHA256.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace proviso::jit {

namespace {

// An entry: this, the digest of the key, the digest of the object, the object.
constexpr std::string_view kMagic = "proviso-jit-object-1\n";
constexpr std::size_t kDigest = 32;
constexpr std::size_t kHeader = kMagic.size() + 2 * kDigest;
constexpr std::size_t kLargest = std::size_t{256} << 20U;
constexpr std::string_view kEnding = ".o";
constexpr std::size_t kMostEntries = 1024;  // a stage of a pack set each

std::string digestOf(llvm::StringRef bytes) {
    const auto digest = llvm::SHA256::hash(llvm::arrayRefFromStringRef(bytes));
    return std::string(digest.begin(), digest.end());
}

/// The pack set's digest says whose it is; what follows says the rest.
std::string nameOf(const std::string& packSet, const std::string& key) {
    std::string own;
    constexpr std::size_t kShort = 16;
    for (const char character : packSet.substr(packSet.find(':') + 1)) {
        if (own.size() < kShort && llvm::isHexDigit(character)) {
            own.push_back(character);
        }
    }
    return own + "-" + llvm::toHex(digestOf(key), /*LowerCase=*/true) + std::string(kEnding);
}

}  // namespace

std::unique_ptr<llvm::MemoryBuffer> ObjectCache::find(const std::string& name,
                                                      const std::string& key) const {
    const std::optional<std::string> bytes = folder_.read(nameOf(name, key), kLargest);
    if (!bytes || bytes->size() <= kHeader || bytes->compare(0, kMagic.size(), kMagic) != 0 ||
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
    std::string bytes(kMagic);
    bytes += digestOf(key);
    bytes += digestOf(object.getBuffer());
    bytes += object.getBuffer();
    if (folder_.write(nameOf(name, key), bytes)) {
        folder_.keepNewest(kEnding, kMostEntries);
    }
}

}  // namespace proviso::jit
